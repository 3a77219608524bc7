"""The one change to a container's configuration: hosts of AWS become those at which the emulator answers."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography import x509
from ministack.services import rds

from commands.local.emulator.tasks.status import Substitution

CERTIFICATE = "-----BEGIN CERTIFICATE-----"
RDS_AUTHORITY = "Amazon RDS"
POSTGRESQL_PORT = "5432"
LOOPBACK = r"(?:localhost|127(?:\.[0-9]+){3})"
URL = re.compile(r"[a-z][a-z0-9+.-]*://[^\s;,\"']+")


@dataclass(frozen=True, kw_only=True)
class Host:
    """A pattern of an address in AWS, and the address that stands for it."""

    pattern: re.Pattern[str]
    local: Callable[[str], str]
    """Given the emulator's own address."""


HOSTS = (
    Host(pattern=re.compile(r"https://cognito-idp\.[a-z0-9-]+\.amazonaws\.com"), local=lambda own: own),
    Host(
        pattern=re.compile(r"https://[a-z0-9-]+\.auth(?:-fips)?\.[a-z0-9-]+\.amazoncognito\.com"),
        local=lambda own: own,
    ),
    Host(pattern=re.compile(r"https://s3[.-][a-z0-9-]+\.amazonaws\.com"), local=lambda own: own),
    # Clients hold the cache to the authorities of the system, which do not know ours; other hosts keep TLS.
    Host(pattern=re.compile(rf"rediss://(?=(?:[^@/\s]*@)?{LOOPBACK}[:/])"), local=lambda _: "redis://"),
)


@dataclass(frozen=True, kw_only=True)
class Database:
    """Where an emulated Aurora answers; templates write PostgreSQL's usual port."""

    host: str
    port: str

    def local(self, name: str, value: str, environment: Mapping[str, str]) -> str:
        """The value of a variable with the port of this machine in it."""
        if name.endswith("PORT") and value == POSTGRESQL_PORT:
            same_host = environment.get(f"{name.removesuffix('PORT')}HOST") == self.host
            return self.port if same_host else value
        url = rf"(postgres[a-z0-9+]*://(?:[^@/\s]*@)?{re.escape(self.host)}):{POSTGRESQL_PORT}\b"
        return re.sub(url, rf"\g<1>:{self.port}", value)


def database_of(cluster: str) -> Database | None:
    """The database of the deployment that an ECS cluster belongs to: names begin with the deployment's."""
    known = [each for each in rds._clusters.values() if each.get("Endpoint")]
    if not known:
        return None

    def alike(database: Mapping[str, str]) -> int:
        names = [database["DBClusterIdentifier"].lower(), cluster.lower()]
        return len(os.path.commonprefix(names))  # noqa: RUF071 - names, no paths

    best = max(known, key=alike)
    return Database(host=str(best["Endpoint"]), port=str(best["Port"]))


def substitute(
    environment: Mapping[str, str], *, container: str, trust: str | None, database: Database | None
) -> tuple[dict[str, str], list[Substitution]]:
    """The environment with local hosts, and what was changed. `trust`: PEM that takes the RDS authority's place."""
    own = os.environ["AWS_ENDPOINT_URL"]
    result: dict[str, str] = {}
    made: list[Substitution] = []
    for name, before in environment.items():
        if trust and _is_rds_authority(before):
            now, was, shown = (
                trust,
                "certificates of the RDS authority",
                "certificate of this machine's authority",
            )
        else:
            now = before
            for host in HOSTS:
                now = host.pattern.sub(host.local(own), now)
            if database:
                now = database.local(name, now, environment)
            was, shown = _shown(before), _shown(now)
        result[name] = now
        if now != before:
            made.append(Substitution(container=container, variable=name, was=was, now=shown))
    return result, made


def _shown(value: str) -> str:
    """A port, or scheme, host and port of each URL in a value: no path, no query, no password."""
    if value.isdecimal():
        return f"port {value}"
    found = []
    for text in URL.findall(value):
        parts = urlsplit(text)
        found.append(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}")
    return ", ".join(dict.fromkeys(found))


def _is_rds_authority(value: str) -> bool:
    if CERTIFICATE not in value:
        return False
    try:
        certificates = x509.load_pem_x509_certificates(value.encode())
    except ValueError:
        return False
    return all(RDS_AUTHORITY in each.subject.rfc4514_string() for each in certificates)

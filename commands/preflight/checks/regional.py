"""What depends on the region alone: Amazon RDS's certificate authority, and what the template keeps by region."""

from collections.abc import Iterator
from typing import Any

from commands.account.reading import Account
from commands.preflight.findings import Finding, failed, ok
from commands.preflight.needs import Needs
from commands.preflight.run import Check

AUTHORITY, REGIONAL = "database certificates", "data of the region"


def authority(account: Account, needs: Needs) -> Iterator[Finding]:
    """The certificate authority that tasks trust signs database certificates here."""
    wanted = {
        identifier
        for _, instance in needs.of("AWS::RDS::DBInstance")
        if (identifier := needs.text(instance.get("CACertificateIdentifier"))) is not None
    }
    if not wanted:
        return
    there = {
        each["CertificateIdentifier"] for each in account.each("rds", "describe_certificates", "Certificates")
    }
    for identifier in sorted(wanted):
        if identifier in there:
            yield ok(AUTHORITY, f"{identifier} signs in {account.region}")
        else:
            found = f"{account.region} has {', '.join(sorted(there)) or 'none'}, not {identifier}"
            yield failed(AUTHORITY, found, "use another region")


def regional(account: Account, needs: Needs) -> Iterator[Finding]:
    """What the template keeps by region, such as the authority of Amazon RDS, has this one."""
    used = {
        (name, keys[0]["Ref"])
        for name, *keys in _lookups(needs.template["Resources"])
        if isinstance(keys[0], dict)
    }
    tables = sorted(name for name, ref in used if ref == "AWS::Region")
    lacking = [
        name for name in tables if account.region not in needs.template.get("Mappings", {}).get(name, {})
    ]
    if lacking:
        found = f"{', '.join(lacking)} has none for {account.region}"
        yield failed(
            REGIONAL, found, "add the region's authority to assets/certificates/rds, or use another region"
        )
    elif tables:
        yield ok(REGIONAL, f"{', '.join(tables)} has {account.region}")


def _lookups(value: Any) -> Iterator[list[Any]]:
    match value:
        case {"Fn::FindInMap": list(found)}:
            yield found
        case dict():
            for each in value.values():
                yield from _lookups(each)
        case list():
            for each in value:
                yield from _lookups(each)


CHECKS = (Check(AUTHORITY, authority), Check(REGIONAL, regional))

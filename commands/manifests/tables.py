"""Tables of what deployments of AegisAI make, for people: out of settings and manifests."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from applications import aegisai
from k8s.aegisai.parts import SECRETS, parts_of
from k8s.aegisai.policies import network_of
from k8s.checks.pods import pods_of
from k8s.edges import DNS
from k8s.manifests import Manifest
from settings.aegisai import AegisAIDeployment
from settings.capacity.table import HEADS
from settings.capacity.table import rows as moments

Examples = Mapping[str, AegisAIDeployment]
Made = Mapping[str, Sequence[Manifest]]
Row = Sequence[object]


def services(settings: AegisAIDeployment, manifests: Sequence[Manifest]) -> str:
    """A row per service and store: where it is reached, its size, how it scales, how it is asked for its health."""
    types = {each["metadata"]["name"]: each["spec"] for each in manifests if each["kind"] == "Service"}
    rows: list[Row] = [
        (
            f"`{name}`",
            one.role,
            one.port,
            types[name]["type"],
            f"{one.replicas}–{one.max_replicas}",
            f"{one.cpu_target_percent} %, {one.memory_target_percent} %",
            f"{one.memory.request}–{one.memory.limit}",
            f"{one.cpu.request}–{one.cpu.limit}",
            f"`{one.health_path}`",
            ", ".join(f"`{called}`" for called in one.calls) or "-",
        )
        for name, one in settings.enabled_services.items()
    ]
    rows += [
        _store(each, types[each["metadata"]["name"]]) for each in manifests if each["kind"] == "StatefulSet"
    ]
    heads = (
        "",
        "role",
        "port",
        "Service",
        "pods",
        "scales at CPU, memory",
        "memory",
        "CPU",
        "health",
        "calls",
    )
    return _table(heads, rows)


def _store(manifest: Manifest, service: Mapping[str, Any]) -> Row:
    [container] = manifest["spec"]["template"]["spec"]["containers"]
    wanted, most = container["resources"]["requests"], container["resources"]["limits"]
    probe = container["readinessProbe"]["exec"]["command"]
    asked = next(word for text in probe for word in text.split() if word.startswith(("pg_", "valkey")))
    return (
        f"`{manifest['metadata']['name']}`",
        "store",
        service["ports"][0]["port"],
        service["type"],
        manifest["spec"]["replicas"],
        "-",
        f"{wanted['memory']}–{most['memory']}",
        f"{wanted['cpu']}–{most['cpu']}",
        f"`{asked}`",
        "-",
    )


def volumes(made: Made) -> str:
    """A row per claim: size, access mode, and its class in each deployment."""
    found: dict[str, dict[str, Any]] = {}
    for deployment, manifests in made.items():
        for name, spec in _claims(manifests):
            found.setdefault(name, {})[deployment] = spec
    rows = []
    for name, specs in found.items():
        first = next(iter(specs.values()))
        classes = [
            f"`{specs[deployment]['storageClassName']}`"
            if specs.get(deployment, {}).get("storageClassName")
            else "the cluster's default"
            if deployment in specs
            else "-"
            for deployment in made
        ]
        size = first["resources"]["requests"]["storage"]
        modes = dict.fromkeys(mode for spec in specs.values() for mode in spec["accessModes"])
        rows.append((f"`{name}`", size, " or ".join(modes), *classes))
    return _table(("claim", "size", "mode", *(f"`{name}`" for name in made)), rows)


def _claims(manifests: Iterable[Manifest]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for each in manifests:
        if each["kind"] == "PersistentVolumeClaim":
            yield each["metadata"]["name"], each["spec"]
        for claim in each.get("spec", {}).get("volumeClaimTemplates", []):
            yield f"{claim['metadata']['name']}-{each['metadata']['name']}-0", claim["spec"]


def objects(made: Made) -> str:
    """How many objects of each kind, in the order of applying."""
    counts = {name: Counter(each["kind"] for each in manifests) for name, manifests in made.items()}
    kinds = dict.fromkeys(each["kind"] for manifests in made.values() for each in manifests)
    rows: list[Row] = [(f"`{kind}`", *(counts[name][kind] or "-" for name in made)) for kind in kinds]
    rows.append(("**all**", *(sum(counts[name].values()) for name in made)))
    return _table(("kind", *(f"`{name}`" for name in made)), rows)


def connections(examples: Examples) -> str:
    """Who may connect to whom, and in which deployments."""
    found: dict[tuple[str, str, str, str], list[str]] = {}
    for deployment, settings in examples.items():
        for way in _ways(settings):
            found.setdefault(way, []).append(deployment)
    rows = []
    for (source, target, ports, why), deployments in found.items():
        rows.append((source, target, ports, why, _where(deployments, examples)))
    return _table(("from", "to", "port", "why", "in"), rows)


def _ways(settings: AegisAIDeployment) -> Iterator[tuple[str, str, str, str]]:
    parts = parts_of(settings)
    network = network_of(settings, parts)
    ports: dict[tuple[str, str], int] = {}
    for peer in (parts.all, network.foreign):
        ports |= {(each.name, port.name): port.number for each in peer for port in each.ports}
    servers = ", ".join(("DNS", *(f"`{cidr}`" for cidr in network.dns_cidrs)))
    yield "every pod", servers, ", ".join(f"{port.number}/{port.protocol}" for port in DNS.ports), "names"
    for entry in network.inbound:
        number = ports[entry.target, entry.port_name]
        yield ", ".join(f"`{cidr}`" for cidr in entry.cidrs), f"`{entry.target}`", str(number), entry.why
    for edge in network.edges:
        yield f"`{edge.source}`", f"`{edge.target}`", str(ports[edge.target, edge.port_name]), edge.why
    for way in network.outbound:
        target = ", ".join(f"`{cidr}`" for cidr in way.cidrs)
        if way.cidrs == ("0.0.0.0/0",) and way.except_cidrs is None:
            target += " without private networks"
        yield f"`{way.source}`", target, ", ".join(map(str, way.ports)), way.why


def secrets(examples: Examples, made: Made) -> str:
    """A row per key of `app-secrets`: who reads it, and where its value stands on EKS."""
    keys: dict[str, dict[str, str]] = {}
    for deployment, manifests in made.items():
        for key in aegisai.secret_keys(
            examples[deployment], aws_credentials=examples[deployment].hosting == "any"
        ):
            keys.setdefault(key, {})
        for each in manifests:
            if each["kind"] == "ExternalSecret" and each["metadata"]["name"] == SECRETS:
                for entry in each["spec"]["data"]:
                    place = entry["remoteRef"]["key"].partition("/")[2]
                    keys[entry["secretKey"]][place] = entry["remoteRef"]["property"]
    rows = []
    for key, places in keys.items():
        readers = sorted({user for manifests in made.values() for user in _readers(key, manifests)})
        where = (
            ", ".join(f"`{place}`, field `{field}`" for place, field in places.items())
            or "no secret: Pod Identity"
        )
        rows.append((f"`{key}`", ", ".join(f"`{reader}`" for reader in readers) or "who uses buckets", where))
    return _table(("key", "read by", "on EKS: secret below the deployment's name"), rows)


def images(examples: Examples, made: Made) -> str:
    """A row per image of others: what runs it, and in which deployments."""
    users: dict[str, dict[str, None]] = {}
    deployments: dict[str, dict[str, None]] = {}
    for deployment, manifests in made.items():
        for pod in pods_of(manifests):
            for container in pod.containers:
                image = container["image"]
                if not image.startswith(f"{examples[deployment].registry}/"):
                    users.setdefault(image, {})[f"`{pod.name}`"] = None
                    deployments.setdefault(image, {})[deployment] = None
    rows = [
        (f"`{image}`", ", ".join(users[image]), _where(deployments[image], examples))
        for image in sorted(users)
    ]
    return _table(("image", "run by", "in"), rows)


def _where(deployments: Collection[str], examples: Examples) -> str:
    return "all" if len(deployments) == len(examples) else ", ".join(f"`{name}`" for name in deployments)


def _readers(key: str, manifests: Iterable[Manifest]) -> Iterator[str]:
    for each in manifests:
        if each["kind"] not in ("Deployment", "Rollout", "StatefulSet", "CronJob"):
            continue
        pod = each["spec"].get("jobTemplate", each)["spec"]["template"]["spec"]
        for container in (*pod["containers"], *pod.get("initContainers", [])):
            for variable in container.get("env", []):
                wanted = variable.get("valueFrom", {}).get("secretKeyRef", {})
                if (wanted.get("name"), wanted.get("key")) == (SECRETS, key):
                    yield each["metadata"]["name"]


def capacity(examples: Examples) -> str:
    """A row per deployment and moment, and the sentence of each."""
    rows, sentences = [], []
    for name, settings in examples.items():
        answer = settings.capacity()
        if answer is None:
            continue
        rows += [(f"`{name}`", *row) for row in moments(answer)]
        sentences.append(f"- `{name}` {answer.sentence}.")
    return "\n".join([_table(("", *HEADS), rows), "", *sentences])


def _table(heads: Sequence[str], rows: Iterable[Row]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)

"""The workloads of a deployment and who may connect to whom, read back from its manifests (Mermaid)."""

from collections.abc import Iterable, Iterator, Sequence

from k8s.checks.network import Allowed, allowed_edges
from k8s.manifests import Manifest

SHAPES = {"Deployment": "[{}]", "Rollout": "[{}]", "StatefulSet": "[({})]", "CronJob": "[/{}/]"}
EVERYWHERE = "0.0.0.0/0"
CLIENTS, INTERNET = "clients", "internet"


def picture(manifests: Sequence[Manifest]) -> str:
    """Workloads, the connections that the policies let through but for DNS, and the claims that many pods mount."""
    lines = ["```mermaid", "graph LR", f"  {CLIENTS}((clients))"]
    lines += [f"  {_id(each)}{_shape(each, manifests)}" for each in _workloads(manifests)]
    edges = sorted(_drawn(allowed_edges(manifests)))
    if any(target == INTERNET for _, target, _ in edges):
        lines.append(f"  {INTERNET}((internet))")
    lines += [f"  {source} -->|{port}| {target}" for source, target, port in edges]
    for claim, users in _shared(manifests).items():
        lines.append(f'  {claim}[("{claim}")]')
        lines += [f"  {user} -.- {claim}" for user in users]
    return "\n".join([*lines, "```"])


def _workloads(manifests: Iterable[Manifest]) -> list[Manifest]:
    return [each for each in manifests if each["kind"] in SHAPES]


def _id(manifest: Manifest) -> str:
    return str(manifest["metadata"]["name"])


def _shape(manifest: Manifest, manifests: Sequence[Manifest]) -> str:
    text = f"<b>{_id(manifest)}</b>"
    for each in manifests:
        if each["kind"] == "HorizontalPodAutoscaler" and each["spec"]["scaleTargetRef"]["name"] == _id(
            manifest
        ):
            text += f"<br/>{each['spec']['minReplicas']}–{each['spec']['maxReplicas']} pods"
    return SHAPES[manifest["kind"]].format(f'"{text}"')


def _drawn(edges: Iterable[Allowed]) -> Iterator[tuple[str, str, str]]:
    for edge in edges:
        if "{" in edge.source or "{" in edge.target:  # pods of others, DNS among them
            continue
        source = CLIENTS if edge.source == EVERYWHERE else edge.source.rpartition("/")[2]
        target = INTERNET if edge.target == EVERYWHERE else edge.target.rpartition("/")[2]
        yield source, target, "any" if edge.port is None else str(edge.port)


def _shared(manifests: Sequence[Manifest]) -> dict[str, list[str]]:
    """Claims that many pods mount at once, each with the workloads that do."""
    claims = [
        each["metadata"]["name"]
        for each in manifests
        if each["kind"] == "PersistentVolumeClaim" and "ReadWriteMany" in each["spec"]["accessModes"]
    ]
    return {
        claim: [_id(each) for each in _workloads(manifests) if claim in _claims_of(each)] for claim in claims
    }


def _claims_of(manifest: Manifest) -> list[str]:
    template = manifest["spec"].get("jobTemplate", manifest)["spec"]["template"]["spec"]
    volumes = template.get("volumes", [])
    return [each["persistentVolumeClaim"]["claimName"] for each in volumes if "persistentVolumeClaim" in each]

"""The workloads of a deployment and who may connect to whom, as Mermaid draws them."""

from collections.abc import Sequence

from commands.manifests.graph import CLIENTS, INTERNET, Manifest, graph

SHAPES = {"Deployment": "[{}]", "Rollout": "[{}]", "StatefulSet": "[({})]", "CronJob": "[/{}/]"}


def picture(manifests: Sequence[Manifest]) -> str:
    """Workloads, the connections that policies let through but for DNS, and claims that several services mount."""
    made = graph(manifests)
    lines = ["```mermaid", "graph LR", f"  {CLIENTS}((clients))"]
    for box in made.boxes:
        pods = f"<br/>{box.pods} pods" if box.pods else ""
        lines.append(f"  {box.name}" + SHAPES[box.kind].format(f'"<b>{box.name}</b>{pods}"'))
    if made.has_internet:
        lines.append(f"  {INTERNET}((internet))")
    lines += [f"  {source} -->|{port}| {target}" for source, target, port in made.arrows]
    for claim, users in made.shared.items():
        lines.append(f'  {claim}[("{claim}")]')
        lines += [f"  {user} -.- {claim}" for user in users]
    return "\n".join([*lines, "```"])

"""What the house asks of every pod beyond the Pod Security Standard."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from k8s.checks.pods import PodTemplate, pods_of, selects

MOVING_TAGS = ("latest", "main", "master", "stable", "edge", "nightly")
SERVING = ("Deployment", "StatefulSet", "Rollout")
LEAST_STOP_SECONDS = 30
"""Between the stop signal and the end by force."""


def read_only_root(pod: PodTemplate) -> Iterator[str]:
    for container in pod.containers:
        if container.get("securityContext", {}).get("readOnlyRootFilesystem") is not True:
            yield f"{container['name']} can write to its root file system"


def requests_and_limits(pod: PodTemplate) -> Iterator[str]:
    for container in pod.containers:
        resources = container.get("resources", {})
        for where, names in (("requests", ("cpu", "memory")), ("limits", ("memory",))):
            for name in names:
                if name not in resources.get(where, {}):
                    yield f"{container['name']} has no {name} in its {where}"


def exact_image(pod: PodTemplate) -> Iterator[str]:
    for container in pod.containers:
        name, _, digest = container["image"].partition("@")
        tag = name.rpartition("/")[2].partition(":")[2]
        if not digest and (not tag or tag in MOVING_TAGS):
            yield f"{container['name']} has the image {container['image']}, which moves"


def token_only_where_asked(pod: PodTemplate) -> Iterator[str]:
    if "automountServiceAccountToken" not in pod.spec:
        yield "does not say whether it may speak to the Kubernetes API"
    elif (
        pod.spec["automountServiceAccountToken"]
        and pod.spec.get("serviceAccountName", "default") == "default"
    ):
        yield "speaks to the Kubernetes API as the namespace's default account"


def probes(pod: PodTemplate) -> Iterator[str]:
    if pod.kind not in SERVING:
        return
    for container in pod.spec["containers"]:
        missing = [
            name for name in ("startupProbe", "livenessProbe", "readinessProbe") if name not in container
        ]
        if missing:
            yield f"{container['name']} has no {', '.join(missing)}"
        elif container["livenessProbe"]["periodSeconds"] <= container["readinessProbe"]["periodSeconds"]:
            yield f"{container['name']} asks for liveness as often as for readiness"


def spread(pod: PodTemplate) -> Iterator[str]:
    if pod.kind in SERVING:
        keys = {each["topologyKey"] for each in pod.spec.get("topologySpreadConstraints", [])}
        for key in sorted({"topology.kubernetes.io/zone", "kubernetes.io/hostname"} - keys):
            yield f"is not spread over {key}"


def time_to_stop(pod: PodTemplate) -> Iterator[str]:
    """The grace period begins before the drain, which leaves the rest of it to the work in hand."""
    grace = pod.spec.get("terminationGracePeriodSeconds", 30)
    for container in pod.spec["containers"]:
        drain = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
        if grace < drain + LEAST_STOP_SECONDS:
            yield f"{container['name']} drains for {drain} s of {grace} s, and {LEAST_STOP_SECONDS} s have to be left"


RULES: tuple[Callable[[PodTemplate], Iterator[str]], ...] = (
    read_only_root,
    requests_and_limits,
    exact_image,
    token_only_where_asked,
    probes,
    spread,
    time_to_stop,
)


def blocked_drains(manifests: Iterable[Mapping[str, Any]]) -> list[str]:
    """Budgets that leave no pod to evict, a line each."""
    manifests = list(manifests)
    floors = {
        (each["metadata"]["namespace"], each["spec"]["scaleTargetRef"]["name"]): each["spec"].get(
            "minReplicas", 1
        )
        for each in manifests
        if each["kind"] == "HorizontalPodAutoscaler"
    }
    found = []
    for budget in manifests:
        if budget["kind"] != "PodDisruptionBudget":
            continue
        namespace, spec = budget["metadata"]["namespace"], budget["spec"]
        for pod in pods_of(manifests):
            if pod.namespace != namespace or not selects(spec["selector"], pod.labels):
                continue
            floor = floors.get((namespace, pod.name), pod.manifest["spec"].get("replicas", 1))
            if "minAvailable" in spec and spec["minAvailable"] >= floor:
                found.append(f"{pod} has {floor} pods at least, and its budget keeps {spec['minAvailable']}")
    return found

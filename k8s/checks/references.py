"""Whether everything that a manifest names is there, or is declared to be made by somebody else."""

from collections.abc import Collection, Iterable, Iterator

from k8s.checks.known import External, Fields, Known, key_of, title_of
from k8s.checks.pod_references import of_pod
from k8s.checks.pods import selects

SCALABLE = ("Deployment", "StatefulSet", "Rollout", "ReplicaSet")


def unresolved(manifests: Iterable[Fields], externals: Collection[External] = ()) -> list[str]:
    """What is named and not there, and what is declared external and never named; a line each."""
    known = Known(list(manifests), externals)
    return [*_problems(known), *known.unused_externals()]


def _problems(known: Known) -> Iterator[str]:
    for manifest in known.manifests:
        for problem in _of(manifest, known):
            yield f"{title_of(*key_of(manifest))}: {problem}"
    for pod in known.pods:
        for problem in of_pod(pod, known):
            yield f"{pod}: {problem}"


def _of(manifest: Fields, known: Known) -> Iterator[str]:
    namespace = manifest["metadata"].get("namespace")
    if namespace is not None:
        yield from known.needs("Namespace", None, namespace)
    if manifest["kind"] in _CHECKS:
        yield from _CHECKS[manifest["kind"]](known, manifest.get("spec", manifest), namespace)


def _service(known: Known, spec: Fields, namespace: str) -> Iterator[str]:
    if not spec.get("selector"):
        return
    pods = known.selected({"matchLabels": spec["selector"]}, namespace)
    if not pods:
        yield "selects no pods"
    for port in spec.get("ports", []):
        target = port.get("targetPort", port["port"])
        for pod in pods:
            if target not in pod.ports and target not in pod.ports.values():
                there = ", ".join(pod.ports) or "none"
                yield f"leads to port {target} of {pod}, whose ports are {there}"


def _stateful_set(known: Known, spec: Fields, namespace: str) -> Iterator[str]:
    name = spec["serviceName"]
    yield from known.needs("Service", namespace, name)
    service = known.find("Service", namespace, name)
    if service is not None and service["spec"].get("clusterIP") != "None":
        yield f"names Service {name}, which is not headless"
    for claim in spec.get("volumeClaimTemplates", []):
        yield from _storage_class(known, claim["spec"])


def _rollout(known: Known, spec: Fields, namespace: str) -> Iterator[str]:
    blue_green = spec["strategy"].get("blueGreen", {})
    canary = spec["strategy"].get("canary", {})
    services = [blue_green.get("activeService"), blue_green.get("previewService")]
    services += [canary.get("stableService"), canary.get("canaryService")]
    for name in filter(None, services):
        yield from known.needs("Service", namespace, name)
    analyses = [
        blue_green.get("prePromotionAnalysis", {}),
        blue_green.get("postPromotionAnalysis", {}),
        canary.get("analysis", {}),
        *(step.get("analysis", {}) for step in canary.get("steps", [])),
    ]
    for analysis in analyses:
        for template in analysis.get("templates", []):
            yield from known.needs("AnalysisTemplate", namespace, template["templateName"])


def _autoscaler(known: Known, spec: Fields, namespace: str) -> Iterator[str]:
    target = spec.get("scaleTargetRef") or spec["targetRef"]
    yield from known.needs(target["kind"], namespace, target["name"])
    found = known.find(target["kind"], namespace, target["name"])
    if found is not None and found["apiVersion"] != target["apiVersion"]:
        yield f"names {target['kind']} of {target['apiVersion']}, which is of {found['apiVersion']}"
    if found is not None and found["kind"] not in SCALABLE:
        yield f"names {target['kind']} {target['name']}, which cannot be scaled"


def _budget(known: Known, spec: Fields, namespace: str) -> Iterator[str]:
    if not known.selected(spec["selector"], namespace):
        yield "selects no pods"


def _ingress(known: Known, spec: Fields, namespace: str) -> Iterator[str]:
    if "ingressClassName" in spec:
        yield from known.needs("IngressClass", None, spec["ingressClassName"])
    for each in spec.get("tls", []):
        if "secretName" in each:
            yield from known.needs("Secret", namespace, each["secretName"])
    paths = [path for rule in spec.get("rules", []) for path in rule.get("http", {}).get("paths", [])]
    backends = [path["backend"] for path in paths]
    backends += [spec["defaultBackend"]] if "defaultBackend" in spec else []
    for backend in backends:
        yield from _service_port(known, namespace, backend["service"]["name"], backend["service"]["port"])


def _service_port(known: Known, namespace: str, name: str, port: Fields) -> Iterator[str]:
    yield from known.needs("Service", namespace, name)
    service = known.find("Service", namespace, name)
    if service is None:
        return
    field, wanted = ("name", port["name"]) if "name" in port else ("port", port["number"])
    if wanted not in [each.get(field) for each in service["spec"]["ports"]]:
        there = ", ".join(str(each.get(field)) for each in service["spec"]["ports"])
        yield f"names port {wanted} of Service {namespace}/{name}, whose ports are {there}"


def _monitor(known: Known, spec: Fields, namespace: str) -> Iterator[str]:
    wanted = spec.get("namespaceSelector", {})
    names = [namespace] if not wanted else wanted.get("matchNames", [])
    services = [
        each
        for each in known.manifests
        if each["kind"] == "Service"
        and (wanted.get("any") or each["metadata"]["namespace"] in names)
        and selects(spec["selector"], each["metadata"].get("labels", {}))
    ]
    if not services:
        yield "selects no Services"
    for service in services:
        ports = [port.get("name") for port in service["spec"]["ports"]]
        for endpoint in spec["endpoints"]:
            if "port" in endpoint and endpoint["port"] not in ports:
                yield (
                    f"names port {endpoint['port']} of {title_of(*key_of(service))}, "
                    f"whose ports are {', '.join(map(str, ports))}"
                )


def _binding(known: Known, spec: Fields, namespace: str) -> Iterator[str]:
    role = spec["roleRef"]
    yield from known.needs(role["kind"], namespace if role["kind"] == "Role" else None, role["name"])
    for subject in spec.get("subjects", []):
        if subject["kind"] == "ServiceAccount":
            yield from known.needs("ServiceAccount", subject["namespace"], subject["name"])


def _external_secret(known: Known, spec: Fields, namespace: str) -> Iterator[str]:
    store = spec["secretStoreRef"]
    kind = store.get("kind", "SecretStore")
    yield from known.needs(kind, namespace if kind == "SecretStore" else None, store["name"])


def _claim(known: Known, spec: Fields, namespace: str) -> Iterator[str]:
    yield from _storage_class(known, spec)


def _storage_class(known: Known, spec: Fields) -> Iterator[str]:
    if spec.get("storageClassName"):
        yield from known.needs("StorageClass", None, spec["storageClassName"])


def _snapshot(known: Known, spec: Fields, namespace: str) -> Iterator[str]:
    if "persistentVolumeClaimName" in spec["source"]:
        yield from known.needs(
            "PersistentVolumeClaim", namespace, spec["source"]["persistentVolumeClaimName"]
        )
    if "volumeSnapshotClassName" in spec:
        yield from known.needs("VolumeSnapshotClass", None, spec["volumeSnapshotClassName"])


def _policy(known: Known, spec: Fields, namespace: str) -> Iterator[str]:
    if spec["podSelector"] and not known.selected(spec["podSelector"], namespace):
        yield "selects no pods"


_CHECKS = {
    "Service": _service,
    "StatefulSet": _stateful_set,
    "Rollout": _rollout,
    "HorizontalPodAutoscaler": _autoscaler,
    "VerticalPodAutoscaler": _autoscaler,
    "PodDisruptionBudget": _budget,
    "Ingress": _ingress,
    "ServiceMonitor": _monitor,
    "RoleBinding": _binding,
    "ClusterRoleBinding": _binding,
    "ExternalSecret": _external_secret,
    "PersistentVolumeClaim": _claim,
    "VolumeSnapshot": _snapshot,
    "NetworkPolicy": _policy,
}

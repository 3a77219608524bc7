"""Whether everything that a pod mounts, reads and asks is there."""

from collections.abc import Iterator

from k8s.checks.known import Fields, Known
from k8s.checks.pods import PodTemplate


def of_pod(pod: PodTemplate, known: Known) -> Iterator[str]:
    """What the pods name and is not there."""
    account = pod.spec.get("serviceAccountName", "default")
    if account != "default":
        yield from known.needs("ServiceAccount", pod.namespace, account)
    for pull in pod.spec.get("imagePullSecrets", []):
        yield from known.needs("Secret", pod.namespace, pull["name"])
    for volume in pod.spec.get("volumes", []):
        yield from _of_volume(known, pod, volume)
    templates = pod.manifest["spec"].get("volumeClaimTemplates", []) if pod.kind == "StatefulSet" else []
    names = {each["name"] for each in pod.spec.get("volumes", [])}
    names |= {each["metadata"]["name"] for each in templates}
    for container in pod.containers:
        for mount in container.get("volumeMounts", []):
            if mount["name"] not in names:
                yield f"{container['name']} mounts the volume {mount['name']}, which the pod does not have"
        for problem in (*_of_environment(known, pod, container), *_of_probes(container)):
            yield f"{container['name']} {problem}"


def _of_volume(known: Known, pod: PodTemplate, volume: Fields) -> Iterator[str]:
    if "persistentVolumeClaim" in volume:
        claim = volume["persistentVolumeClaim"]["claimName"]
        yield from known.needs("PersistentVolumeClaim", pod.namespace, claim)
    projected = volume.get("projected", {}).get("sources", [])
    sources = [volume, *projected]
    for kind, field, name_field in (
        ("ConfigMap", "configMap", "name"),
        ("Secret", "secret", "secretName"),
    ):
        for source in (each[field] for each in sources if field in each):
            if source.get("optional"):
                continue
            name = source.get(name_field) or source["name"]
            yield from known.needs(kind, pod.namespace, name)
            for item in source.get("items", []):
                yield from known.needs_key(kind, pod.namespace, {"name": name}, item["key"])


def _of_environment(known: Known, pod: PodTemplate, container: Fields) -> Iterator[str]:
    for variable in container.get("env", []):
        source = variable.get("valueFrom", {})
        for kind, field in (("Secret", "secretKeyRef"), ("ConfigMap", "configMapKeyRef")):
            if field in source:
                yield from known.needs_key(kind, pod.namespace, source[field], source[field]["key"])
    for whole in container.get("envFrom", []):
        for kind, field in (("Secret", "secretRef"), ("ConfigMap", "configMapRef")):
            if field in whole and not whole[field].get("optional"):
                yield from known.needs(kind, pod.namespace, whole[field]["name"])


def _of_probes(container: Fields) -> Iterator[str]:
    ports = {port.get("name"): port["containerPort"] for port in container.get("ports", [])}
    for name in ("startupProbe", "livenessProbe", "readinessProbe"):
        for kind in ("httpGet", "tcpSocket"):
            port = container.get(name, {}).get(kind, {}).get("port")
            if port is not None and port not in ports and port not in ports.values():
                yield f"asks port {port} in its {name}, and has {', '.join(map(str, ports)) or 'none'}"

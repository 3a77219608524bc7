"""What Kubernetes does not let an `apply` change."""

from collections.abc import Mapping
from typing import Any

FIXED = {
    "StorageClass": ("provisioner", "parameters", "reclaimPolicy", "volumeBindingMode", "mountOptions"),
    "Deployment": ("spec.selector",),
    "DaemonSet": ("spec.selector",),
    "StatefulSet": (
        "spec.selector",
        "spec.serviceName",
        "spec.volumeClaimTemplates",
        "spec.podManagementPolicy",
    ),
    "Job": ("spec.selector", "spec.template", "spec.completionMode"),
    "PersistentVolumeClaim": (
        "spec.accessModes",
        "spec.storageClassName",
        "spec.volumeMode",
        "spec.volumeName",
    ),
    "RoleBinding": ("roleRef",),
    "ClusterRoleBinding": ("roleRef",),
}
"""Kind → paths (the API reference's "immutable" and the validations of the API server)."""
BALANCER = "spec.loadBalancerClass"


def forbidden(before: Mapping[str, Any], after: Mapping[str, Any]) -> str | None:
    """What of the change the API server would refuse."""
    for path in FIXED.get(after["kind"], ()):
        if _at(before, path) != _at(after, path):
            return f"{path}: field is immutable; delete the object first"
    both_balance = all(_at(each, "spec.type") == "LoadBalancer" for each in (before, after))
    if both_balance and _at(before, BALANCER) != _at(after, BALANCER):
        return f"{BALANCER}: may not change once set"
    if after["kind"] in ("ConfigMap", "Secret") and before.get("immutable") is True and before != after:
        return "the object is immutable; give the new one another name"
    return None


def _at(manifest: Any, path: str) -> Any:
    for name in path.split("."):
        manifest = manifest.get(name) if isinstance(manifest, Mapping) else None
    return manifest

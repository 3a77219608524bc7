"""What Kubernetes lets nobody change in an object that is there: it must be deleted and made anew.

Each line was tried on the API server of Kubernetes 1.36.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

Manifest = Mapping[str, Any]
MAY_CHANGE = {
    "PersistentVolumeClaim": ("resources", "volumeAttributesClassName"),
    "StatefulSet": (
        "minReadySeconds",
        "ordinals",
        "persistentVolumeClaimRetentionPolicy",
        "replicas",
        "revisionHistoryLimit",
        "template",
        "updateStrategy",
    ),
}
"""Kinds of which these fields of `spec` alone may change."""
FIXED = {
    "ClusterRoleBinding": ("roleRef",),
    "CSIDriver": ("spec.attachRequired", "spec.volumeLifecycleModes"),
    "DaemonSet": ("spec.selector",),
    "Deployment": ("spec.selector",),
    "IngressClass": ("spec.controller",),
    "Job": (
        "spec.backoffLimitPerIndex",
        "spec.completionMode",
        "spec.completions",
        "spec.managedBy",
        "spec.podFailurePolicy",
        "spec.selector",
        "spec.successPolicy",
        "spec.template",
    ),
    "PersistentVolume": ("spec.csi", "spec.hostPath", "spec.local", "spec.nfs", "spec.volumeMode"),
    "PriorityClass": ("preemptionPolicy", "value"),
    "ReplicaSet": ("spec.selector",),
    "RoleBinding": ("roleRef",),
    "Secret": ("type",),
    "StorageClass": ("parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"),
}
"""Kinds of which everything may change but these."""
SEALED = ("binaryData", "data", "immutable", "stringData")
"""What may not change in a ConfigMap or Secret with `immutable: true`."""
DEFAULTS = {
    "preemptionPolicy": "PreemptLowerPriority",
    "reclaimPolicy": "Delete",
    "spec.attachRequired": True,
    "spec.completionMode": "NonIndexed",
    "spec.podManagementPolicy": "OrderedReady",
    "spec.volumeLifecycleModes": ["Persistent"],
    "spec.volumeMode": "Filesystem",
    "type": "Opaque",
    "volumeBindingMode": "Immediate",
}
"""What a field that is left out is, where another is not chosen by the cluster."""
BALANCER = "spec.loadBalancerClass"
QUANTITY = re.compile(r"([+-]?[0-9]*\.?[0-9]+)([eE][+-]?[0-9]+|[KMGTPE]i|[numkMGTPE])?")
DECIMAL = {"n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
BINARY = ("Ki", "Mi", "Gi", "Ti", "Pi", "Ei")


def refused(before: Manifest, after: Manifest) -> str | None:
    """What of the change the API server refuses, and why, in words that follow the object's name."""
    return next(_refusals(before, after), None)


def _refusals(before: Manifest, after: Manifest) -> Iterator[str]:
    kind = after["kind"]
    for path in sorted({*FIXED.get(kind, ()), *_others_of_spec(before, after)}):
        if _at(before, path) != _at(after, path):
            yield f"{path} cannot change"
    if kind in ("ConfigMap", "Secret") and before.get("immutable") is True:
        for name in SEALED:
            if before.get(name) != after.get(name):
                yield f"{name} cannot change, because immutable is true"
    if kind == "Service":
        yield from _of_service(before, after)
    if kind == "PersistentVolumeClaim":
        yield from _shrunk(before, after)


def _others_of_spec(before: Manifest, after: Manifest) -> Iterator[str]:
    may = MAY_CHANGE.get(after["kind"])
    if may is not None:
        fields = {field for each in (before, after) for field in each.get("spec") or {}}
        yield from (f"spec.{field}" for field in fields if field not in may)


def _of_service(before: Manifest, after: Manifest) -> Iterator[str]:
    was, now = (each.get("spec") or {} for each in (before, after))
    types = {spec.get("type", "ClusterIP") for spec in (was, now)}
    # an address that is no longer named stays
    if "ExternalName" not in types and now.get("clusterIP", was.get("clusterIP")) != was.get("clusterIP"):
        yield "spec.clusterIP cannot change"
    if types == {"LoadBalancer"} and _at(before, BALANCER) != _at(after, BALANCER):
        yield f"{BALANCER} cannot change"


def _shrunk(before: Manifest, after: Manifest) -> Iterator[str]:
    old, new = (_at(each, "spec.resources.requests.storage") for each in (before, after))
    was, now = _quantity(old), _quantity(new)
    if was is not None and now is not None and now < was:
        yield f"storage {old} → {new}: Kubernetes refuses to shrink a volume"


def _at(manifest: Any, path: str) -> Any:
    found = manifest
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return DEFAULTS.get(path) if found is None else found


def _quantity(value: object) -> Decimal | None:
    """A number of bytes as Kubernetes writes it: `10Gi`, `1.5T`, `1e9`; None for anything else."""
    found = QUANTITY.fullmatch(str(value))
    if found is None:
        return None
    number, unit = Decimal(found[1]), found[2] or ""
    if unit in BINARY:
        return number * Decimal(1024) ** (BINARY.index(unit) + 1)
    return number.scaleb(DECIMAL.get(unit) or int(unit[1:] or 0))

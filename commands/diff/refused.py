"""What Kubernetes refuses to change, so that an object must be deleted and made anew."""

import re
from decimal import Decimal

from commands.manifest_files import Object

MUTABLE = {
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
"""Kinds of which Kubernetes lets only these fields of `spec` change."""
IMMUTABLE = {"DaemonSet": ("selector",), "Deployment": ("selector",)}
"""Kinds of which it lets all fields of `spec` change but these."""
QUANTITY = re.compile(r"([+-]?[0-9]*\.?[0-9]+)([eE][+-]?[0-9]+|[KMGTPE]i|[numkMGTPE])?")
DECIMAL = {"n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
BINARY = ("Ki", "Mi", "Gi", "Ti", "Pi", "Ei")


def refused(old: Object, new: Object) -> str | None:
    """Why the object cannot be changed in place, in words that follow its name."""
    kind, before, after = new["kind"], old.get("spec") or {}, new.get("spec") or {}
    for field in sorted(before.keys() | after.keys()):
        is_fixed = field not in MUTABLE[kind] if kind in MUTABLE else field in IMMUTABLE.get(kind, ())
        if is_fixed and before.get(field) != after.get(field):
            return f"spec.{field} cannot change: it must be deleted and made anew"
    return _shrunk(before, after) if kind == "PersistentVolumeClaim" else None


def _shrunk(before: Object, after: Object) -> str | None:
    old, new = (_storage(spec) for spec in (before, after))
    was, now = _quantity(old), _quantity(new)
    if was is None or now is None or now >= was:
        return None
    return f"storage {old} → {new}: Kubernetes refuses to shrink a volume; it must be deleted and made anew"


def _storage(spec: Object) -> object:
    requests = (spec.get("resources") or {}).get("requests") or {}
    return requests.get("storage")


def _quantity(value: object) -> Decimal | None:
    """A number of bytes as Kubernetes writes it: `10Gi`, `1.5T`, `1e9`; None for anything else."""
    found = QUANTITY.fullmatch(str(value))
    if found is None:
        return None
    number, unit = Decimal(found[1]), found[2] or ""
    if unit in BINARY:
        return number * Decimal(1024) ** (BINARY.index(unit) + 1)
    return number.scaleb(DECIMAL.get(unit) or int(unit[1:] or 0))

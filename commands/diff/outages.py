"""What a change of a workload does to its pods, where nothing refuses it."""

from collections.abc import Iterable

from commands.manifest_files import Object

WORKLOADS = ("DaemonSet", "Deployment", "ReplicaSet", "Rollout", "StatefulSet")


def falls_to_one(old: Object, new: Object) -> str | None:
    """Why pods go where the number of pods is no longer written: kubectl puts the default, one, in its place."""
    was, now = ((each.get("spec") or {}).get("replicas") for each in (old, new))
    if new["kind"] not in WORKLOADS or now is not None or not isinstance(was, int) or was < 2:
        return None
    return (
        f"spec.replicas is no longer written, so {was} pods become one until an autoscaler acts; "
        "first take it out with kubectl apply edit-last-applied, which changes no pod"
    )


def taken_over(gone: Object, added: Iterable[Object]) -> str | None:
    """Why pods go before those of a workload of another kind, which takes over the name, are ready."""
    for each in added:
        if {gone["kind"], each["kind"]} <= set(WORKLOADS) and _name(gone) == _name(each):
            return (
                f"its pods go with it, whether those of the {each['kind']} are ready or not; "
                "first let them go on without it: kubectl delete --cascade=orphan"
            )
    return None


def _name(each: Object) -> tuple[str | None, str]:
    return each["metadata"].get("namespace"), each["metadata"]["name"]

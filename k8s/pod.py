"""The pod template that Deployments, StatefulSets, Rollouts and Jobs share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cdk8s_plus_27 import k8s

from k8s.component import Component
from k8s.container import Container, container_of, read_config_maps
from k8s.volume import volume_of

USER = 10001
"""Above the users of a host, so that a container that breaks out is nobody there."""
ZONE = "topology.kubernetes.io/zone"
HOST = "kubernetes.io/hostname"


@dataclass(frozen=True, kw_only=True)
class Toleration:
    """A taint that the pod stands: key, value and effect as the node group says them."""

    key: str
    value: str
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]


@dataclass(frozen=True, kw_only=True)
class Pod:
    """What runs together on one node."""

    containers: Sequence[Container]
    init_containers: Sequence[Container] = ()
    """Run to success one after the other before the containers start."""
    service_account: str | None = None
    """Name of a ServiceAccount, for a role in AWS or in the cluster."""
    service_account_token: bool = False
    """Whether the pod may speak to the Kubernetes API. Pod Identity needs no token of this kind."""
    image_pull_secret: str | None = None
    """Name of a Secret of type `kubernetes.io/dockerconfigjson`. Left out: the nodes may pull."""
    user_id: int = USER
    group_id: int = USER
    """Also the group of its volumes' files."""
    termination_grace_seconds: int = 30
    """Between the stop signal and the end by force; what containers drain before comes on top."""
    preferred_nodes: Mapping[str, str] | None = None
    """Labels of nodes that are taken when they have room, such as those of the Spot node group."""
    beside: Mapping[str, str] | None = None
    """Labels that it has itself: all pods with them run on one node, which mounts a volume that they share."""
    tolerations: Sequence[Toleration] = ()
    annotations: Mapping[str, str] | None = None


def template_of(
    pod: Pod, component: Component, *, restart_policy: str = "Always", revision_label: str | None = None
) -> dict[str, Any]:
    """The template as JSON.

    Args:
        pod: What runs.
        component: Whose labels the pods carry.
        restart_policy: Of the pod; `Never` or `OnFailure` in a Job.
        revision_label: Label by which the controller tells one revision's pods from the next one's, so that pods are
            spread anew with each. Left out: pods are not spread, as in a Job.
    """
    containers = [*pod.init_containers, *pod.containers]
    checksums = {
        f"checksum/{config_map.object_name}": config_map.checksum
        for container in containers
        for config_map in read_config_maps(container)
    }
    annotations = {**(pod.annotations or {}), **checksums}
    rendered: dict[str, Any] = k8s.KubePodTemplate.manifest(
        template=k8s.PodTemplateSpec(
            metadata=k8s.ObjectMeta(labels=component.versioned_labels, annotations=annotations or None),
            spec=_spec(pod, component, restart_policy, revision_label),
        )
    )
    template: dict[str, Any] = rendered["template"]
    for container, manifest in zip(pod.containers, template["spec"]["containers"], strict=True):
        if seconds := _drain(container):
            # newer than cdk8s-plus knows: sleeping needs no shell in the image
            manifest["lifecycle"] = {"preStop": {"sleep": {"seconds": seconds}}}
    return template


def _drain(container: Container) -> int:
    """Seconds between leaving the Services and the stop signal."""
    return 0 if container.health is None else container.drain_seconds


def _spec(pod: Pod, component: Component, restart_policy: str, revision_label: str | None) -> k8s.PodSpec:
    mounts = [mount for each in (*pod.init_containers, *pod.containers) for mount in each.mounts]
    volumes = {mount.volume.name: mount.volume for mount in mounts if not mount.volume.of_template}
    return k8s.PodSpec(
        init_containers=[container_of(each) for each in pod.init_containers] or None,
        containers=[container_of(each) for each in pod.containers],
        volumes=[volume_of(volume) for volume in volumes.values()] or None,
        restart_policy=restart_policy,
        service_account_name=pod.service_account,
        automount_service_account_token=pod.service_account_token,
        image_pull_secrets=[k8s.LocalObjectReference(name=pod.image_pull_secret)]
        if pod.image_pull_secret
        else None,
        # variables of the kind POSTGRES_PORT=tcp://… would meet the application's own
        enable_service_links=False,
        termination_grace_period_seconds=pod.termination_grace_seconds + max(map(_drain, pod.containers)),
        security_context=k8s.PodSecurityContext(
            run_as_non_root=True,
            run_as_user=pod.user_id,
            run_as_group=pod.group_id,
            fs_group=pod.group_id,
            fs_group_change_policy="OnRootMismatch",
            seccomp_profile=k8s.SeccompProfile(type="RuntimeDefault"),
        ),
        affinity=_affinity(pod),
        tolerations=[
            k8s.Toleration(key=each.key, operator="Equal", value=each.value, effect=each.effect)
            for each in pod.tolerations
        ]
        or None,
        topology_spread_constraints=[
            k8s.TopologySpreadConstraint(
                max_skew=1,
                topology_key=key,
                # a wish: nodes without a label of a zone would get no pod otherwise
                when_unsatisfiable="ScheduleAnyway",
                label_selector=k8s.LabelSelector(match_labels=component.selector),
                match_label_keys=[revision_label],
            )
            for key in (ZONE, HOST)
        ]
        if revision_label
        else None,
    )


def _affinity(pod: Pod) -> k8s.Affinity | None:
    if not (pod.preferred_nodes or pod.beside):
        return None
    return k8s.Affinity(
        node_affinity=_preference(pod.preferred_nodes) if pod.preferred_nodes else None,
        pod_affinity=_one_node(pod.beside) if pod.beside else None,
    )


def _one_node(labels: Mapping[str, str]) -> k8s.PodAffinity:
    """The first pod finds no other, and goes where it likes."""
    others = k8s.PodAffinityTerm(
        topology_key=HOST, label_selector=k8s.LabelSelector(match_labels=dict(labels))
    )
    return k8s.PodAffinity(required_during_scheduling_ignored_during_execution=[others])


def _preference(labels: Mapping[str, str]) -> k8s.NodeAffinity:
    terms = [
        k8s.NodeSelectorRequirement(key=key, operator="In", values=[value]) for key, value in labels.items()
    ]
    preferred = k8s.PreferredSchedulingTerm(
        weight=100, preference=k8s.NodeSelectorTerm(match_expressions=terms)
    )
    return k8s.NodeAffinity(preferred_during_scheduling_ignored_during_execution=[preferred])

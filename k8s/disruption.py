"""How many pods stay while nodes are drained."""

from cdk8s_plus_27 import k8s
from constructs import Construct

from k8s.objects import construct_id, metadata
from k8s.workload import Workload


class PodDisruptionBudget(k8s.KubePodDisruptionBudget):
    def __init__(self, scope: Construct, *, workload: Workload, min_available: int = 1) -> None:
        """
        Args:
            workload: Whose pods are kept.
            min_available: So many stay.

        Raises:
            ValueError: The workload has no pod to spare, so that no node with one of its pods could ever be drained.
        """
        component = workload.component
        if workload.replicas <= min_available:
            raise ValueError(
                f"{component.name}: a budget of {min_available} with {workload.replicas} "
                f"replica{'s' if workload.replicas > 1 else ''} would block every drain; "
                f"run {min_available + 1} replicas, or leave the budget out"
            )
        super().__init__(
            scope,
            construct_id("PodDisruptionBudget", component),
            metadata=metadata(component),
            spec=k8s.PodDisruptionBudgetSpec(
                min_available=k8s.IntOrString.from_number(min_available),
                selector=k8s.LabelSelector(match_labels=component.selector),
                # pods that never became ready must not hold a node for ever
                unhealthy_pod_eviction_policy="AlwaysAllow",
            ),
        )

"""Namespaces of a deployment on Kubernetes, each with one owner.

Two would take turns in labelling one object, and the first that goes would delete what the other has in it.
"""

from collections.abc import Iterator, Mapping

from settings.model import Refusal

OPERATORS = (
    "argo-rollouts",
    "external-secrets",
    "jaeger",
    "log-collector",
    "loki",
    "otel-collector",
    "vertical-pod-autoscaler",
)
"""Taken on EKS: what is installed there, or may be later, has a namespace of its name."""


def namespace_refusals(own: str, others: Mapping[str, str], *, made: bool) -> Iterator[Refusal]:
    """Settings that give a namespace which another part has.

    own: of the application. others: of further parts, by the setting's path. made: the deployment makes those too.
    """
    owners = {own: "namespace"}
    for field, namespace in {"namespace": own, **others}.items():
        if made and namespace in OPERATORS:
            message = f"{namespace} is the namespace of an operator that has this name; choose another"
            yield Refusal(message, field)
    for field, namespace in others.items():
        if namespace in owners:
            message = f"{namespace} is given as {owners[namespace]} too; give each a namespace of its own"
            yield Refusal(message, field, owners[namespace])
        elif made:
            owners[namespace] = field

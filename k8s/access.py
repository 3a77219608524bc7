"""Who a pod is, and what it may do in its namespace."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdk8s_plus_27 import k8s
from constructs import Construct

from k8s.component import Component
from k8s.objects import construct_id, metadata

RBAC = "rbac.authorization.k8s.io"


class ServiceAccount(k8s.KubeServiceAccount):
    """`object_name`. A pod gets its token only where the pod asks for it."""

    def __init__(
        self, scope: Construct, *, component: Component, annotations: Mapping[str, str] | None = None
    ) -> None:
        self.object_name = component.name
        super().__init__(
            scope,
            construct_id("ServiceAccount", component),
            metadata=metadata(component, annotations=annotations),
            automount_service_account_token=False,
        )


@dataclass(frozen=True, kw_only=True)
class Permission:
    """Verbs on resources of one API group, the core group by default.

    Raises:
        ValueError: Something is `*`.
    """

    resources: Sequence[str]
    verbs: Sequence[str]
    group: str = ""
    names: Sequence[str] = ()
    """Names of the objects. Left out: all."""

    def __post_init__(self) -> None:
        if "*" in (*self.resources, *self.verbs, self.group):
            raise ValueError(
                "a permission is for everything (*); name the resources and verbs that are needed"
            )


class Role(k8s.KubeRole):
    """What a ServiceAccount may do in its own namespace, with the binding."""

    def __init__(
        self,
        scope: Construct,
        *,
        component: Component,
        account: ServiceAccount,
        permissions: Sequence[Permission],
    ) -> None:
        """
        Args:
            component: Role and binding have its name.
            account: Who may.
            permissions: What.
        """
        super().__init__(
            scope,
            construct_id("Role", component),
            metadata=metadata(component),
            rules=[
                k8s.PolicyRule(
                    api_groups=[each.group],
                    resources=list(each.resources),
                    verbs=list(each.verbs),
                    resource_names=list(each.names) or None,
                )
                for each in permissions
            ],
        )
        k8s.KubeRoleBinding(
            scope,
            construct_id("RoleBinding", component),
            metadata=metadata(component),
            role_ref=k8s.RoleRef(api_group=RBAC, kind="Role", name=component.name),
            subjects=[
                k8s.Subject(kind="ServiceAccount", name=account.object_name, namespace=component.namespace)
            ],
        )

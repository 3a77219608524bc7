"""An EKS add-on at an exact version."""

import json
from collections.abc import Mapping

from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from constructs import Construct


class Addon(Construct):
    """`resource`. EKS makes the Pod Identity associations before it starts the add-on's pods.

    A pod gets its credentials when it is made: an association of its own resource might come after that, and the
    pod would have none until it is made anew.
    """

    resource: eks.CfnAddon

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cluster: eks.ICluster,
        name: str,
        version: str,
        roles: Mapping[str, iam.IRole] | None = None,
        configuration: Mapping[str, object] | None = None,
    ) -> None:
        """`name`: EKS's own. `roles`: service account → role. `configuration`: by the add-on's own schema."""
        super().__init__(scope, construct_id)
        # L1: the L2 has no Pod Identity associations.
        self.resource = eks.CfnAddon(
            self,
            "Resource",
            addon_name=name,
            addon_version=version,
            cluster_name=cluster.cluster_name,
            resolve_conflicts="OVERWRITE",
            configuration_values=None if configuration is None else json.dumps(configuration),
            pod_identity_associations=[
                eks.CfnAddon.PodIdentityAssociationProperty(
                    service_account=service_account, role_arn=role.role_arn
                )
                for service_account, role in (roles or {}).items()
            ]
            or None,
        )
        for role in (roles or {}).values():
            # Its policies too: while the add-on is deleted, its pods clean up.
            self.resource.node.add_dependency(role)

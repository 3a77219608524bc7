"""A custom resource, the function behind it, and what that function may do for it."""

from collections.abc import Mapping, Sequence

from aws_cdk import Acknowledgment, CustomResource, Duration, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from constructs.compute.custom_resource_handler import CustomResourceHandler
from constructs.security.findings import as_shown


class HandledResource(Construct):
    """`resource`, made when its function has the permissions, and deleted before it loses them.

    The ids `Resource` and `Permissions` are for good: another one would delete what the resource stands for.
    """

    resource: CustomResource

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        resource_type: str,
        properties: Mapping[str, object],
        handler: str,
        description: str,
        timeout: Duration,
        statements: Sequence[iam.PolicyStatement],
        key: kms.IKey,
        wildcards: Mapping[str, str] | None = None,
        memory_size_mib: int = 128,
    ) -> None:
        """`handler`: `module.function` of assets/lambda/custom_resources, one function per stack.

        `key` encrypts the function's log. `wildcards`: a resource in `statements` that is a pattern → why it is.
        """
        super().__init__(scope, construct_id)
        function = CustomResourceHandler.of(
            self,
            handler,
            description=description,
            timeout=timeout,
            memory_size_mib=memory_size_mib,
            encryption_key=key,
        )
        permissions = iam.Policy(self, "Permissions", roles=[function.role], statements=list(statements))
        for pattern, reason in (wildcards or {}).items():
            Validations.of(permissions).acknowledge(
                Acknowledgment(id=f"AwsSolutions-IAM5[Resource::{as_shown(pattern)}]", reason=reason)
            )
        self.resource = CustomResource(
            self,
            "Resource",
            resource_type=resource_type,
            service_token=function.service_token,
            properties=dict(properties),
        )
        self.resource.node.add_dependency(permissions)

"""Repositories of the application's own images."""

from collections.abc import Sequence

from aws_cdk import NestedStack, RemovalPolicy
from aws_cdk import aws_ecr as ecr
from constructs import Construct

from constructs.security.deployment_key import DeploymentKey


class Images(NestedStack):
    """`repositories` by name: encrypted, scanned on push, a tag never moves."""

    repositories: dict[str, ecr.IRepository]

    def __init__(
        self, scope: Construct, construct_id: str, *, names: Sequence[str], keep: int, keep_data: bool
    ) -> None:
        """`names`: of the repositories. `keep`: images in each; older ones are deleted.

        `keep_data: False`: they go with the stack, images and all.
        """
        super().__init__(scope, construct_id, description="Repositories of images")
        key = DeploymentKey(self, "Key", description="Images", keep_data=keep_data, via=("ecr",)).key
        self.repositories = {
            name: ecr.Repository(
                self,
                _pascal(name),
                repository_name=name,
                encryption=ecr.RepositoryEncryption.KMS,
                encryption_key=key,
                image_scan_on_push=True,
                image_tag_mutability=ecr.TagMutability.IMMUTABLE,
                lifecycle_rules=[ecr.LifecycleRule(max_image_count=keep, description="old images")],
                removal_policy=RemovalPolicy.RETAIN if keep_data else RemovalPolicy.DESTROY,
                empty_on_delete=None if keep_data else True,
            )
            for name in names
        }


def _pascal(name: str) -> str:
    """A repository's path as a construct's id, which takes no slash."""
    return name.title().replace("/", "").replace("-", "").replace("_", "").replace(".", "")

"""Permission to pull from a mirror registry in Amazon ECR."""

import re

from aws_cdk import Acknowledgment, Aws, Validations
from aws_cdk import aws_iam as iam

_ECR = re.compile(
    r"^(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?/(?P<repository>[^:@]+)"
)


def allow_pull(role: iam.Role, *, image: str) -> None:
    """Let `role` pull `image`, if it is in Amazon ECR; other registries need no permission of AWS."""
    match = _ECR.match(image)
    if match is None:
        return
    account, region, repository = match["account"], match["region"], match["repository"]
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            resources=[f"arn:{Aws.PARTITION}:ecr:{region}:{account}:repository/{repository}"],
        )
    )
    role.add_to_policy(iam.PolicyStatement(actions=["ecr:GetAuthorizationToken"], resources=["*"]))
    Validations.of(role).acknowledge(
        Acknowledgment(
            id="AwsSolutions-IAM5[Resource::*]",
            reason="ecr:GetAuthorizationToken knows no resources; the statement beside it names what may be pulled.",
        )
    )

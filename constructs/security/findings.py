"""How cdk-nag writes, in the ids of its findings, what the deployment file leaves open."""

from aws_cdk import Aws

SHOWN = {Aws.PARTITION: "<AWS::Partition>", Aws.REGION: "<AWS::Region>", Aws.ACCOUNT_ID: "<AWS::AccountId>"}


def as_shown(arn: str) -> str:
    """The ARN as it stands in a finding."""
    for token, shown in SHOWN.items():
        arn = arn.replace(token, shown)
    return arn

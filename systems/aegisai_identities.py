"""What AegisAI's pods may do in AWS."""

from aws_cdk import Aws, Stack
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_s3 as s3

from applications import aegisai
from constructs.security.statements import allow
from k8s.aegisai.parts import BACKUP
from settings.aegisai_eks import AegisAIOnEks
from stacks.pod_identities import PodIdentities

BACKUPS = "postgres"
"""Prefix of the dumps in their bucket."""


def define_identities(
    root: Stack, *, settings: AegisAIOnEks, cluster: eks.ICluster, backups: s3.IBucket | None
) -> PodIdentities | None:
    """Roles of the pods that reach buckets; None: there is no such pod."""
    given = settings.configuration
    buckets = [name for name in (given.input_bucket, given.output_bucket) if name is not None]
    users = [name for name, one in settings.enabled_services.items() if aegisai.uses_buckets(one, settings)]
    if not users and backups is None:
        return None
    identities = PodIdentities(root, "PodIdentities", cluster=cluster, namespace=settings.namespace)
    if backups is not None:
        identities.add_role(BACKUP, description="Keeps dumps of the database", buckets={BACKUPS: backups})
    arns = [f"arn:{Aws.PARTITION}:s3:::{bucket}" for bucket in dict.fromkeys(buckets)]
    for name in users:
        identities.add_role(
            name,
            description=f"Files of {name}",
            statements=[
                allow(["s3:ListBucket"], arns),
                allow(["s3:GetObject", "s3:PutObject"], [f"{arn}/*" for arn in arns]),
            ],
            wildcards={f"{arn}/*": "The application names its objects itself." for arn in arns},
        )
    return identities

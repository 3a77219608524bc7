"""Copies of a secret in other regions."""

from collections.abc import Mapping

from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as sm
from constructs import Construct


def replica_regions(scope: Construct, keys: Mapping[str, str]) -> list[sm.ReplicaRegion]:
    """Where a secret is replicated to. `keys`: region → ARN of the key there that encrypts the copy."""
    return [
        sm.ReplicaRegion(region=region, encryption_key=kms.Key.from_key_arn(scope, f"Key-{region}", arn))
        for region, arn in keys.items()
    ]

"""One instance of an Aurora cluster."""

from aws_cdk import aws_kms as kms
from aws_cdk import aws_rds as rds


def serverless_instance(construct_id: str, key: kms.IKey) -> rds.IClusterInstance:
    """It scales with the cluster. `key` encrypts what Performance Insights keeps."""
    return rds.ClusterInstance.serverless_v2(
        construct_id,
        # Pinned: the container verifies the server with this root alone (assets/certificates/rds).
        ca_certificate=rds.CaCertificate.RDS_CA_RSA2048_G1,
        # Versions change in the deployment file, so that template and cluster never disagree.
        auto_minor_version_upgrade=False,
        publicly_accessible=False,
        enable_performance_insights=True,
        performance_insight_encryption_key=key,
        scale_with_writer=True,
    )

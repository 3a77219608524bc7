"""Aurora PostgreSQL Serverless v2."""

from aws_cdk import Acknowledgment, Duration, RemovalPolicy, Validations
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_rds as rds
from aws_cdk import aws_secretsmanager as sm
from constructs import Construct

from constructs.data.retention import kept

PORT = 5432
MASTER_USERNAME = "cluster_admin"
PARAMETERS = {
    "rds.force_ssl": "1",
    # Else a statement that fails is logged, with what users wrote in it, or with a role's new password.
    "log_min_error_statement": "panic",
}
DEFAULT_PORT = "PostgreSQL's own; the security group admits the tasks alone, and another port hides nothing."
NO_DELETION_PROTECTION = (
    "`database.deletion_protection: false`: the deployment file says that no data must last."
)


class AuroraCluster(Construct):
    """A cluster with a writer, encrypted, reached with TLS only, its master password kept and rotated by RDS.

    `cluster`, `master_secret` (`username`, `password`), `instances`.
    Performance Insights in Database Insights' standard mode: seven days, free of charge. The advanced mode
    adds its price to every capacity unit, for fifteen months of history that one application rarely needs.
    """

    cluster: rds.DatabaseCluster
    master_secret: sm.ISecret
    instances: list[rds.CfnDBInstance]

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        security_group: ec2.ISecurityGroup,
        key: kms.IKey,
        keep_data: bool,
        engine_version: str,
        min_capacity: float,
        max_capacity: float,
        pause_after_seconds: int,
        reader: bool,
        backup_retention_days: int,
        deletion_protection: bool,
        log_retention_days: float,
        snapshot_arn: str | None,
    ) -> None:
        """`snapshot_arn` counts when the cluster is made; another one later, or none, replaces the cluster.

        `pause_after_seconds` counts with `min_capacity` 0 only.
        """
        super().__init__(scope, construct_id)
        self.cluster = rds.DatabaseCluster(
            self,
            "Cluster",
            engine=_engine(engine_version),
            parameter_group=rds.ParameterGroup(
                self,
                "Parameters",
                engine=_engine(engine_version),
                description="TLS only, no statement in the log",
                parameters=PARAMETERS,
            ),
            vpc=vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
            security_groups=[security_group],
            port=PORT,
            storage_encryption_key=key,
            manage_master_user_password=True,
            credentials=rds.Credentials.from_username(MASTER_USERNAME, encryption_key=key),
            iam_authentication=True,
            enable_data_api=True,
            writer=_instance("Writer", key),
            readers=[_instance("Reader", key)] if reader else [],
            serverless_v2_min_capacity=min_capacity,
            serverless_v2_max_capacity=max_capacity,
            serverless_v2_auto_pause_duration=Duration.seconds(pause_after_seconds)
            if min_capacity == 0
            else None,
            backup=rds.BackupProps(retention=Duration.days(backup_retention_days)),
            copy_tags_to_snapshot=True,
            cloudwatch_logs_exports=["postgresql"],
            database_insights_mode=rds.DatabaseInsightsMode.STANDARD,
            enable_performance_insights=True,
            performance_insight_encryption_key=key,
            deletion_protection=deletion_protection,
            removal_policy=RemovalPolicy.SNAPSHOT if keep_data else RemovalPolicy.DESTROY,
        )
        assert self.cluster.secret is not None  # manage_master_user_password
        self.master_secret = self.cluster.secret
        resource = self.cluster.node.find_child("Resource")
        assert isinstance(resource, rds.CfnDBCluster)
        if snapshot_arn is not None:
            # The library's second class would say all of the above again. A snapshot brings its master user.
            resource.snapshot_identifier, resource.master_username = snapshot_arn, None
        self.instances = [
            node for node in self.cluster.node.find_all() if isinstance(node, rds.CfnDBInstance)
        ]
        self._define_log_group(key, log_retention_days, keep_data)
        acknowledged = [Acknowledgment(id="AwsSolutions-RDS11", reason=DEFAULT_PORT)]
        if not deletion_protection:
            acknowledged.append(Acknowledgment(id="AwsSolutions-RDS10", reason=NO_DELETION_PROTECTION))
        Validations.of(resource).acknowledge(*acknowledged)

    def _define_log_group(self, key: kms.IKey, retention_days: float, keep_data: bool) -> None:
        # L1: the L2 takes no token for the retention.
        group = logs.CfnLogGroup(
            self,
            "Logs",
            log_group_name=f"/aws/rds/cluster/{self.cluster.cluster_identifier}/postgresql",
            kms_key_id=key.key_arn,
            retention_in_days=retention_days,
        )
        group.apply_removal_policy(kept(keep_data))
        # The first instance makes a group without key and retention, unless it finds one of that name.
        for instance in self.instances:
            instance.add_resource_dependency(group)


def _engine(version: str) -> rds.IClusterEngine:
    return rds.DatabaseClusterEngine.aurora_postgres(
        version=rds.AuroraPostgresEngineVersion.of(
            version, version.split(".")[0], serverless_v2_auto_pause_supported=True
        )
    )


def _instance(construct_id: str, key: kms.IKey) -> rds.IClusterInstance:
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

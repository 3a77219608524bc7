"""Aurora PostgreSQL Serverless v2."""

from aws_cdk import Acknowledgment, Duration, RemovalPolicy, Validations
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_rds as rds
from aws_cdk import aws_secretsmanager as sm
from constructs import Construct

from constructs.data.aurora_instance import serverless_instance
from constructs.data.postgresql_log import PostgresqlLog

PORT = 5432
MASTER_USERNAME = "cluster_admin"
PARAMETERS = {
    "rds.force_ssl": "1",
    # Else a statement that fails is logged, with what users wrote in it, or with a role's new password.
    "log_min_error_statement": "panic",
}
DEFAULT_PORT = "PostgreSQL's own; the security group admits the tasks alone, and another port hides nothing."
NO_DELETION_PROTECTION = (
    "`deletion_protection: false` of the database: the deployment file says that no data must last."
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
        engine = _engine(engine_version)
        self.cluster = rds.DatabaseCluster(
            self,
            "Cluster",
            engine=engine,
            parameter_group=self._define_parameters(engine),
            vpc=vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
            security_groups=[security_group],
            port=PORT,
            storage_encryption_key=key,
            manage_master_user_password=True,
            credentials=rds.Credentials.from_username(MASTER_USERNAME, encryption_key=key),
            iam_authentication=True,
            enable_data_api=True,
            writer=serverless_instance("Writer", key),
            readers=[serverless_instance("Reader", key)] if reader else [],
            serverless_v2_min_capacity=min_capacity,
            serverless_v2_max_capacity=max_capacity,
            serverless_v2_auto_pause_duration=_pause(min_capacity, pause_after_seconds),
            backup=rds.BackupProps(retention=Duration.days(backup_retention_days)),
            copy_tags_to_snapshot=True,
            cloudwatch_logs_exports=["postgresql"],
            database_insights_mode=rds.DatabaseInsightsMode.STANDARD,
            enable_performance_insights=True,
            performance_insight_encryption_key=key,
            deletion_protection=deletion_protection,
            removal_policy=RemovalPolicy.SNAPSHOT if keep_data else RemovalPolicy.DESTROY,
        )
        self._hand_out()
        if snapshot_arn is not None:
            self._start_from(snapshot_arn)
        PostgresqlLog(
            self,
            "Logs",
            cluster=self.cluster,
            instances=self.instances,
            key=key,
            retention_days=log_retention_days,
            keep_data=keep_data,
        )
        self._acknowledge(deletion_protection)

    def _define_parameters(self, engine: rds.IClusterEngine) -> rds.ParameterGroup:
        return rds.ParameterGroup(
            self,
            "Parameters",
            engine=engine,
            description="TLS only, no statement in the log",
            parameters=PARAMETERS,
        )

    def _hand_out(self) -> None:
        assert self.cluster.secret is not None  # manage_master_user_password
        self.master_secret = self.cluster.secret
        self.instances = [
            node for node in self.cluster.node.find_all() if isinstance(node, rds.CfnDBInstance)
        ]

    @property
    def _resource(self) -> rds.CfnDBCluster:
        resource = self.cluster.node.find_child("Resource")
        assert isinstance(resource, rds.CfnDBCluster)
        return resource

    def _start_from(self, snapshot_arn: str) -> None:
        """The library's second class would say the whole constructor again. A snapshot brings its master user."""
        self._resource.snapshot_identifier, self._resource.master_username = snapshot_arn, None

    def _acknowledge(self, deletion_protection: bool) -> None:
        findings = Validations.of(self._resource)
        findings.acknowledge(Acknowledgment(id="AwsSolutions-RDS11", reason=DEFAULT_PORT))
        if not deletion_protection:
            findings.acknowledge(Acknowledgment(id="AwsSolutions-RDS10", reason=NO_DELETION_PROTECTION))


def _engine(version: str) -> rds.IClusterEngine:
    return rds.DatabaseClusterEngine.aurora_postgres(
        version=rds.AuroraPostgresEngineVersion.of(
            version, version.split(".")[0], serverless_v2_auto_pause_supported=True
        )
    )


def _pause(min_capacity: float, after_seconds: int) -> Duration | None:
    return Duration.seconds(after_seconds) if min_capacity == 0 else None

"""A PostgreSQL database with a role of its own."""

from collections.abc import Mapping

from aws_cdk import Acknowledgment, CustomResource, Duration, Stack, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_rds as rds
from aws_cdk import aws_secretsmanager as sm
from constructs import Construct, IDependable

from constructs.compute.handled_resource import HandledResource
from constructs.data.aurora_cluster import PORT, AuroraCluster
from constructs.data.retention import kept

PASSWORD_LENGTH = 48
BY_SCHEDULE = (
    "The application's tasks read the password when they start, so it is rotated together with a restart: by "
    "`database.rotation_days`, whose schedule stands beside the service, or by the runbook."
)


class Database(Construct):
    """One database in an Aurora cluster, with the role that the application signs in with.

    `cluster`; `master_secret`; `host`, `port`, `name`; `secret`: `username`, `password` (letters and digits), `host`,
    `port`, `dbname`; `ready`: database, role and extensions are there; `restore_metadata`: for tests of AWS Backup,
    which would restore into the region's default VPC. Nothing is dropped when this goes.
    """

    cluster: rds.DatabaseCluster
    master_secret: sm.ISecret
    host: str
    port: int
    name: str
    secret: sm.ISecret
    ready: IDependable
    restore_metadata: Mapping[str, str]

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        aurora: AuroraCluster,
        key: kms.IKey,
        name: str,
        extensions: list[str],
        keep_data: bool,
        secret_name: str | None = None,
    ) -> None:
        """`secret_name`: physical name of `secret`, where something finds it by name alone."""
        super().__init__(scope, construct_id)
        self.cluster, self.master_secret, self.name = aurora.cluster, aurora.master_secret, name
        self.host, self.port = aurora.cluster.cluster_endpoint.hostname, PORT
        self.restore_metadata = self._where_it_stands()
        self.secret = self._define_secret(key, keep_data, secret_name)
        self.ready = self._define_database(aurora, extensions, key)

    def _where_it_stands(self) -> Mapping[str, str]:
        resource = self.cluster.node.find_child("Resource")
        assert isinstance(resource, rds.CfnDBCluster)
        assert resource.db_subnet_group_name is not None  # made by the library
        groups = [group.security_group_id for group in self.cluster.connections.security_groups]
        return {
            "dbSubnetGroupName": resource.db_subnet_group_name,
            "vpcSecurityGroupIds": Stack.of(self).to_json_string(groups),
        }

    def _define_secret(self, key: kms.IKey, keep_data: bool, secret_name: str | None) -> sm.Secret:
        known = {
            "username": f"{self.name}_a",
            "host": self.host,
            "port": str(self.port),
            "dbname": self.name,
        }
        secret = sm.Secret(
            self,
            "Secret",
            secret_name=secret_name,
            description=f"Role of the application in the database {self.name}",
            encryption_key=key,
            generate_secret_string=sm.SecretStringGenerator(
                secret_string_template=Stack.of(self).to_json_string(known),
                generate_string_key="password",
                password_length=PASSWORD_LENGTH,
                # Open WebUI puts it into an address as it is.
                exclude_punctuation=True,
            ),
            removal_policy=kept(keep_data),
        )
        Validations.of(secret).acknowledge(Acknowledgment(id="AwsSolutions-SMG4", reason=BY_SCHEDULE))
        return secret

    def _define_database(self, aurora: AuroraCluster, extensions: list[str], key: kms.IKey) -> CustomResource:
        resource = HandledResource(
            self,
            "Default",  # adds nothing to logical ids
            resource_type="Custom::Database",
            properties={
                "ClusterArn": self.cluster.cluster_arn,
                "MasterSecretArn": self.master_secret.secret_arn,
                "ApplicationSecretArn": self.secret.secret_arn,
                "DatabaseName": self.name,
                "Extensions": extensions,
            },
            handler="database.handler",
            description="Makes the application's database, its role and its extensions over the Data API",
            timeout=Duration.minutes(10),
            memory_size_mib=256,
            statements=[
                iam.PolicyStatement(
                    actions=["rds-data:ExecuteStatement"], resources=[self.cluster.cluster_arn]
                ),
                # No kms:Decrypt: the key lets this account's callers through Secrets Manager.
                iam.PolicyStatement(
                    actions=["secretsmanager:GetSecretValue"],
                    resources=[self.master_secret.secret_arn, self.secret.secret_arn],
                ),
            ],
            key=key,
        ).resource
        # The Data API answers with an instance only.
        resource.node.add_dependency(*aurora.instances)
        return resource

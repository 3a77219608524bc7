"""ECS services on Fargate, the keys that they share, and what keeps their upgrades safe."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration, NestedStack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as sm
from constructs import Construct, IDependable

from applications.container import Container
from constructs.compute.bedrock_access import allow_models
from constructs.compute.bucket_access import allow_objects
from constructs.compute.fargate_cluster import FargateCluster
from constructs.compute.fargate_service import FargateService
from constructs.compute.fargate_task import FargateTask
from constructs.compute.private_name import PrivateName
from constructs.compute.regional_certificates import RegionalCertificates
from constructs.compute.secret_rotation import SecretRotation
from constructs.compute.service_events import ServiceEvents
from constructs.compute.task_scaling import TaskScaling
from constructs.compute.upgrade_snapshot import UpgradeSnapshot
from constructs.data.database import Database
from constructs.data.shared_files import SharedFiles
from constructs.observability.encrypted_log_group import EncryptedLogGroup
from constructs.security.deployment_key import DeploymentKey
from constructs.security.empty_secret import EmptySecret
from constructs.security.generated_key import GeneratedKey
from settings.tasks import TaskSettings

GRACE_SECONDS = 300
"""Migration (up to two minutes) and start of a task, before the load balancer's health check counts."""


class Fargate(NestedStack):
    """`cluster`, `key`, `application_log`, `error_log`; `certificate_pem` of the region's databases."""

    cluster: ecs.Cluster
    key: kms.IKey
    application_log: logs.LogGroup
    error_log: logs.LogGroup
    certificate_pem: str

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        settings: TaskSettings,
        log_retention_days: int,
        keep_data: bool,
    ) -> None:
        """`settings`: cpu, memory_mib, min_tasks and max_tasks may be tokens, and so may `log_retention_days`."""
        super().__init__(scope, construct_id, description="ECS cluster, services, keys and logs")
        self._vpc, self._settings, self._keep_data = vpc, settings, keep_data
        self.key = DeploymentKey(
            self,
            "Key",
            description="Encrypts the application's keys and logs",
            keep_data=keep_data,
            via=("secretsmanager",),
            logs_access=True,
        ).key
        self._retention_days = log_retention_days
        self.application_log = self._log_group("ApplicationLog")
        self.error_log = self._log_group("ErrorLog")
        self._session_log = self._log_group("SessionLog") if settings.execute_command else None
        self.cluster = FargateCluster(
            self,
            "Cluster",
            vpc=vpc,
            key=self.key,
            container_insights=settings.container_insights,
            sessions=self._session_log,
        ).cluster
        ServiceEvents(self, "Events", cluster=self.cluster, log_group=self.error_log)
        self.certificate_pem = RegionalCertificates(self, "Certificates").pem

    def add_key(
        self,
        construct_id: str,
        *,
        field: str,
        description: str,
        replicas: Mapping[str, str] | None = None,
        replica_of_primary: str | None = None,
    ) -> sm.ISecret:
        """A generated key. `replicas`: region → ARN of the key there that encrypts a copy.

        `replica_of_primary`: ARN of a copy in this region that a primary made, which is used instead of a new key.
        """
        if replica_of_primary is not None:
            return sm.Secret.from_secret_complete_arn(self, construct_id, replica_of_primary)
        return GeneratedKey(
            self,
            construct_id,
            field=field,
            description=description,
            key=self.key,
            keep_data=self._keep_data,
            replicas=replicas,
        ).secret

    def add_empty_secret(
        self,
        construct_id: str,
        *,
        name: str,
        fields: Sequence[str],
        description: str,
        replicas: Mapping[str, str] | None = None,
        replica_of_primary: str | None = None,
    ) -> sm.ISecret:
        """A secret under a name that people know, and fill. `replicas`, `replica_of_primary`: as for `add_key`."""
        if replica_of_primary is not None:
            return sm.Secret.from_secret_complete_arn(self, construct_id, replica_of_primary)
        return EmptySecret(
            self,
            construct_id,
            name=name,
            fields=fields,
            description=description,
            key=self.key,
            keep_data=self._keep_data,
            replicas=replicas,
        ).secret

    def add_service(
        self,
        construct_id: str,
        *,
        containers: Sequence[Container],
        secrets: Mapping[str, sm.ISecret],
        security_group: ec2.ISecurityGroup,
        target_group: elb.IApplicationTargetGroup,
        files: Mapping[str, SharedFiles],
        buckets: Mapping[str, s3.IBucket],
        after: Sequence[IDependable],
    ) -> ecs.FargateService:
        """A service behind a target group, with as many tasks as load, schedule and settings say.

        secrets: by role. files: by the volume's name. buckets: by the folder in them that the tasks may use.
        after: what must be there before the first task starts.
        """
        settings = self._settings
        task = self._task(
            construct_id, containers, secrets, cpu=settings.cpu, memory_mib=settings.memory_mib, files=files
        )
        for prefix, bucket in buckets.items():
            allow_objects(task.roles.task, bucket=bucket, prefix=prefix)
        service = self._service(construct_id, task, security_group, grace_seconds=GRACE_SECONDS)
        service.attach_to_application_target_group(target_group)
        service.node.add_dependency(*after, *(shared.ready for shared in files.values()))
        self._scale(construct_id, service, settings.min_tasks, settings.max_tasks).follow_load(
            cpu_target_percent=settings.cpu_target_percent,
            memory_target_percent=settings.memory_target_percent,
        )
        return service

    def add_model_proxy(
        self,
        construct_id: str,
        *,
        containers: Sequence[Container],
        secrets: Mapping[str, sm.ISecret],
        security_group: ec2.ISecurityGroup,
        cpu: int,
        memory_mib: int,
        host: str,
        domain: str,
        model_ids: Sequence[str],
    ) -> ecs.FargateService:
        """One task that others in the VPC reach as `host`.`domain`, allowed to call these models of Amazon Bedrock.

        It keeps the same office hours as the service that asks it.
        """
        task = self._task(construct_id, containers, secrets, cpu=cpu, memory_mib=memory_mib, files={})
        allow_models(task.roles.task, model_ids=model_ids)
        service = self._service(construct_id, task, security_group)
        PrivateName(self, f"{construct_id}Names", service=service, vpc=self._vpc, host=host, domain=domain)
        self._scale(construct_id, service, 1, 1)
        return service

    def add_upgrade_snapshot(
        self, construct_id: str, *, database: Database, image: str, deployment: str
    ) -> IDependable:
        """A snapshot whenever `image` changes; name it in `after` of the service that runs the image."""
        return UpgradeSnapshot(
            self,
            construct_id,
            cluster_identifier=database.cluster.cluster_identifier,
            image=image,
            deployment=deployment,
            key=self.key,
        ).resource

    def add_rotation(
        self, construct_id: str, *, days: int, database: Database, service: ecs.FargateService
    ) -> SecretRotation:
        """A new database password every so many days, and new tasks that use it."""
        return SecretRotation(
            self,
            construct_id,
            days=days,
            secret_arn=database.secret.secret_arn,
            master_secret_arn=database.master_secret.secret_arn,
            cluster_arn=database.cluster.cluster_arn,
            database_name=database.name,
            service=service,
            key=self.key,
        )

    def _task(
        self,
        construct_id: str,
        containers: Sequence[Container],
        secrets: Mapping[str, sm.ISecret],
        *,
        cpu: int,
        memory_mib: int,
        files: Mapping[str, SharedFiles],
    ) -> FargateTask:
        task = FargateTask(
            self,
            f"{construct_id}Task",
            name=construct_id,
            cpu=cpu,
            memory_mib=memory_mib,
            arm=self._settings.architecture == "arm64",
            log_group=self.application_log,
            sessions=self._session_log,
        )
        for volume, shared in files.items():
            task.add_files(volume, shared)
        for container in containers:
            _add_container(task, container, secrets)
        return task

    def _service(
        self,
        construct_id: str,
        task: FargateTask,
        security_group: ec2.ISecurityGroup,
        *,
        grace_seconds: int | None = None,
    ) -> ecs.FargateService:
        return FargateService(
            self,
            construct_id,
            cluster=self.cluster,
            task=task,
            security_group=security_group,
            spot=self._settings.spot,
            execute_command=self._settings.execute_command,
            grace_seconds=grace_seconds,
        ).service

    def _scale(
        self, construct_id: str, service: ecs.FargateService, min_tasks: int, max_tasks: int
    ) -> TaskScaling:
        scaling = TaskScaling(
            self, f"{construct_id}Scaling", service=service, min_tasks=min_tasks, max_tasks=max_tasks
        )
        if (hours := self._settings.office_hours) is not None:
            scaling.keep_office_hours(
                start=hours.start, stop=hours.stop, days=hours.days, timezone=hours.timezone
            )
        return scaling

    def _log_group(self, construct_id: str) -> logs.LogGroup:
        return EncryptedLogGroup(
            self,
            construct_id,
            key=self.key,
            retention_days=self._retention_days,
            keep_data=self._keep_data,
        ).log_group


def _add_container(task: FargateTask, container: Container, secrets: Mapping[str, sm.ISecret]) -> None:
    """The container as described; each secret by ARN and JSON key."""
    health = container.health
    task.add_container(
        container.name,
        image=container.image,
        environment=container.environment.plain,
        secrets={
            name: ecs.Secret.from_secrets_manager(secrets[key.secret], key.key)
            for name, key in container.environment.secret.items()
        },
        mounts=[
            ecs.MountPoint(source_volume=mount.volume, container_path=mount.path, read_only=mount.read_only)
            for mount in container.mounts
        ],
        command=container.command,
        entry_point=container.entry_point,
        user=container.user,
        port=container.port,
        health_check=None
        if health is None
        else ecs.HealthCheck(
            command=["CMD", *health.command],
            interval=Duration.seconds(health.interval_seconds),
            timeout=Duration.seconds(health.timeout_seconds),
            retries=health.retries,
            start_period=Duration.seconds(health.start_seconds),
        ),
        stop_timeout_seconds=container.stop_timeout_seconds,
        before_seconds=container.before_seconds,
    )

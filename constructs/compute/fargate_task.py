"""A task definition whose containers have read-only roots, no capabilities, and secrets by reference."""

from collections.abc import Mapping, Sequence

from aws_cdk import Acknowledgment, Duration, Size, Validations
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs
from constructs import Construct

from constructs.compute.image_access import allow_pull
from constructs.compute.session_access import acknowledge_sessions, agent_folders
from constructs.compute.task_roles import TaskRoles
from constructs.data.shared_files import SharedFiles

LOG_BUFFER = Size.mebibytes(25)
MIRROR_NEEDS_POLICY = "Annotation::@aws-cdk/aws-ecs:ecrImageRequiresPolicy"


class FargateTask(Construct):
    """`definition`, `roles`. Add containers in the order in which they start."""

    definition: ecs.FargateTaskDefinition
    roles: TaskRoles

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        cpu: int,
        memory_mib: int,
        arm: bool,
        log_group: logs.ILogGroup,
        sessions: logs.LogGroup | None,
    ) -> None:
        """`cpu` and `memory_mib` may be tokens.

        `sessions`: where `execute-command` logs; its agent gets folders to write to. Left out: it is off.
        """
        super().__init__(scope, construct_id)
        self._log_group, self._sessions = log_group, sessions
        self._volumes: set[str] = set()
        self._images: set[str] = set()
        self._before: list[ecs.ContainerDefinition] = []
        self.roles = TaskRoles(self, "Roles", name=name)
        self.definition = ecs.FargateTaskDefinition(
            self,
            "Definition",
            cpu=cpu,
            memory_limit_mib=memory_mib,
            runtime_platform=ecs.RuntimePlatform(
                operating_system_family=ecs.OperatingSystemFamily.LINUX,
                cpu_architecture=ecs.CpuArchitecture.ARM64 if arm else ecs.CpuArchitecture.X86_64,
            ),
            execution_role=self.roles.execution,
            task_role=self.roles.task,
        )
        Validations.of(self.definition).acknowledge(
            Acknowledgment(
                id="AwsSolutions-ECS2",
                reason="Plain variables hold no secret: those come from Secrets Manager by ARN and JSON key.",
            )
        )
        if sessions is not None:
            acknowledge_sessions(self.roles.task, log_group=sessions)

    def add_files(self, volume: str, shared: SharedFiles) -> None:
        """A volume on Amazon EFS, encrypted on the way and opened by the task's role."""
        self._volumes.add(volume)
        self.definition.add_volume(
            name=volume,
            efs_volume_configuration=ecs.EfsVolumeConfiguration(
                file_system_id=shared.file_system.file_system_id,
                transit_encryption="ENABLED",
                authorization_config=ecs.AuthorizationConfig(
                    access_point_id=shared.access_point.access_point_id, iam="ENABLED"
                ),
            ),
        )
        shared.grant_read_write(self.roles.task)

    def add_container(
        self,
        name: str,
        *,
        image: str,
        environment: Mapping[str, str],
        secrets: Mapping[str, ecs.Secret],
        mounts: Sequence[ecs.MountPoint],
        command: Sequence[str] | None,
        entry_point: Sequence[str] | None,
        user: str | None,
        port: int | None,
        health_check: ecs.HealthCheck | None,
        stop_timeout_seconds: int,
        before_seconds: int | None,
    ) -> ecs.ContainerDefinition:
        """`before_seconds`: it must end with success within that time, and all containers added later wait for it."""
        linux = ecs.LinuxParameters(self, f"{name}-linux", init_process_enabled=True)
        linux.drop_capabilities(ecs.Capability.ALL)
        container = self.definition.add_container(
            name,
            image=ecs.ContainerImage.from_registry(image),
            essential=before_seconds is None,
            environment=dict(environment),
            secrets=dict(secrets),
            command=None if command is None else list(command),
            entry_point=None if entry_point is None else list(entry_point),
            user=user,
            port_mappings=None if port is None else [ecs.PortMapping(container_port=port)],
            health_check=health_check,
            stop_timeout=Duration.seconds(stop_timeout_seconds),
            start_timeout=None if before_seconds is None else Duration.seconds(before_seconds),
            readonly_root_filesystem=True,
            linux_parameters=linux,
            logging=ecs.LogDrivers.aws_logs(
                log_group=self._log_group,
                stream_prefix=name,
                mode=ecs.AwsLogDriverMode.NON_BLOCKING,
                max_buffer_size=LOG_BUFFER,
            ),
        )
        self._allow_pull(container, image)
        container.add_mount_points(*mounts)
        if self._sessions is not None and before_seconds is None:
            container.add_mount_points(*agent_folders())
        for mount in container.mount_points:
            self._ensure_volume(mount.source_volume)
        for earlier in self._before:
            container.add_container_dependencies(
                ecs.ContainerDependency(container=earlier, condition=ecs.ContainerDependencyCondition.SUCCESS)
            )
        if before_seconds is not None:
            self._before.append(container)
        return container

    def _allow_pull(self, container: ecs.ContainerDefinition, image: str) -> None:
        if image not in self._images:
            self._images.add(image)
            allow_pull(self.roles.execution, image=image)
        Validations.of(container).acknowledge(
            Acknowledgment(id=MIRROR_NEEDS_POLICY, reason="allow_pull lets the execution role pull.")
        )

    def _ensure_volume(self, volume: str) -> None:
        """A volume that nothing provides is an empty folder that ends with the task."""
        if volume not in self._volumes:
            self._volumes.add(volume)
            self.definition.add_volume(name=volume)

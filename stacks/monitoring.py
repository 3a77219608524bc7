"""Alarms, notices, dashboard and whom they tell: each `watch_…` method adds the alarms and the row of one
thing.
"""

from collections.abc import Sequence

from aws_cdk import NestedStack
from aws_cdk import aws_backup as backup
from aws_cdk import aws_cloudwatch as cw
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_efs as efs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_logs as logs
from aws_cdk import aws_rds as rds
from aws_cdk import aws_sns as sns
from constructs import Construct

from applications.alarm_words import AlarmWords
from applications.open_webui_logs import LogPattern
from constructs.observability.actionable_alarm import Audience
from constructs.observability.alarm_topic import AlarmTopic
from constructs.observability.audit_trail import AuditTrail
from constructs.observability.backup_watch import BackupWatch
from constructs.observability.cache_watch import CacheWatch
from constructs.observability.cluster_watch import ClusterWatch
from constructs.observability.database_watch import DatabaseWatch
from constructs.observability.file_system_watch import FileSystemWatch
from constructs.observability.firewall_watch import FirewallWatch
from constructs.observability.load_balancer_watch import LoadBalancerWatch
from constructs.observability.log_watch import LogWatch
from constructs.observability.night_dashboard import NightDashboard
from constructs.observability.quiet_hours import QuietHours
from constructs.observability.service_watch import ServiceWatch
from constructs.observability.watch import Watch
from settings.cache import ServerlessCache
from settings.database import AuroraSettings
from settings.files import FileSettings
from settings.monitoring import MonitoringSettings
from settings.tasks import OfficeHours


class Monitoring(NestedStack):
    """`topic`: where alarms go. `dashboard`: rows in the order of the `watch_…` calls.

    Alarms on what stands around the tasks are in a nested stack of their own, `surroundings`: in one the
    template would be too long to read.

    Every alarm says what it means and what to do first, and names the heading of the runbook that says more.
    """

    topic: sns.ITopic
    dashboard: cw.Dashboard
    surroundings: NestedStack

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deployment: str,
        settings: MonitoringSettings,
        email: str,
        runbook: str,
        words: AlarmWords,
        keep_data: bool,
        office_hours: OfficeHours | None = None,
        topic_name: str | None = None,
    ) -> None:
        """`email` may be a parameter. `runbook`: page with a heading per alarm. `words`: the system's own.

        `deployment`: its name, for titles and for the namespace of metrics that are made of logs.
        `office_hours` left out: tasks always run. `topic_name`: for what publishes and is made before this stack.
        """
        super().__init__(scope, construct_id, description=f"{deployment}: alarms and dashboard")
        self.topic = AlarmTopic(self, "Topic", email=email, display_name=deployment, name=topic_name).topic
        self._deployment, self._words = deployment, words
        self._audience = Audience(
            topic=self.topic, runbook=runbook, quiet_hours=self._quiet_hours(office_hours)
        )
        self._watches: list[Watch] = []
        self._composites: list[cw.CompositeAlarm] = []
        self.dashboard = NightDashboard(
            self,
            "Dashboard",
            advice=words.dashboard.format(deployment=deployment, runbook=runbook),
            alarms=self._all_alarms,
        )
        self.surroundings = NestedStack(
            self,
            "Surroundings",
            description=f"{deployment}: alarms on what stands around {words.surroundings}",
        )
        if settings.audit_trail:
            AuditTrail(self, "AuditTrail", keep_data=keep_data)

    def watch_load_balancer(
        self, load_balancer: elbv2.ApplicationLoadBalancer, target_group: elbv2.ApplicationTargetGroup
    ) -> LoadBalancerWatch:
        """Errors, waiting and health as users meet them."""
        watch = LoadBalancerWatch(
            self,
            "LoadBalancer",
            audience=self._audience,
            load_balancer_full_name=load_balancer.load_balancer_full_name,
            target_group_full_name=target_group.target_group_full_name,
        )
        self._show(watch)
        return watch

    def watch_cluster(self, cluster_name: str, *, node_groups: Sequence[str]) -> None:
        """Pods without a node, nodes that do not start, and the Kubernetes API."""
        self._show(
            ClusterWatch(
                self.surroundings,
                "Cluster",
                audience=self._audience,
                cluster_name=cluster_name,
                node_groups=node_groups,
            )
        )

    def watch_firewall(self, metric_name: str) -> None:
        """Blocked requests of a web ACL, by the metric name in its visibility configuration."""
        self._show(
            FirewallWatch(
                self.surroundings,
                "Firewall",
                audience=self._audience,
                metric_name=metric_name,
                section=self._words.firewall,
            )
        )

    def watch_service(self, construct_id: str, service: ecs.IBaseService) -> ServiceWatch:
        """Tasks of a service: load, number, deployments. `construct_id`: its name in titles and e-mails."""
        watch = ServiceWatch(
            self,
            construct_id,
            audience=self._audience,
            cluster_name=service.cluster.cluster_name,
            service_name=service.service_name,
            service_arn=service.service_arn,
        )
        self._show(watch)
        return watch

    def watch_database(self, cluster: rds.IDatabaseCluster, settings: AuroraSettings) -> None:
        """Capacity, connections, memory, deadlocks, and the lag of a reader."""
        watch = DatabaseWatch(
            self.surroundings,
            "Database",
            audience=self._audience,
            cluster_identifier=cluster.cluster_identifier,
            min_capacity=settings.min_capacity,
            max_capacity=settings.max_capacity,
            reader=settings.reader,
            section=self._words.database,
            too_many_connections=self._words.too_many_connections,
        )
        self._show(watch)

    def watch_cache(self, cache_name: str, settings: ServerlessCache) -> None:
        """The cache's limits and what it refuses."""
        watch = CacheWatch(
            self.surroundings,
            "Cache",
            audience=self._audience,
            cache_name=cache_name,
            max_data_gb=settings.max_data_gb,
            max_ecpu_per_second=settings.max_ecpu_per_second,
            section=self._words.cache,
            full=self._words.cache_full,
            throttled=self._words.cache_throttled,
            old_login_of=self._words.old_login_of,
            old_login=self._words.old_login,
        )
        self._show(watch)

    def watch_file_system(self, file_system: efs.IFileSystem, settings: FileSettings) -> None:
        """Operations, and burst credits or throughput."""
        watch = FileSystemWatch(
            self.surroundings,
            "FileSystem",
            audience=self._audience,
            file_system_id=file_system.file_system_id,
            bursting=settings.throughput == "bursting",
            too_many_operations=self._words.too_many_operations,
            no_burst_credits=self._words.no_burst_credits,
            slow=self._words.slow_files,
        )
        self._show(watch)

    def watch_backup(self, vault: backup.IBackupVault, *, vault_name: str) -> None:
        """Jobs into a vault that a plan fills; copies and restores. `vault_name`: its physical name."""
        watch = BackupWatch(
            self.surroundings,
            "Backup",
            audience=self._audience,
            vault_name=vault_name,
            vault_arn=vault.backup_vault_arn,
            copy_failed=self._words.copy_failed,
        )
        self._show(watch)

    def watch_log_group(
        self, construct_id: str, log_group: logs.ILogGroup, patterns: Sequence[LogPattern] = ()
    ) -> None:
        """Error lines of any JSON log, and lines that mean something in particular."""
        watch = LogWatch(
            self,
            construct_id,
            audience=self._audience,
            log_group=log_group,
            metric_namespace=f"Pergola/{self._deployment}",
        )
        for each in patterns:
            watch.count(
                each.name,
                pattern=each.pattern,
                meaning=each.meaning,
                first_step=each.first_step,
                threshold=each.threshold,
                periods=1,
            )
        self._show(watch)

    def add_service_down(self, any_of: Sequence[cw.IAlarm]) -> None:
        """One alarm for "users get nothing", to be woken by."""
        alarm = cw.CompositeAlarm(
            self,
            "ServiceDown",
            alarm_rule=cw.AlarmRule.any_of(
                *(cw.AlarmRule.from_alarm(each, cw.AlarmState.ALARM) for each in any_of)
            ),
            alarm_description=self._audience.describe(
                "ServiceDown",
                meaning="Users get nothing: no task runs, or none answers.",
                first_step="open the dashboard and look which of the two it is, then read the service's "
                "events in the "
                "ECS console.",
            ),
        )
        assert isinstance(alarm.node.default_child, cw.CfnCompositeAlarm)
        alarm.node.default_child.add_property_deletion_override("AlarmName")  # the L2 makes a physical name
        self._audience.tell(alarm, needs_tasks=True)
        self._composites.append(alarm)

    def _quiet_hours(self, office_hours: OfficeHours | None) -> QuietHours | None:
        if office_hours is None:
            return None
        return QuietHours(
            self,
            "QuietHours",
            start=office_hours.start,
            stop=office_hours.stop,
            days=office_hours.days,
            timezone=office_hours.timezone,
        )

    def _show(self, watch: Watch) -> None:
        self.dashboard.add_widgets(*watch.row)
        self._watches.append(watch)

    def _all_alarms(self) -> list[cw.AlarmBase]:
        return [*self._composites, *(alarm for watch in self._watches for alarm in watch.alarms)]

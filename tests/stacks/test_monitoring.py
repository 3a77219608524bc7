"""Facts of the monitoring stack, one by one."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import Acknowledgment, App, CfnParameter, Stack, Validations
from aws_cdk import aws_backup as backup
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_efs as efs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_logs as logs
from aws_cdk import aws_rds as rds
from aws_cdk import aws_sns as sns
from aws_cdk.assertions import Template
from cdk_nag import AwsSolutionsChecks
from ruamel.yaml import YAML

from applications.open_webui_logs import FAILURES
from applications.open_webui_words import WORDS
from constructs.observability.actionable_alarm import Audience
from constructs.observability.audit_trail import AuditTrail
from settings.cache import CacheSettings
from settings.database import DatabaseSettings
from settings.files import FileSettings
from settings.monitoring import MonitoringSettings
from settings.tasks import OfficeHours
from stacks.monitoring import Monitoring

RUNBOOK = "docs/open-webui.md"
OWN_NAMESPACE = "Pergola/chat"
DOCUMENTED = YAML(typ="safe").load(Path(__file__).parent.parent / "data" / "documented_metrics.yaml")
OFFICE_HOURS = OfficeHours(start="08:00", stop="18:30", timezone="Europe/Berlin")
VARIANTS: dict[str, dict[str, Any]] = {
    "prod": {
        "database": DatabaseSettings(min_capacity=1, max_capacity=8, reader=True),
        "files": FileSettings(),
        "audit_trail": True,
    },
    "dev": {
        "database": DatabaseSettings(min_capacity=0, max_capacity=1),
        "files": FileSettings(throughput="bursting"),
        "office_hours": OFFICE_HOURS,
    },
}
Resource = Mapping[str, Any]


def everything(
    *,
    database: DatabaseSettings,
    files: FileSettings,
    office_hours: OfficeHours | None = None,
    audit_trail: bool = False,
) -> Monitoring:
    app = App()
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    stack = Stack(app, "Test")
    email = CfnParameter(stack, "AlarmEmail", default="ops@example.com")
    monitoring = Monitoring(
        stack,
        "Monitoring",
        deployment="chat",
        settings=MonitoringSettings(email="ops@example.com", audit_trail=audit_trail),
        email=email.value_as_string,
        runbook=RUNBOOK,
        words=WORDS,
        keep_data=True,
        office_hours=office_hours,
    )
    given = Given(Stack(app, "Given"))
    load_balancer = monitoring.watch_load_balancer(given.load_balancer, given.target_group)
    monitoring.watch_cluster("chat", node_groups=["general-1a2b"])
    monitoring.watch_firewall("chat-firewall")
    service = monitoring.watch_service("OpenWebUI", given.service)
    monitoring.add_service_down([load_balancer.no_healthy_task, service.no_running_task])
    monitoring.watch_database(given.database, database)
    monitoring.watch_cache("chat-cache", CacheSettings())
    monitoring.watch_file_system(given.file_system, files)
    vault = backup.BackupVault.from_backup_vault_name(given.stack, "Vault", "chat")
    monitoring.watch_backup(vault, vault_name="chat")
    monitoring.watch_log_group("Application", given.log_group, FAILURES)
    return monitoring


class Given:
    """What the other stacks hand to monitoring."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        Validations.of(stack).acknowledge(
            Acknowledgment(id="AwsSolutions-ELB2", reason="stands in for another stack")
        )
        vpc = ec2.Vpc.from_vpc_attributes(
            stack,
            "Vpc",
            vpc_id="vpc-0123456789abcdef0",
            availability_zones=["a", "b"],
            private_subnet_ids=["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
        )
        group = ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-1")
        subnets = ec2.SubnetSelection(subnets=vpc.private_subnets)
        self.load_balancer = elbv2.ApplicationLoadBalancer(
            stack, "LoadBalancer", vpc=vpc, vpc_subnets=subnets
        )
        self.target_group = elbv2.ApplicationTargetGroup(
            stack, "Targets", vpc=vpc, port=8080, target_type=elbv2.TargetType.IP
        )
        cluster = ecs.Cluster.from_cluster_attributes(stack, "Cluster", cluster_name="chat", vpc=vpc)
        self.service = ecs.FargateService.from_fargate_service_attributes(
            stack, "Service", cluster=cluster, service_name="open-webui"
        )
        self.database = rds.DatabaseCluster.from_database_cluster_attributes(
            stack, "Database", cluster_identifier="chat-database"
        )
        self.file_system = efs.FileSystem.from_file_system_attributes(
            stack, "Files", file_system_id="fs-12345678", security_group=group
        )
        self.log_group = logs.LogGroup.from_log_group_name(stack, "Log", "chat-application")


@cache
def templates(variant: str) -> tuple[Template, Template]:
    """Of the stack, and of the one inside it that watches what stands around the tasks."""
    monitoring = everything(**VARIANTS[variant])
    return Template.from_stack(monitoring), Template.from_stack(monitoring.surroundings)


def resources(variant: str, kind: str) -> dict[str, Resource]:
    return {
        name: resource
        for template in templates(variant)
        for name, resource in template.find_resources(kind).items()
    }


def alarms(variant: str) -> dict[str, Resource]:
    """Metric and composite alarms, by what they are called in the runbook."""
    found = {}
    for kind in ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"):
        for resource in resources(variant, kind).values():
            anchor = resource["Properties"]["AlarmDescription"].rsplit("#", 1)[1]
            found[anchor] = resource["Properties"]
    assert found, "what is said of each alarm is said of some"
    return found


def single_metrics(alarm: Resource) -> Iterator[Resource]:
    if "Namespace" in alarm:
        yield alarm
    for query in alarm.get("Metrics", []):
        if "MetricStat" in query:
            yield query["MetricStat"]["Metric"]


def undocumented(namespace: str, metric: str, dimensions: list[str]) -> str | None:
    sets = DOCUMENTED.get(namespace, {"metrics": {}})["metrics"].get(metric)
    if sets is None:
        return f"{namespace} documents no metric {metric}"
    if sorted(dimensions) not in [sorted(each) for each in sets]:
        return f"{namespace} {metric} is documented by {sets}, not by {dimensions}"
    return None


def all_alarms() -> list[tuple[str, str]]:
    return [(variant, name) for variant in VARIANTS for name in alarms(variant)]


def substituted(body: Resource) -> tuple[str, Resource]:
    """Text and variables of a `Fn::Sub`."""
    sub = body["Fn::Sub"]
    return (sub, {}) if isinstance(sub, str) else (sub[0], sub[1])


def dashboard(variant: str) -> dict[str, Any]:
    [resource] = resources(variant, "AWS::CloudWatch::Dashboard").values()
    body = resource["Properties"]["DashboardBody"]
    loaded: dict[str, Any] = json.loads(re.sub(r"\$\{[^}]*\}", "TOKEN", substituted(body)[0]))
    return loaded


def statements(variant: str, principal: str) -> list[Resource]:
    [policy] = resources(variant, "AWS::SNS::TopicPolicy").values()
    return [
        statement
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Principal"] == {"Service": principal}
    ]


# --- alarms


@pytest.mark.row("C5")
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_alarm_tells_the_topic_when_it_starts_and_when_it_ends(variant: str) -> None:
    for name, alarm in alarms(variant).items():
        assert alarm["AlarmActions"] == alarm["OKActions"], name
        assert "Topic" in alarm["AlarmActions"][0]["Ref"], name


@pytest.mark.row("C5", "F7")
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_description_says_what_is_wrong_and_what_to_do_first(variant: str) -> None:
    for name, alarm in alarms(variant).items():
        meaning, step = alarm["AlarmDescription"].split(" First: ")
        step, link = step.split(" Then: ")
        assert meaning[0].isupper(), name
        assert meaning.rstrip(")").endswith("."), name
        assert len(step.split()) >= 5, name
        assert step.endswith("."), name
        assert link == f"{RUNBOOK}#{name}", name


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_description_fits_into_cloudwatch(variant: str) -> None:
    assert max(len(alarm["AlarmDescription"]) for alarm in alarms(variant).values()) <= 1024


def test_a_description_that_is_too_long_is_refused() -> None:
    topic = sns.Topic.from_topic_arn(Stack(), "Topic", "arn:aws:sns:us-east-1:111122223333:alarms")
    audience = Audience(topic=topic, runbook=RUNBOOK)
    with pytest.raises(ValueError, match="1024"):
        audience.describe("Long", meaning="x" * 1024, first_step="y")


@pytest.mark.parametrize("variant", VARIANTS)
def test_no_alarm_has_a_physical_name(variant: str) -> None:
    assert not [name for name, alarm in alarms(variant).items() if "AlarmName" in alarm]


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_metric_alarm_says_what_missing_data_mean(variant: str) -> None:
    said = {a.get("TreatMissingData") for a in alarms(variant).values() if "AlarmRule" not in a}
    assert said == {"breaching", "notBreaching"}


@pytest.mark.row("F7")
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_metric_of_an_alarm_is_documented_by_its_service(variant: str) -> None:
    wrong = [
        problem
        for alarm in alarms(variant).values()
        for metric in single_metrics(alarm)
        if metric["Namespace"] != OWN_NAMESPACE
        and (
            problem := undocumented(
                metric["Namespace"], metric["MetricName"], [each["Name"] for each in metric["Dimensions"]]
            )
        )
    ]
    assert wrong == []


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_metric_of_our_own_is_made_by_a_metric_filter(variant: str) -> None:
    made = {
        transformation["MetricName"]
        for resource in resources(variant, "AWS::Logs::MetricFilter").values()
        for transformation in resource["Properties"]["MetricTransformations"]
        if transformation["MetricNamespace"] == OWN_NAMESPACE
    }
    read = {
        metric["MetricName"]
        for alarm in alarms(variant).values()
        for metric in single_metrics(alarm)
        if metric["Namespace"] == OWN_NAMESPACE
    }
    assert read == made


def test_every_namespace_names_the_source_of_its_documentation() -> None:
    assert [name for name, entry in DOCUMENTED.items() if not entry.get("source")] == []


@pytest.mark.row("F7")
@pytest.mark.parametrize(
    "name",
    [
        "taskcpu",
        "taskmemory",
        "applicationerrors",
        "loadbalancererrors",
        "slowresponses",
        "unhealthytask",
        "nohealthytask",
        "norunningtask",
        "databasecapacity",
        "databaseconnections",
        "databasememory",
        "databasedeadlocks",
        "databasereplicalag",
        "cachedata",
        "cacherequests",
        "cachethrottled",
        "fileoperations",
        "filethroughput",
        "backupfailed",
        "backupmissing",
        "blockedrequests",
        "logerrors",
        "migrationfailed",
        "signinfailed",
    ],
)
def test_production_has_the_alarm(name: str) -> None:
    assert name in alarms("prod")


@pytest.mark.row("F7")
def test_who_wakes_for_the_firewall_is_sent_to_its_log() -> None:
    assert "aws-waf-logs-" in alarms("prod")["blockedrequests"]["AlarmDescription"]


@pytest.mark.row("F7")
def test_latency_is_watched_at_the_95th_percentile_and_not_for_a_few_requests() -> None:
    alarm = alarms("prod")["slowresponses"]
    assert (alarm["ExtendedStatistic"], alarm["EvaluateLowSampleCountPercentile"]) == ("p95", "ignore")


@pytest.mark.row("F7")
def test_errors_are_watched_as_a_share_of_requests() -> None:
    [expression] = [
        q["Expression"] for q in alarms("prod")["applicationerrors"]["Metrics"] if "Expression" in q
    ]
    assert expression == "IF(requests >= 20, 100 * FILL(errors, 0) / requests, 0)"


@pytest.mark.row("F7")
def test_running_tasks_are_counted_without_container_insights() -> None:
    alarm = alarms("dev")["norunningtask"]
    assert (alarm["MetricName"], alarm["Statistic"], alarm["Period"]) == ("CPUUtilization", "SampleCount", 60)


@pytest.mark.row("F7")
@pytest.mark.parametrize("name", ["norunningtask", "nohealthytask", "backupmissing"])
def test_silence_is_an_alarm_where_something_has_to_report(name: str) -> None:
    assert alarms("prod")[name]["TreatMissingData"] == "breaching"


@pytest.mark.row("F7")
def test_burst_credits_are_watched_only_where_throughput_bursts() -> None:
    assert "fileburstcredits" in alarms("dev")
    assert "fileburstcredits" not in alarms("prod")


def test_replica_lag_is_watched_only_where_there_is_a_reader() -> None:
    assert "databasereplicalag" not in alarms("dev")


def test_the_database_is_watched_by_the_role_of_the_writer_not_by_an_instance() -> None:
    dimensions = {each["Name"]: each["Value"] for each in alarms("prod")["databasecapacity"]["Dimensions"]}
    assert dimensions["Role"] == "WRITER"


@pytest.mark.parametrize(("variant", "limit"), [("dev", 151), ("prod", 1209)])
def test_connections_are_measured_against_what_the_capacity_allows(variant: str, limit: int) -> None:
    assert alarms(variant)["databaseconnections"]["Threshold"] == limit


def test_a_paused_database_has_memory_enough() -> None:
    [expression] = [q["Expression"] for q in alarms("dev")["databasememory"]["Metrics"] if "Expression" in q]
    assert expression == "IF(capacity > 0, 100 * memory / 2147483648, 100)"


@pytest.mark.row("F7")
def test_service_down_is_one_alarm_over_no_running_and_no_healthy_task() -> None:
    rule = json.dumps(alarms("prod")["servicedown"]["AlarmRule"])
    assert rule.count("ALARM(") == 2
    assert "NoHealthyTask" in rule
    assert "NoRunningTask" in rule


# --- office hours


@pytest.mark.row("C11", "F7")
def test_outside_office_hours_no_task_is_no_alarm() -> None:
    for rule in resources("dev", "AWS::CloudWatch::AlarmMuteRule").values():
        muted = json.dumps(rule["Properties"]["MuteTargets"])
        assert all(name in muted for name in ("NoRunningTask", "NoHealthyTask", "ServiceDown"))


@pytest.mark.row("C11")
def test_alarms_that_mean_something_without_tasks_are_never_muted() -> None:
    rules = json.dumps(resources("dev", "AWS::CloudWatch::AlarmMuteRule"))
    assert not [name for name in ("DatabaseCapacity", "BackupFailed", "FileOperations") if name in rules]


@pytest.mark.row("C11")
def test_mute_rules_cover_nights_and_weekends_in_the_time_zone_of_the_office() -> None:
    found = resources("dev", "AWS::CloudWatch::AlarmMuteRule").values()
    schedules = [rule["Properties"]["Rule"]["Schedule"] for rule in found]
    assert {each["Timezone"] for each in schedules} == {"Europe/Berlin"}
    assert {each["Expression"]: each["Duration"] for each in schedules} == {
        "cron(0 0 * * MON,TUE,WED,THU,FRI)": "PT8H15M",
        "cron(30 18 * * MON,TUE,WED,THU,FRI)": "PT6H30M",
        "cron(0 0 * * SAT,SUN)": "P1DT1H",
    }


def test_without_office_hours_nothing_is_muted() -> None:
    assert len(resources("prod", "AWS::CloudWatch::AlarmMuteRule")) == 0


# --- topic


@pytest.mark.row("C5")
def test_alarms_go_to_the_address_that_is_given() -> None:
    [subscription] = resources("prod", "AWS::SNS::Subscription").values()
    assert subscription["Properties"]["Protocol"] == "email"
    assert "AlarmEmail" in subscription["Properties"]["Endpoint"]["Ref"]


@pytest.mark.row("C3")
def test_the_topic_is_encrypted_with_a_key_of_this_stack() -> None:
    [topic] = resources("prod", "AWS::SNS::Topic").values()
    assert topic["Properties"]["KmsMasterKeyId"]["Fn::GetAtt"][0].startswith("TopicKey")


@pytest.mark.row("C3")
def test_the_topic_refuses_what_comes_without_tls() -> None:
    [policy] = resources("prod", "AWS::SNS::TopicPolicy").values()
    denied = [s for s in policy["Properties"]["PolicyDocument"]["Statement"] if s["Effect"] == "Deny"]
    assert [s["Condition"] for s in denied] == [{"Bool": {"aws:SecureTransport": "false"}}]


def test_cloudwatch_publishes_only_for_alarms_of_this_account() -> None:
    [statement] = statements("prod", "cloudwatch.amazonaws.com")
    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    assert "alarm:*" in json.dumps(statement["Condition"]["ArnLike"])


def test_eventbridge_publishes_without_a_condition_which_would_drop_every_notice() -> None:
    [statement] = statements("prod", "events.amazonaws.com")
    assert "Condition" not in statement


@pytest.mark.parametrize("service", ["cloudwatch.amazonaws.com", "events.amazonaws.com"])
def test_who_publishes_may_use_the_key(service: str) -> None:
    keys = resources("prod", "AWS::KMS::Key")
    [key] = [key for name, key in keys.items() if name.startswith("TopicKey")]
    allowed = [s["Principal"] for s in key["Properties"]["KeyPolicy"]["Statement"]]
    assert {"Service": service} in allowed


# --- notices


@pytest.mark.row("F7")
@pytest.mark.parametrize(
    ("detail_type", "detail"),
    [
        ("Backup Job State Change", {"backupVaultName": ["chat"], "state": ["EXPIRED", "ABORTED"]}),
        ("Restore Job State Change", {"status": ["FAILED", "ABORTED"]}),
    ],
)
def test_what_only_an_event_tells_is_sent_to_the_topic(detail_type: str, detail: dict[str, Any]) -> None:
    rules = [rule["Properties"] for rule in resources("prod", "AWS::Events::Rule").values()]
    [rule] = [rule for rule in rules if rule["EventPattern"]["detail-type"] == [detail_type]]
    assert rule["EventPattern"]["detail"] == detail
    assert "Topic" in json.dumps(rule["Targets"][0]["Arn"])


@pytest.mark.row("F7")
def test_a_deployment_that_fails_and_tasks_that_do_not_start_are_told() -> None:
    rules = [rule["Properties"] for rule in resources("prod", "AWS::Events::Rule").values()]
    [rule] = [rule for rule in rules if rule["EventPattern"]["source"] == ["aws.ecs"]]
    assert rule["EventPattern"]["detail-type"] == ["ECS Deployment State Change", "ECS Service Action"]
    assert rule["EventPattern"]["detail"]["eventName"] == [
        "SERVICE_DEPLOYMENT_FAILED",
        "SERVICE_TASK_START_IMPAIRED",
        "SERVICE_TASK_PLACEMENT_FAILURE",
    ]


@pytest.mark.row("C6")
def test_a_node_that_does_not_start_is_told_for_this_cluster() -> None:
    rules = resources("prod", "AWS::Events::Rule").values()
    [pattern] = [
        each["Properties"]["EventPattern"]
        for each in rules
        if each["Properties"]["EventPattern"]["source"] == ["aws.autoscaling"]
    ]
    assert pattern["detail"] == {"AutoScalingGroupName": [{"prefix": "eks-general-1a2b-"}]}
    assert pattern["detail-type"] == ["EC2 Instance Launch Unsuccessful"]


def test_a_copy_that_fails_is_told_for_this_vault() -> None:
    rules = [rule["Properties"] for rule in resources("prod", "AWS::Events::Rule").values()]
    [rule] = [rule for rule in rules if rule["EventPattern"]["detail-type"] == ["Copy Job State Change"]]
    assert "backup-vault:chat" in json.dumps(rule["EventPattern"]["detail"]["sourceBackupVaultArn"])


def test_every_notice_says_what_to_do_first() -> None:
    for rule in resources("prod", "AWS::Events::Rule").values():
        assert " First: " in rule["Properties"]["Targets"][0]["InputTransformer"]["InputTemplate"]


# --- logs


@pytest.mark.row("C5", "F7")
def test_lines_of_level_error_are_counted_as_open_webui_and_litellm_write_them() -> None:
    patterns = [
        resource["Properties"]["FilterPattern"]
        for resource in resources("prod", "AWS::Logs::MetricFilter").values()
    ]
    assert any('$.level = "error"' in p and '$.level = "ERROR"' in p for p in patterns)


@pytest.mark.row("F7")
def test_the_migration_pattern_finds_what_the_preparing_container_writes() -> None:
    source = (Path(__file__).parents[2] / "assets" / "ecs" / "prepare.py").read_text()
    assert '"caller": "prepare"' in source
    assert 'log("error",' in source


# --- dashboard


@pytest.mark.row("C5", "F7")
@pytest.mark.parametrize("variant", VARIANTS)
def test_the_dashboard_starts_with_what_to_do_and_the_state_of_every_alarm(variant: str) -> None:
    text, overview = dashboard(variant)["widgets"][:2]
    assert (text["type"], overview["type"]) == ("text", "alarm")
    assert (text["y"], overview["y"], overview["x"]) == (0, 0, text["width"])
    assert len(overview["properties"]["alarms"]) == len(alarms(variant))


@pytest.mark.parametrize("variant", VARIANTS)
def test_widgets_of_the_dashboard_do_not_overlap(variant: str) -> None:
    cells = [
        (x, y)
        for widget in dashboard(variant)["widgets"]
        for x in range(widget["x"], widget["x"] + widget["width"])
        for y in range(widget["y"], widget["y"] + widget["height"])
    ]
    assert len(cells) == len(set(cells))


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_metric_on_the_dashboard_is_documented(variant: str) -> None:
    wrong = []
    for widget in dashboard(variant)["widgets"]:
        for entry in widget["properties"].get("metrics", []):
            namespaced = [part for part in entry if isinstance(part, str)]
            if namespaced and namespaced[0] != OWN_NAMESPACE:
                namespace, metric, *dimensions = namespaced
                wrong.append(undocumented(namespace, metric, dimensions[::2]))
    assert len(wrong) > 20
    assert [problem for problem in wrong if problem] == []


@pytest.mark.row("F7")
def test_the_last_row_of_the_dashboard_shows_the_newest_errors() -> None:
    last = dashboard("prod")["widgets"][-1]
    assert last["type"] == "log"
    assert "sort @timestamp desc" in last["properties"]["query"]


# --- audit trail


@pytest.mark.row("C5")
def test_a_trail_is_made_only_by_setting() -> None:
    assert len(resources("prod", "AWS::CloudTrail::Trail")) == 1
    assert len(resources("dev", "AWS::CloudTrail::Trail")) == 0


@pytest.mark.row("C3")
def test_the_trail_is_encrypted_and_its_files_are_signed() -> None:
    [trail] = resources("prod", "AWS::CloudTrail::Trail").values()
    assert trail["Properties"]["KMSKeyId"]["Fn::GetAtt"][0].startswith("AuditTrailKey")
    assert trail["Properties"]["EnableLogFileValidation"] is True


@cache
def trail_of_a_deployment_that_goes() -> Mapping[str, Any]:
    stack = Stack(App(), "Test")
    AuditTrail(stack, "AuditTrail", keep_data=False)
    found: Mapping[str, Any] = Template.from_stack(stack).to_json()["Resources"]
    return found


@pytest.mark.row("C3")
def test_the_trails_key_encrypts_the_log_of_what_empties_its_bucket() -> None:
    found = trail_of_a_deployment_that_goes()
    [log] = [each for each in found.values() if each["Type"] == "AWS::Logs::LogGroup"]
    key = found[log["Properties"]["KmsKeyId"]["Fn::GetAtt"][0]]
    assert "EncryptLogGroups" in [each.get("Sid") for each in key["Properties"]["KeyPolicy"]["Statement"]]


@pytest.mark.row("C8")
@pytest.mark.parametrize("kind", ["AWS::CloudTrail::Trail", "AWS::S3::BucketPolicy"])
def test_a_trail_writes_nothing_into_the_bucket_that_was_emptied(kind: str) -> None:
    found = trail_of_a_deployment_that_goes()
    [emptied] = [name for name, each in found.items() if each["Type"] == "Custom::EmptyBucket"]
    [waiting] = [each for each in found.values() if each["Type"] == kind]
    assert emptied in waiting["DependsOn"]


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_dashboard_refers_only_to_what_the_template_has(variant: str) -> None:
    written = templates(variant)[0].to_json()
    known = {*written["Resources"], *written.get("Parameters", {}), "AWS::Region"}
    [resource] = resources(variant, "AWS::CloudWatch::Dashboard").values()
    text, variables = substituted(resource["Properties"]["DashboardBody"])
    named = re.findall(r"\$\{([^}.]*)[^}]*\}", text)
    assert len(named) > 20
    assert set(named) <= known | set(variables)


def test_a_metric_or_dimension_that_the_table_does_not_know_is_found() -> None:
    assert undocumented("AWS/EFS", "NoSuchMetric", ["FileSystemId"]) is not None
    assert undocumented("AWS/EFS", "PercentIOLimit", ["FileSystem"]) is not None

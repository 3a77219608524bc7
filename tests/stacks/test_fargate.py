"""Facts of the nested stack `fargate`, made for Open WebUI as its system makes it."""

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from aws_cdk import App, Aws, CfnParameter, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_secretsmanager as sm
from aws_cdk.assertions import Template

from applications import litellm, open_webui
from applications.open_webui_environment import DatabaseAddress, OpenIdProvider, Uploads, environment
from settings.application import ApplicationSettings
from settings.cache import CacheSettings
from settings.database import DatabaseSettings
from settings.files import FileSettings
from settings.litellm import BedrockModel, LiteLLMSettings
from settings.tasks import OfficeHours, TaskSettings
from stacks.fargate import Fargate
from stacks.storage import Storage

MODELS = LiteLLMSettings(
    models=(
        BedrockModel(name="sonnet", model_id="us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
        BedrockModel(name="titan", model_id="amazon.titan-embed-text-v2:0", embedding=True),
    )
)
VARIANTS: dict[str, tuple[TaskSettings, ApplicationSettings]] = {
    "small": (
        TaskSettings(cpu=512, memory_mib=1024, max_tasks=1, spot=True, container_insights=False),
        ApplicationSettings(),
    ),
    "full": (
        TaskSettings(
            min_tasks=2,
            execute_command=True,
            office_hours=OfficeHours(start="07:30", stop="19:00", timezone="Europe/Berlin"),
        ),
        ApplicationSettings(
            registry="123456789012.dkr.ecr.eu-west-1.amazonaws.com/mirror",
            openai_urls=("https://api.openai.com/v1",),
            litellm=MODELS,
            embedding={"model": "titan"},
        ),
    ),
}
REPLICA = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:session-abcdef"


@dataclass(frozen=True)
class Synthesized:
    """The template, read by what it says."""

    fargate: Template

    def all(self, kind: str) -> dict[str, dict[str, Any]]:
        return {name: dict(resource) for name, resource in self.fargate.find_resources(kind).items()}

    def one(self, kind: str, with_text: str = "") -> dict[str, Any]:
        [found] = [r for r in self.all(kind).values() if with_text in json.dumps(r)]
        return dict(found["Properties"])

    @property
    def task(self) -> dict[str, Any]:
        return self.one("AWS::ECS::TaskDefinition", "open-webui/open-webui")

    def container(self, name: str) -> dict[str, Any]:
        [found] = [c for c in self.task["ContainerDefinitions"] if c["Name"] == name]
        return dict(found)

    def statements(self, role: str) -> list[dict[str, Any]]:
        """What the policies of the role with this description part allow."""
        [role_id] = [
            k for k, r in self.all("AWS::IAM::Role").items() if role in r["Properties"].get("Description", "")
        ]
        return [
            statement
            for policy in self.all("AWS::IAM::Policy").values()
            if {"Ref": role_id} in policy["Properties"]["Roles"]
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        ]


@cache
def synthesized(variant: str) -> Synthesized:
    tasks, application = VARIANTS[variant]
    app = App()
    root = Stack(app, "Test")
    vpc = ec2.Vpc(root, "Vpc")
    group = ec2.SecurityGroup(root, "Group", vpc=vpc)
    closed = ec2.SecurityGroup.from_security_group_id(root, "Closed", group.security_group_id, mutable=False)
    balancer = elb.ApplicationLoadBalancer(root, "Balancer", vpc=vpc, security_group=closed)
    targets = elb.ApplicationTargetGroup(root, "Targets", vpc=vpc, port=8080, target_type=elb.TargetType.IP)
    balancer.add_listener("Listener", port=80, default_target_groups=[targets], open=False)
    tag = CfnParameter(root, "ImageTag", default=application.image_tag)
    number = {
        name: CfnParameter(root, name, type="Number", default=1).value_as_number
        for name in ("Cpu", "Memory", "Min", "Max")
    }
    given = tasks.model_copy(
        update={
            "cpu": number["Cpu"],
            "memory_mib": number["Memory"],
            "min_tasks": number["Min"],
            "max_tasks": number["Max"],
        }
    )
    retention = int(CfnParameter(root, "Retention", type="Number", default=90).value_as_number)
    application = application.model_copy(update={"image_tag": tag.value_as_string})
    full = variant == "full"

    storage = Storage(root, "Storage", keep_data=full)
    files = storage.add_file_system(
        "Files", vpc=vpc, security_group=closed, settings=FileSettings(), path="/open-webui"
    )
    database = storage.add_database(
        "Database", vpc=vpc, security_group=closed, settings=DatabaseSettings(), database_name="openwebui"
    )
    secrets: dict[str, sm.ISecret] = {
        "database": database.secret,
        "sign-in": sm.Secret(root, "SignIn"),
    }
    buckets = {}
    if full:
        cache_store = storage.add_cache("Cache", vpc=vpc, security_group=closed, settings=CacheSettings())
        secrets["cache"] = cache_store.secret
        buckets["uploads"] = storage.add_bucket(
            "Uploads", infrequent_access_after_days=90, noncurrent_version_days=30
        )
    fargate = Fargate(root, "Fargate", vpc=vpc, settings=given, log_retention_days=retention, keep_data=full)
    secrets |= {
        "session-key": fargate.add_key(
            "SessionKey",
            field="key",
            description="Signs sessions",
            replicas={
                "eu-west-1": "arn:aws:kms:eu-west-1:123456789012:key/12345678-1234-1234-1234-123456789012"
            }
            if full
            else None,
        ),
        "token-key": fargate.add_key(
            "TokenKey",
            field="key",
            description="Encrypts tokens",
            replica_of_primary=None if full else REPLICA,
        ),
        "admin": fargate.add_key("Admin", field="password", description="First administrator"),
        "model-keys": fargate.add_empty_secret(
            "ModelKeys",
            name="test/model-keys",
            fields=("openai_api_keys", "embedding_api_key"),
            description="Keys of model back ends",
        ),
    }
    if application.litellm is not None:
        secrets["litellm"] = fargate.add_key("LiteLLMKey", field="key", description="Opens LiteLLM")
        fargate.add_model_proxy(
            "LiteLLM",
            containers=litellm.containers(application.litellm, registry=application.registry),
            secrets=secrets,
            security_group=closed,
            cpu=application.litellm.cpu,
            memory_mib=application.litellm.memory_mib,
            host=litellm.HOST,
            domain="test.internal",
            model_ids=[model.model_id for model in application.litellm.models],
        )
    variables = environment(
        application,
        origin="https://chat.example.com",
        secure=True,
        cached=full,
        idle_timeout_seconds=3600,
        database=DatabaseAddress(host=database.host, port=database.port, name=database.name),
        provider=OpenIdProvider(
            discovery_url="https://idp.example.com/.well-known",
            client_id="client",
            sign_out_url="https://idp.example.com/logout",
        ),
        litellm_url=litellm.url("test.internal") if application.litellm else None,
        uploads=Uploads(bucket=buckets["uploads"].bucket_name, region=Aws.REGION) if full else None,
    )
    snapshot = fargate.add_upgrade_snapshot(
        "UpgradeSnapshot", database=database, image=open_webui.image(application), deployment="test"
    )
    service = fargate.add_service(
        "OpenWebUI",
        containers=open_webui.containers(
            application, environment=variables, certificate_pem=fargate.certificate_pem
        ),
        secrets=secrets,
        security_group=closed,
        target_group=targets,
        files={open_webui.FILES: files},
        buckets=buckets,
        after=[database.ready, snapshot],
    )
    if full:
        fargate.add_rotation("Rotation", days=30, database=database, service=service)
    return Synthesized(fargate=Template.from_stack(fargate))


BOTH = pytest.mark.parametrize("variant", VARIANTS)


@BOTH
@pytest.mark.row("F6")
def test_two_versions_never_run_at_once(variant: str) -> None:
    service = synthesized(variant).one("AWS::ECS::Service", "open-webui")
    deployment = service["DeploymentConfiguration"]
    assert (deployment["MinimumHealthyPercent"], deployment["MaximumPercent"]) == (0, 100)
    assert service["AvailabilityZoneRebalancing"] == "DISABLED"


@BOTH
@pytest.mark.row("F6")
def test_a_deployment_that_fails_is_rolled_back(variant: str) -> None:
    breaker = synthesized(variant).one("AWS::ECS::Service", "open-webui")["DeploymentConfiguration"]
    assert breaker["DeploymentCircuitBreaker"] == {"Enable": True, "Rollback": True}


@BOTH
@pytest.mark.row("F6")
def test_one_container_migrates_and_the_application_waits_for_its_success(variant: str) -> None:
    made = synthesized(variant)
    prepare, application = made.container("prepare"), made.container("open-webui")
    assert (prepare["Essential"], prepare["StartTimeout"] <= 120) == (False, True)
    assert application["DependsOn"] == [{"ContainerName": "prepare", "Condition": "SUCCESS"}]
    assert {"Name": "ENABLE_DB_MIGRATIONS", "Value": "false"} in application["Environment"]


@BOTH
def test_no_update_undoes_what_scaling_decided(variant: str) -> None:
    assert "DesiredCount" not in synthesized(variant).one("AWS::ECS::Service", "open-webui")


@BOTH
@pytest.mark.row("F6")
def test_a_changed_image_takes_a_snapshot_before_tasks_change(variant: str) -> None:
    made = synthesized(variant)
    [(snapshot_id, snapshot)] = made.all("Custom::ClusterSnapshot").items()
    image = json.dumps(snapshot["Properties"]["Image"])
    assert "ImageTag" in image
    assert image == json.dumps(made.container("open-webui")["Image"])
    [service] = [r for r in made.all("AWS::ECS::Service").values() if "open-webui" in json.dumps(r)]
    assert snapshot_id in service["DependsOn"]


@BOTH
@pytest.mark.row("C4")
def test_every_secret_is_read_by_arn_and_json_key(variant: str) -> None:
    names = set()
    for task in synthesized(variant).all("AWS::ECS::TaskDefinition").values():
        for container in task["Properties"]["ContainerDefinitions"]:
            for secret in container.get("Secrets", []):
                source = secret["ValueFrom"]
                text = source if isinstance(source, str) else source["Fn::Join"][1][-1]
                assert re.search(r":[a-z_]+::$", text), secret
                names.add(secret["Name"])
    assert {"DATABASE_PASSWORD", "WEBUI_SECRET_KEY", "OAUTH_CLIENT_SECRET", "WEBUI_ADMIN_PASSWORD"} <= names


@BOTH
@pytest.mark.row("F8")
def test_a_restored_database_changes_the_task_so_that_new_ones_start(variant: str) -> None:
    for name in ("prepare", "open-webui"):
        container = synthesized(variant).container(name)
        plain = {each["Name"]: each["Value"] for each in container["Environment"]}
        assert "EndpointAddress" in plain["DATABASE_HOST"]["Ref"]
        assert (plain["DATABASE_PORT"], plain["DATABASE_NAME"]) == ("5432", "openwebui")
        hidden = {each["Name"] for each in container["Secrets"] if each["Name"].startswith("DATABASE_")}
        assert hidden == {"DATABASE_USER", "DATABASE_PASSWORD"}


@BOTH
@pytest.mark.row("C4")
def test_no_plain_variable_refers_to_a_secret(variant: str) -> None:
    for task in synthesized(variant).all("AWS::ECS::TaskDefinition").values():
        for container in task["Properties"]["ContainerDefinitions"]:
            for variable in container["Environment"]:
                assert "resolve:secretsmanager" not in json.dumps(variable)
                assert not re.search(r"(PASSWORD|SECRET|_KEYS?|REDIS_URL)$", variable["Name"])


@BOTH
def test_the_task_definition_is_smaller_than_ecs_takes(variant: str) -> None:
    certificates = synthesized(variant).fargate.to_json()["Mappings"].values()
    longest = max(len(pem["Pem"]) for by_region in certificates for pem in by_region.values())
    assert len(json.dumps(synthesized(variant).task)) + longest < 64 * 1024


@BOTH
@pytest.mark.row("F6")
def test_every_container_has_a_read_only_root_and_no_capability(variant: str) -> None:
    for task in synthesized(variant).all("AWS::ECS::TaskDefinition").values():
        for container in task["Properties"]["ContainerDefinitions"]:
            assert container["ReadonlyRootFilesystem"] is True
            assert container["LinuxParameters"]["Capabilities"] == {"Drop": ["ALL"]}


@BOTH
@pytest.mark.row("F5")
def test_files_are_mounted_with_tls_and_iam_through_the_access_point(variant: str) -> None:
    [volume] = [v for v in synthesized(variant).task["Volumes"] if "EFSVolumeConfiguration" in v]
    efs = volume["EFSVolumeConfiguration"]
    assert (efs["TransitEncryption"], efs["AuthorizationConfig"]["IAM"]) == ("ENABLED", "ENABLED")
    assert "AccessPoint" in json.dumps(efs["AuthorizationConfig"]["AccessPointId"])
    assert "RootDirectory" not in efs


@BOTH
@pytest.mark.row("C3")
def test_the_certificate_is_chosen_by_the_region_of_the_stack(variant: str) -> None:
    [pem] = [
        v["Value"]
        for v in synthesized(variant).container("prepare")["Environment"]
        if v["Name"] == "RDS_CA_PEM"
    ]
    assert pem["Fn::FindInMap"][1:] == [{"Ref": "AWS::Region"}, "Pem"]


@BOTH
@pytest.mark.row("C3")
def test_every_log_group_of_tasks_is_encrypted_and_kept_as_the_parameter_says(variant: str) -> None:
    groups = {
        name: group["Properties"]
        for name, group in synthesized(variant).all("AWS::Logs::LogGroup").items()
        if re.match(r"(Application|Error|Session)Log", name)
    }
    assert len(groups) >= 2
    assert all(
        "KmsKeyId" in group and "Retention" in group["RetentionInDays"]["Ref"] for group in groups.values()
    )


@BOTH
@pytest.mark.row("C9")
def test_size_and_number_of_tasks_are_parameters(variant: str) -> None:
    made = synthesized(variant)
    target = made.one("AWS::ApplicationAutoScaling::ScalableTarget", "OpenWebUI")
    given = (made.task["Cpu"], made.task["Memory"], target["MinCapacity"], target["MaxCapacity"])
    assert all("Ref" in value for value in given)


@BOTH
@pytest.mark.row("F6")
def test_tasks_follow_cpu_at_70_and_memory_at_80_percent(variant: str) -> None:
    policies = synthesized(variant).all("AWS::ApplicationAutoScaling::ScalingPolicy").values()
    tracked = [policy["Properties"]["TargetTrackingScalingPolicyConfiguration"] for policy in policies]
    assert {
        metric["PredefinedMetricSpecification"]["PredefinedMetricType"]: metric["TargetValue"]
        for metric in tracked
    } == {"ECSServiceAverageCPUUtilization": 70, "ECSServiceAverageMemoryUtilization": 80}


@pytest.mark.row("C11")
@pytest.mark.parametrize("service", ["OpenWebUI", "LiteLLM"])
def test_outside_office_hours_no_task_runs(service: str) -> None:
    start, stop = synthesized("full").one("AWS::ApplicationAutoScaling::ScalableTarget", service)[
        "ScheduledActions"
    ]
    assert (start["Schedule"], stop["Schedule"]) == (
        "cron(30 7 ? * MON,TUE,WED,THU,FRI *)",
        "cron(0 19 ? * * *)",
    )
    assert stop["ScalableTargetAction"] == {"MinCapacity": 0, "MaxCapacity": 0}
    assert start["Timezone"] == stop["Timezone"] == "Europe/Berlin"


@pytest.mark.row("C11")
def test_litellm_is_one_task_whatever_the_load() -> None:
    target = synthesized("full").one("AWS::ApplicationAutoScaling::ScalableTarget", "LiteLLM")
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 1)
    assert "LiteLLM" not in json.dumps(synthesized("full").all("AWS::ApplicationAutoScaling::ScalingPolicy"))


@pytest.mark.row("C11")
def test_without_office_hours_nothing_is_scheduled() -> None:
    assert "ScheduledActions" not in synthesized("small").one("AWS::ApplicationAutoScaling::ScalableTarget")


@pytest.mark.parametrize(("variant", "provider"), [("small", "FARGATE_SPOT"), ("full", "FARGATE")])
@pytest.mark.row("C11")
def test_spot_is_a_setting(variant: str, provider: str) -> None:
    [strategy] = synthesized(variant).one("AWS::ECS::Service", "open-webui")["CapacityProviderStrategy"]
    assert strategy["CapacityProvider"] == provider


@pytest.mark.parametrize(("variant", "insights"), [("small", "disabled"), ("full", "enhanced")])
@pytest.mark.row("F6")
def test_container_insights_is_a_setting(variant: str, insights: str) -> None:
    [setting] = synthesized(variant).one("AWS::ECS::Cluster")["ClusterSettings"]
    assert setting["Value"] == insights


@pytest.mark.row("F6")
def test_execute_command_is_off_unless_set() -> None:
    small = synthesized("small")
    assert not small.one("AWS::ECS::Service", "open-webui").get("EnableExecuteCommand")
    assert "ssmmessages" not in json.dumps(small.statements("containers of OpenWebUI"))


def test_sessions_of_execute_command_are_logged_and_can_write_their_folders() -> None:
    full = synthesized("full")
    assert (
        full.one("AWS::ECS::Cluster")["Configuration"]["ExecuteCommandConfiguration"]["Logging"] == "OVERRIDE"
    )
    assert {"/managed-agents", "/var/lib/amazon/ssm", "/var/log/amazon/ssm"} <= {
        mount["ContainerPath"] for mount in full.container("open-webui")["MountPoints"]
    }


@BOTH
@pytest.mark.row("F6")
def test_the_execution_role_reads_named_secrets_alone(variant: str) -> None:
    statements = synthesized(variant).statements("start OpenWebUI")
    reading = [s for s in statements if "secretsmanager:GetSecretValue" in s["Action"]]
    assert reading
    assert all("Ref" in s["Resource"] or str(s["Resource"]).startswith("arn:") for s in reading)


@pytest.mark.row("F6")
def test_a_mirror_in_ecr_is_pulled_by_name() -> None:
    pulling = [
        s for s in synthesized("full").statements("start OpenWebUI") if "ecr:BatchGetImage" in s["Action"]
    ]
    assert [str(s["Resource"]["Fn::Join"][1][-1]) for s in pulling] == [
        ":ecr:eu-west-1:123456789012:repository/mirror/open-webui/open-webui"
    ]


def test_a_public_image_needs_no_permission() -> None:
    assert "ecr:" not in json.dumps(synthesized("small").statements("start OpenWebUI"))


@BOTH
@pytest.mark.row("F6")
def test_the_task_role_writes_files_through_its_access_point_alone(variant: str) -> None:
    [mounting] = [
        s
        for s in synthesized(variant).statements("containers of OpenWebUI")
        if "elasticfilesystem:ClientMount" in s["Action"]
    ]
    assert "elasticfilesystem:AccessPointArn" in mounting["Condition"]["StringEquals"]
    assert "elasticfilesystem:ClientRootAccess" not in mounting["Action"]


@pytest.mark.row("F6")
def test_the_task_role_reaches_uploads_in_their_folder_alone() -> None:
    [objects] = [
        s for s in synthesized("full").statements("containers of OpenWebUI") if "s3:PutObject" in s["Action"]
    ]
    assert objects["Resource"]["Fn::Join"][1][-1] == "/uploads/*"


@pytest.mark.row("F6")
def test_litellm_may_call_the_named_models_alone() -> None:
    statements = synthesized("full").statements("containers of LiteLLM")
    calling = [s for s in statements if "bedrock:InvokeModel" in s["Action"]]
    texts = [
        "".join(part if isinstance(part, str) else "*" for part in s["Resource"]["Fn::Join"][1])
        for s in calling
    ]
    assert texts == [
        "arn:*:bedrock:*::foundation-model/amazon.titan-embed-text-v2:0",
        "arn:*:bedrock:*:*:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "arn:*:bedrock:*::foundation-model/anthropic.claude-sonnet-4-5-20250929-v1:0",
    ]
    assert "bedrock:InferenceProfileArn" in calling[2]["Condition"]["StringEquals"]


@pytest.mark.row("F6")
def test_litellm_is_found_by_name_and_has_no_listener() -> None:
    full = synthesized("full")
    service = full.one("AWS::ECS::Service", "LiteLLM")
    assert "LoadBalancers" not in service
    assert len(service["ServiceRegistries"]) == 1
    assert full.one("AWS::ServiceDiscovery::Service")["Name"] == "litellm"


@pytest.mark.row("F9")
@pytest.mark.parametrize("name", ["SessionKey", "LiteLLMKey", "Admin"])
def test_generated_keys_have_64_letters_and_digits(name: str) -> None:
    [secret] = [
        s for k, s in synthesized("full").all("AWS::SecretsManager::Secret").items() if k.startswith(name)
    ]
    generated = secret["Properties"]["GenerateSecretString"]
    assert (generated["PasswordLength"], generated["ExcludePunctuation"]) == (64, True)


@BOTH
@pytest.mark.row("C4")
def test_what_people_put_into_the_model_keys_is_never_overwritten(variant: str) -> None:
    secret = synthesized(variant).one("AWS::SecretsManager::Secret", "test/model-keys")
    assert secret["SecretString"] == '{"openai_api_keys":"","embedding_api_key":""}'


@pytest.mark.row("C7")
def test_a_key_is_replicated_to_the_standby_and_read_there() -> None:
    [replica] = synthesized("full").one("AWS::SecretsManager::Secret", "Signs sessions")["ReplicaRegions"]
    assert replica["Region"] == "eu-west-1"
    standby = synthesized("small")
    assert not [k for k in standby.all("AWS::SecretsManager::Secret") if k.startswith("TokenKey")]
    assert f"{REPLICA}:key::" in json.dumps(standby.container("open-webui")["Secrets"])


@pytest.mark.parametrize(("variant", "policy"), [("small", "Delete"), ("full", "RetainExceptOnCreate")])
@pytest.mark.row("C8")
def test_keys_and_secrets_stay_if_data_is_kept(variant: str, policy: str) -> None:
    made = synthesized(variant)
    kept = [*made.all("AWS::SecretsManager::Secret").values(), *made.all("AWS::KMS::Key").values()]
    assert {resource["DeletionPolicy"] for resource in kept} == {policy}


@pytest.mark.row("C4")
def test_rotation_comes_by_schedule_and_not_while_the_stack_is_made() -> None:
    schedule = synthesized("full").one("AWS::SecretsManager::RotationSchedule")
    assert schedule["RotationRules"] == {"AutomaticallyAfterDays": 30}
    assert schedule["RotateImmediatelyOnUpdate"] is False


@pytest.mark.row("C4")
def test_rotation_starts_the_tasks_of_its_service_again() -> None:
    full = synthesized("full")
    [update] = [s for s in full.statements("new database password") if s["Action"] == "ecs:UpdateService"]
    [service_id] = [k for k, r in full.all("AWS::ECS::Service").items() if "open-webui" in json.dumps(r)]
    assert update["Resource"] == {"Ref": service_id}


@pytest.mark.row("C4")
def test_rotation_is_called_for_the_databases_secret_alone() -> None:
    full = synthesized("full")
    secret = full.one("AWS::SecretsManager::RotationSchedule")["SecretId"]
    permission = full.one("AWS::Lambda::Permission", "secretsmanager.amazonaws.com")
    assert permission["SourceArn"] == secret


@BOTH
@pytest.mark.row("C3")
def test_logs_of_functions_are_encrypted_with_the_stacks_key(variant: str) -> None:
    groups = synthesized(variant).all("AWS::Logs::LogGroup")
    assert any(name.startswith("ClusterSnapshotHandler") for name in groups)
    assert all("KmsKeyId" in group["Properties"] for group in groups.values())


@BOTH
@pytest.mark.row("F7")
def test_stopped_tasks_and_failed_deployments_are_logged_as_errors(variant: str) -> None:
    made = synthesized(variant)
    rules = [rule["Properties"] for rule in made.all("AWS::Events::Rule").values()]
    assert {kind for rule in rules for kind in rule["EventPattern"]["detail-type"]} == {
        "ECS Task State Change",
        "ECS Deployment State Change",
        "ECS Service Action",
    }
    assert all("ErrorLog" in json.dumps(rule["Targets"]) for rule in rules)
    assert "ErrorLog" in json.dumps(made.one("AWS::Logs::ResourcePolicy")["PolicyDocument"])


@BOTH
def test_no_task_starts_before_its_roles_may_do_their_work(variant: str) -> None:
    [service] = [
        r for r in synthesized(variant).all("AWS::ECS::Service").values() if "open-webui" in json.dumps(r)
    ]
    waits = " ".join(service["DependsOn"])
    assert "RolesExecutionDefaultPolicy" in waits
    assert "RolesTaskDefaultPolicy" in waits


@BOTH
def test_no_function_of_the_library_runs_on_node(variant: str) -> None:
    functions = synthesized(variant).all("AWS::Lambda::Function").values()
    assert all(function["Properties"]["Runtime"].startswith("python3.") for function in functions)

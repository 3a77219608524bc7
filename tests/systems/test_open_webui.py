"""Facts of the root stack: parameters, rules, outputs, tags, environments."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from commands.assembly import NESTED, templates
from tests.conftest import OPEN_WEBUI, ROOT

Template = dict[str, Any]


def root(assembly: Path, deployment: str) -> Template:
    return templates(assembly, deployment)[0].body


def resources(assembly: Path, deployment: str, kind: str) -> dict[str, Template]:
    return {
        f"{template.name}.{logical_id}": resource
        for template in templates(assembly, deployment)
        for logical_id, resource in template.resources.items()
        if resource["Type"] == kind
    }


@pytest.fixture
def prod(assembly: Path) -> Template:
    return root(assembly, "open-webui-prod")


@pytest.fixture
def dev(assembly: Path) -> Template:
    return root(assembly, "open-webui-dev")


@pytest.mark.row("C9")
def test_operators_turn_these_without_a_new_synthesis(prod: Template) -> None:
    assert set(prod["Parameters"]) == {
        "AlarmEmail",
        "ImageTag",
        "LogRetentionDays",
        "MaxTasks",
        "MinTasks",
        "TaskCpu",
        "TaskMemory",
    }


@pytest.mark.row("C9")
def test_a_certificate_of_the_file_is_a_parameter_too(variants: Path) -> None:
    parameter = root(variants, "existing-vpc")["Parameters"]["CertificateArn"]
    assert parameter["Default"].startswith("arn:aws:acm:eu-west-1:")
    assert parameter["ConstraintDescription"] == "must be the ARN of an ACM certificate"


@pytest.mark.row("C9")
def test_a_tag_that_a_digest_overrules_is_no_parameter(variants: Path) -> None:
    template = root(variants, "isolated")
    assert set(template["Parameters"]) == {
        "AlarmEmail",
        "CertificateArn",
        "LogRetentionDays",
        "MaxTasks",
        "MinTasks",
        "TaskCpu",
        "TaskMemory",
    }
    assert "ImageTag" not in json.dumps(template)


@pytest.mark.row("C1")
@pytest.mark.parametrize(("deployment", "there"), [("every-option", True), ("isolated", False)])
def test_a_session_in_a_task_finds_kms_in_the_vpc(variants: Path, deployment: str, there: bool) -> None:
    endpoints = resources(variants, deployment, "AWS::EC2::VPCEndpoint")
    assert endpoints
    assert any(".kms" in json.dumps(endpoint) for endpoint in endpoints.values()) is there


@pytest.mark.row("C9")
def test_every_parameter_says_what_it_takes(prod: Template) -> None:
    for name, parameter in prod["Parameters"].items():
        assert parameter.get("Description"), name
        assert parameter.get("AllowedValues") or parameter.get("AllowedPattern"), name
        assert parameter.get("ConstraintDescription", "").startswith("must be "), name


@pytest.mark.row("C9")
def test_the_console_shows_every_parameter_in_a_group_with_a_label(prod: Template) -> None:
    interface = prod["Metadata"]["AWS::CloudFormation::Interface"]
    grouped = [name for group in interface["ParameterGroups"] for name in group["Parameters"]]
    assert sorted(grouped) == sorted(prod["Parameters"])
    assert set(interface["ParameterLabels"]) == set(prod["Parameters"])


@pytest.mark.row("C9")
def test_no_default_is_refused_by_its_own_parameter(prod: Template) -> None:
    for name, parameter in prod["Parameters"].items():
        if "AllowedValues" in parameter:
            assert str(parameter["Default"]) in parameter["AllowedValues"], name


def refused(template: Template, **given: str) -> list[str]:
    """Descriptions of the assertions that these parameters break, worked out as CloudFormation does."""

    def value(expression: Any) -> Any:
        if isinstance(expression, dict):
            [(function, argument)] = expression.items()
            if function == "Ref":
                return given.get(argument, str(template["Parameters"][argument]["Default"]))
            if function == "Fn::Not":
                return not value(argument[0])
            left, right = map(value, argument)
            return {
                "Fn::Equals": left == right,
                "Fn::Contains": right in left if isinstance(left, list) else None,
            }[function]
        return expression

    return [
        assertion["AssertDescription"]
        for rule in template["Rules"].values()
        if value(rule.get("RuleCondition", True))
        for assertion in rule["Assertions"]
        if not value(assertion["Assert"])
    ]


@pytest.mark.row("C9", "F6")
def test_a_pair_that_fargate_does_not_sell_is_refused(prod: Template) -> None:
    assert refused(prod, TaskCpu="512", TaskMemory="8192") == [
        "with TaskCpu 512 Fargate sells TaskMemory 1024, 2048, 3072, 4096"
    ]
    assert not refused(prod, TaskCpu="4096", TaskMemory="30720")


@pytest.mark.row("C9", "F6")
def test_a_minimum_over_the_maximum_is_refused(prod: Template) -> None:
    fewest, most = (
        list(map(int, prod["Parameters"][name]["AllowedValues"])) for name in ("MinTasks", "MaxTasks")
    )
    for least in fewest:
        for greatest in most:
            said = refused(prod, MinTasks=str(least), MaxTasks=str(greatest))
            wanted = [f"MinTasks is {least}, so MaxTasks must be at least {least}"]
            assert said == (wanted if least > greatest else [])
    assert (max(fewest), max(most)) == (4, 10)


@pytest.mark.row("C9", "F6")
@pytest.mark.parametrize("parameter", ["MinTasks", "MaxTasks"])
def test_more_tasks_are_refused_where_there_is_no_cache(dev: Template, parameter: str) -> None:
    [message] = refused(dev, **{parameter: "2"})
    assert message.startswith(f"{parameter} over 1 needs the cache")
    assert not refused(dev)


@pytest.mark.row("F6")
def test_one_to_four_tasks_is_the_default_of_the_document(variants: Path) -> None:
    parameters = root(variants, "every-option")["Parameters"]
    assert (parameters["MinTasks"]["Default"], parameters["MaxTasks"]["Default"]) == ("1", "4")


@pytest.mark.row("C10")
@pytest.mark.parametrize("deployment", OPEN_WEBUI)
def test_stacks_and_outputs_are_described(assembly: Path, deployment: str) -> None:
    for template in templates(assembly, deployment):
        assert template.body.get("Description"), template.name
    assert all(output.get("Description") for output in root(assembly, deployment)["Outputs"].values())


@pytest.mark.row("C10")
def test_outputs_are_the_useful_ones(prod: Template) -> None:
    assert set(prod["Outputs"]) == {
        "DashboardUrl",
        "LogsCommand",
        "ModelKeysSecret",
        "RestoreRole",
        "SessionKeySecret",
        "TokenKeySecret",
        "Url",
        "UserPoolId",
    }


def typed(template: Template, output: str) -> tuple[str, dict[str, str]]:
    """What an output says, and which value of the Fargate stack stands for each name in it."""
    text, names = template["Outputs"][output]["Value"]["Fn::Sub"]
    values = {name: value["Fn::GetAtt"] for name, value in names.items()}
    assert all(stack.startswith("FargateNestedStack") for stack, _ in values.values())
    return text, {name: attribute for name, (_, attribute) in values.items()}


@pytest.mark.row("C10")
def test_an_output_is_the_command_that_follows_the_logs(prod: Template) -> None:
    text, names = typed(prod, "LogsCommand")
    assert text == "aws logs tail ${Group} --follow --region ${AWS::Region}"
    assert "ApplicationLog" in names["Group"]


@pytest.mark.row("C10")
def test_an_output_is_the_command_that_opens_a_shell_where_that_is_allowed(
    variants: Path, prod: Template
) -> None:
    text, names = typed(root(variants, "every-option"), "ConnectCommand")
    here = "--region ${AWS::Region} --cluster ${Cluster}"
    assert text == (
        f"aws ecs execute-command {here} "
        f"--task $(aws ecs list-tasks {here} --service-name ${{Service}} --query 'taskArns[0]' --output text) "
        "--container open-webui --interactive --command /bin/bash"
    )
    assert names["Cluster"].endswith("Ref")
    assert "OpenWebUIService" in names["Service"]
    assert names["Service"].endswith("Name")
    assert "ConnectCommand" not in prod["Outputs"]  # tasks.execute_command is off


@pytest.mark.row("C10")
@pytest.mark.parametrize("deployment", OPEN_WEBUI)
def test_every_nested_stack_carries_the_deployments_tag(assembly: Path, deployment: str) -> None:
    for name, stack in resources(assembly, deployment, NESTED).items():
        assert {"Key": "pergola:deployment", "Value": deployment} in stack["Properties"]["Tags"], name


@pytest.mark.row("C10")
def test_tags_of_the_file_are_set(variants: Path) -> None:
    for stack in resources(variants, "every-option", NESTED).values():
        assert {"Key": "team", "Value": "platform"} in stack["Properties"]["Tags"]


@pytest.mark.row("C8")
@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        ("AWS::EFS::FileSystem", "RetainExceptOnCreate"),
        ("AWS::Cognito::UserPool", "Retain"),
        ("AWS::S3::Bucket", "Retain"),
    ],
)
def test_data_stays_in_prod_and_goes_in_dev(assembly: Path, kind: str, kept: str) -> None:
    for deployment, policy in (("open-webui-dev", "Delete"), ("open-webui-prod", kept)):
        found = resources(assembly, deployment, kind)
        assert found
        assert {resource["DeletionPolicy"] for resource in found.values()} == {policy}


@pytest.mark.row("C8")
@pytest.mark.parametrize(
    ("deployment", "policy"), [("open-webui-dev", "Delete"), ("open-webui-prod", "Snapshot")]
)
def test_the_database_leaves_a_snapshot_in_prod(assembly: Path, deployment: str, policy: str) -> None:
    [cluster] = resources(assembly, deployment, "AWS::RDS::DBCluster").values()
    assert cluster["DeletionPolicy"] == policy


@pytest.mark.row("C8")
@pytest.mark.parametrize(("deployment", "protected"), [("open-webui-dev", False), ("open-webui-prod", True)])
def test_prod_is_protected_against_deletion(assembly: Path, deployment: str, protected: bool) -> None:
    manifest = json.loads((assembly / "manifest.json").read_text())
    assert manifest["artifacts"][deployment]["properties"].get("terminationProtection", False) is protected
    [cluster] = resources(assembly, deployment, "AWS::RDS::DBCluster").values()
    assert cluster["Properties"].get("DeletionProtection", False) is protected


@pytest.mark.row("C7")
def test_a_standby_is_a_key_and_a_vault_and_hands_out_their_arns(variants: Path) -> None:
    template = root(variants, "standby")
    kinds = {
        resource["Type"] for each in templates(variants, "standby") for resource in each.resources.values()
    }
    assert kinds == {NESTED, "AWS::KMS::Key", "AWS::Backup::BackupVault"}
    assert set(template["Outputs"]) == {"BackupVaultArn", "ReplicaKeyArn"}


@pytest.mark.row("C7", "F8")
def test_a_standby_that_takes_over_starts_from_recovery_points(variants: Path) -> None:
    [cluster] = resources(variants, "taken-over", "AWS::RDS::DBCluster").values()
    assert cluster["Properties"]["SnapshotIdentifier"].endswith("awsbackup-job-00000000")
    assert not resources(variants, "taken-over", "AWS::EFS::FileSystem")
    [point] = resources(variants, "taken-over", "AWS::EFS::AccessPoint").values()
    assert point["Properties"]["FileSystemId"] == "fs-0123456789abcdef0"


@pytest.mark.row("C7", "F8")
def test_a_primary_replicates_its_keys_and_those_that_people_put_in(variants: Path) -> None:
    replicas = {
        re.sub(r"^primary.Fargate.|\w{8}$", "", name): resource["Properties"]["ReplicaRegions"]
        for name, resource in resources(variants, "primary", "AWS::SecretsManager::Secret").items()
        if "ReplicaRegions" in resource["Properties"]
    }
    key = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000000"
    copy = [{"Region": "eu-central-1", "KmsKeyId": key}]
    assert replicas == {"SessionKey": copy, "TokenKey": copy, "ModelKeys": copy}


@pytest.mark.row("C3")
def test_a_deployment_that_names_its_region_has_that_regions_certificate_and_no_other(
    variants: Path,
) -> None:
    [task] = resources(variants, "primary", "AWS::ECS::TaskDefinition").values()
    prepare = task["Properties"]["ContainerDefinitions"][0]
    [pem] = [each["Value"] for each in prepare["Environment"] if each["Name"] == "RDS_CA_PEM"]
    assert pem == (ROOT / "assets" / "certificates" / "rds" / "eu-west-1.pem").read_text()
    assert not [each.name for each in templates(variants, "primary") if "Mappings" in each.body]


@pytest.mark.row("C7")
def test_a_standby_merges_accounts_by_email_and_reads_the_primarys_keys(variants: Path) -> None:
    [task] = resources(variants, "taken-over", "AWS::ECS::TaskDefinition").values()
    text = json.dumps(task)
    assert '"Name": "OAUTH_MERGE_ACCOUNTS_BY_EMAIL", "Value": "true"' in text
    assert "secret:primary-session-AbCdEf:key::" in text
    assert "secret:primary-token-AbCdEf:key::" in text
    assert "secret:primary/model-keys-AbCdEf:embedding_api_key::" in text
    made = resources(variants, "taken-over", "AWS::SecretsManager::Secret")
    assert not [name for name in made if re.search("(SessionKey|TokenKey|ModelKeys)", name)]


@pytest.mark.row("C1")
def test_an_existing_vpc_is_used_as_it_is(variants: Path) -> None:
    for kind in ("AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::EC2::Route", "AWS::EC2::FlowLog"):
        assert not resources(variants, "existing-vpc", kind), kind
    [balancer] = resources(variants, "existing-vpc", "AWS::ElasticLoadBalancingV2::LoadBalancer").values()
    assert balancer["Properties"]["Subnets"] == ["subnet-00000000000000001", "subnet-00000000000000002"]


@pytest.mark.row("C4")
@pytest.mark.parametrize("deployment", OPEN_WEBUI)
def test_no_secret_value_is_an_output_or_a_parameter_of_a_nested_stack(
    assembly: Path, deployment: str
) -> None:
    """ARNs cross; a value would be readable by describe-stacks."""
    for template in templates(assembly, deployment):
        crossing = json.dumps([template.body.get("Outputs", {}), template.body.get("Parameters", {})])
        assert "ClientSecret" not in crossing.replace("ClientSecretAr", ""), template.name
        assert "resolve:secretsmanager" not in crossing, template.name


@pytest.mark.row("C9")
def test_no_parameter_or_rule_of_the_cdk_bootstrap_is_left(assembly: Path) -> None:
    for deployment in OPEN_WEBUI:
        assert "BootstrapVersion" not in json.dumps(root(assembly, deployment))

"""Facts of AegisAI's root stack and of how its nested stacks are wired."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from commands.assembly import NESTED, deployments, templates
from k8s.manifests import identity_of, title
from tests.k8s.aegisai.deployments import of_example

Template = dict[str, Any]
MANIFEST = "Custom::AWSCDK-EKS-KubernetesResource"
CHART = "Custom::AWSCDK-EKS-HelmChart"
DEV, PROD = "aegisai-dev", "aegisai-prod"


def stack(assembly: Path, name: str) -> Template:
    """One template, as `aegisai-dev` or `aegisai-dev.Storage`."""
    [found] = [each for each in templates(assembly, name.partition(".")[0]) if each.name == name]
    return found.body


def resources(template: Template, kind: str) -> list[Any]:
    return [each["Properties"] for each in template["Resources"].values() if each["Type"] == kind]


def nested(assembly: Path, name: str) -> dict[str, Any]:
    """Nested stacks of the root by construct id."""
    found = stack(assembly, name)["Resources"]
    return {
        logical_id.split("NestedStack")[0]: each
        for logical_id, each in found.items()
        if each["Type"] == NESTED
    }


def before(template: Template, logical_id: str) -> set[str]:
    """What the template makes before it, and deletes after it; by DependsOn alone."""
    named = template["Resources"][logical_id].get("DependsOn", [])
    direct = {named} if isinstance(named, str) else {*named}
    return direct.union(*(before(template, each) for each in direct))


def applied(template: Template) -> list[Any]:
    """What the template applies to the cluster; what CloudFormation fills in is left out."""
    texts = [each["Manifest"] for each in resources(template, MANIFEST)]
    return [manifest for text in texts if isinstance(text, str) for manifest in json.loads(text)]


@pytest.mark.row("A1")
def test_a_cluster_that_is_there_gets_manifests_and_no_stack(assembly: Path) -> None:
    assert {DEV, PROD} <= {*deployments(assembly)}
    assert "aegisai-local" not in deployments(assembly)
    assert (assembly / "manifests" / "aegisai-local" / "kustomization.yaml").is_file()


@pytest.mark.row("A1", "A13")
@pytest.mark.parametrize("name", [DEV, PROD])
def test_the_same_synthesis_writes_the_manifests(assembly: Path, name: str) -> None:
    assert (assembly / "manifests" / name / "kustomization.yaml").is_file()


@pytest.mark.row("A1")
@pytest.mark.parametrize("name", [DEV, PROD])
def test_what_is_tested_is_what_is_applied(assembly: Path, name: str) -> None:
    found = applied(stack(assembly, f"{name}.Manifests"))
    assert {title(each): each for each in found} == {title(each): each for each in of_example(name)}
    assert len({identity_of(each) for each in found}) == len(found)


@pytest.mark.row("C8")
def test_each_environment_has_the_nested_stacks_that_it_needs(assembly: Path) -> None:
    common = {
        "Network",
        "SecurityGroups",
        "Storage",
        "Secrets",
        "Images",
        "Eks",
        "PodIdentities",
        "Manifests",
    }
    assert set(nested(assembly, DEV)) == {*common, "Backup", "Monitoring"}
    assert set(nested(assembly, PROD)) == {*common, "Backup", "Monitoring", "Firewall", "IngressClass"}


@pytest.mark.row("A1")
@pytest.mark.parametrize("name", [DEV, PROD])
def test_manifests_come_after_everything_that_their_pods_ask_for(assembly: Path, name: str) -> None:
    made = nested(assembly, name)
    after = {each.split("NestedStack")[0] for each in made["Manifests"]["DependsOn"]}
    # Storage: Aurora and ElastiCache, whose addresses stand in secrets and cross no stack
    expected = {"Eks", "PodIdentities"} | ({"IngressClass", "Storage"} if name == PROD else set())
    assert expected <= after
    assert any(each.startswith("Secrets") for each in made["Eks"]["DependsOn"])


@pytest.mark.row("A2")
def test_databases_are_outside_the_cluster_where_the_file_says_so(assembly: Path) -> None:
    for name, count in ((DEV, 0), (PROD, 1)):
        storage = stack(assembly, f"{name}.Storage")
        assert len(resources(storage, "AWS::RDS::DBCluster")) == count
        assert len(resources(storage, "AWS::ElastiCache::ServerlessCache")) == count
        assert len(resources(storage, "AWS::EFS::FileSystem")) == 1


@pytest.mark.row("A6", "C4")
@pytest.mark.parametrize("name", [DEV, PROD])
def test_every_secret_that_the_cluster_asks_for_is_made_under_its_name(assembly: Path, name: str) -> None:
    asked = {
        each["remoteRef"]["key"]
        for manifest in of_example(name)
        if manifest["kind"] == "ExternalSecret"
        for each in manifest["spec"]["data"]
    }
    made = {
        secret["Name"]
        for part in ("Secrets", "Storage")
        for secret in resources(stack(assembly, f"{name}.{part}"), "AWS::SecretsManager::Secret")
        if "Name" in secret
    }
    assert asked | {f"{name}/grafana"} == made


@pytest.mark.row("A10")
@pytest.mark.parametrize("name", [DEV, PROD])
def test_the_backup_job_reaches_its_own_bucket_alone(assembly: Path, name: str) -> None:
    identities = stack(assembly, f"{name}.PodIdentities")
    [association] = resources(identities, "AWS::EKS::PodIdentityAssociation")
    assert (association["Namespace"], association["ServiceAccount"]) == ("aegisai", "postgres-backup")
    [policy] = resources(identities, "AWS::IAM::Policy")
    actions = {
        action
        for statement in policy["PolicyDocument"]["Statement"]
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    assert actions == {
        "s3:GetObject",
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:AbortMultipartUpload",
        "s3:ListBucket",
        "kms:Decrypt",
        "kms:GenerateDataKey",
    }


@pytest.mark.row("A12")
def test_every_service_has_a_repository_whose_tags_do_not_move(assembly: Path) -> None:
    made = resources(stack(assembly, f"{PROD}.Images"), "AWS::ECR::Repository")
    assert {each["RepositoryName"] for each in made} == {
        f"{PROD}/{name}"
        for name in (
            "gateway",
            "orchestrator",
            "validation",
            "extract-metadata",
            "extract-content",
            "ai-service",
        )
    }
    assert {each["ImageTagMutability"] for each in made} == {"IMMUTABLE"}
    assert all(each["ImageScanningConfiguration"]["ScanOnPush"] for each in made)
    assert all("EmptyOnDelete" not in each for each in made)
    assert all(
        each["EmptyOnDelete"] for each in resources(stack(assembly, f"{DEV}.Images"), "AWS::ECR::Repository")
    )


@pytest.mark.row("A12")
def test_spot_nodes_are_a_group_of_their_own_in_production(assembly: Path) -> None:
    groups = resources(stack(assembly, f"{PROD}.Eks"), "AWS::EKS::Nodegroup")
    kinds = {each["CapacityType"]: each.get("Taints", []) for each in groups}
    assert kinds["ON_DEMAND"] == []
    assert [taint["Key"] for taint in kinds["SPOT"]] == ["spot"]


@pytest.mark.row("A1")
def test_the_firewall_stands_before_the_application_load_balancer(assembly: Path) -> None:
    texts = [each["Manifest"] for each in resources(stack(assembly, f"{PROD}.IngressClass"), MANIFEST)]
    assert "wafv2AclArn" in json.dumps(texts)
    assert len(resources(stack(assembly, f"{PROD}.Firewall"), "AWS::WAFv2::WebACL")) == 1


@pytest.mark.row("A11")
def test_prometheus_is_installed_with_the_password_of_secrets_manager(assembly: Path) -> None:
    charts = resources(stack(assembly, f"{DEV}.Eks"), CHART)
    [values] = [json.dumps(each["Values"]) for each in charts if each["Release"] == "prometheus"]
    assert "grafana-admin" in values
    assert "aegisai-dev/grafana" in values
    assert "adminPassword" not in values


@pytest.mark.row("A11")
@pytest.mark.parametrize("name", [DEV, PROD])
def test_charts_with_claims_and_their_namespaces_go_before_volumes_are_waited_for(
    assembly: Path, name: str
) -> None:
    eks = stack(assembly, f"{name}.Eks")
    [volumes] = [
        logical_id
        for logical_id, each in eks["Resources"].items()
        if each["Type"] == "Custom::ClusterRemains" and each["Properties"]["Kinds"] in ([], ["volumes"])
    ]
    storing = {
        logical_id: each["Properties"]["Release"]
        for logical_id, each in eks["Resources"].items()
        if each["Type"] == CHART and re.search("persistence|volumeClaim", json.dumps(each["Properties"]))
    }
    assert {"prometheus"} <= {*storing.values()} <= {"prometheus", "loki"}
    for chart in storing:
        [namespace] = [
            each for each in before(eks, chart) if each.startswith(chart.partition("Chart")[0] + "Namespace")
        ]
        assert volumes in before(eks, namespace)


@pytest.mark.row("C5")
def test_alarms_tell_what_the_cluster_cannot_tell_itself(assembly: Path) -> None:
    alarms = resources(stack(assembly, f"{DEV}.Monitoring.Surroundings"), "AWS::CloudWatch::Alarm")
    metrics = {each.get("MetricName") for each in alarms}
    assert {"scheduler_pending_pods_UNSCHEDULABLE", "apiserver_storage_size_bytes"} <= metrics


@pytest.mark.row("A11", "C5")
@pytest.mark.parametrize("name", [DEV, PROD])
def test_alerts_of_prometheus_reach_the_topic_of_all_alarms(assembly: Path, name: str) -> None:
    [topic] = resources(stack(assembly, f"{name}.Monitoring"), "AWS::SNS::Topic")
    assert topic["TopicName"] == f"{name}-alarms"
    eks = stack(assembly, f"{name}.Eks")
    [values] = [
        each["Values"]["Fn::Join"][1] for each in resources(eks, CHART) if each["Release"] == "prometheus"
    ]
    config = json.loads("".join(part if isinstance(part, str) else "*" for part in values))["alertmanager"]
    arn = f"arn:*:sns:*:*:{name}-alarms"
    [receiver] = [each for each in config["config"]["receivers"] if "sns_configs" in each]
    [sns] = receiver["sns_configs"]
    assert (sns["topic_arn"], sns["sigv4"], sns["send_resolved"]) == (arn, {"region": "*"}, True)
    [route] = config["config"]["route"]["routes"]
    assert route["receiver"] == receiver["name"]
    assert config["config"]["route"]["receiver"] in {each["name"] for each in config["config"]["receivers"]}
    [association] = [
        each
        for each in resources(eks, "AWS::EKS::PodIdentityAssociation")
        if each["ServiceAccount"] == config["serviceAccount"]["name"]
    ]
    assert association["Namespace"] == "monitoring"
    role = association["RoleArn"]["Fn::GetAtt"][0]
    [statements] = [
        each["PolicyDocument"]["Statement"]
        for each in resources(eks, "AWS::IAM::Policy")
        if each["Roles"] == [{"Ref": role}]
    ]
    [statement] = statements
    assert statement["Action"] == "sns:Publish"
    told = "".join(part if isinstance(part, str) else "*" for part in statement["Resource"]["Fn::Join"][1])
    assert told == arn


@pytest.mark.row("A11")
def test_alertmanager_starts_with_its_role(assembly: Path) -> None:
    made = stack(assembly, f"{DEV}.Eks")["Resources"]
    [chart] = [
        each
        for each in made.values()
        if each["Type"] == CHART and each["Properties"]["Release"] == "prometheus"
    ]
    before = {made[each]["Type"] for each in chart["DependsOn"]}
    assert {"AWS::EKS::PodIdentityAssociation", "AWS::IAM::Policy"} <= before


@pytest.mark.row("C5", "C8")
@pytest.mark.parametrize("name", [DEV, PROD])
def test_monitoring_comes_after_the_cluster(assembly: Path, name: str) -> None:
    after = {
        each.split("NestedStack")[0] for each in nested(assembly, name)["Monitoring"].get("DependsOn", [])
    }
    assert "Eks" in after


@pytest.mark.row("A12")
@pytest.mark.parametrize("name", [DEV, PROD])
def test_the_file_system_has_no_access_point_that_nobody_mounts(assembly: Path, name: str) -> None:
    assert not resources(stack(assembly, f"{name}.Storage"), "AWS::EFS::AccessPoint")


@pytest.mark.row("C6")
def test_file_system_and_database_are_in_the_plan(assembly: Path) -> None:
    for name, count in ((DEV, 1), (PROD, 2)):
        [selection] = resources(stack(assembly, f"{name}.Backup"), "AWS::Backup::BackupSelection")
        assert len(selection["BackupSelection"]["Resources"]) == count


@pytest.mark.row("C2")
def test_nodes_alone_reach_the_stores(assembly: Path) -> None:
    groups = stack(assembly, f"{PROD}.SecurityGroups")
    ports = sorted(each["FromPort"] for each in resources(groups, "AWS::EC2::SecurityGroupIngress"))
    assert ports == [443, 443, 2049, 5432, 6379]


@pytest.mark.row("A1")
@pytest.mark.parametrize("name", [DEV, PROD])
def test_subnets_say_which_load_balancers_they_are_for(assembly: Path, name: str) -> None:
    found = {
        tag["Key"]
        for each in resources(stack(assembly, f"{name}.Network"), "AWS::EC2::Subnet")
        for tag in each["Tags"]
    }
    assert {"kubernetes.io/role/elb", "kubernetes.io/role/internal-elb"} <= found


@pytest.mark.row("C10")
@pytest.mark.parametrize("name", [DEV, PROD])
def test_outputs_say_how_to_go_on(assembly: Path, name: str) -> None:
    assert set(stack(assembly, name)["Outputs"]) == {
        "BackupBucket",
        "GrafanaSecret",
        "ImageRegistry",
        "KubeconfigCommand",
        "ProviderKeysSecret",
        "RestoreRole",
        "VolumesCommand",
    }


@pytest.mark.row("C9")
def test_operators_turn_these_without_a_new_synthesis(assembly: Path) -> None:
    assert set(stack(assembly, PROD)["Parameters"]) == {"AlarmEmail", "LogRetentionDays"}

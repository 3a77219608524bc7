"""What a region offers: engines, models, Kubernetes, types of instances, mail, roles; and the state of the stack."""

from dataclasses import replace
from typing import Any

import pytest

from commands.account.deployed import Resource
from commands.account.unanswered import Unanswered
from commands.preflight.checks import engines, identity, machines, mail, models, regional, roles, stack
from tests.commands.preflight.stubbed import ACCOUNT, REGION, Stubbed, check, lines, needs

CLUSTER = {
    "Type": "AWS::RDS::DBCluster",
    "Properties": {
        "Engine": "aurora-postgresql",
        "EngineVersion": "16.15",
        "ServerlessV2ScalingConfiguration": {"MinCapacity": 0, "MaxCapacity": 8},
    },
}


def aurora(*answers: list[dict[str, Any]]) -> tuple[str, str]:
    stubbed = Stubbed()
    for each in answers:
        stubbed.answers("rds", "describe_db_engine_versions", {"DBEngineVersions": each})
    [found] = stubbed.look(check(engines.CHECKS, "database engine"), needs({"Cluster": CLUSTER}))
    return f"{found.outcome}: {found.found}", found.remedy


def test_aurora_with_the_capacity() -> None:
    offered = {
        "EngineVersion": "16.15",
        "ServerlessV2FeaturesSupport": {"MinCapacity": 0, "MaxCapacity": 256},
    }
    assert aurora([offered])[0] == "ok: is offered, 0 to 256 capacity units"


def test_aurora_that_does_not_pause() -> None:
    offered = {
        "EngineVersion": "16.15",
        "ServerlessV2FeaturesSupport": {"MinCapacity": 0.5, "MaxCapacity": 256},
    }
    assert aurora([offered])[0] == "failed: takes 0.5 capacity units at least, and 0 are asked for"


def test_aurora_that_is_not_offered_names_what_is() -> None:
    others = [{"EngineVersion": each} for each in ("16.9", "16.10", "16.9-limitless", "15.4")]
    assert aurora([], others) == (
        "failed: eu-west-1 does not offer it",
        "set database.engine_version to one of 16.9, 16.10",
    )


def test_version_that_the_database_runs_need_not_be_offered() -> None:
    stubbed = Stubbed()
    stubbed.answers("rds", "describe_db_clusters", {"DBClusters": [{"EngineVersion": "16.15"}]})
    made = {"Cluster": Resource(kind="AWS::RDS::DBCluster", physical_id="chat")}
    found = stubbed.look(check(engines.CHECKS, "database engine"), needs({"Cluster": CLUSTER}, made=made))
    assert lines(found) == ["ok: is what the database runs"]


def test_class_of_instance_in_one_zone_is_too_few() -> None:
    instance = {
        "Engine": "aurora-postgresql",
        "DBInstanceClass": "db.serverless",
        "DBClusterIdentifier": {"Ref": "Cluster"},
    }
    stubbed = Stubbed()
    options = [{"AvailabilityZones": [{"Name": f"{REGION}a"}]}]
    stubbed.answers("rds", "describe_orderable_db_instance_options", {"OrderableDBInstanceOptions": options})
    wanted = needs({"Cluster": CLUSTER, "Writer": {"Type": "AWS::RDS::DBInstance", "Properties": instance}})
    [line] = lines(stubbed.look(check(engines.CHECKS, "database instances"), wanted))
    assert line == "failed: db.serverless with aurora-postgresql 16.15 is offered in eu-west-1a"


@pytest.mark.parametrize(("there", "outcome"), [("rds-ca-rsa2048-g1", "ok"), ("rds-ca-2019", "failed")])
def test_authority_of_the_database(there: str, outcome: str) -> None:
    instance = {"CACertificateIdentifier": "rds-ca-rsa2048-g1"}
    stubbed = Stubbed()
    stubbed.answers("rds", "describe_certificates", {"Certificates": [{"CertificateIdentifier": there}]})
    wanted = needs({"Writer": {"Type": "AWS::RDS::DBInstance", "Properties": instance}})
    [found] = stubbed.look(check(regional.CHECKS, "database certificates"), wanted)
    assert found.outcome == outcome


@pytest.mark.parametrize(("region", "outcome"), [(REGION, "ok"), ("us-east-1", "failed")])
def test_what_is_kept_by_region_has_it(region: str, outcome: str) -> None:
    asked = {"Fn::FindInMap": ["Authorities", {"Ref": "AWS::Region"}, "Pem"]}
    wanted = needs(
        {"Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": {"Pem": asked}}},
        Mappings={"Authorities": {region: {"Pem": "…"}}},
    )
    [found] = Stubbed().look(check(regional.CHECKS, "data of the region"), wanted)
    assert found.outcome == outcome


@pytest.mark.parametrize(
    ("versions", "said"), [(["7.2", "8.1"], "ok: is offered"), (["7.2"], "failed: eu-west-1 offers 7")]
)
def test_valkey(versions: list[str], said: str) -> None:
    stubbed = Stubbed()
    answer = {"CacheEngineVersions": [{"EngineVersion": each} for each in versions]}
    stubbed.answers("elasticache", "describe_cache_engine_versions", answer)
    cache = {"Engine": "valkey", "MajorEngineVersion": "8"}
    wanted = needs({"Cache": {"Type": "AWS::ElastiCache::ServerlessCache", "Properties": cache}})
    assert lines(stubbed.look(check(engines.CHECKS, "cache engine"), wanted)) == [said]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("STANDARD_SUPPORT", "ok"), ("EXTENDED_SUPPORT", "warning"), ("UNSUPPORTED", "failed")],
)
def test_kubernetes(status: str, outcome: str) -> None:
    stubbed = Stubbed()
    answer = {"clusterVersions": [{"clusterVersion": "1.34", "versionStatus": status}]}
    stubbed.answers("eks", "describe_cluster_versions", answer)
    wanted = needs({"Cluster": {"Type": "AWS::EKS::Cluster", "Properties": {"Version": "1.34"}}})
    [found] = stubbed.look(check(machines.CHECKS, "Kubernetes version"), wanted)
    assert found.outcome == outcome


def test_type_of_instance_that_a_zone_lacks() -> None:
    resources = {
        "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"AvailabilityZone": f"{REGION}b"}},
        "One": {"Type": "AWS::EC2::Instance", "Properties": {"InstanceType": "g6.xlarge"}},
    }
    stubbed = Stubbed()
    offered = [{"InstanceType": "g6.xlarge", "Location": f"{REGION}a"}]
    stubbed.answers("ec2", "describe_instance_type_offerings", {"InstanceTypeOfferings": offered})
    found = stubbed.look(check(machines.CHECKS, "instance types"), needs(resources))
    assert lines(found) == ["failed: g6.xlarge is not offered in eu-west-1b"]


def test_default_key_of_volumes_that_is_disabled() -> None:
    stubbed = Stubbed()
    arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
    stubbed.answers("ec2", "get_ebs_default_kms_key_id", {"KmsKeyId": arn})
    stubbed.answers("kms", "describe_key", {"KeyMetadata": {"KeyId": arn, "KeyState": "Disabled"}}, KeyId=arn)
    wanted = needs({"One": {"Type": "AWS::EC2::Instance", "Properties": {}}})
    found = stubbed.look(check(machines.CHECKS, "encryption of volumes"), wanted)
    assert lines(found) == [f"failed: the default key {arn} is Disabled"]


MODEL = "anthropic.claude-sonnet-4-5-20250929-v1:0"


def bedrock(kind: str, model: str, *answers: tuple[str, dict[str, Any] | None]) -> list[str]:
    stubbed = Stubbed()
    for operation, each in answers:
        if each is None:
            stubbed.refuses("bedrock", operation, "ResourceNotFoundException")
        else:
            stubbed.answers("bedrock", operation, each)
    arn = {"Fn::Sub": f"arn:aws:bedrock:${{AWS::Region}}:{'' if kind[0] == 'f' else ACCOUNT}:{kind}/{model}"}
    wanted = needs({"Policy": {"Type": "AWS::IAM::Policy", "Properties": {"Resource": [arn]}}})
    return lines(stubbed.look(models.CHECKS[0], wanted))


def availability(**other: Any) -> dict[str, Any]:
    usual = {
        "modelId": MODEL,
        "agreementAvailability": {"status": "AVAILABLE"},
        "authorizationStatus": "AUTHORIZED",
        "entitlementAvailability": "AVAILABLE",
        "regionAvailability": "AVAILABLE",
    }
    return {**usual, **other}


def test_inference_profile_of_an_open_model() -> None:
    profile = {
        "inferenceProfileName": "x",
        "inferenceProfileArn": f"arn:aws:bedrock:{REGION}:{ACCOUNT}:inference-profile/eu.{MODEL}",
        "inferenceProfileId": f"eu.{MODEL}",
        "status": "ACTIVE",
        "type": "SYSTEM_DEFINED",
        "models": [{"modelArn": f"arn:aws:bedrock:{REGION}::foundation-model/{MODEL}"}],
    }
    found = bedrock(
        "inference-profile",
        f"eu.{MODEL}",
        ("get_inference_profile", profile),
        ("get_foundation_model_availability", availability()),
        ("get_foundation_model", None),
    )
    assert found == ["ok: is open to the account"]


def test_model_whose_terms_nobody_accepted() -> None:
    answer = availability(agreementAvailability={"status": "NOT_AVAILABLE"})
    found = bedrock("foundation-model", MODEL, ("get_foundation_model_availability", answer))
    assert found == ["warning: the account has not accepted its terms yet"]


def test_model_that_the_region_lacks() -> None:
    found = bedrock("foundation-model", MODEL, ("get_foundation_model_availability", None))
    assert found == ["failed: eu-west-1 has no such model"]
    answer = availability(regionAvailability="NOT_AVAILABLE")
    found = bedrock("foundation-model", MODEL, ("get_foundation_model_availability", answer))
    assert found == ["failed: eu-west-1 has no such model"]


def test_user_pool_through_ses_in_the_sandbox() -> None:
    source = f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/example.com"
    pool = {"EmailConfiguration": {"EmailSendingAccount": "DEVELOPER", "SourceArn": source}}
    stubbed = Stubbed()
    stubbed.answers(
        "sesv2", "get_email_identity", {"VerifiedForSendingStatus": True}, EmailIdentity="example.com"
    )
    limits = {"ProductionAccessEnabled": False, "SendQuota": {"Max24HourSend": 200.0}}
    stubbed.answers("sesv2", "get_account", limits)
    wanted = needs({"Pool": {"Type": "AWS::Cognito::UserPool", "Properties": pool}})
    [line] = lines(stubbed.look(mail.CHECKS[0], wanted))
    assert line == "warning: Amazon SES is in the sandbox: to verified addresses alone, 200 a day"


def test_service_linked_role_that_is_missing() -> None:
    stubbed = Stubbed()
    stubbed.refuses("iam", "get_role", "NoSuchEntity")
    [found] = stubbed.look(roles.CHECKS[0], needs({"Cluster": {"Type": "AWS::ECS::Cluster"}}))
    assert found.found == "1 of 1 are not there: AWSServiceRoleForECS"
    assert found.remedy.endswith("--aws-service-name with each of ecs.amazonaws.com")


@pytest.mark.parametrize(
    ("status", "outcome", "remedy"),
    [
        (None, "ok", ""),
        ("UPDATE_COMPLETE", "ok", ""),
        ("REVIEW_IN_PROGRESS", "ok", ""),
        ("ROLLBACK_COMPLETE", "failed", "delete-stack --stack-name chat"),
        ("UPDATE_ROLLBACK_FAILED", "failed", "continue-update-rollback --stack-name chat"),
        ("UPDATE_IN_PROGRESS", "failed", "wait until it has ended"),
    ],
)
def test_stack_that_takes_a_deployment_or_not(status: str | None, outcome: str, remedy: str) -> None:
    [found] = Stubbed().look(check(stack.CHECKS, "stack"), needs({}, status=status))
    assert found.outcome == outcome
    assert found.remedy.endswith(remedy)


def test_roll_back_that_failed_names_what_it_stopped_at_and_what_stays() -> None:
    def of(kind: str, policy: str, **properties: Any) -> dict[str, Any]:
        return {"Type": kind, "DeletionPolicy": policy, "Properties": properties}

    resources = {
        "Base": of("AWS::RDS::DBCluster", "Snapshot", DeletionProtection=True),
        "NeverMade": of("AWS::RDS::DBCluster", "Snapshot", DeletionProtection=True),
        "People": of("AWS::Cognito::UserPool", "Retain", DeletionProtection="ACTIVE"),
    }
    made = {
        "Base": Resource(kind="AWS::RDS::DBCluster", physical_id="base-1"),
        "People": Resource(kind="AWS::Cognito::UserPool", physical_id="us-east-1_a"),
    }
    stopped = needs(resources, made=made, status="ROLLBACK_FAILED")
    [found] = Stubbed().look(check(stack.CHECKS, "stack"), stopped)
    assert found.remedy == (
        "switch deletion protection off: aws rds modify-db-cluster --no-deletion-protection "
        "--db-cluster-identifier base-1; then look at its events, then delete it: "
        "aws cloudformation delete-stack --stack-name chat; what stays is yours to delete: People"
    )


def test_stack_that_may_not_be_read_says_what_follows() -> None:
    needed = "cloudformation:DescribeStacks"
    unread = Unanswered(f"needs {needed}", needs=needed)
    [found] = Stubbed().look(check(stack.CHECKS, "stack"), replace(needs({}), unread=unread))
    assert found.found == "needs cloudformation:DescribeStacks; everything is counted as new"
    assert found.remedy == "allow cloudformation:DescribeStacks, see docs/preflight.md"


@pytest.mark.parametrize(("version", "outcome"), [("7", "failed"), ("8", "ok")])
def test_bootstrap_version(version: str, outcome: str) -> None:
    stubbed = Stubbed()
    stubbed.answers("ssm", "get_parameter", {"Parameter": {"Value": version}})
    [found] = stubbed.look(check(stack.CHECKS, "CDK bootstrap"), needs({}))
    assert found.outcome == outcome


def test_account_without_bootstrap_suits_a_bundle_alone() -> None:
    stubbed = Stubbed()
    stubbed.refuses("ssm", "get_parameter", "ParameterNotFound")
    [found] = stubbed.look(check(stack.CHECKS, "CDK bootstrap"), needs({}))
    assert found.outcome == "failed"
    assert Stubbed().look(check(stack.CHECKS, "CDK bootstrap"), needs({}, bundle=True))[0].outcome == "ok"


def test_credentials_of_the_root_user() -> None:
    stubbed = Stubbed()
    assert stubbed.look(check(identity.CHECKS, "credentials"), needs({}))[0].outcome == "ok"
    stubbed.account.__dict__["identity"]["Arn"] = f"arn:aws:iam::{ACCOUNT}:root"
    [found] = stubbed.look(check(identity.CHECKS, "credentials"), needs({}))
    assert lines([found]) == [f"warning: are those of the root user of {ACCOUNT}"]


@pytest.mark.parametrize(("status", "outcome"), [("opted-in", "ok"), ("not-opted-in", "failed")])
def test_region_that_is_not_enabled(status: str, outcome: str) -> None:
    stubbed = Stubbed()
    answer = {"Regions": [{"RegionName": REGION, "OptInStatus": status}]}
    stubbed.answers("ec2", "describe_regions", answer, region="us-east-1")
    [found] = stubbed.look(check(identity.CHECKS, "region"), needs({}))
    assert found.outcome == outcome


def test_region_of_the_environment_that_is_not_the_file_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "us-east-2")
    stubbed = Stubbed()
    answer = {"Regions": [{"RegionName": REGION, "OptInStatus": "opt-in-not-required"}]}
    stubbed.answers("ec2", "describe_regions", answer, region="us-east-1")
    found = stubbed.look(check(identity.CHECKS, "region"), needs({}, settings={"region": REGION}))
    assert lines(found) == ["warning: eu-west-1, from the deployment file; the environment's is us-east-2"]

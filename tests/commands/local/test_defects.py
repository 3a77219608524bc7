"""ministack's defects, each with what is done about it.

Every test runs twice: with our extension, where the thing works, and on plain ministack, where it must not. When a new
release of ministack has mended a defect, the second one fails and names the module that can go.
"""

import base64
import http.client
import json
import re
import socket
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from commands.local.emulator.table.rows import ROWS
from tests.commands.local.emulated import Emulated, Template

pytestmark = [pytest.mark.lifecycle, pytest.mark.xdist_group("defects")]
ROLE = {"Version": "2012-10-17", "Statement": []}
TOPIC = {"Type": "AWS::SNS::Topic"}
EMAIL, WORD, CALLBACK = "person@example.com", "Passw0rd!", "http://localhost/callback"
Probe = Callable[[Emulated], None]
ROTATE = """
import boto3

def handler(event, context):
    secrets = boto3.client("secretsmanager")
    secret, version = event["SecretId"], event["ClientRequestToken"]
    if event["Step"] == "createSecret":
        secrets.put_secret_value(
            SecretId=secret, ClientRequestToken=version, SecretString="new", VersionStages=["AWSPENDING"]
        )
    if event["Step"] == "finishSecret":
        held = secrets.get_secret_value(SecretId=secret)["VersionId"]
        secrets.update_secret_version_stage(
            SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=version, RemoveFromVersionId=held
        )
"""
TRIGGER = """
import os

def handler(event, context):
    given = {"groupOverrideDetails": {"groupsToOverride": ["Given"]}}
    name = "claimsOverrideDetails" if os.environ["VERSION"] == "V1_0" else "claimsAndScopeOverrideDetails"
    return {**event, "response": {name: given}}
"""


def test_ministack_answers_on_loopback_alone(emulated: Emulated) -> None:
    port = f"{emulated.server.port:04X}"
    with open("/proc/net/tcp") as sockets:
        listening = [line.split()[1] for line in sockets if line.split()[3] == "0A"]
    assert f"0100007F:{port}" in listening
    assert f"00000000:{port}" not in listening


def generated_secret_has_the_characters_that_were_asked_for(emulated: Emulated) -> None:
    wanted = {
        "PasswordLength": "64",
        "ExcludePunctuation": "true",
        "ExcludeUppercase": True,
        "GenerateStringKey": "password",
        "SecretStringTemplate": '{"username":"somebody"}',
    }
    secret = {"Type": "AWS::SecretsManager::Secret", "Properties": {"GenerateSecretString": wanted}}
    assert emulated.deploy("generated", {"Resources": {"Secret": secret}}) == "CREATE_COMPLETE"
    value = emulated.client("secretsmanager").get_secret_value(
        SecretId=emulated.resources("generated")["Secret"]
    )
    fields = json.loads(value["SecretString"])
    assert fields["username"] == "somebody"
    assert re.fullmatch(r"[a-z0-9]{64}", fields["password"])


def nested_stack_fails_and_leaves_nothing(emulated: Emulated) -> None:
    child = {"Resources": {"Good": {"Type": "AWS::SQS::Queue"}, "Bad": _bad_queue("Good")}}
    status = emulated.deploy("failing", _parent(emulated, "failing.json", child))
    assert status == "ROLLBACK_COMPLETE"
    assert not emulated.client("sqs").list_queues().get("QueueUrls")


def nested_stack_resolves_dynamic_references(emulated: Emulated) -> None:
    emulated.client("secretsmanager").create_secret(Name="dynamic", SecretString='{"word":"open"}')
    child = {
        "Resources": {
            "Parameter": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {
                    "Type": "String",
                    "Value": "{{resolve:secretsmanager:dynamic:SecretString:word}}",
                    "Name": "/word",
                },
            }
        }
    }
    emulated.deploy("dynamic", _parent(emulated, "dynamic.json", child))
    assert emulated.client("ssm").get_parameter(Name="/word")["Parameter"]["Value"] == "open"


def nested_stack_keeps_attributes_on_update(emulated: Emulated) -> None:
    def child(display_name: str) -> Template:
        return {
            "Resources": {
                "Same": {"Type": "AWS::SQS::Queue"},
                "Changed": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": display_name}},
            },
            "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Same", "Arn"]}}},
        }

    emulated.deploy("kept", _parent(emulated, "kept-1.json", child("one")))
    assert emulated.deploy("kept", _parent(emulated, "kept-2.json", child("two"))) == "UPDATE_COMPLETE"
    assert emulated.outputs("kept")["Arn"].startswith("arn:aws:sqs:")


def conditions_work_out_functions(emulated: Emulated) -> None:
    joined = {"Fn::Equals": [{"Fn::Join": ["-", ["a", {"Ref": "Letter"}]]}, "a-b"]}
    template = {
        "Parameters": {"Letter": {"Type": "String"}},
        "Conditions": {
            "Joined": joined,
            "InRegion": {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]},
            "Both": {
                "Fn::And": [{"Condition": "Joined"}, {"Fn::Not": [{"Fn::Not": [{"Condition": "InRegion"}]}]}]
            },
        },
        "Resources": {"Topic": {**TOPIC, "Condition": "Both"}, "Always": TOPIC},
    }
    emulated.deploy("conditions", template, Letter="b")
    assert set(emulated.resources("conditions")) == {"Topic", "Always"}


def vpc_answers_its_cidr_block(emulated: Emulated) -> None:
    template = {
        "Resources": {"Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.9.0.0/16"}}},
        "Outputs": {"Block": {"Value": {"Fn::GetAtt": ["Vpc", "CidrBlock"]}}},
    }
    emulated.deploy("vpc", template)
    assert emulated.outputs("vpc")["Block"] == "10.9.0.0/16"


def task_definition_has_the_apis_spelling(emulated: Emulated) -> None:
    emulated.deploy("tasks", {"Resources": {"Task": _task()}})
    definition = emulated.client("ecs").describe_task_definition(taskDefinition="spelling")["taskDefinition"]
    assert definition["volumes"][0].get("efsVolumeConfiguration", {}).get("fileSystemId") == "fs-1"
    assert definition["containerDefinitions"][0]["secrets"] == [
        {"name": "KEY", "valueFrom": "arn:aws:ssm:key"}
    ]
    assert definition["containerDefinitions"][0]["logConfiguration"]["options"] == {"awslogs-group": "Kept"}


def listener_keeps_its_attributes(emulated: Emulated) -> None:
    added = {"Key": "routing.http.response.x_frame_options.header_value", "Value": "DENY"}
    balancer = {
        "Type": "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "Properties": {"Subnets": ["subnet-1", "subnet-2"]},
    }
    listener = {
        "Type": "AWS::ElasticLoadBalancingV2::Listener",
        "Properties": {
            "LoadBalancerArn": {"Ref": "Balancer"},
            "Port": 80,
            "Protocol": "HTTP",
            "DefaultActions": [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}],
            "ListenerAttributes": [added],
        },
    }
    template = {"Resources": {"Balancer": balancer, "Listener": listener}}
    assert emulated.deploy("listener", template) == "CREATE_COMPLETE", emulated.failures("listener")
    arn = emulated.resources("listener")["Listener"]
    kept = emulated.client("elbv2").describe_listener_attributes(ListenerArn=arn)["Attributes"]
    assert added in kept
    emulated.delete("listener")


def alarm_over_metric_math_is_made(emulated: Emulated) -> None:
    queries = [
        {"Id": "rate", "Expression": "errors / 60", "Label": "rate"},
        {
            "Id": "errors",
            "ReturnData": False,
            "MetricStat": {
                "Metric": {"Namespace": "AWS/Lambda", "MetricName": "Errors"},
                "Period": 60,
                "Stat": "Sum",
            },
        },
    ]
    properties = {
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "AlarmName": "math",
        "Metrics": queries,
    }
    emulated.deploy(
        "math", {"Resources": {"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}}}
    )
    (alarm,) = emulated.client("cloudwatch").describe_alarms(AlarmNames=["math"])["MetricAlarms"]
    assert [query["Id"] for query in alarm["Metrics"]] == ["rate", "errors"]


def scaling_api_answers(emulated: Emulated) -> None:
    scaling = emulated.client("application-autoscaling")
    target = {
        "ServiceNamespace": "ecs",
        "ResourceId": "service/a/b",
        "ScalableDimension": "ecs:service:DesiredCount",
    }
    scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=4)
    scaling.put_scaling_policy(**target, PolicyName="cpu", PolicyType="TargetTrackingScaling")
    scaling.put_scheduled_action(**target, ScheduledActionName="night", Schedule="cron(0 20 * * ? *)")
    assert scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"][0]["MaxCapacity"] == 4
    assert (
        scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"][0]["PolicyName"] == "cpu"
    )
    scaling.deregister_scalable_target(**target)
    assert scaling.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"] == []


def secret_is_referred_to_by_its_arn(emulated: Emulated) -> None:
    def template(description: str, name: str) -> Template:
        properties = {"Description": description, "Name": name}
        secret = {"Type": "AWS::SecretsManager::Secret", "Properties": properties}
        return {"Resources": {"Secret": secret}, "Outputs": {"Ref": {"Value": {"Ref": "Secret"}}}}

    secrets = emulated.client("secretsmanager")
    emulated.deploy("referred", template("one", "referred-1"))
    arn = emulated.outputs("referred")["Ref"]
    assert arn.startswith("arn:aws:secretsmanager:us-east-1:111122223333:secret:referred-1-")
    emulated.deploy("referred", template("two", "referred-1"))
    assert emulated.outputs("referred")["Ref"] == arn
    assert secrets.describe_secret(SecretId=arn)["Description"] == "two"
    assert _drift(emulated, "referred") == {"Secret": "IN_SYNC"}
    secrets.update_secret(SecretId=arn, Description="by hand")
    assert _drift(emulated, "referred") == {"Secret": "MODIFIED"}
    emulated.deploy("referred", template("two", "referred-2"))
    names = [
        each["Name"] for each in secrets.list_secrets()["SecretList"] if each["Name"].startswith("referred")
    ]
    assert names == ["referred-2"]
    emulated.delete("referred")
    assert not [each for each in secrets.list_secrets()["SecretList"] if each["Name"].startswith("referred")]


def _drift(emulated: Emulated, stack: str) -> dict[str, str]:
    """Logical ID → what drift detection finds."""
    api = emulated.client("cloudformation")
    api.detect_stack_drift(StackName=stack)
    found = api.describe_stack_resource_drifts(StackName=stack)["StackResourceDrifts"]
    return {each["LogicalResourceId"]: each["StackResourceDriftStatus"] for each in found}


def rotation_runs_the_function(emulated: Emulated) -> None:
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Code": {"ZipFile": ROTATE},
            "Handler": "index.handler",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Runtime": "python3.13",
        },
    }
    secret = {"Type": "AWS::SecretsManager::Secret", "Properties": {"SecretString": "old", "Name": "rotated"}}
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": ROLE}}
    template = {
        "Resources": {"Role": role, "Function": function, "Secret": secret},
        "Outputs": {"Function": {"Value": {"Fn::GetAtt": ["Function", "Arn"]}}},
    }
    emulated.deploy("rotation", template)
    secrets = emulated.client("secretsmanager")
    secrets.rotate_secret(SecretId="rotated", RotationLambdaARN=emulated.outputs("rotation")["Function"])
    deadline = time.monotonic() + 10
    while (value := secrets.get_secret_value(SecretId="rotated")["SecretString"]) == "old":
        assert time.monotonic() < deadline, "the function made no new version"
        time.sleep(0.1)
    assert value == "new"


def properties_are_validated(emulated: Emulated) -> None:
    emulated.deploy("colour", {"Resources": {"Queue": _bad_queue(None)}})
    assert "extraneous key [Colour] is not permitted" in emulated.failures("colour")


def missing_property_is_told(emulated: Emulated) -> None:
    emulated.deploy(
        "missing",
        {"Resources": {"Log": {"Type": "AWS::EC2::Subnet", "Properties": {"CidrBlock": "10.0.0.0/24"}}}},
    )
    assert "required key [VpcId] not found" in emulated.failures("missing")


def change_of_a_create_only_property_replaces(emulated: Emulated) -> None:
    def template(path: str) -> Template:
        properties = {"AssumeRolePolicyDocument": ROLE, "Path": path}
        group = {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": f"cluster{path.strip('/')}"}}
        return {"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": properties}, "Cluster": group}}

    emulated.deploy("replaced", template("/one/"))
    before = emulated.resources("replaced")
    api = emulated.client("cloudformation")
    api.create_change_set(
        StackName="replaced",
        ChangeSetName="change",
        TemplateBody=json.dumps(template("/two/")),
        Capabilities=["CAPABILITY_IAM"],
    )
    changes = api.describe_change_set(StackName="replaced", ChangeSetName="change")["Changes"]
    told = {
        each["ResourceChange"]["LogicalResourceId"]: each["ResourceChange"]["Replacement"] for each in changes
    }
    assert told == {"Role": "True", "Cluster": "True"}
    emulated.deploy("replaced", template("/two/"))
    assert all(emulated.resources("replaced")[name] != physical for name, physical in before.items())


def cognito_refuses_plain_http(emulated: Emulated) -> None:
    def client(url: str) -> Template:
        properties = {
            "UserPoolId": {"Ref": "Pool"},
            "CallbackURLs": [url],
            "AllowedOAuthFlows": ["code"],
            "AllowedOAuthScopes": ["openid"],
            "AllowedOAuthFlowsUserPoolClient": True,
        }
        pool = {"Type": "AWS::Cognito::UserPool"}
        return {
            "Resources": {
                "Pool": pool,
                "Client": {"Type": "AWS::Cognito::UserPoolClient", "Properties": properties},
            }
        }

    assert emulated.deploy("local", client("http://localhost:8080/callback")) == "CREATE_COMPLETE"
    assert emulated.deploy("plain-http", client("http://chat.example.com/callback")) == "ROLLBACK_COMPLETE"


def fargate_refuses_sizes_that_it_does_not_sell(emulated: Emulated) -> None:
    task = _task()
    task["Properties"] |= {
        "RequiresCompatibilities": ["FARGATE"],
        "NetworkMode": "awsvpc",
        "Cpu": "256",
        "Memory": "8192",
    }
    emulated.deploy("size", {"Resources": {"Task": task}})
    assert "No Fargate configuration exists" in emulated.failures("size")


def aurora_is_a_database(emulated: Emulated) -> None:
    cluster = {
        "Type": "AWS::RDS::DBCluster",
        "Properties": {
            "Engine": "aurora-postgresql",
            "EngineVersion": "16.15",
            "MasterUsername": "master",
            "ManageMasterUserPassword": True,
            "EnableHttpEndpoint": True,
            "ServerlessV2ScalingConfiguration": {"MinCapacity": 0.5, "MaxCapacity": 1},
        },
    }
    instance = {
        "Type": "AWS::RDS::DBInstance",
        "Properties": {
            "Engine": "aurora-postgresql",
            "DBInstanceClass": "db.serverless",
            "DBClusterIdentifier": {"Ref": "Cluster"},
        },
    }
    template = {
        "Resources": {"Cluster": cluster, "Instance": instance},
        "Outputs": {
            "Secret": {"Value": {"Fn::GetAtt": ["Cluster", "MasterUserSecret.SecretArn"]}},
            "Arn": {"Value": {"Fn::GetAtt": ["Cluster", "DBClusterArn"]}},
        },
    }
    emulated.deploy("aurora", template)
    outputs = emulated.outputs("aurora")

    def ask(sql: str) -> str:
        data = emulated.client("rds-data")
        answer = data.execute_statement(
            resourceArn=outputs["Arn"], secretArn=outputs["Secret"], sql=sql, database="postgres"
        )
        return str(next(iter(answer["records"][0][0].values())))

    assert ask("SHOW server_version").startswith("16.")
    assert ask("SELECT current_user::text") == "master"
    emulated.delete("aurora")
    assert not list(emulated.place.state.glob("databases/*"))


def cache_is_a_valkey(emulated: Emulated) -> None:
    properties = {"Engine": "valkey", "ServerlessCacheName": "cache"}
    template = {
        "Resources": {"Cache": {"Type": "AWS::ElastiCache::ServerlessCache", "Properties": properties}},
        "Outputs": {
            name: {"Value": {"Fn::GetAtt": ["Cache", f"Endpoint.{name}"]}} for name in ("Address", "Port")
        },
    }
    emulated.deploy("cache", template)
    endpoint = emulated.outputs("cache")
    with socket.create_connection((endpoint["Address"], int(endpoint["Port"])), timeout=5) as client:
        client.sendall(b"PING\r\n")
        assert client.recv(7) == b"+PONG\r\n"
    emulated.delete("cache")


def cache_user_is_answered(emulated: Emulated) -> None:
    api = emulated.client("elasticache")
    wanted = {
        "AccessString": "on ~* &* +@all",
        "AuthenticationMode": {"Type": "password", "Passwords": ["p" * 20]},
    }
    api.create_user(UserId="user", UserName="user", Engine="valkey", **wanted)
    user = api.modify_user(UserId="user", **wanted)
    assert user["AccessString"] == wanted["AccessString"]
    assert user["Authentication"] == {"Type": "password", "PasswordCount": 1}


def invited_person_gets_a_password(emulated: Emulated) -> None:
    pool = _pool(emulated, Policies={"PasswordPolicy": {"MinimumLength": 14}})
    emulated.client("cognito-idp").admin_create_user(UserPoolId=pool, Username="invited@example.com")


def name_counts_in_any_case(emulated: Emulated) -> None:
    pool = _pool(emulated, UsernameConfiguration={"CaseSensitive": False})
    api = emulated.client("cognito-idp")
    api.admin_create_user(UserPoolId=pool, Username=EMAIL, TemporaryPassword=WORD)
    api.admin_get_user(UserPoolId=pool, Username=EMAIL.title())
    with pytest.raises(ClientError, match="UsernameExists"):
        api.admin_create_user(UserPoolId=pool, Username=EMAIL.title(), TemporaryPassword=WORD)


def refreshed_token_has_groups(emulated: Emulated) -> None:
    pool = _pool(emulated)
    _member(emulated, pool)
    client, tokens = _sign_in(emulated, pool)
    again = {"grant_type": "refresh_token", "client_id": client, "refresh_token": tokens["refresh_token"]}
    assert _groups(json.load(_post(emulated, "/oauth2/token", again))) == ["Held"]


DEFECTS: dict[Probe, str] = {
    generated_secret_has_the_characters_that_were_asked_for: "defects/generated_secrets.py",
    nested_stack_fails_and_leaves_nothing: "defects/nested_stacks.py",
    nested_stack_resolves_dynamic_references: "defects/nested_stacks.py",
    nested_stack_keeps_attributes_on_update: "defects/nested_stacks.py",
    conditions_work_out_functions: "defects/conditions.py",
    vpc_answers_its_cidr_block: "its line in table/attributes.py",
    task_definition_has_the_apis_spelling: "defects/task_definitions.py",
    listener_keeps_its_attributes: "defects/listener_attributes.py",
    alarm_over_metric_math_is_made: "defects/metric_math_alarms.py",
    scaling_api_answers: "defects/scaling_api.py",
    secret_is_referred_to_by_its_arn: "defects/secret_references.py",
    rotation_runs_the_function: "defects/secret_rotation.py",
    properties_are_validated: "validation.py",
    missing_property_is_told: "validation.py",
    change_of_a_create_only_property_replaces: "engine.py's rules of replacement",
    cognito_refuses_plain_http: "secure_callbacks in table/checks.py",
    fargate_refuses_sizes_that_it_does_not_sell: "fargate_size in table/checks.py",
    aurora_is_a_database: "databases.py",
    cache_is_a_valkey: "caches.py",
    cache_user_is_answered: "defects/cache_users.py",
    invited_person_gets_a_password: "defects/invitations.py",
    name_counts_in_any_case: "defects/sign_in_names.py",
    refreshed_token_has_groups: "defects/refreshed_tokens.py",
}


@pytest.mark.parametrize("probe", DEFECTS, ids=lambda probe: probe.__name__)
def test_with_the_extension(emulated: Emulated, probe: Probe) -> None:
    probe(emulated)


@pytest.mark.wide
@pytest.mark.parametrize("probe", DEFECTS, ids=lambda probe: probe.__name__)
def test_ministack_still_has_the_defect(plain: Emulated, probe: Probe) -> None:
    try:
        probe(plain)
    except (AssertionError, ClientError, BotoCoreError, ResponseParserError, KeyError, ValueError):
        return
    pytest.fail(f"ministack has no such defect any more; commands/local/emulator/{DEFECTS[probe]} can go")


def test_ministack_still_lacks_the_types_of_the_table(plain: Emulated) -> None:
    template = {"Resources": {f"Row{index}": {"Type": row.type} for index, row in enumerate(ROWS)}}
    with pytest.raises(ClientError) as refusal:
        plain.deploy("types", template)
    lacking = str(refusal.value)
    has = [row.type for row in ROWS if row.type not in lacking]
    assert not has, f"ministack has {has} by now: their rows can go"


@pytest.mark.parametrize(("version", "groups"), [("V1_0", ["Given"]), ("V2_0", ["Held"])])
def test_ministack_takes_groups_from_a_v1_answer_alone(
    plain: Emulated, version: str, groups: list[str]
) -> None:
    """Cognito takes them from either; once ministack does, pre_token_generation may answer V2_0."""
    function = {
        "Code": {"ZipFile": TRIGGER},
        "Handler": "index.handler",
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Runtime": "python3.13",
        "Environment": {"Variables": {"VERSION": version}},
    }
    template = {
        "Resources": {
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": ROLE}},
            "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
        },
        "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Function", "Arn"]}}},
    }
    name = f"trigger-{version.partition('_')[0]}"
    plain.deploy(name, template)
    arn = plain.outputs(name)["Arn"]
    newer = {"PreTokenGenerationConfig": {"LambdaArn": arn, "LambdaVersion": version}}
    pool = _pool(plain, LambdaConfig={"PreTokenGeneration": arn} if version == "V1_0" else newer)
    _member(plain, pool)
    _, tokens = _sign_in(plain, pool)
    assert _groups(tokens) == groups


def test_what_a_deployment_file_names_is_given(emulated: Emulated) -> None:
    record = {
        "HostedZoneId": "Z1",
        "Name": "chat.example.com",
        "Type": "A",
        "TTL": "60",
        "ResourceRecords": ["192.0.2.1"],
    }
    template = {
        "Resources": {
            "Record": {"Type": "AWS::Route53::RecordSet", "Properties": record},
            "Point": {
                "Type": "AWS::EFS::AccessPoint",
                "Properties": {"FileSystemId": "fs-0123456789abcdef0"},
            },
        }
    }
    assert emulated.deploy("given", template) == "CREATE_COMPLETE"
    (found,) = emulated.client("efs").describe_file_systems()["FileSystems"]
    assert found["FileSystemId"] == "fs-0123456789abcdef0"
    emulated.delete("given")


def _pool(emulated: Emulated, **settings: Any) -> str:
    """A user pool of its own for each probe."""
    api = emulated.client("cognito-idp")
    made = api.create_user_pool(PoolName="pool", UsernameAttributes=["email"], **settings)
    return str(made["UserPool"]["Id"])


def _member(emulated: Emulated, pool: str) -> None:
    """A person in the group `Held`."""
    api, person = emulated.client("cognito-idp"), {"UserPoolId": pool, "Username": EMAIL}
    api.admin_create_user(**person, TemporaryPassword=WORD)
    api.admin_set_user_password(**person, Password=WORD, Permanent=True)
    api.create_group(UserPoolId=pool, GroupName="Held")
    api.admin_add_user_to_group(**person, GroupName="Held")


def _sign_in(emulated: Emulated, pool: str) -> tuple[str, Any]:
    """A client, and the tokens that it gets when the person signs in."""
    client = emulated.client("cognito-idp").create_user_pool_client(
        UserPoolId=pool,
        ClientName="client",
        CallbackURLs=[CALLBACK],
        AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid"],
        AllowedOAuthFlowsUserPoolClient=True,
    )["UserPoolClient"]["ClientId"]
    asked = {"client_id": client, "redirect_uri": CALLBACK}
    sent = _post(emulated, "/login", {**asked, "username": EMAIL, "password": WORD, "scope": "openid"})
    (code,) = parse_qs(urlsplit(sent.headers["Location"]).query)["code"]
    fields = {**asked, "grant_type": "authorization_code", "code": code}
    return client, json.load(_post(emulated, "/oauth2/token", fields))


def _groups(tokens: Mapping[str, str]) -> list[str]:
    content = tokens["id_token"].split(".")[1]
    groups: list[str] = json.loads(base64.urlsafe_b64decode(content + "=="))["cognito:groups"]
    return groups


def _post(emulated: Emulated, path: str, fields: Mapping[str, str]) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("localhost", emulated.server.port, timeout=10)
    connection.request("POST", path, urlencode(fields), {"Content-Type": "application/x-www-form-urlencoded"})
    return connection.getresponse()


def _parent(emulated: Emulated, key: str, child: Template) -> Template:
    url = emulated.upload(key, child)
    outputs = {
        name: {"Value": {"Fn::GetAtt": ["Child", f"Outputs.{name}"]}} for name in child.get("Outputs", {})
    }
    nested = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}
    return {"Resources": {"Child": nested}, "Outputs": outputs}


def _bad_queue(after: str | None) -> Template:
    queue: Template = {
        "Type": "AWS::SQS::Queue",
        "Properties": {"Colour": "red", "KmsDataKeyReusePeriodSeconds": 1},
    }
    return {**queue, "DependsOn": after} if after else queue


def _task() -> Template:
    container = {
        "Name": "main",
        "Image": "image",
        "Secrets": [{"Name": "KEY", "ValueFrom": "arn:aws:ssm:key"}],
        "LogConfiguration": {"LogDriver": "awslogs", "Options": {"awslogs-group": "Kept"}},
    }
    volume = {"Name": "files", "EFSVolumeConfiguration": {"FilesystemId": "fs-1"}}
    return {
        "Type": "AWS::ECS::TaskDefinition",
        "Properties": {"Family": "spelling", "ContainerDefinitions": [container], "Volumes": [volume]},
    }

"""What is said of a change, on the smallest templates that show it; each case is a deployment of its own."""

from pathlib import Path
from typing import Any

import pytest

from commands.diff.changes import Cause, DeploymentChange, Difference, Impact
from commands.diff.values import written
from tests.commands.diff.assemblies import Template, changes, resource, template, write

OLD, NEW, STACK = "a" * 64, "b" * 64, "c" * 64
CLUSTER = "AWS::RDS::DBCluster"


def alarm(threshold: Any) -> Template:
    return template(Alarm=resource("AWS::CloudWatch::Alarm", Threshold=threshold))


def database(key: str, **more: Any) -> Template:
    return template(
        Cluster=resource(CLUSTER, **more, KmsKeyId=key),
        Writer=resource("AWS::RDS::DBInstance", DBClusterIdentifier={"Ref": "Cluster"}),
        Log=resource(
            "AWS::Logs::LogGroup", LogGroupName={"Fn::Join": ["", ["/aws/rds/", {"Ref": "Cluster"}]]}
        ),
        Alarm=resource("AWS::CloudWatch::Alarm", Dimensions=[{"Name": "DB", "Value": {"Ref": "Cluster"}}]),
    )


def engine(version: str) -> Template:
    return template(Cluster=resource(CLUSTER, EngineVersion=version))


def bucket(policy: str) -> Template:
    return template(Bucket={**resource("AWS::S3::Bucket"), "DeletionPolicy": policy})


def kept_log(name: str, policy: str) -> Template:
    body = resource("AWS::Logs::LogGroup", LogGroupName=name)
    return template(Log={**body, "UpdateReplacePolicy": policy})


def role(*actions: str) -> Template:
    statements = [{"Effect": "Allow", "Action": action, "Resource": "*"} for action in actions]
    document = {"Version": "2012-10-17", "Statement": statements}
    return template(
        Policy=resource(
            "AWS::IAM::Policy", PolicyName="p", PolicyDocument=document, Roles=[{"Ref": "AWS::StackName"}]
        )
    )


def group(*ports: int) -> Template:
    rules = [{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIp": "0.0.0.0/0"} for port in ports]
    return template(
        Group=resource("AWS::EC2::SecurityGroup", GroupDescription="g", SecurityGroupIngress=rules)
    )


def function(code: str, memory: int = 128) -> Template:
    return template(
        Function=resource(
            "AWS::Lambda::Function",
            Handler="rotate.handler",
            MemorySize=memory,
            Code={"S3Bucket": "assets", "S3Key": f"{code}.zip"},
        )
    )


def image(digest: str) -> Template:
    containers = [{"Name": "web", "Image": f"ghcr.io/open-webui@sha256:{digest}"}]
    return template(Task=resource("AWS::ECS::TaskDefinition", ContainerDefinitions=containers))


def checksum(digest: str) -> Template:
    """In a property of a function that is not its code."""
    variables = {"Variables": {"CHECKSUM": digest}}
    return template(Function=resource("AWS::Lambda::Function", Environment=variables))


def layer(code: str) -> Template:
    content = {"S3Bucket": "assets", "S3Key": f"{code}.zip"}
    return template(Layer=resource("AWS::Lambda::LayerVersion", Content=content))


def nested(suffix: str) -> Template:
    url = {"Fn::Sub": f"https://s3.${{AWS::URLSuffix}}/assets/{STACK}.json"}
    return template(
        **{f"StorageNestedStack{suffix}": resource("AWS::CloudFormation::Stack", TemplateURL=url)}
    )


def dashboard(title: str) -> Template:
    parts = ['{"widgets": [{"title": "', {"Ref": "AWS::Region"}, f'"}}, {{"title": "{title}"}}]}}']
    return template(Board=resource("AWS::CloudWatch::Dashboard", DashboardBody={"Fn::Join": ["", parts]}))


def task(*names: str) -> Template:
    variables = [{"Name": name, "Value": "1"} for name in names]
    return template(
        Task=resource("AWS::ECS::TaskDefinition", ContainerDefinitions=[{"Environment": variables}])
    )


def operated(**defaults: Any) -> Template:
    """A task and a database whose create-only properties come through parameters and a mapping."""
    size = {"Fn::FindInMap": ["Sizes", {"Ref": "Size"}, "key"]}
    image = {"Fn::Join": ["", ["ghcr.io/open-webui:", {"Ref": "ImageTag"}]]}
    url = {"Fn::Sub": ["https://${Host}/", {"Host": {"Ref": "Host"}}]}
    kinds = {"Ports": "CommaDelimitedList", "Machine": "AWS::SSM::Parameter::Value<String>"}
    values = {"ImageTag": "v1", "Size": "small", "Host": "chat", "Ports": "80", "Machine": "/ami/1"}
    values |= {name: value for name, value in defaults.items() if name != "key"}
    return {
        "Parameters": {
            name: {"Type": kinds.get(name, "String"), "Default": value} for name, value in values.items()
        },
        "Mappings": {"Sizes": {"small": {"key": defaults.get("key", "one")}, "large": {"key": "big"}}},
        "Rules": {"Tag": {"Assertions": [{"Assert": {"Fn::Equals": [{"Ref": "ImageTag"}, "v1"]}}]}},
        **template(
            Task=resource("AWS::ECS::TaskDefinition", ContainerDefinitions=[{"Image": image}]),
            Cluster=resource(CLUSTER, KmsKeyId=size),
            Topic=resource("AWS::SNS::Topic", DisplayName=url),
            Distribution=resource("AWS::EC2::EIP", Tags={"Ref": "Ports"}),
            Machine=resource("AWS::EC2::Instance", ImageId={"Ref": "Machine"}),
            Group=resource(
                "AWS::Logs::LogGroup",
                LogGroupName={"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, "key"]},
            ),
        ),
    }


def around(number: str) -> Template:
    return {
        "Description": f"v{number}",
        "Parameters": {"Days": {"Type": "Number", "Default": number}},
        "Outputs": {"Url": {"Value": f"https://{number}"}},
        "Conditions": {"Big": {"Fn::Equals": [number, "1"]}},
        "Mappings": {"Sizes": {"small": {"cpu": number}}},
        "Rules": {"Size": {"Assertions": [{"AssertDescription": number}]}},
        "Resources": {},
    }


CASES: dict[str, tuple[Template, Template]] = {
    "same": (database("one"), database("one")),
    "number": (alarm(1), alarm(2)),
    "number-as-text": (alarm(10), alarm("10")),
    "database": (database("one"), database("two")),
    "maybe": (database("one"), database("one", Engine="aurora-postgresql")),
    "certain-first": (
        database("one", Engine="aurora-postgresql"),
        database("two", Engine="aurora-mysql"),
    ),
    "version": (engine("16.1"), engine("16.10")),
    "removed": (bucket("Retain"), template()),
    "replaced-kept": (kept_log("one", "Delete"), kept_log("two", "Retain")),
    "weakened": (bucket("Retain"), bucket("Delete")),
    "iam": (role("s3:GetObject"), role("s3:GetObject", "s3:PutObject")),
    "group": (group(443), group(443, 80)),
    "code": (function(OLD), function(NEW)),
    "code-and-memory": (function(OLD), function(NEW, memory=256)),
    "image-digest": (image("1" * 64), image("2" * 64)),
    "image-like-an-asset": (image(OLD), image(NEW)),
    "environment-like-an-asset": (checksum(OLD), checksum(NEW)),
    "code-of-elsewhere": (function("1" * 64), function("2" * 64)),
    "layer": (layer(OLD), layer(NEW)),
    "nested": (nested("1"), nested("2")),
    "dashboard": (dashboard("one"), dashboard("two")),
    "variable": (task("A", "B"), task("C", "A", "B")),
    "order": (task("A", "B"), task("B", "A")),
    "around": (around("1"), around("2")),
    "unknown-type": (
        template(New=resource("AWS::Tomorrow::Thing", A=1)),
        template(New=resource("AWS::Tomorrow::Thing", A=2)),
    ),
    "unknown-property": (
        template(Bucket=resource("AWS::S3::Bucket", Tomorrow=1)),
        template(Bucket=resource("AWS::S3::Bucket", Tomorrow=2)),
    ),
    "custom": (template(Own=resource("Custom::Own", A=1)), template(Own=resource("Custom::Own", A=2))),
    "image-tag": (operated(), operated(ImageTag="v2")),
    "mapping": (operated(), operated(key="two")),
    "mapping-key": (operated(), operated(Size="large")),
    "substituted": (operated(), operated(Host="talk")),
    "list-parameter": (operated(), operated(Ports="80, 443")),
    "ssm-parameter": (operated(), operated(Machine="/ami/2")),
    "new-parameter": (
        template(Alarm=resource("AWS::CloudWatch::Alarm", Threshold="1")),
        {
            "Parameters": {"Most": {"Type": "Number", "Default": "1"}},
            **template(Alarm=resource("AWS::CloudWatch::Alarm", Threshold={"Ref": "Most"})),
        },
    ),
    "type": (template(A=resource("AWS::S3::Bucket")), template(A=resource("AWS::SNS::Topic"))),
    "type-back": (template(A=resource("AWS::SNS::Topic")), template(A=resource("AWS::S3::Bucket"))),
}
KEY_OF_STACK = '{"Resources": {"Key": {"Type": "AWS::KMS::Key", "Properties": {}}}}'


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, DeploymentChange]:
    folder = tmp_path_factory.mktemp("assemblies")
    stack = {STACK: {"nested.json": KEY_OF_STACK}}
    before = write(
        folder / "before",
        {**{name: pair[0] for name, pair in CASES.items()}, "gone": bucket("Retain")},
        files={OLD: {"same.py": "1", "rotate.py": "1", "old.py": "1"}, **stack},
    )
    after = write(
        folder / "after",
        {**{name: pair[1] for name, pair in CASES.items()}, "new": bucket("Retain")},
        files={NEW: {"same.py": "1", "rotate.py": "2", "new.py": "1"}, **stack},
    )
    return changes(before, after)


def impacts(change: DeploymentChange) -> dict[str, Impact]:
    return {each.address: each.impact for each in change.resources}


@pytest.mark.parametrize("case", ["same", "number-as-text"])
def test_what_means_the_same_is_no_change(told: dict[str, DeploymentChange], case: str) -> None:
    assert told[case].is_empty


def test_one_number_is_one_difference(told: dict[str, DeploymentChange]) -> None:
    (change,) = told["number"].resources
    assert change.impact is Impact.changed
    assert change.differences == (Difference(path="Threshold", old=1, new=2),)


def test_a_version_is_no_number(told: dict[str, DeploymentChange]) -> None:
    (change,) = told["version"].resources
    assert change.differences == (Difference(path="EngineVersion", old="16.1", new="16.10"),)


def test_a_replaced_resource_drags_along_what_refers_to_it(told: dict[str, DeploymentChange]) -> None:
    assert impacts(told["database"]) == {
        "Cluster": Impact.replaced,
        "Writer": Impact.replaced,
        "Log": Impact.replaced,
        "Alarm": Impact.follows,
    }
    causes = {each.address: each.causes for each in told["database"].resources}
    assert causes["Cluster"] == (Cause(property="KmsKeyId"),)
    assert causes["Writer"] == (Cause(property="DBClusterIdentifier", because=("Cluster",)),)
    assert causes["Log"] == (Cause(property="LogGroupName", because=("Cluster",)),)


def test_what_aws_decides_at_the_update_is_said_so(told: dict[str, DeploymentChange]) -> None:
    (change,) = told["maybe"].resources
    assert change.impact is Impact.may_be_replaced
    assert change.causes == (Cause(property="Engine", is_certain=False),)


def test_the_property_that_surely_replaces_is_named_first(told: dict[str, DeploymentChange]) -> None:
    (cluster,) = (each for each in told["certain-first"].resources if each.address == "Cluster")
    assert cluster.impact is Impact.replaced
    assert [(each.property, each.is_certain) for each in cluster.causes] == [
        ("KmsKeyId", True),
        ("Engine", False),
    ]


@pytest.mark.parametrize(
    ("case", "address", "impact", "path", "old", "new"),
    [
        (
            "image-tag",
            "Task",
            Impact.replaced,
            "ContainerDefinitions[0].Image",
            "ghcr.io/open-webui:v1",
            "ghcr.io/open-webui:v2",
        ),
        ("mapping", "Cluster", Impact.replaced, "KmsKeyId", "one", "two"),
        ("mapping-key", "Cluster", Impact.replaced, "KmsKeyId", "one", "big"),
        ("substituted", "Topic", Impact.changed, "DisplayName", "https://chat/", "https://talk/"),
        ("list-parameter", "Distribution", Impact.changed, "Tags[]", "null", "443"),
        (
            "ssm-parameter",
            "Machine",
            Impact.replaced,
            "ImageId",
            "{{resolve:ssm:/ami/1}}",
            "{{resolve:ssm:/ami/2}}",
        ),
    ],
)
def test_a_changed_default_or_mapping_stands_where_it_is_used(
    told: dict[str, DeploymentChange], case: str, address: str, impact: Impact, path: str, old: str, new: str
) -> None:
    (change,) = told[case].resources
    assert (change.address, change.impact) == (address, impact)
    (difference,) = change.differences
    assert (difference.path, written(difference.old), written(difference.new)) == (path, old, new)
    assert [*told[case].parameters, *told[case].others], "the value itself is told as well"


def test_a_parameter_that_is_new_and_says_the_same_changes_no_resource(
    told: dict[str, DeploymentChange],
) -> None:
    assert told["new-parameter"].resources == ()
    assert [each.path for each in told["new-parameter"].parameters] == ["Most"]


def test_the_rules_keep_their_references(told: dict[str, DeploymentChange]) -> None:
    assert told["image-tag"].parameters == (Difference(path="ImageTag.Default", old="v1", new="v2"),)
    assert told["image-tag"].others == ()


def test_another_type_is_a_replacement(told: dict[str, DeploymentChange]) -> None:
    (change,) = told["type"].resources
    assert (change.impact, change.causes) == (Impact.replaced, (Cause(property="Type"),))
    assert change.differences == (Difference(path="Type", old="AWS::S3::Bucket", new="AWS::SNS::Topic"),)
    assert change.doubts == ("CloudFormation refuses another type under the same logical ID",)


@pytest.mark.parametrize(("case", "loses_data"), [("type", True), ("type-back", False)])
def test_the_type_that_was_there_says_whether_data_is_lost(
    told: dict[str, DeploymentChange], case: str, loses_data: bool
) -> None:
    (change,) = told[case].resources
    assert change.loses_data is loses_data


def test_a_removed_resource_says_what_keeps_it(told: dict[str, DeploymentChange]) -> None:
    (change,) = told["removed"].resources
    assert (change.impact, change.kept, change.loses_data) == (Impact.removed, "Retain", True)


def test_the_new_policy_decides_what_becomes_of_the_replaced_one(told: dict[str, DeploymentChange]) -> None:
    (change,) = told["replaced-kept"].resources
    assert (change.impact, change.kept) == (Impact.replaced, "Retain")


def test_a_policy_that_no_longer_keeps_is_told(told: dict[str, DeploymentChange]) -> None:
    (change,) = told["weakened"].resources
    assert change.weakened == (Difference(path="DeletionPolicy", old="Retain", new="Delete"),)


def test_a_new_permission_stands_alone(told: dict[str, DeploymentChange]) -> None:
    (permission,) = told["iam"].iam
    assert (permission.sign, permission.subject) == ("+", "*")
    assert "Allow s3:PutObject" in permission.text


def test_a_new_rule_of_a_security_group_stands_alone(told: dict[str, DeploymentChange]) -> None:
    (rule,) = told["group"].security_groups
    assert (rule.sign, rule.text) == ("+", "in TCP 80 Everyone (IPv4)")
    assert "Group" in rule.subject


def test_changed_code_is_its_files_and_no_hash(told: dict[str, DeploymentChange]) -> None:
    (code,) = told["code"].code
    assert code.functions == ("rotate.handler (Function)",)
    assert code.files == ("+ new.py", "- old.py", "~ rotate.py")
    assert told["code"].resources == ()


@pytest.mark.parametrize(
    ("case", "path"),
    [
        ("image-digest", "ContainerDefinitions[web].Image"),
        ("image-like-an-asset", "ContainerDefinitions[web].Image"),
        ("environment-like-an-asset", "Environment.Variables.CHECKSUM"),
        ("code-of-elsewhere", "Code.S3Key"),
    ],
)
def test_a_hash_that_is_no_asset_is_told(told: dict[str, DeploymentChange], case: str, path: str) -> None:
    (change,) = told[case].resources
    assert [each.path for each in change.differences] == [path]
    assert told[case].code == ()


def test_what_changes_beside_the_code_is_told_without_the_hash(told: dict[str, DeploymentChange]) -> None:
    (change,) = told["code-and-memory"].resources
    assert [each.path for each in change.differences] == ["MemorySize"]
    assert told["code-and-memory"].code


def test_a_layer_with_other_content_is_replaced(told: dict[str, DeploymentChange]) -> None:
    assert impacts(told["layer"]) == {"Layer": Impact.replaced}
    assert told["layer"].code[0].functions == ("Layer",)


def test_a_renamed_nested_stack_replaces_what_is_in_it(told: dict[str, DeploymentChange]) -> None:
    assert impacts(told["nested"]) == {
        "StorageNestedStack1": Impact.removed,
        "StorageNestedStack2": Impact.added,
        "Storage.Key": Impact.replaced,
    }
    assert [each.address for each in told["nested"].resources if each.loses_data] == ["Storage.Key"]


def test_json_in_a_text_is_opened(told: dict[str, DeploymentChange]) -> None:
    (change,) = told["dashboard"].resources
    assert change.differences == (Difference(path="DashboardBody.widgets[1].title", old="one", new="two"),)


def test_one_more_variable_moves_no_other(told: dict[str, DeploymentChange]) -> None:
    (change,) = told["variable"].resources
    assert [each.path for each in change.differences] == ["ContainerDefinitions[0].Environment[C]"]


def test_another_order_is_told(told: dict[str, DeploymentChange]) -> None:
    (change,) = told["order"].resources
    assert [each.path for each in change.differences] == ["ContainerDefinitions (order)"]


def test_all_parts_of_a_template_are_compared(told: dict[str, DeploymentChange]) -> None:
    change = told["around"]
    assert change.parameters == (Difference(path="Days.Default", old="1", new="2"),)
    assert change.outputs == (Difference(path="Url.Value", old="https://1", new="https://2"),)
    assert [each.path for each in change.others] == [
        "Description",
        "Conditions.Big",
        "Mappings.Sizes.small.cpu",
        "Rules.Size.Assertions[0].AssertDescription",
    ]


@pytest.mark.parametrize("case", ["unknown-type", "unknown-property"])
def test_what_the_specification_lacks_is_said(told: dict[str, DeploymentChange], case: str) -> None:
    (change,) = told[case].resources
    (doubt,) = change.doubts
    assert doubt.startswith(case.replace("-", " "))


def test_a_custom_resource_is_no_doubt(told: dict[str, DeploymentChange]) -> None:
    (change,) = told["custom"].resources
    assert change.doubts == ()


def test_a_deployment_on_one_side_is_new_or_gone(told: dict[str, DeploymentChange]) -> None:
    assert (told["new"].is_new, impacts(told["new"])) == (True, {"Bucket": Impact.added})
    assert (told["gone"].is_gone, impacts(told["gone"])) == (True, {"Bucket": Impact.removed})


def test_manifests_are_compared(tmp_path: Path) -> None:
    sides = []
    for side, size in (("before", "1Gi"), ("after", "2Gi")):
        sides.append(write(tmp_path / side, {"chat": template()}))
        manifests = tmp_path / side / "manifests" / "chat"
        manifests.mkdir(parents=True)
        (manifests / "claims.yaml").write_text(
            "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: chat}\n"
            f"spec: {{resources: {{requests: {{storage: {size}}}}}}}\n"
        )
    (change,) = changes(*sides)["chat"].manifests
    assert change.address == "PersistentVolumeClaim/chat/data"
    assert change.differences == (Difference(path="spec.resources.requests.storage", old="1Gi", new="2Gi"),)


def test_a_deployment_of_manifests_alone_is_compared_too(tmp_path: Path) -> None:
    sides = []
    for name, size in (("before", "10Gi"), ("after", "20Gi")):
        side = write(tmp_path / name, {})
        folder = tmp_path / name / "manifests" / "local"
        folder.mkdir(parents=True)
        (folder / "01-claim.yaml").write_text(
            f"apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: db}}\nspec: {{size: {size}}}\n"
        )
        sides.append(side)
    found = changes(*sides)
    assert list(found) == ["local"]
    assert [each.address for each in found["local"].manifests] == ["PersistentVolumeClaim/db"]
    gone = changes(sides[0], write(tmp_path / "nothing", {}))["local"]
    assert gone.is_gone

"""What a change does to data although no property surely replaces its holder."""

from pathlib import Path
from typing import Any

import pytest

from commands.diff.changes import DeploymentChange, Impact, ResourceChange
from commands.diff.gate import Gate, verdict
from commands.diff.versions import MAJOR_BY_HAND, PROPERTIES
from tests.commands.diff.assemblies import Template, changes, resource, template, write

MOVES = "no subnet of it stays"


def network(vpc: str, *blocks: str, holder: str) -> Template:
    """A database with a subnet group, a file system with mount targets, or a cluster that names its subnets."""
    subnets = {
        f"Subnet{at}": resource("AWS::EC2::Subnet", VpcId={"Ref": "Vpc"}, CidrBlock=block)
        for at, block in enumerate(blocks)
    }
    return template(
        Vpc=resource("AWS::EC2::VPC", CidrBlock=vpc),
        **subnets,
        **placed(holder, [{"Ref": name} for name in subnets]),
    )


def placed(holder: str, subnets: list[Any]) -> Template:
    if holder == "database":
        return {
            "Group": resource("AWS::RDS::DBSubnetGroup", DBSubnetGroupDescription="g", SubnetIds=subnets),
            "Holder": resource("AWS::RDS::DBCluster", DBSubnetGroupName={"Ref": "Group"}, Port=5432),
        }
    if holder == "files":
        targets = {
            f"Target{at}": resource("AWS::EFS::MountTarget", FileSystemId={"Ref": "Holder"}, SubnetId=subnet)
            for at, subnet in enumerate(subnets)
        }
        return {"Holder": resource("AWS::EFS::FileSystem"), **targets}
    return {"Holder": resource("AWS::EKS::Cluster", ResourcesVpcConfig={"SubnetIds": subnets})}


def moved(holder: str, *blocks: str, vpc: str = "10.0.0.0/16") -> tuple[Template, Template]:
    return network("10.0.0.0/16", "10.0.1.0/24", "10.0.2.0/24", holder=holder), network(
        vpc, *blocks, holder=holder
    )


def given(*subnets: str) -> Template:
    return template(**placed("database", list(subnets)))


def secret(kind: str = "AWS::SecretsManager::Secret", **more: Any) -> Template:
    return template(Holder=resource(kind, **more))


def engine(
    version: str, *, kind: str = "AWS::RDS::DBCluster", name: str = "aurora-postgresql", **more: Any
) -> Template:
    return template(Holder=resource(kind, Engine=name, EngineVersion=version, **more))


def versioned(kind: str, *, name: str = "postgres", **version: str) -> Template:
    """What has a version, under the name that its type gives it."""
    return template(Holder=resource(kind, Engine=name, **version))


SAME, OTHERS = ("10.0.1.0/24", "10.0.2.0/24"), ("10.0.3.0/24", "10.0.4.0/24")
LOST: dict[str, tuple[tuple[Template, Template], str]] = {
    "database, another VPC": (moved("database", *SAME, vpc="10.1.0.0/16"), MOVES),
    "files, another VPC": (moved("files", *SAME, vpc="10.1.0.0/16"), MOVES),
    "EKS, another VPC": (moved("EKS", *SAME, vpc="10.1.0.0/16"), MOVES),
    "database, other subnets": (moved("database", *OTHERS), MOVES),
    "database, other subnets of somebody else": ((given("a", "b"), given("c", "d")), MOVES),
    "generated, another length": (
        (
            secret(GenerateSecretString={"PasswordLength": 48}),
            secret(GenerateSecretString={"PasswordLength": 64}),
        ),
        "GenerateSecretString changes, so another value is generated",
    ),
    "generated no more": (
        (secret(GenerateSecretString={}), secret(SecretString="{}")),
        "GenerateSecretString changes",
    ),
    "major": (
        (engine("16.15"), engine("17.4")),
        "16.15 → 17.4 is another major version: the update fails, or",
    ),
    "major of an instance": (
        (
            engine("16.15", kind="AWS::RDS::DBInstance", name="postgres"),
            engine("17.4", kind="AWS::RDS::DBInstance", name="postgres"),
        ),
        "16.15 → 17.4 is another major version: the update fails without AllowMajorVersionUpgrade",
    ),
    "major of MySQL": (
        (engine("5.7.mysql_aurora.2.11.2", name="aurora-mysql"), engine("8.0", name="aurora-mysql")),
        "5.7.mysql_aurora.2.11.2 → 8.0 is another major version",
    ),
}
LOST |= {
    f"major of {kind}": (
        (engine("16.15", kind=kind, name="postgres"), engine("17.4", kind=kind, name="postgres")),
        "16.15 → 17.4 is another major version: the update fails",
    )
    for kind in MAJOR_BY_HAND
}
LOST |= {
    f"{kind} {old} to {new}": (
        (versioned(kind, **{field: old}), versioned(kind, **{field: new})),
        f"{field} {old} → {new}: it never goes down again",
    )
    for kind, field, old, new in (
        ("AWS::EKS::Cluster", "Version", "1.36", "1.35"),
        ("AWS::EKS::Cluster", "Version", "1.10", "1.9"),
        ("AWS::RDS::DBCluster", "EngineVersion", "16.15", "16.9"),
        ("AWS::RDS::DBCluster", "EngineVersion", "17.4", "16.15"),
        ("AWS::RDS::DBInstance", "EngineVersion", "16.15", "16.9"),
        ("AWS::ElastiCache::ServerlessCache", "MajorEngineVersion", "8", "7"),
    )
}
UNHURT: dict[str, tuple[Template, Template]] = {
    "one subnet more": moved("database", *SAME, "10.0.3.0/24"),
    "one of two subnets": moved("database", "10.0.1.0/24", "10.0.4.0/24"),
    "one of two mount targets": moved("files", "10.0.1.0/24", "10.0.4.0/24"),
    "somebody else's, one stays": (given("a", "b"), given("b", "c")),
    "a secret's description": (
        secret(GenerateSecretString={}, Description="a"),
        secret(GenerateSecretString={}, Description="b"),
    ),
    "generated, of what is no secret": (
        secret("AWS::SNS::Topic", GenerateSecretString="a"),
        secret("AWS::SNS::Topic", GenerateSecretString="b"),
    ),
    "a minor version": (engine("16.9"), engine("16.15")),
    "the newest minor version": (engine("16.9"), engine("16")),
    "a later Kubernetes": (
        versioned("AWS::EKS::Cluster", Version="1.9"),
        versioned("AWS::EKS::Cluster", Version="1.10"),
    ),
    "another engine": (
        versioned("AWS::ElastiCache::ServerlessCache", name="valkey", MajorEngineVersion="8"),
        versioned("AWS::ElastiCache::ServerlessCache", name="redis", MajorEngineVersion="7"),
    ),
    "a major version that is allowed": (
        engine("16.15", kind="AWS::RDS::DBInstance"),
        engine("17.4", kind="AWS::RDS::DBInstance", AllowMajorVersionUpgrade=True),
    ),
    "text": (secret(SecretString="a"), secret(SecretString="b")),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, DeploymentChange]:
    folder = tmp_path_factory.mktemp("assemblies")
    pairs = {name: pair for name, (pair, _) in LOST.items()} | UNHURT
    return changes(
        *(
            write(folder / str(side), {name: pair[side] for name, pair in pairs.items()}, files={})
            for side in (0, 1)
        )
    )


def holder(change: DeploymentChange) -> ResourceChange | None:
    return next((each for each in change.resources if each.address == "Holder"), None)


@pytest.mark.parametrize("case", LOST)
def test_it_is_told_and_fails_the_gate(told: dict[str, DeploymentChange], case: str) -> None:
    change = holder(told[case])
    assert change
    assert change.impact in (Impact.may_be_replaced, Impact.changed)
    assert (change.impact is Impact.may_be_replaced) == (LOST[case][1] == MOVES)
    errors = verdict([told[case]], fail_on={Gate.stateful}).errors
    assert len(errors) == 1
    assert f"{case}: Holder (" in errors[0]
    assert f"holds data: {LOST[case][1]}" in errors[0]


def test_another_major_is_judged_of_types_whose_version_is_known() -> None:
    assert {PROPERTIES.get(kind) for kind in MAJOR_BY_HAND} == {"EngineVersion"}


@pytest.mark.parametrize("case", UNHURT)
def test_what_does_no_harm_passes(told: dict[str, DeploymentChange], case: str) -> None:
    assert verdict([told[case]]).errors == ()


def test_a_text_of_a_secret_is_a_doubt(told: dict[str, DeploymentChange]) -> None:
    change = holder(told["text"])
    assert change
    assert change.doubts == ("SecretString changes: a value that somebody put in since is written over",)


def test_both_are_told_of_one_holder(tmp_path: Path) -> None:
    before, after = moved("database", *OTHERS)
    for body, version in ((before, "16.15"), (after, "17.4")):
        body["Resources"]["Holder"]["Properties"] |= {"Engine": "aurora-postgresql", "EngineVersion": version}
    found = holder(
        changes(write(tmp_path / "a", {"chat": before}), write(tmp_path / "b", {"chat": after}))["chat"]
    )
    assert found
    assert found.lost
    assert MOVES in found.lost
    assert "another major version" in found.lost


def owned(key: str) -> Template:
    """A cluster with all that is there for it alone."""
    inside = {"Fn::Join": ["", ['{"host":"', {"Fn::GetAtt": ["Cluster", "Endpoint.Address"]}, '"}']]}
    log = resource("AWS::Logs::LogGroup", LogGroupName={"Fn::Join": ["", ["/aws/rds/", {"Ref": "Cluster"}]]})
    return template(
        Cluster=resource("AWS::RDS::DBCluster", KmsKeyId=key),
        Writer=resource("AWS::RDS::DBInstance", DBClusterIdentifier={"Ref": "Cluster"}),
        Log={**log, "UpdateReplacePolicy": "Retain"},
        Secret=resource("AWS::SecretsManager::Secret", GenerateSecretString={"SecretStringTemplate": inside}),
    )


def test_a_cluster_speaks_for_what_is_there_for_it_alone(tmp_path: Path) -> None:
    sides = (write(tmp_path / key, {"chat": owned(key)}) for key in ("one", "two"))
    (error,) = verdict([changes(*sides)["chat"]]).errors
    assert "would be replaced by KmsKeyId; with it go Log, Secret, Writer; if that is meant" in error

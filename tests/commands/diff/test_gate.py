"""What fails the gate: always the loss of data that nobody has accepted, and what was asked for."""

from dataclasses import replace
from typing import Any

import pytest

from commands.diff.accepted import Accepted
from commands.diff.changes import (
    Cause,
    DeploymentChange,
    Difference,
    Impact,
    ManifestChange,
    Permission,
    ResourceChange,
)
from commands.diff.gate import Gate, verdict

KEY = ResourceChange(
    address="Storage.Cluster",
    kind="AWS::RDS::DBCluster",
    impact=Impact.replaced,
    causes=(Cause(property="KmsKeyId"),),
)
TASK = ResourceChange(address="Fargate.Task", kind="AWS::ECS::TaskDefinition", impact=Impact.replaced)
ENTRY = Accepted(deployment="chat", address="Storage.Cluster", reason="restored tonight", place="file:3")
GRANT = Permission(sign="+", subject="*", text="Allow s3:*")


def change(*resources: ResourceChange, **more: Any) -> DeploymentChange:
    return DeploymentChange(deployment="chat", resources=resources, **more)


@pytest.mark.parametrize("impact", [Impact.replaced, Impact.removed])
@pytest.mark.parametrize(
    "kind",
    [
        "AWS::RDS::DBCluster",
        "AWS::EFS::FileSystem",
        "AWS::EKS::Cluster",
        "AWS::DynamoDB::Table",
        "AWS::KMS::ReplicaKey",
        "AWS::S3::Bucket",
        "AWS::Cognito::UserPool",
        "AWS::KMS::Key",
        "AWS::SecretsManager::Secret",
        "AWS::ElastiCache::ServerlessCache",
        "AWS::EC2::Volume",
    ],
)
def test_lost_data_always_fails(kind: str, impact: Impact) -> None:
    (error,) = verdict([change(replace(KEY, kind=kind, impact=impact))]).errors
    assert f"chat: Storage.Cluster ({kind}) holds data and would be {impact}" in error
    assert "docs/accepted-replacements.yaml" in error


@pytest.mark.parametrize("impact", [Impact.added, Impact.changed, Impact.follows])
def test_what_stays_where_it_is_passes(impact: Impact) -> None:
    assert verdict([change(replace(KEY, impact=impact))], fail_on=set(Gate)).errors == ()


def test_the_reason_is_named() -> None:
    (error,) = verdict([change(KEY)]).errors
    assert "would be replaced by KmsKeyId" in error


def test_an_accepted_loss_passes_and_is_told_with_its_reason() -> None:
    judged = verdict([change(KEY)], accepted=[ENTRY], fail_on=set(Gate))
    assert judged.errors == ()
    assert judged.warnings == ()
    (line,) = judged.accepted
    assert "accepted in file:3: restored tonight" in line


@pytest.mark.parametrize("field", ["deployment", "address"])
def test_an_entry_for_something_else_is_stale_and_accepts_nothing(field: str) -> None:
    judged = verdict([change(KEY)], accepted=[replace(ENTRY, **{field: "other"})])
    assert len(judged.errors) == 1
    (warning,) = judged.warnings
    assert warning.startswith("file:3: matches nothing that changes")


def test_an_entry_that_the_base_has_was_for_an_earlier_change() -> None:
    earlier = replace(ENTRY, place="file:9")
    (error,) = verdict([change(KEY)], accepted=[ENTRY], before=[earlier]).errors
    assert "file:3 was for an earlier change" in error
    anew = replace(ENTRY, reason="moved again, restored from the copy")
    assert verdict([change(KEY)], accepted=[anew], before=[earlier]).errors == ()


def test_a_deployment_that_is_gone_is_one_entry() -> None:
    gone = change(replace(KEY, impact=Impact.removed), is_gone=True)
    (error,) = verdict([gone]).errors
    assert error.startswith("chat: is gone, and with it what holds data: Storage.Cluster")
    assert verdict([gone], accepted=[replace(ENTRY, address="all")]).errors == ()


def test_a_deployment_that_is_gone_and_held_no_data_passes() -> None:
    assert verdict([change(replace(TASK, impact=Impact.removed), is_gone=True)]).errors == ()


def test_an_object_that_holds_data_fails_until_it_is_accepted() -> None:
    address = "StatefulSet/chat/db"
    lost = ManifestChange(address=address, impact=Impact.removed, lost="deleting it deletes data")
    (error,) = verdict([change(manifests=(lost,))]).errors
    assert error.startswith("chat: StatefulSet/chat/db is removed, deleting it deletes data")
    entry = replace(ENTRY, address=address)
    judged = verdict([change(manifests=(lost,))], accepted=[entry])
    assert (judged.errors, judged.warnings) == ((), ())


def test_a_policy_that_no_longer_keeps_is_a_warning_and_an_error_if_asked_for() -> None:
    policy = Difference(path="DeletionPolicy", old="Retain", new="Delete")
    weaker = change(replace(KEY, impact=Impact.changed, weakened=(policy,)))
    judged = verdict([weaker])
    assert judged.errors == ()
    (warning,) = judged.warnings
    assert warning.endswith("(AWS::RDS::DBCluster) is no longer kept: DeletionPolicy Retain → Delete")
    assert len(verdict([weaker], fail_on={Gate.stateful}).errors) == 1


def test_a_policy_of_what_holds_no_data_is_none_to_warn_of() -> None:
    policy = Difference(path="DeletionPolicy", old="Retain", new="Delete")
    weaker = change(replace(TASK, impact=Impact.changed, weakened=(policy,)))
    assert verdict([weaker], fail_on=set(Gate)).warnings == ()


FAILS = {
    Gate.replacement: change(TASK),
    Gate.removal: change(replace(TASK, impact=Impact.removed)),
    Gate.iam: change(iam=(GRANT,)),
    Gate.security_groups: change(security_groups=(GRANT,)),
    Gate.stateful: change(replace(KEY, impact=Impact.may_be_replaced)),
}


@pytest.mark.parametrize("gate", Gate)
def test_each_gate_fails_on_what_it_names_and_nothing_else_does(gate: Gate) -> None:
    assert verdict([FAILS[gate]]).errors == ()
    (error,) = verdict([FAILS[gate]], fail_on={gate}).errors
    assert error.endswith(f"(FAIL_ON={gate})")
    related = {gate, Gate.replacement} if gate is Gate.stateful else {gate}
    assert verdict([FAILS[gate]], fail_on=set(Gate) - related).errors == ()


def test_an_accepted_replacement_is_none_for_the_gate_either() -> None:
    entry = replace(ENTRY, address="Fargate.Task")
    assert verdict([change(TASK)], accepted=[entry], fail_on={Gate.replacement}).errors == ()


def test_a_long_list_is_counted() -> None:
    many = [replace(TASK, address=f"Task{number}") for number in range(9)]
    (error,) = verdict([change(*many)], fail_on={Gate.replacement}).errors
    assert "Task4 replaced and 4 more" in error

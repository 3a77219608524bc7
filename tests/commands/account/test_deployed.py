"""What is deployed, read once."""

from datetime import UTC, datetime
from typing import Any

import pytest

from commands.account.deployed import Deployed, Resource, read_deployed
from commands.account.unanswered import Unanswered
from tests.commands.account.scripted import Answer, in_order, scripted

DAY = datetime(2026, 11, 21, tzinfo=UTC)
ROOT = "arn:aws:cloudformation:us-east-1:111122223333:stack/chat/1"
NESTED = "arn:aws:cloudformation:us-east-1:111122223333:stack/chat-StorageNestedStack/2"
GONE = "ValidationError: Stack with id chat does not exist"


def described(status: str = "CREATE_COMPLETE", **more: Any) -> Answer:
    stack = {"StackName": "chat", "StackId": ROOT, "CreationTime": DAY, "StackStatus": status}
    return {"Stacks": [{**stack, **more}]}


def listed(*resources: tuple[str, str, str | None, str]) -> Answer:
    """Logical ID, type, physical ID and status of each."""
    return {
        "StackResourceSummaries": [
            {
                "LogicalResourceId": name,
                "ResourceType": kind,
                "LastUpdatedTimestamp": DAY,
                "ResourceStatus": status,
                **({"PhysicalResourceId": physical} if physical else {}),
            }
            for name, kind, physical, status in resources
        ]
    }


STORAGE = ("StorageNestedStack", "AWS::CloudFormation::Stack", NESTED, "CREATE_COMPLETE")


def read(*answers: tuple[str, Answer]) -> Deployed:
    account = in_order(("cloudformation", operation, answer) for operation, answer in answers)
    return read_deployed(account, "chat")


def test_nested_stacks_are_read_with_the_root_and_what_does_not_exist_is_left_out() -> None:
    parameter = {"ParameterKey": "Cpu", "ParameterValue": "512"}
    deployed = read(
        ("describe_stacks", described(EnableTerminationProtection=True, Parameters=[parameter])),
        ("list_stack_resources", listed(STORAGE)),
        (
            "list_stack_resources",
            listed(
                ("Files", "AWS::EFS::FileSystem", "fs-1", "CREATE_COMPLETE"),
                ("Old", "AWS::EFS::FileSystem", "fs-0", "DELETE_COMPLETE"),
                ("Failed", "AWS::EFS::FileSystem", None, "CREATE_FAILED"),
            ),
        ),
    )
    assert deployed.is_there
    assert deployed.termination_protection
    assert deployed.parameters == {"Cpu": "512"}
    assert deployed.stacks == {"": ROOT, "Storage": NESTED}
    assert deployed.resources == {
        "StorageNestedStack": Resource(kind="AWS::CloudFormation::Stack", physical_id=NESTED),
        "Storage.Files": Resource(kind="AWS::EFS::FileSystem", physical_id="fs-1"),
    }
    assert deployed.physical_id("Storage.Files") == "fs-1"
    assert deployed.physical_id("Storage.Old") is None


@pytest.mark.parametrize("answer", [GONE, described("DELETE_COMPLETE")])
def test_no_stack_is_nothing(answer: Answer) -> None:
    assert read(("describe_stacks", answer)) == Deployed()


def test_a_stack_that_has_a_change_set_alone_is_not_there() -> None:
    deployed = read(("describe_stacks", described("REVIEW_IN_PROGRESS")), ("list_stack_resources", listed()))
    assert deployed.status == "REVIEW_IN_PROGRESS"
    assert not deployed.is_there


def test_a_nested_stack_that_is_gone_is_said() -> None:
    with pytest.raises(Unanswered, match="chat-StorageNestedStack/2 is gone, or was never made") as error:
        read(
            ("describe_stacks", described()),
            ("list_stack_resources", listed(STORAGE)),
            ("list_stack_resources", GONE),
        )
    assert error.value.told.endswith("; look at the events of the stack above it")


def test_a_stack_that_may_not_be_read_is_no_missing_one() -> None:
    with pytest.raises(Unanswered) as error:
        read_deployed(scripted({("cloudformation", "describe_stacks"): ["AccessDenied"]}), "chat")
    assert error.value.needs == "cloudformation:DescribeStacks"

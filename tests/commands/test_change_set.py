"""What a change set would do, as the person who approves it reads it."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from commands.change_set import Unusable, changes, markdown

NESTED = "arn:aws:cloudformation:us-east-1:111122223333:stack/chat-StorageNestedStack/2"


def cloudformation(*answers: dict[str, Any]) -> Any:
    client = boto3.client(
        "cloudformation",
        region_name="us-east-1",
        aws_access_key_id="none",
        aws_secret_access_key="none",
    )
    stub = Stubber(client)
    for answer in answers:
        stub.add_response("describe_change_set", {"Status": "CREATE_COMPLETE", **answer})
    stub.activate()
    return client


def change(logical_id: str, action: str, replacement: str = "", **more: Any) -> dict[str, Any]:
    body = {"LogicalResourceId": logical_id, "ResourceType": "AWS::A::B", "Action": action, **more}
    return {"ResourceChange": {**body, **({"Replacement": replacement} if replacement else {})}}


def test_nested_change_sets_are_followed_and_what_is_lost_comes_first() -> None:
    below = change(
        "StorageNestedStackX", "Modify", PhysicalResourceId=NESTED, ChangeSetId=f"{NESTED}/changes"
    )
    engine = {"Target": {"Attribute": "Properties", "Name": "Engine"}}
    client = cloudformation(
        {"Changes": [change("Added", "Add")], "NextToken": "more"},
        {"Changes": [below]},
        {
            "Changes": [
                change("Database", "Modify", "True", Details=[engine, engine]),
                change("Old", "Remove"),
            ]
        },
    )
    lines = markdown("chat", list(changes(client, "chat", "one"))).splitlines()
    assert lines[0] == "### chat: 3 changes"
    assert lines[-3:] == [
        "| **Remove** | `Storage.Old` | AWS::A::B |  |",
        "| **Replace** | `Storage.Database` | AWS::A::B | Engine |",
        "| Add | `Added` | AWS::A::B |  |",
    ]


@pytest.mark.parametrize(
    "reason", ["The submitted information didn't contain changes.", "No updates are to be performed."]
)
def test_an_empty_change_set_is_one_line(reason: str) -> None:
    client = cloudformation({"Status": "FAILED", "StatusReason": reason})
    assert markdown("chat", list(changes(client, "chat", "one"))) == "no change"


def test_a_change_set_that_could_not_be_made_is_no_empty_one() -> None:
    client = cloudformation({"Status": "FAILED", "StatusReason": "Parameter X must match"})
    with pytest.raises(Unusable, match="must match"):
        list(changes(client, "chat", "one"))

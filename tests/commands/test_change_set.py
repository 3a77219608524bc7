"""What a change set would do, as the person who approves it reads it."""

from typing import Any

import pytest
from typer.testing import CliRunner

from commands.__main__ import app
from commands.account import session
from commands.account.reading import Account
from commands.change_set import Unusable, changes, markdown
from tests.commands.account.scripted import Answer, scripted

NESTED = "arn:aws:cloudformation:us-east-1:111122223333:stack/chat-StorageNestedStack/2"


def cloudformation(*answers: dict[str, Any]) -> Account:
    made: list[Answer] = [{"Status": "CREATE_COMPLETE", **answer} for answer in answers]
    return scripted({("cloudformation", "describe_change_set"): made})


def change(logical_id: str, action: str, replacement: str = "", **more: Any) -> dict[str, Any]:
    body = {"LogicalResourceId": logical_id, "ResourceType": "AWS::A::B", "Action": action, **more}
    return {"ResourceChange": {**body, **({"Replacement": replacement} if replacement else {})}}


def test_nested_change_sets_are_followed_and_what_is_lost_comes_first() -> None:
    below = change(
        "StorageNestedStackX", "Modify", PhysicalResourceId=NESTED, ChangeSetId=f"{NESTED}/changes"
    )
    engine = {"Target": {"Attribute": "Properties", "Name": "Engine"}}
    account = cloudformation(
        {"Changes": [change("Added", "Add")], "NextToken": "more"},
        {"Changes": [below]},
        {
            "Changes": [
                change("Database", "Modify", "True", Details=[engine, engine]),
                change("Old", "Remove"),
            ]
        },
    )
    lines = markdown("chat", list(changes(account, "chat", "one"))).splitlines()
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
    account = cloudformation({"Status": "FAILED", "StatusReason": reason})
    assert markdown("chat", list(changes(account, "chat", "one"))) == "no change"


def test_a_change_set_that_could_not_be_made_is_no_empty_one() -> None:
    account = cloudformation({"Status": "FAILED", "StatusReason": "Parameter X must match"})
    with pytest.raises(Unusable, match="must match"):
        list(changes(account, "chat", "one"))


def test_a_change_set_that_is_not_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    missing: list[Answer] = ["ChangeSetNotFound: ChangeSet [one] does not exist"]
    account = scripted({("cloudformation", "describe_change_set"): missing})
    monkeypatch.setattr(session, "opened", lambda *_, **__: account)
    run = CliRunner().invoke(app, ["change-set", "--deployment", "open-webui-dev", "--name", "one"])
    assert (run.exit_code, run.stdout) == (2, "")
    assert run.stderr.startswith("change set one: ")
    assert run.stderr.endswith("ended with ChangeSetNotFound: ChangeSet [one] does not exist\n")

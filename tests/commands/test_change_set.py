"""What a change set would do, as the person who approves it reads it."""

from typing import Any

import pytest
from botocore.stub import Stubber
from typer.testing import CliRunner

from commands.__main__ import app
from commands.account import session
from commands.account.reading import Account
from commands.change_set import Unusable, changes, markdown
from tests.commands.account.scripted import REGION, SESSION, Answer, scripted

CHANGES = "arn:aws:cloudformation:us-east-1:111122223333:changeSet/of-the-nested-stack/2"


def cloudformation(*answers: dict[str, Any]) -> Account:
    made: list[Answer] = [{"Status": "CREATE_COMPLETE", **answer} for answer in answers]
    return scripted({("cloudformation", "describe_change_set"): made})


def change(logical_id: str, action: str, replacement: str = "", **more: Any) -> dict[str, Any]:
    body = {"LogicalResourceId": logical_id, "ResourceType": "AWS::A::B", "Action": action, **more}
    return {"ResourceChange": {**body, **({"Replacement": replacement} if replacement else {})}}


def test_nested_change_sets_are_followed_and_what_is_lost_comes_first() -> None:
    below = change("StorageNestedStackX", "Modify", ChangeSetId=CHANGES)
    engine = {"Target": {"Attribute": "Properties", "Name": "Engine"}}
    account = cloudformation(
        {"Changes": [change("Added", "Add")], "NextToken": "more"},
        {"Changes": [below]},
        {
            "Changes": [
                change(
                    "Database",
                    "Modify",
                    "True",
                    Details=[engine, engine],
                    PolicyAction="ReplaceAndSnapshot",
                ),
                change("Old", "Remove", PolicyAction="Retain"),
                change("Odd", "SyncWithActual"),
            ]
        },
    )
    lines = markdown("chat", list(changes(account, "chat", "one"))).splitlines()
    assert lines[0] == "### chat: 4 changes"
    assert lines[-4:] == [
        "| **Remove** | kept | `Storage.Old` | AWS::A::B |  |",
        "| **Replace** | snapshot | `Storage.Database` | AWS::A::B | Engine |",
        "| Add |  | `Added` | AWS::A::B |  |",
        "| SyncWithActual |  | `Storage.Odd` | AWS::A::B |  |",
    ]


def test_a_nested_change_set_is_asked_for_by_its_arn_alone() -> None:
    account = Account(SESSION, REGION)
    empty = {"Status": "CREATE_COMPLETE", "Changes": []}
    below = {**empty, "Changes": [change("StorageNestedStackX", "Add", ChangeSetId=CHANGES)]}
    with Stubber(account.client("cloudformation")) as stub:
        stub.add_response("describe_change_set", below, {"StackName": "chat", "ChangeSetName": "one"})
        stub.add_response("describe_change_set", empty, {"ChangeSetName": CHANGES})
        assert list(changes(account, "chat", "one")) == []


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

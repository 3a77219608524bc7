"""What a change set would do, nested stacks and all, for the person who approves it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from commands.account import session
from commands.account.reading import Account
from commands.account.unanswered import Unanswered
from commands.assembly import construct, in_stack
from commands.chosen import FOLDER, Folder, Name, Profile, Region, chosen
from commands.console import ended
from commands.synthesized import refusals

NONE = "no change"
EMPTY = ("didn't contain changes", "No updates are to be performed")
"""How CloudFormation says that a change set has nothing in it."""
LOUD = {"Replace", "Remove"}
ORDER = ("Remove", "Replace", "Replace?", "Modify", "Add", "Import", "Dynamic")
KEPT = {"Delete": "deleted", "Retain": "kept", "Snapshot": "snapshot"}
"""What happens to what was there, by the end of CloudFormation's `PolicyAction`: `ReplaceAndSnapshot`."""


class Unusable(Exception):
    """The change set cannot be executed; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One resource that would change."""

    what: str
    address: str
    kind: str
    properties: tuple[str, ...]
    was_there: str = ""


def change_set(
    name: Annotated[str, typer.Option(help="Of the change set.")],
    deployment: Name = "",
    deployments: Folder = FOLDER,
    profile: Profile = None,
    region: Region = None,
) -> None:
    """Print as Markdown what executing a change set would do."""
    with refusals():
        loaded = chosen(deployment, deployments)
        account = session.opened(loaded.on_aws, profile=profile, region=region)
    try:
        made = list(changes(account, deployment, name))
    except Unanswered as error:
        raise ended(f"change set {name}: {error.told}", code=2) from None
    except Unusable as error:
        raise ended(f"change set {name}: {error}", code=1) from None
    print(markdown(deployment, made))  # noqa: T201 -- for a file


def changes(account: Account, stack: str | None, name: str, *, path: str = "") -> Iterator[Change]:
    """Every change of the set and of those of nested stacks; none if it is empty.

    Args:
        account: Where it is.
        stack: Whose change set it is; nothing where `name` is an ARN.
        name: Of the change set.
        path: Of the nested stack, empty for the root.

    Raises:
        Unanswered: The account does not let it be read, or there is none of that name.
        Unusable: CloudFormation could not make it.
    """
    pages = list(_pages(account, stack, name))
    if pages[0]["Status"] == "FAILED":
        reason = pages[0].get("StatusReason", "")
        if any(words in reason for words in EMPTY):
            return
        raise Unusable(reason)
    for each in (each["ResourceChange"] for page in pages for each in page["Changes"]):
        address = in_stack(path, construct(each["LogicalResourceId"]))
        if each.get("ChangeSetId"):
            yield from changes(account, None, each["ChangeSetId"], path=address)
        else:
            yield _change(each, address)


def _pages(account: Account, stack: str | None, name: str) -> Iterator[Any]:
    which: dict[str, Any] = {"ChangeSetName": name, **({"StackName": stack} if stack else {})}
    token: dict[str, Any] = {}
    while True:
        page = account.read("cloudformation", "describe_change_set", **which, **token)
        yield page
        if not page.get("NextToken"):
            return
        token = {"NextToken": page["NextToken"]}


def _change(change: dict[str, Any], address: str) -> Change:
    replaced = {"True": "Replace", "Conditional": "Replace?"}.get(change.get("Replacement", ""))
    targets = [detail.get("Target", {}) for detail in change.get("Details", [])]
    named = dict.fromkeys(target.get("Name") or target.get("Attribute", "") for target in targets)
    return Change(
        what=replaced or change["Action"],
        address=address,
        kind=change["ResourceType"],
        properties=tuple(name for name in named if name),
        was_there=_was_there(change.get("PolicyAction", "")),
    )


def _was_there(policy_action: str) -> str:
    policy = policy_action.removeprefix("ReplaceAnd")
    return KEPT.get(policy, policy)


def _rank(what: str) -> int:
    return ORDER.index(what) if what in ORDER else len(ORDER)


def markdown(deployment: str, made: list[Change]) -> str:
    """A table, what is lost first; `no change` alone where there is none."""
    if not made:
        return NONE
    made = sorted(made, key=lambda each: (_rank(each.what), each.address))
    rows = [
        f"| {_loud(each.what)} | {each.was_there} | `{each.address}` | {each.kind} | {', '.join(each.properties)} |"
        for each in made
    ]
    head = [
        f"### {deployment}: {len(made)} changes",
        "",
        "| | what was there | resource | type | properties |",
        "|---|---|---|---|---|",
    ]
    return "\n".join([*head, *rows])


def _loud(what: str) -> str:
    return f"**{what}**" if what.rstrip("?") in LOUD else what

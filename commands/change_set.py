"""What a change set would do, nested stacks and all, for the person who approves it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from commands.account import session
from commands.account.reading import Account
from commands.account.session import NoAccount
from commands.account.unanswered import Unanswered
from commands.assembly import construct, in_stack
from commands.chosen import FOLDER, Folder, Name, Profile, Region, chosen
from commands.console import ended
from settings.load import BadDeploymentFile

NONE = "no change"
EMPTY = ("didn't contain changes", "No updates are to be performed")
"""How CloudFormation says that a change set has nothing in it."""
LOUD = {"Replace", "Remove"}


class Unusable(Exception):
    """The change set cannot be executed; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One resource that would change."""

    what: str
    address: str
    kind: str
    properties: tuple[str, ...]


def change_set(
    name: Annotated[str, typer.Option(help="Of the change set.")],
    deployment: Name = "",
    deployments: Folder = FOLDER,
    profile: Profile = None,
    region: Region = None,
) -> None:
    """Print as Markdown what executing a change set would do."""
    try:
        loaded = chosen(deployment, deployments)
        account = session.opened(loaded.on_aws, profile=profile, region=region)
        made = list(changes(account, deployment, name))
    except (BadDeploymentFile, NoAccount) as error:
        raise ended(error, code=2) from None
    except Unanswered as error:
        raise ended(f"change set {name}: {error.told}", code=2) from None
    except Unusable as error:
        raise ended(f"change set {name}: {error}", code=1) from None
    print(markdown(deployment, made))  # noqa: T201 -- for a file


def changes(account: Account, stack: str, name: str, *, path: str = "") -> Iterator[Change]:
    """Every change of the set and of those of nested stacks; none if it is empty.

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
            yield from changes(account, each["PhysicalResourceId"], each["ChangeSetId"], path=address)
        else:
            yield _change(each, address)


def _pages(account: Account, stack: str, name: str) -> Iterator[Any]:
    token: dict[str, Any] = {}
    while True:
        page = account.read(
            "cloudformation", "describe_change_set", StackName=stack, ChangeSetName=name, **token
        )
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
    )


def markdown(deployment: str, made: list[Change]) -> str:
    """A table, what is lost first; `no change` alone where there is none."""
    if not made:
        return NONE
    order = ["Remove", "Replace", "Replace?", "Modify", "Add", "Import", "Dynamic"]
    made = sorted(made, key=lambda each: (order.index(each.what), each.address))
    rows = [
        f"| {_loud(each.what)} | `{each.address}` | {each.kind} | {', '.join(each.properties)} |"
        for each in made
    ]
    head = [
        f"### {deployment}: {len(made)} changes",
        "",
        "| | resource | type | properties |",
        "|---|---|---|---|",
    ]
    return "\n".join([*head, *rows])


def _loud(what: str) -> str:
    return f"**{what}**" if what.rstrip("?") in LOUD else what

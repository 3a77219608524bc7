"""What a change set would do, nested stacks and all, for the person who approves it."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from botocore.exceptions import ClientError

from commands.credentials import NoAccountError, session

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
    deployment: Annotated[str, typer.Argument(help="Name of the deployment, which is its stack's.")],
    name: Annotated[str, typer.Option(help="Of the change set.")],
    profile: Annotated[str | None, typer.Option(help="Of the AWS CLI's configuration.")] = None,
    region: Annotated[str | None, typer.Option(help="Left out: the environment's.")] = None,
) -> None:
    """Print as Markdown what executing a change set would do."""
    try:
        found = session(profile=profile, region=region, account=None)
        made = list(changes(found.client("cloudformation"), deployment, name))
    except NoAccountError as error:
        raise _end(str(error), 2) from None
    except ClientError as error:
        raise _end(f"change set {name}: {error.response['Error']['Message']}", 2) from None
    except Unusable as error:
        raise _end(f"change set {name}: {error}", 1) from None
    print(markdown(deployment, made))  # noqa: T201 -- for a file


def changes(cloudformation: Any, stack: str, name: str, *, path: str = "") -> Iterator[Change]:
    """Every change of the set and of those of nested stacks; none if it is empty.

    Raises:
        Unusable: CloudFormation could not make it.
    """
    pages = list(_pages(cloudformation, stack, name))
    if pages[0]["Status"] == "FAILED":
        reason = pages[0].get("StatusReason", "")
        if any(words in reason for words in EMPTY):
            return
        raise Unusable(reason)
    for each in (each["ResourceChange"] for page in pages for each in page["Changes"]):
        construct = each["LogicalResourceId"].partition("NestedStack")[0]
        address = f"{path}.{construct}" if path else construct
        if each.get("ChangeSetId"):
            yield from changes(cloudformation, each["PhysicalResourceId"], each["ChangeSetId"], path=address)
        else:
            yield _change(each, address)


def _pages(cloudformation: Any, stack: str, name: str) -> Iterator[Any]:
    token: dict[str, str] = {}
    while True:
        page = cloudformation.describe_change_set(StackName=stack, ChangeSetName=name, **token)
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


def _end(message: str, code: int) -> typer.Exit:
    print(message, file=sys.stderr)  # noqa: T201 -- as it is: rich would wrap the lines
    return typer.Exit(code)

"""What of the deployment is there already: its stack's state, and what its nested stacks made."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from commands.assembly import NESTED
from commands.preflight.account import Account

GONE = "DELETE_COMPLETE"


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One that exists: its type and the name that AWS knows it by."""

    kind: str
    physical_id: str


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """A root stack with its nested ones, by the addresses of `commands.flattened`; empty where there is none.

    Args:
        status: Of the root stack; nothing where there is none.
        reason: What CloudFormation says about the status.
        parameters: The values that are set now.
        resources: Of all nested stacks.
        unreadable: Why it is not known; empty where it is.
        needs: The permission that was missing.
    """

    status: str | None = None
    reason: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    resources: Mapping[str, Resource] = field(default_factory=dict)
    unreadable: str = ""
    needs: str = ""

    def physical_id(self, address: str) -> str | None:
        """The name that AWS knows it by, when it exists."""
        resource = self.resources.get(address)
        return resource.physical_id if resource else None


def read_deployed(account: Account, name: str) -> Deployed:
    """The stack of that name and what is in it.

    Raises:
        Unanswered: CloudFormation does not tell.
    """
    found = account.read("cloudformation", "describe_stacks", missing=("ValidationError",), StackName=name)
    stacks: list[Any] = found["Stacks"] if found else []
    if not stacks:
        return Deployed()
    stack = stacks[0]
    return Deployed(
        status=stack["StackStatus"],
        reason=stack.get("StackStatusReason", ""),
        parameters={
            each["ParameterKey"]: each["ParameterValue"]
            for each in stack.get("Parameters", [])
            if "ParameterValue" in each
        },
        resources=dict(_resources(account, name, "")),
    )


def _resources(account: Account, stack: str, path: str) -> Iterator[tuple[str, Resource]]:
    summaries = account.each(
        "cloudformation", "list_stack_resources", "StackResourceSummaries", StackName=stack
    )
    for each in summaries:
        logical_id, physical_id = each["LogicalResourceId"], each.get("PhysicalResourceId")
        if not physical_id or each["ResourceStatus"] == GONE:
            continue
        yield f"{path}{logical_id}", Resource(kind=each["ResourceType"], physical_id=physical_id)
        if each["ResourceType"] == NESTED:
            yield from _resources(account, physical_id, f"{path}{logical_id.partition('NestedStack')[0]}.")

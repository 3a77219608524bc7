"""What is deployed already: a stack's state, and what its nested stacks made."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from commands.account.reading import Account
from commands.account.unanswered import NotThere, Unanswered
from commands.assembly import NESTED, construct, in_stack

GONE = "DELETE_COMPLETE"
IN_REVIEW = "REVIEW_IN_PROGRESS"
"""The first change set is made, and nothing else."""


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
        termination_protection: Whether CloudFormation refuses to delete the root stack.
        parameters: The values that are set now.
        stacks: Path of each stack, empty for the root → its ARN.
        resources: Of all nested stacks.
    """

    status: str | None = None
    reason: str = ""
    termination_protection: bool = False
    parameters: Mapping[str, str] = field(default_factory=dict)
    stacks: Mapping[str, str] = field(default_factory=dict)
    resources: Mapping[str, Resource] = field(default_factory=dict)

    @property
    def is_there(self) -> bool:
        """Whether anything was deployed."""
        return self.status not in (None, IN_REVIEW)

    @cached_property
    def physical_ids(self) -> frozenset[str]:
        """What AWS calls all of its resources."""
        return frozenset(each.physical_id for each in self.resources.values())

    def physical_id(self, address: str) -> str | None:
        """The name that AWS knows it by, when it exists."""
        resource = self.resources.get(address)
        return resource.physical_id if resource else None


def read_deployed(account: Account, name: str) -> Deployed:
    """The stack of that name and what is in it.

    Raises:
        Unanswered: CloudFormation does not tell.
    """
    try:
        [root] = account.each("cloudformation", "describe_stacks", "Stacks", StackName=name)
    except NotThere:
        return Deployed()
    if root["StackStatus"] == GONE:
        return Deployed()
    found = list(_stacks(account, root["StackId"]))
    return Deployed(
        status=root["StackStatus"],
        reason=root.get("StackStatusReason", ""),
        termination_protection=bool(root.get("EnableTerminationProtection")),
        parameters={
            each["ParameterKey"]: each["ParameterValue"]
            for each in root.get("Parameters", [])
            if "ParameterValue" in each
        },
        stacks={path: stack for path, stack, _ in found},
        resources={
            in_stack(path, logical_id): each
            for path, _, resources in found
            for logical_id, each in resources.items()
        },
    )


def _stacks(account: Account, stack: str, path: str = "") -> Iterator[tuple[str, str, dict[str, Resource]]]:
    """Path, ARN and resources of a stack, then of those below it."""
    try:
        listed = account.each(
            "cloudformation", "list_stack_resources", "StackResourceSummaries", StackName=stack
        )
    except NotThere:
        remedy = "look at the events of the stack above it"
        raise Unanswered(f"stack {stack} is gone, or was never made", remedy=remedy) from None
    resources = {
        each["LogicalResourceId"]: Resource(kind=each["ResourceType"], physical_id=each["PhysicalResourceId"])
        for each in listed
        if each.get("PhysicalResourceId") and each["ResourceStatus"] != GONE
    }
    yield path, stack, resources
    for logical_id, each in resources.items():
        if each.kind == NESTED:
            yield from _stacks(account, each.physical_id, in_stack(path, construct(logical_id)))

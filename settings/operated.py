"""Marks a setting that operators may turn without a new synthesis: it becomes a CloudFormation parameter."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Operated:
    """One parameter of the root stack.

    parameter: its name, part of the contract with teams that only have CloudFormation.
    group, label: where and under what words the console shows it.
    pattern, constraint: what a text must match, and the sentence that says so when it does not.
    """

    parameter: str
    group: str
    label: str
    pattern: str | None = None
    constraint: str | None = None

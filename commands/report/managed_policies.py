"""Policies that AWS keeps, and the roles that they are attached to."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from commands.flattened import Template
from commands.report.conditional import When, listed, said
from commands.report.findings import Findings
from commands.report.lines import Line
from commands.report.wildcards import as_checked
from commands.report.words import Words

MANAGED = ("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group")


@dataclass(frozen=True)
class ManagedPolicy:
    """A policy that AWS keeps, attached to a role; `reason` is empty where nobody gave one."""

    holder: Line
    policy: Line
    when: str
    reason: str


def managed_policies(
    template: Template, raw: dict[str, Any], words: Words, found: Findings
) -> list[ManagedPolicy]:
    """Policies that AWS keeps, with the reason why they are used."""
    return [
        ManagedPolicy(
            words.reference(address),
            words.line(policy),
            said(when),
            found.reason(address, "AwsSolutions-IAM4", f"Policy::{as_checked(own)}"),
        )
        for address, resource in template["Resources"].items()
        if resource["Type"] in MANAGED
        for (when, policy), (_, own) in _side_by_side(
            *(each.get("Properties", {}).get("ManagedPolicyArns", []) for each in (resource, raw[address]))
        )
    ]


def _side_by_side(value: Any, written: Any) -> Iterator[tuple[tuple[When, Any], tuple[When, Any]]]:
    whole, own = list(listed(value)), list(listed(written))
    yield from zip(whole, own if len(own) == len(whole) else whole, strict=True)

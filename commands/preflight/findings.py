"""What a check found, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How a check ended."""

    ok = "ok"
    warning = "warning"
    failed = "failed"
    unchecked = "not checked"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One line of the list.

    name: what was looked at.
    found: what is there, in words.
    remedy: what to do; empty where nothing is to be done.
    needs: the permission that was missing, such as `ec2:DescribeVpcs`; empty where none was.
    """

    name: str
    outcome: Outcome
    found: str
    remedy: str = ""
    needs: str = ""


def ok(name: str, found: str) -> Finding:
    """As it should be."""
    return Finding(name=name, outcome=Outcome.ok, found=found)


def warning(name: str, found: str, remedy: str) -> Finding:
    """The deployment goes through, and somebody should know."""
    return Finding(name=name, outcome=Outcome.warning, found=found, remedy=remedy)


def failed(name: str, found: str, remedy: str) -> Finding:
    """The deployment would fail, or what it makes would not work."""
    return Finding(name=name, outcome=Outcome.failed, found=found, remedy=remedy)


def unchecked(name: str, found: str, remedy: str = "", needs: str = "") -> Finding:
    """No answer, so nothing is known; a missing permission is to be allowed where there is no other remedy."""
    if needs and not remedy:
        remedy = f"allow {needs}, see docs/preflight.md"
    return Finding(name=name, outcome=Outcome.unchecked, found=found, remedy=remedy, needs=needs)

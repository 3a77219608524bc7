"""Who may do what: every policy statement of a deployment, its wildcards marked."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from commands.flattened import Template
from commands.report.documents import TRUST, Documents
from commands.report.findings import Findings
from commands.report.lines import Line, Piece, Shown
from commands.report.wildcards import Judge, Wildcard, as_checked
from commands.report.words import Words

ROLES = ("AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::User", "AWS::IAM::Group")
MANAGED = ("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group")


@dataclass(frozen=True)
class Entry:
    """One action, resource or principal."""

    line: Line
    wildcard: Wildcard | None


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement; `holders` are the roles or the resource that it is attached to."""

    kind: str
    """`trust`, `role` (what one may do) or `resource` (who may use it)."""
    holders: list[Line]
    sid: str
    effect: str
    principals: list[Entry]
    actions: list[Entry]
    resources: list[Entry]
    conditions: Shown | None

    @property
    def wildcards(self) -> list[Wildcard]:
        entries = (*self.principals, *self.actions, *self.resources)
        return [each.wildcard for each in entries if each.wildcard]

    @property
    def reasons(self) -> list[str]:
        """For its wildcards, each said once; an empty one stands for those without."""
        return list(dict.fromkeys(wildcard.why for wildcard in self.wildcards))


@dataclass(frozen=True)
class ManagedPolicy:
    """A policy that AWS keeps, attached to a role; `reason` is empty where nobody gave one."""

    holder: Line
    policy: Line
    reason: str


def statements(template: Template, raw: dict[str, Any], words: Words, found: Findings) -> list[Statement]:
    """All statements of the deployment, by holder.

    Args:
        template: The deployment as one template.
        raw: Its resources by address as their own templates have them, whose words findings use.
        words: Names of its resources.
        found: Acknowledged findings, which give reasons for wildcards.
    """
    reader = _Reader(words, found)
    all_of_them = [
        statement
        for address, resource in template["Resources"].items()
        for statement in reader.statements(address, resource, raw[address])
    ]
    return sorted(all_of_them, key=lambda statement: str(statement.holders[0]))


def managed_policies(
    template: Template, raw: dict[str, Any], words: Words, found: Findings
) -> list[ManagedPolicy]:
    """Policies that AWS keeps, with the reason why they are used."""
    return [
        ManagedPolicy(
            words.reference(address),
            words.line(policy),
            found.reason(address, "AwsSolutions-IAM4", f"Policy::{as_checked(own)}"),
        )
        for address, resource in template["Resources"].items()
        if resource["Type"] in MANAGED
        for policy, own in zip(
            resource.get("Properties", {}).get("ManagedPolicyArns", []),
            raw[address].get("Properties", {}).get("ManagedPolicyArns", []),
            strict=True,
        )
    ]


@dataclass(frozen=True)
class _Reader:
    words: Words
    found: Findings

    def statements(self, address: str, resource: Any, raw: Any) -> Iterator[Statement]:
        documents = Documents(self.words)
        pairs = zip(documents.of(resource), documents.of(raw), strict=True)
        for (where, statement), (_, written) in pairs:
            kind = "trust" if where == TRUST else "role" if resource["Type"] in ROLES else "resource"
            attached = resource["Properties"].get("Roles", []) if kind == "role" else []
            judge = Judge(written, address, resource["Type"], self.found)
            yield Statement(
                kind=kind,
                holders=[self.words.line(each) for each in attached] or [self.words.reference(address)],
                sid=statement.get("Sid", ""),
                effect=statement["Effect"],
                principals=list(self._principals(statement, judge)),
                actions=list(self._entries(statement, "Action", judge)),
                resources=list(self._entries(statement, "Resource", judge)),
                conditions=self.words.shown(statement["Condition"]) if statement.get("Condition") else None,
            )

    def _entries(self, statement: dict[str, Any], part: str, judge: Judge) -> Iterator[Entry]:
        for key, before in ((part, ""), (f"Not{part}", "all but ")):
            for value, written in _both(statement.get(key, []), judge.statement.get(key, [])):
                yield self._entry(before, value, judge.wildcard(key, written))

    def _principals(self, statement: dict[str, Any], judge: Judge) -> Iterator[Entry]:
        for key, before in (("Principal", ""), ("NotPrincipal", "everybody but ")):
            named, written = (_by_sort(each.get(key, {})) for each in (statement, judge.statement))
            for sort, values in named.items():
                for value, own in _both(values, written[sort]):
                    said = "everybody: " if value == "*" else "" if sort == "AWS" else f"{sort} "
                    yield self._entry(before + said, value, judge.wildcard(key, own))

    def _entry(self, before: str, value: Any, wildcard: Wildcard | None) -> Entry:
        line = self.words.line(value)
        return Entry(Line((Piece(before), *line.pieces)) if before else line, wildcard)


def _by_sort(principal: Any) -> dict[str, Any]:
    return principal if isinstance(principal, dict) else {"AWS": principal}


def _both(value: Any, written: Any) -> Iterator[tuple[Any, Any]]:
    """Each of many, or the one, in the words of the whole and in those of its own template."""
    if isinstance(value, list):
        yield from zip(value, written, strict=True)
    else:
        yield value, written

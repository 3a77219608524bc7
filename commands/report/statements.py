"""Who may do what: every policy statement of a deployment, its wildcards marked."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from commands.flattened import Template
from commands.report.conditional import When, decided, listed, said, variants
from commands.report.documents import TRUST, Documents, Found
from commands.report.findings import Findings
from commands.report.lines import Line, Piece, Shown
from commands.report.wildcards import Judge, Wildcard
from commands.report.words import Words

ROLES = ("AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::User", "AWS::IAM::Group")


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
    when: str
    """The conditions of the template under which it counts; empty where it always does."""
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


@dataclass(frozen=True)
class _Reader:
    words: Words
    found: Findings

    def statements(self, address: str, resource: Any, raw: Any) -> Iterator[Statement]:
        made_if = (resource["Condition"],) if resource.get("Condition") else ()
        for found, own in self._documents(resource, raw):
            for when, statement in variants(found.statement, (*made_if, *found.when)):
                written = _as_written(own.statement, when, path=address.rpartition(".")[0])
                yield self._statement(address, resource, found.where, statement, written, said(when))

    def _documents(self, resource: Any, raw: Any) -> list[tuple[Found, Found]]:
        """In the words of the whole and in those of the own template, as far as the two can be told side by side."""
        whole, own = (list(Documents(self.words).of(each)) for each in (resource, raw))
        return list(zip(whole, own if len(own) == len(whole) else whole, strict=True))

    def _statement(
        self, address: str, resource: Any, where: str, statement: Any, written: Any, when: str
    ) -> Statement:
        kind = "trust" if where == TRUST else "role" if resource["Type"] in ROLES else "resource"
        roles = listed(resource["Properties"].get("Roles", [])) if kind == "role" else ()
        judge = Judge(written, address, resource["Type"], self.found)
        return Statement(
            kind=kind,
            holders=[self.words.line(each) for _, each in roles] or [self.words.reference(address)],
            sid=self.words.text(statement.get("Sid", "")),
            effect=self.words.text(statement["Effect"]),
            when=when,
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
    if not isinstance(value, list):
        yield value, written
    elif isinstance(written, list) and len(written) == len(value):
        yield from zip(value, written, strict=True)
    else:
        yield from ((each, written) for each in value)


def _as_written(statement: Any, when: When, *, path: str) -> Any:
    """The statement of its own template, where conditions have their own names, with the same branches taken."""
    for each in when:
        name = each.removeprefix("not ")
        statement = decided(statement, name.removeprefix(f"{path}."), holds=name == each)
    return statement

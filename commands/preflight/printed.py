"""The findings for people and for programs."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from rich.table import Table
from rich.text import Text

from commands.preflight.findings import Finding, Outcome

MARKS = {
    Outcome.ok: ("✓", "green"),
    Outcome.warning: ("!", "yellow"),
    Outcome.failed: ("✗", "bold red"),
    Outcome.unchecked: ("?", "cyan"),
}


def as_table(findings: Sequence[Finding]) -> Table:
    """A line per finding, its remedy below."""
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    for each in findings:
        mark, style = MARKS[each.outcome]
        text = Text(_said(each))
        if each.remedy:
            text.append(f"\n→ {each.remedy}", style="dim")
        table.add_row(Text(mark, style=style), Text(each.name, style=style), text)
    return table


def as_lines(findings: Sequence[Finding]) -> Iterator[str]:
    """For a pipe or a file: one line each, so that it can be searched."""
    for each in findings:
        remedy = f" → {each.remedy}" if each.remedy else ""
        yield f"{MARKS[each.outcome][0]} {each.name}: {_said(each)}{remedy}"


def _said(finding: Finding) -> str:
    return f"not checked: {finding.found}" if finding.outcome is Outcome.unchecked else finding.found


def summary(findings: Sequence[Finding]) -> str:
    """How many of each outcome, and the permissions that were missing."""
    counts = Counter(each.outcome for each in findings)
    line = ", ".join(
        f"{counts[outcome]} {outcome}{'s' * (outcome is Outcome.warning and counts[outcome] > 1)}"
        for outcome in Outcome
        if counts[outcome]
    )
    needs = sorted({each.needs for each in findings if each.needs})
    return f"{line}\npermissions that were missing: {', '.join(needs)}" if needs else line


def as_json(findings: Sequence[Finding], *, deployment: str, account: str, region: str) -> str:
    """One object; `needs` is the missing permission."""
    rows = [
        {
            "name": each.name,
            "outcome": str(each.outcome),
            "found": each.found,
            "remedy": each.remedy or None,
            "needs": each.needs or None,
        }
        for each in findings
    ]
    document = {"deployment": deployment, "account": account, "region": region, "findings": rows}
    return json.dumps(document, indent=2, ensure_ascii=False)

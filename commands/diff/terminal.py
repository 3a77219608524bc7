"""The report for a terminal."""

from collections.abc import Iterator

from rich.text import Text

from commands.diff.entries import Entry
from commands.diff.report import Report

STYLES = {"!": "bold red", "?": "yellow", "-": "red", "~": "yellow", "+": "green"}


def lines(report: Report) -> Iterator[Text]:
    """The report, a line each."""
    yield Text(report.title, "bold")
    for note in report.notes:
        yield Text(note, "dim")
    if report.failure:
        yield Text(report.failure, "red")
    for chapter in report.chapters:
        yield Text()
        yield Text.assemble((f"{chapter.deployment}: ", "bold"), chapter.summary)
        for section in chapter.sections:
            yield Text(f"  {section.title}", "bold")
            for entry in section.entries:
                yield from _entry(entry)
    if report.verdict.errors or report.verdict.warnings or report.verdict.accepted:
        yield Text()
    for line in report.verdict.accepted:
        yield Text.assemble(("accepted: ", "green"), line)
    for line in report.verdict.warnings:
        yield Text.assemble(("warning: ", "yellow"), line)
    for line in report.verdict.errors:
        yield Text.assemble(("error: ", "bold red"), line)


def _entry(entry: Entry) -> Iterator[Text]:
    style = STYLES[entry.sign]
    yield Text.assemble(
        (f"    {entry.sign} {entry.subject}", style), f" {entry.words}" if entry.words else ""
    )
    for detail in entry.details:
        path = f"{detail.path}: " if detail.path else ""
        yield Text.assemble("        ", (path, "cyan"), detail.text)

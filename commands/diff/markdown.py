"""The report as a comment of a pull request."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from commands.diff.entries import Entry
from commands.diff.outline import Section
from commands.diff.report import Report

MARKER = "<!-- pergola diff -->"
"""The first line: by it a workflow finds its comment of the last run."""
LONGEST = 65_536
"""Characters that GitHub takes in a comment."""
LONGEST_FAILURE = 20_000
FOLDED = 10
"""A section with more entries is folded."""
RESERVE = 200


@dataclass(frozen=True)
class _Line:
    text: str
    opens: bool = False
    closes: bool = False
    counts: bool = False
    """Whether it is an entry, and so counted where it is left out."""


def as_markdown(report: Report, *, longest: int = LONGEST) -> str:
    """The comment, cut where it grows too long, with a count of what is left out."""
    kept: list[str] = []
    length, is_open, left_out = 0, False, 0
    is_full = False
    for line in _lines(report):
        is_full = is_full or length + len(line.text) + 1 > longest - RESERVE
        if is_full:
            left_out += line.counts
            continue
        kept.append(line.text)
        length += len(line.text) + 1
        is_open = (is_open or line.opens) and not line.closes
    if is_full:
        kept += ["", "</details>"] if is_open else []
        kept += ["", f"{left_out} more changes are left out here; `make diff` shows them."]
    return "\n".join(kept) + "\n"


def _lines(report: Report) -> Iterator[_Line]:
    yield _Line(MARKER)
    yield _Line(f"## {_plain(report.title)}")
    for note in report.notes:
        yield _Line(f"\n{_plain(note)}")
    if report.failure:
        yield _Line(f"\n{_block(report.failure[:LONGEST_FAILURE])}")
    verdict = report.verdict
    for title, told in (
        ("❌ The gate fails", verdict.errors),
        ("⚠️ Look at this", verdict.warnings),
        ("✅ Accepted", verdict.accepted),
    ):
        if told:
            yield _Line(f"\n**{title}**\n")
            for each in told:
                yield _Line(f"- {_plain(each)}", counts=True)
    for chapter in report.chapters:
        yield _Line(f"\n### {chapter.deployment}: {chapter.summary}")
        for section in chapter.sections:
            yield from _section(section)


def _section(section: Section) -> Iterator[_Line]:
    is_folded = len(section.entries) > FOLDED
    if is_folded:
        title = f"<b>{section.title}</b> ({len(section.entries)})"
        yield _Line(f"\n<details><summary>{title}</summary>\n", opens=True)
    else:
        yield _Line(f"\n**{section.title}**\n")
    for entry in section.entries:
        yield _Line("\n".join(_entry(entry)), counts=True)
    if is_folded:
        yield _Line("\n</details>", closes=True)


def _entry(entry: Entry) -> Iterator[str]:
    words = f" {_code(entry.words)}" if entry.words else ""
    yield f"- {_code(entry.sign)} {_code(entry.subject)}{words}"
    for detail in entry.details:
        yield (
            f"  - {_code(detail.path)}: {_code(detail.text)}" if detail.path else f"  - {_code(detail.text)}"
        )


def _code(text: str) -> str:
    """Between more backticks than the text has in a row, so that nothing in it is Markdown."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"


def _block(text: str) -> str:
    fence = "`" * max(3, max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    return f"{fence}\n{text}\n{fence}"


def _plain(text: str) -> str:
    """Nothing in it is Markdown or HTML, and nobody is notified."""
    return re.sub(r"([\\`*_\[\]<>|#@])", r"\\\1", text)

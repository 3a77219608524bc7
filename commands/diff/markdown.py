"""The report as a comment of a pull request."""

from collections.abc import Iterator
from dataclasses import dataclass

from commands.diff.entries import Detail, Entry
from commands.diff.escaped import block, code, plain, sentence
from commands.diff.outline import Section
from commands.diff.report import Report

MARKER = "<!-- pergola diff -->"
"""The first line: by it a workflow finds its comment of the last run."""
LONGEST = 60_000
"""Characters; GitHub takes 65,536 in a comment."""
LONGEST_BYTES = 100_000
"""The workflow passes the comment in one variable of the environment, of which Linux takes 131,072 bytes."""
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
    length, size, is_open, left_out = 0, 0, False, 0
    is_full = False
    for line in _lines(report):
        length += len(line.text) + 1
        size += len(line.text.encode()) + 1
        is_full = is_full or length > longest - RESERVE or size > LONGEST_BYTES - RESERVE
        if is_full:
            left_out += line.counts
            continue
        kept.append(line.text)
        is_open = (is_open or line.opens) and not line.closes
    if is_full:
        kept += ["", "</details>"] if is_open else []
        kept += ["", f"{left_out} more changes are left out here; `make diff` shows them."]
    return "\n".join(kept) + "\n"


def _lines(report: Report) -> Iterator[_Line]:
    yield _Line(MARKER)
    yield _Line(f"## {plain(report.title)}")
    for note in report.notes:
        yield _Line(f"\n{sentence(note)}")
    if report.failure:
        yield _Line(f"\n{block(report.failure[:LONGEST_FAILURE])}")
    verdict = report.verdict
    for title, told in (
        ("❌ The gate fails", verdict.errors),
        ("⚠️ Look at this", verdict.warnings),
        ("✅ Accepted", verdict.accepted),
    ):
        if told:
            yield _Line(f"\n**{title}**\n")
            for each in told:
                yield _Line(f"- {sentence(each)}", counts=True)
    for chapter in report.chapters:
        yield _Line(f"\n### {plain(chapter.deployment)}: {chapter.summary}")
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
    words = f" {_told(entry)}" if _told(entry) else ""
    yield f"- {code(entry.sign)} {code(entry.subject)}{words}"
    for detail in entry.details:
        yield f"  - {code(detail.path)}: {_told(detail)}" if detail.path else f"  - {_told(detail)}"


def _told(part: Entry | Detail) -> str:
    text = part.words if isinstance(part, Entry) else part.text
    return code(text) if text and part.is_value else sentence(text)

"""The report as a comment of a pull request."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from commands.diff.entries import Entry
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
LINE_END = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
ZERO_WIDTH_SPACE = "\u200b"


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
    yield _Line(f"## {_plain(report.title)}")
    for note in report.notes:
        yield _Line(f"\n{_code(note)}")
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
                yield _Line(f"- {_code(each)}", counts=True)
    for chapter in report.chapters:
        yield _Line(f"\n### {_plain(chapter.deployment)}: {chapter.summary}")
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
    """On one line, between more backticks than it has in a row: nothing in it is Markdown, a name or a link."""
    text = LINE_END.sub("⏎", text)
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"


def _block(text: str) -> str:
    fence = "`" * max(3, max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    return f"{fence}\n{text}\n{fence}"


def _plain(text: str) -> str:
    """Nothing in it is Markdown or HTML; `@name`, `#1` and `GH-1` are broken, since GitHub reads them escaped, too."""
    escaped = re.sub(r"([\\`*_\[\]<>|])", r"\\\1", text)
    return re.sub(r"([@#]|\bGH-)", rf"\1{ZERO_WIDTH_SPACE}", escaped, flags=re.IGNORECASE)

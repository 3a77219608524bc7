"""The shell blocks of a page, by the heading that they stand below."""

from collections import Counter
from pathlib import Path

from markdown_it import MarkdownIt


def shell_blocks(page: Path) -> dict[str, str]:
    """`Session key / 1` → the first block of shell below that heading."""
    found: dict[str, str] = {}
    counted: Counter[str] = Counter()
    heading = ""
    tokens = MarkdownIt("commonmark").parse(page.read_text())
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "heading_open" and following:
            heading = following.content
        if token.type == "fence" and token.info == "bash":
            counted[heading] += 1
            found[f"{heading} / {counted[heading]}"] = token.content
    return found

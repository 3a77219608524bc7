"""Text that GitHub shows as it is meant: nothing in it becomes Markdown, HTML, a link or the name of somebody."""

import re

LINE_END = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
ZERO_WIDTH_SPACE = "\u200b"
PART = re.compile(r"(?<!\S)\(?`[^`]+`[,;:.)]*(?!\S)|\S+")
"""Words between a pair of backticks are one."""
AROUND = re.compile(r"^(\(?)(.*?)([,;:.)]*)$")
WORD = re.compile(r"[A-Za-z][a-z]*('s)?|[0-9]+|AWS|CloudFormation|[×→…]")


def sentence(text: str) -> str:
    """Words as they are; a name, a path, a number or a value, which is all that is no plain word, between backticks."""
    parts = PART.findall(LINE_END.sub("⏎", text))
    return " ".join(_part(each) for each in parts)


def _part(part: str) -> str:
    before, core, after = AROUND.findall(part)[0]
    if not core or WORD.fullmatch(core):
        return part
    is_marked = len(core) > 2 and core[0] == core[-1] == "`" and "`" not in core[1:-1]
    return f"{before}{code(core[1:-1] if is_marked else core)}{after}"


def code(text: str) -> str:
    """On one line, between more backticks than it has in a row: nothing in it is Markdown, a name or a link."""
    text = LINE_END.sub("⏎", text)
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"


def block(text: str) -> str:
    fence = "`" * max(3, max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    return f"{fence}\n{text}\n{fence}"


def plain(text: str) -> str:
    """Nothing in it is Markdown or HTML; `@name`, `#1` and `GH-1` are broken, since GitHub reads them escaped, too."""
    escaped = re.sub(r"([\\`*_\[\]<>|])", r"\\\1", text)
    return re.sub(r"([@#]|\bGH-)", rf"\1{ZERO_WIDTH_SPACE}", escaped, flags=re.IGNORECASE)

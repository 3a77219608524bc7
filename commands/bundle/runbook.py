"""The pages of docs/ that a deployment's alarms and messages name, for people who have this folder alone."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from commands.assembly import ROOT
from commands.flattened import Template

DOCS = ROOT / "docs"
NAMED = re.compile(r"\bdocs/([\w-]+\.md)\b")
LINK = re.compile(r"(?P<picture>!?)\[(?P<text>[^\]]*)\]\((?P<target>[^)\s#]*)(?P<anchor>#[^)\s]*)?\)")
FENCE = re.compile(r"(^```.*?^```$|^ +```.*?^ +```$)", re.MULTILINE | re.DOTALL)
PICTURE_BYTES = 100_000
"""A larger picture stays behind."""
NOTE = "> Of the sources of this deployment, as they were when the hand-off was made: `make` and `cdk` need those.\n\n"


def pages(template: Template, *, system: str = "") -> dict[PurePosixPath, bytes]:
    """Path in the bundle → contents: the runbooks, what they link to in docs/, and small pictures.

    Args:
        template: The deployment; its texts name pages.
        system: Its page belongs to it too, where there is one.
    """
    waiting = sorted(_named(template, system))
    found: dict[PurePosixPath, bytes] = {}
    while waiting:
        name = waiting.pop()
        place = PurePosixPath("docs", name)
        if place in found:
            continue
        if not name.endswith(".md"):
            found[place] = (DOCS / name).read_bytes()
            continue
        text = (DOCS / name).read_text(encoding="utf-8")
        found[place] = (NOTE + _rewritten(text)).encode()
        waiting += [target for target in _targets(text) if _is_taken(target)]
    return dict(sorted(found.items()))


def runbooks(template: Template, *, system: str = "") -> list[str]:
    """The pages to begin with, as paths in the bundle."""
    return [f"docs/{name}" for name in sorted(_named(template, system))]


def _named(template: Template, system: str) -> set[str]:
    texts = NAMED.findall(json.dumps(template, ensure_ascii=False))
    return {name for name in (*texts, f"{system}.md") if (DOCS / name).is_file()}


def _targets(text: str) -> Iterator[str]:
    for part in _prose(text):
        yield from (each["target"] for each in LINK.finditer(part) if each["target"])


def _prose(text: str) -> Iterable[str]:
    """Everything but blocks of code."""
    return FENCE.split(text)[::2]


def _is_taken(target: str) -> bool:
    """Whether a link's target comes along."""
    if ":" in target or ".." in Path(target).parts:
        return False
    file = DOCS / target
    return file.is_file() and (file.suffix == ".md" or file.stat().st_size <= PICTURE_BYTES)


def _rewritten(text: str) -> str:
    """With links that would lead out of the folder as words, each with its place in the sources."""
    parts = FENCE.split(text)
    return "".join(part if index % 2 else LINK.sub(_link, part) for index, part in enumerate(parts))


def _link(found: re.Match[str]) -> str:
    target = found["target"]
    if not target or ":" in target or _is_taken(target):
        return found[0]
    place = target.removeprefix("../") if target.startswith("../") else f"docs/{target}"
    return f"{found['text']} (`{place}` of the sources)"

"""What one thing that changes looks like to a reader, whatever it is printed on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from commands.diff.changes import CodeChange, Difference, Impact, ManifestChange, Permission, ResourceChange
from commands.diff.values import shown

SIGNS = {
    Impact.replaced: "!",
    Impact.may_be_replaced: "?",
    Impact.removed: "-",
    Impact.changed: "~",
    Impact.follows: "~",
    Impact.added: "+",
}


@dataclass(frozen=True, kw_only=True)
class Detail:
    """A line below an entry: words, or what differs at a path, which is a value."""

    text: str
    path: str = ""
    is_value: bool = False


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that changes. `sign` is `!` replaced, `?` may be, `-` removed, `~` changed, `+` added."""

    sign: str
    subject: str
    words: str = ""
    is_value: bool = False
    """Whether the words are a value."""
    details: tuple[Detail, ...] = ()


def resource(change: ResourceChange) -> Entry:
    """A resource, with why it is replaced and what differs."""
    return Entry(
        sign=SIGNS[change.impact],
        subject=change.address,
        words=f"{change.kind}, holds data" if change.holds_data else change.kind,
        details=tuple(_details(change)),
    )


def _details(change: ResourceChange) -> Iterator[Detail]:
    for cause in change.causes:
        if cause.because:
            yield Detail(path=cause.property, text=f"refers to what is replaced: {', '.join(cause.because)}")
        elif change.impact in (Impact.replaced, Impact.may_be_replaced):
            text = "replaces it" if cause.is_certain else "may replace it"
            yield Detail(path=cause.property, text=text)
    yield from _differing(change.differences)
    if change.kept:
        stays = (
            "a last snapshot of what was there stays" if change.kept == "Snapshot" else "what was there stays"
        )
        yield Detail(text=f"{stays} in the account: {change.kept}")
    for words in (change.lost, *change.doubts):
        if words:
            yield Detail(text=words)


def _differing(differences: Iterable[Difference]) -> Iterator[Detail]:
    for each in differences:
        yield Detail(path=each.path, text=shown(each), is_value=True)


def code(change: CodeChange) -> Entry:
    """Functions with other code, and the files that differ."""
    details = tuple(Detail(text=file, is_value=True) for file in change.files)
    return Entry(sign="~", subject=", ".join(change.functions), words="code changed", details=details)


def permission(change: Permission) -> Entry:
    """A statement, managed policy or rule that comes or goes."""
    return Entry(sign=change.sign, subject=change.subject, words=change.text, is_value=True)


def values(differences: Iterable[Difference]) -> Iterator[Entry]:
    """Values outside resources, one entry each."""
    for each in differences:
        sign = "+" if each.old is None else "-" if each.new is None else "~"
        yield Entry(sign=sign, subject=each.path, words=shown(each).removeprefix(f"{sign} "), is_value=True)


def manifest(change: ManifestChange) -> Entry:
    """A Kubernetes object, with what differs."""
    details = [*_differing(change.differences)]
    if change.lost:
        details.append(Detail(text=change.lost))
    sign = SIGNS[change.impact]
    return Entry(sign=sign, subject=change.address, details=tuple(details))

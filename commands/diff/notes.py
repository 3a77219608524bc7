"""What a reader should know of the two sides before what differs."""

from collections.abc import Iterator

from commands.diff import base
from commands.diff.sides import Wanted


def notes_on(against: base.Base, of_base: Wanted, asked: Wanted) -> Iterator[str]:
    """A line each; `of_base` is what is compared of the base, `asked` what of the working tree."""
    is_dirty = base.is_dirty()
    if is_dirty:
        yield "The working tree has changes that are not committed; they count."
    elif against.is_head and of_base == asked:
        yield f"{against.name} is what is checked out: `BASE=HEAD~1` compares with the commit before."
    if against.behind:
        yield (
            f"{against.name} has {against.behind} commits that the working tree lacks: they show as undone. "
            f"Merge it, or compare with `BASE=$(git merge-base {against.name} HEAD)`."
        )
    if of_base != asked:
        yield f"The base reads the deployment files of {of_base.folder}."
    elif asked.folder.is_absolute():
        yield (
            f"Both sides read the deployment files of {asked.folder} as they are now; "
            "`BASE_DEPLOYMENTS=FOLDER` gives the base others."
        )

"""What the working tree is compared with: a commit of the same repository, checked out below a temporary folder."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from commands.assembly import ROOT

STEPS_BACK = re.compile(r"[~^]")
COMMIT = re.compile(r"[0-9a-f]{7,40}")


class NoBase(Exception):
    """Why there is nothing to compare with, in one line with the remedy."""


@dataclass(frozen=True, kw_only=True)
class Base:
    """A commit: `name` is how the user calls it."""

    name: str
    commit: str
    behind: int
    """How many commits it has that the working tree lacks: they show as undone."""
    is_head: bool = False
    """Whether it is what the working tree was checked out from."""


def find(name: str, *, root: Path = ROOT) -> Base:
    """The commit of that name; raises `NoBase`."""
    if name.startswith("-"):
        raise NoBase(f"BASE={name} is no name of a commit; give a branch, a tag or a commit")
    if not _git("rev-parse", "--is-inside-work-tree", root=root):
        raise NoBase(
            f"{root} is not a git checkout, so there is no base to compare with; clone the repository"
        )
    commit = _git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}", root=root)
    if not commit:
        raise NoBase(_unknown(name, root))
    behind = _git("rev-list", "--count", f"HEAD..{commit}", root=root)
    together = _git("merge-base", "HEAD", commit, root=root)
    return Base(
        name=name,
        commit=commit,
        behind=int(behind or 0) if together else 0,
        is_head=commit == _git("rev-parse", "HEAD", root=root),
    )


def is_dirty(*, root: Path = ROOT) -> bool:
    """Whether the working tree has changes that are not committed, new files among them."""
    return bool(_git("status", "--porcelain", root=root))


@contextmanager
def checked_out(base: Base, folder: Path, *, root: Path = ROOT) -> Iterator[Path]:
    """The commit's own copy of the project in `folder`, which is removed in the end; raises `NoBase`."""
    prefix = _git("rev-parse", "--show-prefix", root=root)
    try:
        # Whatever hooks the repository has were not made for this copy.
        without_hooks = ("-c", "core.hooksPath=/dev/null")
        add = ("worktree", "add", "--detach", "--quiet", str(folder), base.commit)
        made = _run(*without_hooks, *add, root=root)
        if made.returncode:
            raise NoBase(f"{base.name} cannot be checked out: {_last_line(made.stderr)}")
        yield folder / prefix
    finally:
        # Twice: a copy whose making was interrupted is still locked.
        _git("worktree", "remove", "--force", "--force", str(folder), root=root)


def _unknown(name: str, root: Path) -> str:
    """What to fetch."""
    said = f"BASE={name}: this repository knows no such commit"
    shallow = _git("rev-parse", "--is-shallow-repository", root=root) == "true"
    if shallow and STEPS_BACK.search(name):
        return f"BASE={name}: this clone is shallow and does not reach so far; run `git fetch --deepen=50`"
    if _git("rev-parse", "--verify", "--quiet", f"origin/{name}^{{commit}}", root=root):
        return f"{said}; did you mean BASE=origin/{name}?"
    if name.startswith("origin/") or not _git("remote", root=root) or STEPS_BACK.search(name):
        branch = name.removeprefix("origin/")
        fetch = f"git fetch --depth=1 origin +refs/heads/{branch}:refs/remotes/origin/{branch}"
        if name.startswith("origin/"):
            return f"{said}; run `{fetch}`"
        return f"{said}; `git log --oneline` shows what there is"
    what = "commit" if COMMIT.fullmatch(name) else "branch"
    clone = "this clone is shallow and does not hold it" if shallow else f"this clone has no such {what}"
    return f"BASE={name}: {clone}; run `git fetch --depth=1 origin {name}`, then BASE=FETCH_HEAD"


def _git(*arguments: str, root: Path) -> str:
    """What git says, empty where it fails."""
    run = _run(*arguments, root=root)
    return "" if run.returncode else run.stdout.strip()


def _run(*arguments: str, root: Path) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603
            ["git", *arguments],  # noqa: S607 - the user's own
            cwd=root,
            capture_output=True,
            text=True,
        )
    except FileNotFoundError:
        raise NoBase(
            "git is not installed; it is needed to read the base, install it and try again"
        ) from None


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no message"])[-1]

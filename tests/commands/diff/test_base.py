"""The base is a commit of the same repository; where it is missing, one line says what to fetch."""

import subprocess
from pathlib import Path

import pytest

from commands.diff.base import NoBase, checked_out, find, is_dirty
from commands.diff.environment import python_for


def git(*arguments: str, at: Path) -> str:
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false")
    run = subprocess.run(["git", *identity, *arguments], cwd=at, capture_output=True, text=True, check=True)
    return run.stdout.strip()


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two commits on main."""
    root = tmp_path_factory.mktemp("origin")
    git("init", "--quiet", "--initial-branch=main", at=root)
    for number in (1, 2):
        (root / "file").write_text(str(number))
        git("add", "file", at=root)
        git("commit", "--quiet", "--message", str(number), at=root)
    return root


def test_a_base_is_checked_out_and_removed(origin: Path, tmp_path: Path) -> None:
    with checked_out(find("HEAD~1", root=origin), tmp_path / "base", root=origin) as copy:
        assert (copy / "file").read_text() == "1"
        assert len(git("worktree", "list", at=origin).splitlines()) == 2
    assert not (tmp_path / "base").exists()
    assert len(git("worktree", "list", at=origin).splitlines()) == 1


def test_it_is_removed_when_something_stops_us(origin: Path, tmp_path: Path) -> None:
    with (
        pytest.raises(KeyboardInterrupt),
        checked_out(find("HEAD~1", root=origin), tmp_path / "base", root=origin),
    ):
        raise KeyboardInterrupt
    assert len(git("worktree", "list", at=origin).splitlines()) == 1


def test_a_copy_whose_making_was_interrupted_is_removed(origin: Path, tmp_path: Path) -> None:
    with checked_out(find("HEAD~1", root=origin), tmp_path / "base", root=origin):
        git("worktree", "lock", "--reason", "initializing", str(tmp_path / "base"), at=origin)
    assert len(git("worktree", "list", at=origin).splitlines()) == 1


def test_a_project_below_the_top_of_its_repository_is_found_there(tmp_path: Path) -> None:
    project = tmp_path / "repository" / "pergola"
    project.mkdir(parents=True)
    git("init", "--quiet", at=project.parent)
    (project / "app.py").touch()
    git("add", ".", at=project)
    git("commit", "--quiet", "--message", "1", at=project)
    with checked_out(find("HEAD", root=project), tmp_path / "base", root=project) as copy:
        assert (copy / "app.py").exists()


def test_hooks_do_not_run_for_the_copy(origin: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git("clone", "--quiet", str(origin), str(clone), at=tmp_path)
    hook = clone / ".git" / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    with checked_out(find("HEAD", root=clone), tmp_path / "base", root=clone):
        assert not (tmp_path / "ran").exists()


def test_how_far_the_working_tree_is_behind(origin: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git("clone", "--quiet", str(origin), str(clone), at=tmp_path)
    git("checkout", "--quiet", "-b", "feature", "HEAD~1", at=clone)
    assert find("main", root=clone).behind == 1
    assert find("HEAD", root=clone).behind == 0


def test_whether_it_is_what_is_checked_out(origin: Path) -> None:
    assert [find(name, root=origin).is_head for name in ("main", "HEAD", "HEAD~1")] == [True, True, False]


def test_new_files_make_it_dirty(origin: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git("clone", "--quiet", str(origin), str(clone), at=tmp_path)
    assert not is_dirty(root=clone)
    (clone / "more").touch()
    assert is_dirty(root=clone)


def refused(name: str, root: Path) -> str:
    with pytest.raises(NoBase) as error:
        find(name, root=root)
    (line,) = str(error.value).splitlines()
    return line


def test_a_shallow_clone_is_told_what_to_fetch_and_that_helps(origin: Path, tmp_path: Path) -> None:
    git("branch", "--force", "release", "HEAD~1", at=origin)
    git("clone", "--quiet", "--depth=1", f"file://{origin}", "clone", at=tmp_path)
    clone = tmp_path / "clone"
    assert "run `git fetch --depth=1 origin release`, then BASE=FETCH_HEAD" in refused("release", clone)
    git("fetch", "--depth=1", "origin", "release", at=clone)
    assert find("FETCH_HEAD", root=clone).commit == git("rev-parse", "release", at=origin)
    said = refused("origin/release", clone)
    command = said.partition("`")[2].partition("`")[0]
    git(*command.split()[1:], at=clone)
    assert find("origin/release", root=clone)
    assert "is shallow and does not reach so far; run `git fetch --deepen=50`" in refused("HEAD~1", clone)
    git("fetch", "--deepen=50", at=clone)
    assert find("HEAD~1", root=clone)


def test_a_branch_that_only_the_remote_has(origin: Path, tmp_path: Path) -> None:
    git("clone", "--quiet", str(origin), "clone", at=tmp_path)
    clone = tmp_path / "clone"
    git("checkout", "--quiet", "--detach", at=clone)
    git("branch", "--delete", "--force", "main", at=clone)
    assert "did you mean BASE=origin/main?" in refused("main", clone)


def test_a_name_that_nobody_knows(origin: Path) -> None:
    assert "knows no such commit; `git log --oneline`" in refused("nonsense", origin)
    assert "is no name of a commit" in refused("--all", origin)


def test_no_checkout_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert f"{tmp_path} is not a git checkout" in refused("main", tmp_path)


def test_no_git_is_said(origin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert "git is not installed" in refused("main", origin)


@pytest.mark.parametrize("requirements", ["one==1.0\n", "# other words\none==1.0 # why\n"])
def test_the_same_pins_need_no_environment_of_their_own(tmp_path: Path, requirements: str) -> None:
    ours, base = tmp_path / "ours", tmp_path / "base"
    for checkout, text in ((ours, "one==1.0\n"), (base, requirements)):
        checkout.mkdir()
        (checkout / "requirements.txt").write_text(text)
    python_for(base, ours=ours, folder=tmp_path / "environment")
    assert not (tmp_path / "environment").exists()


@pytest.mark.wide
@pytest.mark.slow
def test_other_pins_are_installed_once(tmp_path: Path) -> None:
    ours, base, folder = tmp_path / "ours", tmp_path / "base", tmp_path / "environment"
    for checkout, text in ((ours, "six==1.17.0\n"), (base, "iniconfig==2.3.1\n")):
        checkout.mkdir()
        (checkout / "requirements.txt").write_text(text)
    told: list[str] = []
    python = python_for(base, ours=ours, folder=folder, tell=told.append)
    subprocess.run([python, "-c", "import iniconfig"], check=True)
    subprocess.run([python.parent / "node", "--version"], check=True)
    made = (folder / "pyvenv.cfg").stat().st_mtime_ns
    assert python_for(base, ours=ours, folder=folder, tell=told.append) == python
    assert len(told) == 1
    assert (folder / "pyvenv.cfg").stat().st_mtime_ns == made

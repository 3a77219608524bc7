"""The command as a user runs it, in a repository made from the working tree; about ten seconds for each run."""

import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.diff.accepted import FILE
from tests.commands.diff.test_base import git
from tests.conftest import ROOT
from tests.waiting import until

pytestmark = [pytest.mark.wide, pytest.mark.slow, pytest.mark.xdist_group("diff")]
CI = ROOT / "docs" / "ci.md"
DEV = Path("deployments") / "open-webui-dev.yaml"
PROD = Path("deployments") / "open-webui-prod.yaml"
EKS = Path("deployments") / "aegisai-dev.yaml"
MOVED = """network:
  cidr: 10.1.0.0/16
  public_subnets: [10.1.1.0/24, 10.1.2.0/24]
  private_subnets: [10.1.11.0/24, 10.1.12.0/24]
"""
RESTORED = """restore:
  cluster_snapshot_arn: arn:aws:rds:us-east-1:111122223333:cluster-snapshot:awsbackup-job-00000000
"""


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One commit with all that is in the working tree, and one number in a deployment file."""
    root = tmp_path_factory.mktemp("origin")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).exists():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, root / name)
    with (root / PROD).open("a") as file:
        file.write("tasks:\n  cpu_target_percent: 60\n")
    git("init", "--quiet", "--initial-branch=main", at=root)
    commit(root, "the base")
    return root


@pytest.fixture
def checkout(origin: Path, tmp_path: Path) -> Iterator[Path]:
    """A clone of its own for each test; nothing may be left of the base's copy."""
    git("clone", "--quiet", str(origin), "clone", at=tmp_path)
    root = tmp_path / "clone"
    prepare(root)
    yield root
    assert len(git("worktree", "list", at=root).splitlines()) == 1


def prepare(root: Path) -> None:
    """What `make setup` would load."""
    (root / "node_modules").symlink_to(ROOT / "node_modules")
    (root / ".git" / "info" / "exclude").write_text("node_modules\n")


def commit(root: Path, message: str) -> None:
    git("add", "--all", at=root)
    git("commit", "--quiet", "--message", message, at=root)


def diff(root: Path, *arguments: str, expected: int = 0) -> list[str]:
    """What the command prints."""
    run = subprocess.run(
        [sys.executable, "-m", "commands", "diff", *arguments],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == expected, run.stdout + run.stderr
    return (run.stdout + run.stderr).splitlines()


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_one_number_is_exactly_one_change(checkout: Path) -> None:
    edit(checkout / PROD, "cpu_target_percent: 60", "cpu_target_percent: 50")
    commit(checkout, "more")
    told = diff(checkout, "--base", "HEAD~1")
    assert told[0].startswith("What changes from HEAD~1 (")
    others = ("aegisai-dev", "aegisai-local", "aegisai-prod", "open-webui-dev")
    assert told[1:] == [
        *(line for name in others for line in ("", f"{name}: no change")),
        "",
        "open-webui-prod: 1 changed",
        "  Changed",
        "    ~ Fargate.OpenWebUITaskCountTargetCpuF6684036 AWS::ApplicationAutoScaling::ScalingPolicy",
        "        TargetTrackingScalingPolicyConfiguration.TargetValue: 60 → 50",
    ]


def test_one_number_of_an_object_is_one_change_too(checkout: Path) -> None:
    """It stands in the template, which applies the object, and in the files of the manifests."""
    edit(checkout / EKS, "ingress:\n", "ingress:\n  idle_timeout_seconds: 300\n")
    told = diff(checkout, "--base", "HEAD", "--deployment", "aegisai-dev")
    at = told.index("aegisai-dev: 1 manifest")
    heading, row, value = told[at + 1 :]
    assert heading == "  Manifests"
    assert row.startswith("    ~ Manifests.")
    assert row.endswith(":Service/aegisai/gateway")
    assert value.endswith("tcp.idle_timeout.seconds=350 → tcp.idle_timeout.seconds=300")


def test_another_image_is_told_where_it_runs(checkout: Path) -> None:
    """Its tag is a parameter, to which everything refers that runs it."""
    edit(checkout / PROD, "application:\n", "application:\n  image_tag: v9.9.9-slim\n")
    told = diff(checkout, "--base", "HEAD", "--fail-on", "replacement", expected=1)
    at = told.index("    ~ ImageTag.Default v0.12.4-slim → v9.9.9-slim")
    assert told.index("  Parameters") < at
    (task,) = [
        number
        for number, line in enumerate(told)
        if line.endswith("AWS::ECS::TaskDefinition") and "    ! " in line
    ]
    assert told[task + 1].strip() == "ContainerDefinitions: replaces it"
    assert [line for line in told[task + 2 :] if ".Image: " in line and line.endswith(":v9.9.9-slim")]


def test_a_replaced_database_fails_until_it_is_accepted(checkout: Path) -> None:
    """By the very example of the documentation; what belongs to the database needs no entry."""
    with (checkout / PROD).open("a") as file:
        file.write(RESTORED)
    commit(checkout, "another database")
    told = diff(checkout, "--base", "HEAD~1", expected=1)
    (error,) = [line for line in told if line.startswith("error: ")]
    assert "would be replaced by SnapshotIdentifier; with it go Storage.DatabaseClusterLogs" in error
    (example,) = re.findall(r"^```yaml\n(accepted:\n.*?)^```$", CI.read_text(), re.MULTILINE | re.DOTALL)
    (checkout / FILE).write_text(example)
    commit(checkout, "accepted")
    told = diff(checkout, "--base", "HEAD~2", "--fail-on", "stateful")
    (line,) = [line for line in told if line.startswith("accepted: ")]
    assert "with it go Storage.DatabaseClusterLogs" in line
    told = diff(checkout, "--base", "HEAD~1")
    assert len([line for line in told if "matches nothing that changes" in line]) == 1


def test_another_network_under_a_database_fails(checkout: Path) -> None:
    with (checkout / DEV).open("a") as file:
        file.write(MOVED)
    told = diff(checkout, "--base", "HEAD", "--deployment", "open-webui-dev", expected=1)
    errors = [line for line in told if line.startswith("error: ")]
    assert [line.split()[2].rstrip("0123456789ABCDEF") for line in errors] == [
        "Storage.DatabaseCluster",
        "Storage.FilesFileSystem",
    ]
    assert [line for line in errors if "it may be replaced, or the update fails" in line] == errors


def test_what_is_checked_out_says_how_to_see_the_last_commit(checkout: Path) -> None:
    told = diff(checkout, "--base", "main", "--deployment", "open-webui-dev")
    assert told[1] == "main is what is checked out: `BASE=HEAD~1` compares with the commit before."


def test_two_folders_of_another_repository_are_compared(checkout: Path, tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    for folder in (before, after):
        shutil.copytree(checkout / "deployments", folder)
    edit(after / PROD.name, "cpu_target_percent: 60", "cpu_target_percent: 50")
    asked = ("--base", "HEAD", "--deployments", str(after), "--deployment", "open-webui-prod")
    told = diff(checkout, *asked, "--base-deployments", str(before))
    assert told[1] == f"The base reads the deployment files of {before}."
    assert told[-1].strip() == "TargetTrackingScalingPolicyConfiguration.TargetValue: 60 → 50"
    told = diff(checkout, *asked)
    assert told[-1] == "open-webui-prod: no change"
    (line,) = diff(checkout, *asked, "--base-deployments", str(tmp_path / "no"), expected=2)
    assert line.startswith(f"{tmp_path / 'no'}: is no folder of deployments")


def test_a_dirty_tree_is_what_is_compared(checkout: Path) -> None:
    edit(checkout / PROD, "cpu_target_percent: 60", "cpu_target_percent: 50")
    (checkout / "deployments" / "open-webui-dev.yaml").rename(checkout / "deployments" / "trial.yaml")
    read = json.loads("\n".join(diff(checkout, "--base", "HEAD", "--format", "json", expected=1)[:-1]))
    assert "changes that are not committed" in read["notes"][0]
    told = {each["deployment"]: each for each in read["changes"]}
    (change,) = told["open-webui-prod"]["resources"]
    assert [(each["old"], each["new"]) for each in change["differences"]] == [(60, 50)]
    assert told["trial"]["is_new"]
    assert told["open-webui-dev"]["is_gone"]
    (error,) = read["verdict"]["errors"]
    assert error.startswith("open-webui-dev: is gone, and with it what holds data: ")


def test_a_shallow_clone_says_what_to_fetch_and_then_compares(origin: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    git("clone", "--quiet", str(origin), str(source), at=tmp_path)
    edit(source / PROD, "cpu_target_percent: 60", "cpu_target_percent: 50")
    commit(source, "more")
    git("clone", "--quiet", "--depth=1", f"file://{source}", "shallow", at=tmp_path)
    shallow = tmp_path / "shallow"
    prepare(shallow)
    (line,) = diff(shallow, "--base", "HEAD~1", expected=2)
    command = line.partition("`")[2].partition("`")[0]
    git(*command.split()[1:], at=shallow)
    told = diff(shallow, "--base", "HEAD~1", "--deployment", "open-webui-prod", "--format", "markdown")
    assert told[0] == "<!-- pergola diff -->"
    assert told[-1] == "  - `TargetTrackingScalingPolicyConfiguration.TargetValue`: `60 → 50`"


def test_a_base_that_does_not_synthesize_is_said_and_the_tree_is_checked(checkout: Path) -> None:
    edit(checkout / PROD, "cpu_target_percent: 60", "cpu_target_percent: many")
    commit(checkout, "broken")
    edit(checkout / PROD, "cpu_target_percent: many", "cpu_target_percent: 60")
    commit(checkout, "whole")
    told = diff(checkout, "--base", "HEAD~1", expected=2)
    assert told[1] == "HEAD~1 does not synthesize, so nothing is compared; the working tree does."
    assert [
        line for line in told[2:] if "open-webui-prod.yaml:" in line and "tasks.cpu_target_percent" in line
    ]
    told = diff(checkout, "--base", "HEAD", "--deployment", "open-webui-dev")
    assert told[-1] == "open-webui-dev: no change"
    edit(checkout / PROD, "cpu_target_percent: 60", "cpu_target_percent: few")
    told = diff(checkout, "--base", "HEAD", expected=2)
    assert "the working tree does not synthesize:" in told


def test_changed_code_is_told_by_its_files(checkout: Path) -> None:
    (handler,) = (checkout / "assets" / "lambda").rglob("default_security_group.py")
    handler.write_text(f"{handler.read_text()}\n# more\n")
    told = diff(checkout, "--base", "HEAD", "--deployment", "open-webui-dev")
    at = told.index("  Code")
    assert "default_security_group.handler (Network.DefaultSecurityGroupHandlerFunction" in told[at + 1]
    assert told[at + 2].strip() == "~ default_security_group.py"
    assert not re.search(r"[0-9a-f]{64}", "\n".join(told))


@pytest.mark.parametrize("under_way", ["base/app.py", "after"])
def test_an_interrupted_run_leaves_nothing(checkout: Path, tmp_path: Path, under_way: str) -> None:
    """While the base is checked out, and while both sides are synthesized."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "commands", "diff", "--base", "HEAD"],
        cwd=checkout,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "TMPDIR": str(temporary)},
        stderr=subprocess.PIPE,
        text=True,
    )
    until(
        lambda: list(temporary.glob(f"pergola-diff-*/{under_way}")), what=f"{under_way} is there", seconds=30
    )
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in said
    assert list(temporary.glob("pergola-diff-*")) == []

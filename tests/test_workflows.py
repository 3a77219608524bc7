"""The workflows of GitHub: what they may do, and their shell as it runs there."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.conftest import COMMITTED

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".github" / "workflows"
FILES = sorted(FOLDER.iterdir())
TOOLS = Path(sys.executable).parent
ACTIONS = {"actions/checkout", "actions/setup-python", "aws-actions/configure-aws-credentials"}
MAY_WRITE = {
    ("diff", "comment"): {"pull-requests"},
    ("diff", "account"): {"id-token"},
    ("deploy", "change-set"): {"id-token"},
    ("deploy", "execute"): {"id-token"},
}
"""Every permission beyond reading, by workflow and job."""
MARKER = "<!-- pergola diff -->"
NO_FORK = "github.event.pull_request.head.repo.full_name == github.repository"
GH = """#!/usr/bin/env bash
printf '%s\\n' "$*" >> "$CALLS"
[ -z "${GH_REFUSES:-}" ] || { echo 'HTTP 403: Resource not accessible by integration' >&2; exit 1; }
case "$*" in
  *--paginate*) printf '%s' "$FOUND" ;;
  *) cat > "$SENT" ;;
esac
"""
MAKE = """#!/usr/bin/env bash
printf '%s\\n' "$*" >> "$CALLS"
printf '%s' "$SAYS"
exit "${ENDS:-0}"
"""


def workflow(name: str) -> Any:
    return YAML(typ="safe", pure=True).load(FOLDER / f"{name}.yml")


def jobs() -> Iterator[tuple[str, str, Any]]:
    for file in FILES:
        for name, job in workflow(file.stem)["jobs"].items():
            yield file.stem, name, job


def shell_steps() -> list[Any]:
    return [
        pytest.param(step["run"], id=f"{file}-{name}-{step['name']}")
        for file, name, job in jobs()
        for step in job["steps"]
        if "run" in step
    ]


def shell(file: str, job: str, step: str) -> str:
    (run,) = (each["run"] for each in workflow(file)["jobs"][job]["steps"] if each.get("name") == step)
    assert isinstance(run, str)
    return run


def test_zizmor_finds_nothing() -> None:
    """Its strictest level, which reports what may be right, too."""
    command = [
        str(TOOLS / "zizmor"),
        "--offline",
        "--no-progress",
        "--quiet",
        "--persona",
        "auditor",
        "--no-ignores",
    ]
    run = subprocess.run([*command, "--strict-collection", str(FOLDER)], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("schema", ["vendor.github-workflows", "custom.github-workflows-require-timeout"])
def test_workflows_follow_the_schema(schema: str) -> None:
    command = [str(TOOLS / "check-jsonschema"), "--builtin-schema", schema, *map(str, FILES)]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_actions_are_pinned_by_commit_with_the_version_beside(file: Path) -> None:
    used = re.findall(r"uses: (.*)", file.read_text())
    assert used
    for each in used:
        pinned = re.fullmatch(r"([\w-]+/[\w-]+)@[0-9a-f]{40} # v\d+\.\d+\.\d+", each)
        assert pinned, each
        assert pinned[1] in ACTIONS


def test_jobs_may_do_no_more_than_they_need() -> None:
    for file, name, job in jobs():
        assert workflow(file)["permissions"] == {}
        writes = {right for right, level in job["permissions"].items() if level != "read"}
        assert writes == MAY_WRITE.get((file, name), set()), (file, name)
        assert set(job["permissions"]) - writes <= {"contents"}


def test_credentials_of_the_checkout_are_not_kept() -> None:
    steps = [step for _, _, job in jobs() for step in job["steps"]]
    checkouts = [step for step in steps if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_code_of_a_fork_meets_no_right_to_write() -> None:
    for file in FILES:
        assert "pull_request_target" not in file.read_text()
    of_pull_requests = workflow("diff")["jobs"]
    for name in ("comment", "deployments"):
        assert NO_FORK in of_pull_requests[name]["if"]
    assert of_pull_requests["account"]["needs"] == "deployments"
    assert not [step for step in of_pull_requests["comment"]["steps"] if "uses" in step]


@pytest.mark.parametrize("run", shell_steps())
def test_shell_is_parsed_and_has_no_expression_in_it(run: str) -> None:
    assert "${{" not in run
    assert subprocess.run(["bash", "-n"], input=run, text=True).returncode == 0


def test_make_targets_that_are_called_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    called = {
        target
        for step in shell_steps()
        for target in re.findall(r"^\s*make (?:--silent )?([a-z-]+)", step.values[0], re.MULTILINE)
    }
    called |= set(workflow("test")["jobs"]["test"]["strategy"]["matrix"]["target"])
    assert {"diff", "preflight", "change-set", "execute-change-set", "cdk-diff"} <= called
    assert called <= targets


@pytest.mark.row("A13")
def test_what_is_tested_is_the_whole_proof() -> None:
    whole = re.findall(r"^make ([a-z-]+)$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    assert workflow("test")["jobs"]["test"]["strategy"]["matrix"]["target"] == whole


@pytest.mark.row("A13")
def test_execution_waits_for_the_environment_and_takes_the_change_set_that_was_shown() -> None:
    execute = workflow("deploy")["jobs"]["execute"]
    assert execute["environment"] == "${{ inputs.deployment }}"
    assert execute["needs"] == "change-set"
    assert execute["steps"][-1]["env"]["NAME"] == "${{ needs.change-set.outputs.name }}"


class Runner:
    """Runs a step's shell as GitHub's runner does, with `gh` and `make` that only take notes."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.cwd = folder, ROOT
        for name, text in (("gh", GH), ("make", MAKE)):
            (folder / name).write_text(text)
            (folder / name).chmod(0o755)

    def run(self, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
        files = {
            "GITHUB_OUTPUT": "output",
            "GITHUB_STEP_SUMMARY": "summary",
            "CALLS": "calls",
            "SENT": "sent",
        }
        for file in files.values():
            (self.folder / file).unlink(missing_ok=True)
            (self.folder / file).touch()
        environment = {
            "PATH": f"{self.folder}{os.pathsep}{os.environ['PATH']}",
            "RUNNER_TEMP": str(self.folder),
            **{name: str(self.folder / file) for name, file in files.items()},
        }
        return subprocess.run(
            ["bash", "-e", "-c", script],
            cwd=self.cwd,
            env={**environment, **variables},
            capture_output=True,
            text=True,
        )

    def read(self, name: str) -> str:
        return (self.folder / name).read_text()


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


def comment(runner: Runner, **variables: str) -> subprocess.CompletedProcess[str]:
    about = {
        "BODY": f"{MARKER}\nreplaced: `$(id)`",
        "NUMBER": "7",
        "GITHUB_REPOSITORY": "us/pergola",
        "FOUND": "",
    }
    return runner.run(shell("diff", "comment", "Comment"), **{**about, **variables})


def test_the_first_diff_makes_a_comment(runner: Runner) -> None:
    assert comment(runner).returncode == 0
    look, post = runner.read("calls").splitlines()
    assert "--paginate repos/us/pergola/issues/7/comments" in look
    assert MARKER in look
    assert "--method POST repos/us/pergola/issues/7/comments" in post
    assert runner.read("sent") == f"{MARKER}\nreplaced: `$(id)`"


def test_a_later_diff_updates_that_comment(runner: Runner) -> None:
    assert comment(runner, FOUND="41\n99\n").returncode == 0
    _, patch = runner.read("calls").splitlines()
    assert "--method PATCH repos/us/pergola/issues/comments/41" in patch
    assert runner.read("sent").startswith(MARKER)


def test_a_token_that_may_not_comment_fails_nothing(runner: Runner) -> None:
    run = comment(runner, GH_REFUSES="1")
    assert run.returncode == 0
    assert "::notice::" in run.stdout
    assert runner.read("sent") == ""


@pytest.mark.parametrize("ends", [0, 2])
def test_the_diff_is_in_the_summary_and_handed_on_when_the_gate_fails_too(runner: Runner, ends: int) -> None:
    run = runner.run(
        shell("diff", "templates", "Diff"), SAYS=f"{MARKER}\n1 change\n", ENDS=str(ends), FAIL_ON="iam"
    )
    assert run.returncode == ends
    assert runner.read("calls").strip() == "--silent diff BASE=HEAD^1 FORMAT=markdown FAIL_ON=iam"
    assert runner.read("summary") == f"{MARKER}\n1 change\n"
    first, *body, last = runner.read("output").splitlines()
    assert first == f"markdown<<{last}"
    assert "\n".join(body).strip() == f"{MARKER}\n1 change"


@pytest.mark.parametrize("says", ["", "npm warn something\n", f"setting up\n{MARKER}\n"])
def test_what_is_no_diff_is_not_shown_as_one(runner: Runner, says: str) -> None:
    run = runner.run(shell("diff", "templates", "Diff"), SAYS=says, ENDS="2", FAIL_ON="")
    assert run.returncode == 2
    first, *rest = runner.read("summary").splitlines()
    assert first == MARKER
    assert rest[-1] == "`make diff` failed; its words are in the log of the run."


@pytest.mark.row("A13")
def test_deployments_are_those_of_the_folder(runner: Runner) -> None:
    assert runner.run(shell("diff", "deployments", "Names")).returncode == 0
    name, _, names = runner.read("output").strip().partition("=")
    assert (name, json.loads(names)) == ("names", COMMITTED)


@pytest.mark.parametrize(
    ("workflow", "job"), [("diff", "account"), ("deploy", "change-set"), ("deploy", "execute")]
)
def test_a_variable_is_for_all_deployments_or_for_each(runner: Runner, workflow: str, job: str) -> None:
    script = shell(workflow, job, "Account")
    each = {name: json.dumps({"chat": f"{name} of chat"}) for name in ("ROLE", "REGION")}
    for given, expected in (
        ({"ROLE": "one", "REGION": "eu-west-1"}, "role=one region=eu-west-1"),
        (each, "role=ROLE of chat region=REGION of chat"),
        ({**each, "DEPLOYMENT": "other"}, "role= region="),
    ):
        assert runner.run(script, **{"DEPLOYMENT": "chat", **given}).returncode == 0
        printed = runner.read("output").split("\n")
        assert [line for line in printed if line] == [
            line
            for line in re.split(r" (?=region=)", expected)
            if job != "execute" or line.startswith("region=")
        ]


@pytest.mark.row("A13")
@pytest.mark.parametrize("name", ["prod", "$(id)", "a;b", "../prod", "other"])
def test_only_a_file_of_the_folder_is_deployed(runner: Runner, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "deployments"
    folder.mkdir()
    for file in ("prod", "$(id)", "a;b"):
        (folder / f"{file}.yaml").touch()
    runner.cwd = tmp_path
    run = runner.run(shell("deploy", "change-set", "Is it a deployment?"), DEPLOYMENT=name)
    assert (run.returncode == 0) is (name == "prod")
    assert ("::error::" in run.stdout) is (name != "prod")


@pytest.mark.parametrize("name", ["$(id)", "a;b", "-n"])
def test_no_odd_name_reaches_make(runner: Runner, name: str) -> None:
    run = runner.run(shell("diff", "account", "Diff"), NAME=name, SAYS="")
    assert run.returncode == 1
    assert runner.read("calls") == ""


def test_a_change_set_with_nothing_in_it_is_not_put_before_anybody(runner: Runner) -> None:
    script, about = shell("deploy", "change-set", "Change set"), {"DEPLOYMENT": "prod", "NAME": "github-1-1"}
    assert runner.run(script, SAYS="no change\n", **about).returncode == 0
    assert runner.read("output") == ""
    assert runner.run(script, SAYS="### prod: 1 changes\n", **about).returncode == 0
    assert runner.read("output") == "name=github-1-1\n"
    assert runner.run(script, SAYS="", ENDS="2", **about).returncode != 0
    assert runner.read("output") == ""


def test_set_up_speaks_on_standard_error_alone(tmp_path: Path) -> None:
    """So that what a target prints can be sent to a file, the first time too."""
    for file in ("requirements.txt", "requirements-dev.txt", "package.json", "package-lock.json"):
        (tmp_path / file).touch()
    for folder in ("v", "node_modules"):
        (tmp_path / folder).mkdir()
    programs = ["VENV=v", "PYTHON=true", "PY=echo there", "PIP=true", "NODE=true"]
    command = ["make", "--silent", "-f", str(ROOT / "Makefile"), "setup-dev", *programs]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (0, "")
    assert run.stderr.count("setting up") == 3


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """This working tree with one more commit, as a runner checks a pull request out."""
    there = tmp_path / "checkout"
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file() and not name.startswith("tests/"):
            (there / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, there / name)  # times too: make shall not set up anew
    for folder in (".venv", "node_modules"):
        (there / folder).symlink_to(ROOT / folder)
    commit(there, "base")
    file = there / "deployments" / "open-webui-dev.yaml"
    file.write_text(file.read_text().replace("monitoring:\n", "monitoring:\n  log_retention_days: 3\n"))
    commit(there, "change")
    return there


def commit(checkout: Path, message: str) -> None:
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.com", "-C", str(checkout)]
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", message]):
        subprocess.run([*git, *command], check=True)


@pytest.mark.wide
@pytest.mark.slow
def test_diff_of_a_pull_request_is_made(runner: Runner, checkout: Path) -> None:
    (runner.folder / "make").unlink()
    runner.cwd = checkout
    run = runner.run(shell("diff", "templates", "Diff"), FAIL_ON="iam")
    assert run.returncode == 0, run.stderr
    assert runner.read("summary").startswith(f"{MARKER}\n")
    assert "open-webui-dev" in runner.read("summary")
    assert "RetentionInDays" in runner.read("summary")
    subprocess.run(["git", "diff", "--exit-code"], cwd=checkout, check=True)


@pytest.mark.wide
@pytest.mark.slow
def test_preflight_without_credentials_ends_the_job(runner: Runner) -> None:
    (runner.folder / "make").unlink()
    files = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    about = {"DEPLOYMENT": "open-webui-dev", "AWS_REGION": "eu-west-1", "AWS_EC2_METADATA_DISABLED": "true"}
    run = runner.run(shell("deploy", "change-set", "Preflight"), **about, **files)
    assert (run.returncode, run.stdout) == (2, "")
    assert "no AWS credentials were found" in run.stderr

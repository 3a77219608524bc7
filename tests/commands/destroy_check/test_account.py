"""From the first change set to what a teardown left, on the embedded AWS and with the shell of the workflows.

One test, because each step stands on the one before and a deployment is made once.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from commands.assembly import ROOT
from commands.local import account, cdk
from tests.commands.local.emulated import Emulated
from tests.test_workflows import shell

pytestmark = [
    pytest.mark.wide,
    pytest.mark.lifecycle,
    pytest.mark.slow,
    pytest.mark.xdist_group("destroy_check"),
]
NAME = "chat"
UNPROTECTED = """
termination_protection: false
database: {deletion_protection: false}
"""


class Operator:
    """Runs make as a person or a workflow does."""

    def __init__(self, emulated: Emulated, folder: Path) -> None:
        self.deployments, self._folder = folder / "deployments", folder
        self.deployments.mkdir()
        self._environment = {
            **emulated.place.environment(port=emulated.server.port),
            "DEPLOYMENTS": str(self.deployments),
            "DEPLOYMENT": NAME,
            "RUNNER_TEMP": str(folder),
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_STEP_SUMMARY": str(folder / "summary"),
        }

    def write(self, more: str = "") -> None:
        text = (ROOT / "deployments" / "open-webui-prod.yaml").read_text()
        (self.deployments / f"{NAME}.yaml").write_text(text + UNPROTECTED + more)

    def step(self, workflow: str, job: str, step: str, **variables: str) -> tuple[str, str]:
        """What a step of a workflow wrote as outputs and into the summary."""
        for file in ("output", "summary"):
            (self._folder / file).write_text("")
        run = self._run(["bash", "-e", "-c", shell(workflow, job, step)], **variables)
        assert run.returncode == 0, run.stdout + run.stderr
        return (self._folder / "output").read_text(), (self._folder / "summary").read_text()

    def make(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._run(["make", "--silent", *arguments])

    def destroy_check(self) -> Any:
        run = self.make("destroy-check", "JSON=1")
        assert run.returncode == 0, run.stdout + run.stderr
        return json.loads(run.stdout)

    def _run(self, command: list[str], **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {**self._environment, **variables}
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


@pytest.fixture
def operator(emulated: Emulated, tmp_path: Path) -> Operator:
    place, port = emulated.place, emulated.server.port
    cdk.run(place, "bootstrap", f"aws://{place.account}/{place.region}", port=port)
    made = Operator(emulated, tmp_path)
    made.write()
    return made


def names(rows: list[dict[str, Any]]) -> set[str]:
    return {row["name"] for row in rows}


def test_what_is_left_is_told_before_and_after(emulated: Emulated, operator: Operator) -> None:
    output, summary = operator.step("deploy", "change-set", "Change set", NAME="github-1-1")
    assert output == "name=github-1-1\n"
    assert "| Add |  | `Storage` |" in summary
    assert emulated.status(NAME) == "REVIEW_IN_PROGRESS"
    assert operator.destroy_check()["from"] == "the template alone: it is not deployed"

    operator.step("deploy", "execute", "Execute", NAME="github-1-1")
    assert emulated.status(NAME) == "CREATE_COMPLETE"
    _, summary = operator.step("diff", "account", "Diff", NAME=NAME)
    assert "Number of stacks with differences: 0" in summary
    output, summary = operator.step("deploy", "change-set", "Change set", NAME="github-2-1")
    assert (output, summary) == ("", "no change\n")

    before = operator.destroy_check()
    assert before["from"] == "the deployed stack"
    assert before["earlier"] == []
    assert [row["resource"] for row in before["protections"]] == ["LoadBalancer.PublicB2EC5628"]
    (pool,) = (row for row in before["left"] if row["type"] == "AWS::Cognito::UserPool")
    assert pool["why"] == "the template retains it; under deletion protection"
    assert all(row["identifier"] for row in before["left"] if row["name"].startswith("Storage."))
    assert {"Storage.FilesFileSystemCB06EB6B", "LoadBalancer.AccessLogs247031D9"} <= names(before["left"])
    assert [row["needs"] for row in before["not_checked"]] == ["credentials of where they are"]

    drifts_behind_cloudformation(emulated, operator)

    stacks = [stack.name for stack in account.stacks(emulated.place, NAME, url=emulated.server.url)]
    emulated.delete(NAME)
    assert emulated.status(NAME) is None
    after = operator.destroy_check()
    left = account.left(emulated.place, stacks, url=emulated.server.url)
    assert {each.name for each in left} <= names(after["earlier"])
    more = {row["type"] for row in after["earlier"] if row["name"] not in {each.name for each in left}}
    assert more == {"AWS::KMS::Key", "AWS::Logs::LogGroup", "ecs"}
    assert any(row["why"].startswith("kept until") and row["usd_a_month"] for row in after["earlier"])


def drifts_behind_cloudformation(emulated: Emulated, operator: Operator) -> None:
    """Somebody changes a group of a nested stack by hand; Container Insights makes its own."""
    run = operator.make("drift")
    assert f"Stack {NAME}.Monitoring.Surroundings" in run.stdout + run.stderr
    assert "ErrorLog" not in run.stdout + run.stderr
    fargate = next(
        physical for key, physical in emulated.resources(NAME).items() if key.startswith("FargateNestedStack")
    )
    made = emulated.resources(fargate)
    (log,) = (physical for key, physical in made.items() if key.startswith("ErrorLog"))
    (cluster,) = (physical for key, physical in made.items() if key == "ClusterC2E21B66")
    emulated.client("logs").put_retention_policy(logGroupName=log, retentionInDays=1)
    emulated.client("logs").create_log_group(logGroupName=f"/aws/ecs/containerinsights/{cluster}/performance")
    run = operator.make("drift")
    assert run.returncode != 0
    assert "RetentionInDays" in run.stdout + run.stderr

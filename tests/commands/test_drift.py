"""`make drift` looks into nested stacks, and says when it cannot."""

import json
import os
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands.__main__ import app
from commands.account import session
from commands.drift import flatten
from tests.commands.account.scripted import Answer, scripted


def test_each_deployed_stack_is_one_of_the_assembly(assembly: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(assembly, tmp_path / "assembly")
    names = {
        "open-webui-dev": "open-webui-dev",
        "open-webui-dev.Storage": "open-webui-dev-StorageNestedStack-1",
        "open-webui-dev.Monitoring.Surroundings": "open-webui-dev-MonitoringNestedStack-2-Surroundings-3",
    }
    flatten(copy, "open-webui-dev", names)
    artifacts = json.loads((copy / "manifest.json").read_text())["artifacts"]
    assert {path: artifact["properties"]["stackName"] for path, artifact in artifacts.items()} == names
    resources = json.loads(
        (copy / artifacts["open-webui-dev.Storage"]["properties"]["templateFile"]).read_text()
    )["Resources"]
    assert "AWS::EFS::FileSystem" in {each["Type"] for each in resources.values()}


DRIFT = ["drift", "--deployment", "open-webui-dev"]


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without credentials."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.mark.usefixtures("nowhere")
def test_without_credentials_one_line_says_what_to_do() -> None:
    run = CliRunner().invoke(app, DRIFT)
    assert run.exit_code == 2
    assert run.stderr == "no AWS credentials were found; set AWS_PROFILE, or sign in with aws sso login\n"
    assert run.stdout == ""


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("ValidationError: Stack with id x does not exist", "none is in us-east-1 of account 111122223333;"),
        ("AccessDenied", "needs cloudformation:DescribeStacks"),
    ],
)
def test_what_cannot_be_read_is_one_line(monkeypatch: pytest.MonkeyPatch, answer: Answer, said: str) -> None:
    account = scripted({("cloudformation", "describe_stacks"): [answer]})
    account.__dict__["identity"] = {"Account": "111122223333"}
    monkeypatch.setattr(session, "opened", lambda *_, **__: account)
    run = CliRunner().invoke(app, DRIFT)
    assert run.exit_code == 2
    assert run.stderr.startswith(f"the deployed stacks of open-webui-dev could not be read: {said}")
    assert run.stderr.count("\n") == 1

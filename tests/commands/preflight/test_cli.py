"""`make preflight` as a user sees it, with an account in place of AWS."""

import json
from collections.abc import Callable

import pytest
from typer.testing import CliRunner

from commands.__main__ import app
from commands.account import session
from commands.preflight import cli, start
from commands.preflight.findings import Finding, failed, ok, unchecked, warning
from commands.preflight.printed import as_table, summary
from commands.preflight.run import Check
from tests.commands.preflight.stubbed import ACCOUNT, ROOT, Stubbed, needs

ASKED = ("preflight", "--deployments", str(ROOT / "deployments"), "--deployment", "open-webui-dev")
FOUND = (ok("region", "eu-west-1"), warning("roles", "one is missing", "make it"))
LACKS = failed("quota: VPCs", "5, 5 used", "ask for more")
DENIED = unchecked("given keys", "needs kms:DescribeKey", "allow it", "kms:DescribeKey")
Runs = Callable[..., None]


@pytest.fixture
def finds(monkeypatch: pytest.MonkeyPatch) -> Runs:
    """Sets what is found."""

    def set_(*found: Finding) -> None:
        monkeypatch.setattr(session, "opened", lambda *_, **__: Stubbed().account)
        monkeypatch.setattr(start, "needs", lambda *_, **__: needs({}))
        monkeypatch.setattr(cli, "CHECKS", (Check("all", lambda *_: iter(found)),))

    return set_


def test_line_per_finding_and_the_missing_permissions(finds: Runs) -> None:
    finds(*FOUND, LACKS, DENIED)
    result = CliRunner().invoke(app, ASKED)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "✓ region: eu-west-1",
        "! roles: one is missing → make it",
        "✗ quota: VPCs: 5, 5 used → ask for more",
        "? given keys: not checked: needs kms:DescribeKey → allow it",
        "1 ok, 1 warning, 1 failed, 1 not checked",
        "permissions that were missing: kms:DescribeKey",
    ]


def test_warnings_and_what_is_not_checked_do_not_fail(finds: Runs) -> None:
    finds(*FOUND, DENIED)
    assert CliRunner().invoke(app, ASKED).exit_code == 0


def test_json_holds_all(finds: Runs) -> None:
    finds(LACKS)
    result = CliRunner().invoke(app, [*ASKED, "--json"])
    document = json.loads(result.stdout)
    assert (document["account"], document["region"], result.exit_code) == (ACCOUNT, "eu-west-1", 1)
    row = {
        "name": "quota: VPCs",
        "outcome": "failed",
        "found": "5, 5 used",
        "remedy": "ask for more",
        "needs": None,
    }
    assert document["findings"] == [row]


def test_remedy_stands_below_its_finding() -> None:
    cells = as_table([LACKS]).columns[2].cells
    assert [str(cell) for cell in cells] == ["5, 5 used\n→ ask for more"]
    assert summary([LACKS]) == "1 failed"


def test_no_credentials_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    result = CliRunner().invoke(app, ASKED)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.strip().splitlines()[-1].startswith("no AWS credentials were found")

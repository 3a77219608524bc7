"""The permissions that docs/ci.md names are those of the calls that are made."""

import re

from commands.account.unanswered import action
from commands.assembly import ROOT
from tests.commands.account.calls import operations

COMMANDS = ROOT / "commands"


def test_the_permissions_of_the_page_are_those_of_the_calls() -> None:
    files = [*(COMMANDS / "destroy_check").glob("*.py"), COMMANDS / "account" / "deployed.py"]
    needed = {action(service, operation) for service, operation in operations(files)}
    section = (ROOT / "docs" / "ci.md").read_text().partition("these are all of them:")[2]
    assert needed == set(re.findall(r"`([a-z0-9-]+:[A-Z]\w+)`", section))

"""Nothing but reading calls is in the code, and the page's policy allows exactly these."""

import json
import re
from functools import cache

from commands.account.reading import READS
from commands.account.unanswered import action
from commands.assembly import ROOT
from tests.commands.account.calls import operations

PAGE = ROOT / "docs" / "preflight.md"
QUOTAS = {("service-quotas", "GetServiceQuota"), ("service-quotas", "GetAWSDefaultServiceQuota")}
"""Asked in a loop."""
WITHOUT_PERMISSION = {"sts:GetCallerIdentity"}
"""Every identity may (AWS Security Token Service API reference, GetCallerIdentity)."""


@cache
def called() -> set[tuple[str, str]]:
    rooms = (ROOT / "commands" / room for room in ("account", "preflight"))
    return operations(file for room in rooms for file in room.rglob("*.py")) | QUOTAS


def test_every_call_reads() -> None:
    assert len(called()) > 50
    assert not [each for each in called() if not READS.match(each[1])]


def test_policy_of_the_page_allows_what_is_called() -> None:
    written = re.search(r"```json\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert written
    [statement] = json.loads(written.group(1))["Statement"]
    named = {action(*each) for each in called()} - WITHOUT_PERMISSION
    assert statement["Action"] == sorted(named)
    assert (statement["Effect"], statement["Resource"]) == ("Allow", "*")

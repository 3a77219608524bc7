"""Nothing but reading calls is in the code, and the page's policy allows exactly these."""

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import botocore.session
from botocore import xform_name

from commands.preflight.account import READS
from commands.preflight.unanswered import action

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "preflight.md"
CALLS = {"read", "each", "listed", "asked"}
QUOTAS = {("service-quotas", "get_service_quota"), ("service-quotas", "get_aws_default_service_quota")}
"""Asked in a loop."""
WITHOUT_PERMISSION = {"sts:GetCallerIdentity"}
"""Every identity may (AWS Security Token Service API reference, GetCallerIdentity)."""


def calls() -> Iterator[tuple[str, str]]:
    """Service and method of every call that the code names."""
    for file in (ROOT / "commands" / "preflight").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            texts = [each.value for each in node.args[:2] if isinstance(each, ast.Constant)]
            if name in CALLS and len(texts) == 2:
                yield str(texts[0]), str(texts[1])
    yield from QUOTAS


@cache
def operations() -> set[tuple[str, str]]:
    """The same, as the API names them."""
    session = botocore.session.get_session()
    found = set()
    for service, method in set(calls()):
        names = {xform_name(each): each for each in session.get_service_model(service).operation_names}
        assert method in names, f"{service} has no {method}"
        found.add((service, names[method]))
    return found


def test_every_call_reads() -> None:
    found = operations()
    assert len(found) > 50
    assert not [each for each in found if not READS.match(each[1])]


def test_policy_of_the_page_allows_what_is_called() -> None:
    written = re.search(r"```json\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert written
    [statement] = json.loads(written.group(1))["Statement"]
    named = {action(*each) for each in operations()} - WITHOUT_PERMISSION
    assert statement["Action"] == sorted(named)
    assert (statement["Effect"], statement["Resource"]) == ("Allow", "*")

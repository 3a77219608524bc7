"""The permissions that docs/ci.md names are those of the calls that are made."""

import ast
import re
from collections.abc import Iterator

from botocore import xform_name
from botocore.session import get_session

from commands.assembly import ROOT
from commands.destroy_check.asked import NAMES
from commands.preflight.unanswered import action


def calls() -> Iterator[tuple[str, str]]:
    """Service and operation of each `account.ask(…)`."""
    for file in (ROOT / "commands" / "destroy_check").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "ask"
            ):
                service, operation, *_ = (ast.literal_eval(each) for each in node.args[:2])
                yield service, operation


def test_the_permissions_of_the_page_are_those_of_the_calls() -> None:
    needed, session = set(), get_session()
    for service, operation in calls():
        names = session.get_service_model(service).operation_names
        (name,) = (each for each in names if xform_name(each) == operation)
        needed.add(action(NAMES.get(service, service), name))
    section = (ROOT / "docs" / "ci.md").read_text().partition("these are all of them:")[2]
    assert needed == set(re.findall(r"`([a-z0-9-]+:[A-Z]\w+)`", section))

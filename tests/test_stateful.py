"""What holds data keeps its logical ID, and goes or stays on deletion as the preset says.

The committed list is a contract: a changed line means that an update replaces the resource, and its data is lost.
"""

import json
import re
from pathlib import Path

import pytest

from commands.assembly import templates
from commands.stateful import HOLDS_DATA
from tests.conftest import COMMITTED, ROOT

APPLIED_DATA = re.compile(r"kind\W+(Namespace|PersistentVolumeClaim|StatefulSet)\b")
"""Objects that hold data, or whose deletion takes others along that do. A moved logical ID applies the new object and
then deletes the old one by the same name."""


def rows(assembly: Path, deployment: str) -> list[str]:
    return sorted(
        f"{template.name} {resource['Type']} {logical_id} delete={resource.get('DeletionPolicy', 'default')} "
        f"replace={resource.get('UpdateReplacePolicy', 'default')}"
        for template in templates(assembly, deployment)
        for logical_id, resource in template.resources.items()
        if resource["Type"] in HOLDS_DATA
        or APPLIED_DATA.search(json.dumps(resource.get("Properties", {}).get("Manifest", "")))
    )


@pytest.mark.parametrize("deployment", COMMITTED)
@pytest.mark.row("C8")
def test_what_holds_data_is_as_committed(assembly: Path, deployment: str) -> None:
    committed = (ROOT / "tests" / "stateful" / f"{deployment}.txt").read_text().splitlines()
    assert rows(assembly, deployment) == committed

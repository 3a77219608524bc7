"""Migrations and versions: one migrates, and two versions never serve from one database."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.trial.conftest import People
from tests.trial.trial import DEPLOYMENTS, Trial

pytestmark = [pytest.mark.trial, pytest.mark.lifecycle, pytest.mark.xdist_group("trial")]
OTHER_TAG = "v0.12.4"
"""Another image of the same version: the programs that serve are told apart by their tag."""


@pytest.mark.row("F6")
def test_of_two_first_starts_one_migrates(people: People) -> None:
    logs = [" ".join(lines) for lines in people.first_preparations]
    assert len(logs) >= 2
    assert len([log for log in logs if "migrating from an empty database" in log]) == 1, logs
    assert all("the database is ready" in log for log in logs), logs


def test_an_update_to_another_image_never_has_two_versions_serving(trial: Trial, tmp_path: Path) -> None:
    before = trial.tags_that_serve()
    assert before == {"v0.12.4-slim"}
    file = DEPLOYMENTS / f"{trial.name}.yaml"
    (tmp_path / file.name).write_text(f"{file.read_text()}application: {{image_tag: {OTHER_TAG}}}\n")
    with ThreadPoolExecutor(1) as executor:
        update = executor.submit(Trial.begin, trial.place, trial.name, deployments=tmp_path)
        seen: list[set[str]] = []
        while not update.done():
            seen.append(trial.tags_that_serve())
            time.sleep(0.1)
        update.result()
    assert {OTHER_TAG} in seen
    assert [tags for tags in seen if len(tags) > 1] == []
    trial.settle()
    assert trial.tags_that_serve() == {OTHER_TAG}
    assert [name for name in trial.snapshots() if re.search(r"-before-", name)]
    newest = [log for log in trial.log("prepare").values() if any(OTHER_TAG in line for line in log)]
    assert any("nothing to migrate" in " ".join(log) for log in newest), newest

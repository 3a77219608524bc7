"""`make try` waits for the page, and says why it does not come."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from commands.local.place import Place
from commands.local.steps import LocalError
from commands.local.trial import page, waiting
from commands.local.trial.deployed import Service

ORIGIN = "https://d0.cloudfront.localhost:8443"


def service(*, rollout: str = "IN_PROGRESS", event: str = "has started 1 tasks", running: int = 2) -> Service:
    deployment = {"id": "1", "status": "PRIMARY", "rolloutState": rollout, "runningCount": running}
    described = {
        "serviceName": "chat",
        "desiredCount": 2,
        "deployments": [deployment],
        "events": [{"message": event}],
        "loadBalancers": [],
    }
    return Service(cluster="c", described=described)


@dataclass(kw_only=True)
class Scripted:
    """Stands for a deployment whose tasks become healthy one after another."""

    place: Place
    healths: list[int]
    now: Service = field(default_factory=service)
    name: str = "chat"

    def output(self, _name: str) -> str:
        return ORIGIN

    def serving(self) -> Service:
        return self.now

    def healthy(self, _service: Service) -> int:
        return self.healths.pop(0) if len(self.healths) > 1 else self.healths[0]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "BETWEEN", 0)
    monkeypatch.setattr(page, "status", lambda *_: 200)


def wait(deployed: Any, *, seconds: float = 5) -> str:
    return waiting.wait_for_page(deployed, seconds=seconds)


def test_it_ends_when_every_task_takes_requests(tmp_path: Path) -> None:
    deployed = Scripted(place=Place(state=tmp_path), healths=[0, 1, 2, 7])
    assert wait(deployed) == ORIGIN
    assert deployed.healths == [7]


def test_tasks_of_an_older_deployment_are_not_those_that_are_waited_for(tmp_path: Path) -> None:
    deployed = Scripted(place=Place(state=tmp_path), healths=[2], now=service(running=1))
    with pytest.raises(LocalError, match="does not answer"):
        wait(deployed, seconds=0.01)


def test_page_that_answers_an_error_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "status", lambda *_: 502)
    with pytest.raises(LocalError, match="does not answer after 0 s: has started 1 tasks"):
        wait(Scripted(place=Place(state=tmp_path), healths=[2]), seconds=0.01)


def test_roll_out_that_was_given_up_tells_the_event_and_the_last_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = Place(state=tmp_path)
    for number, (task, text) in enumerate({"old": "long ago", "new": "1\ncannot [start]"}.items()):
        folder = place.tasks / task
        folder.mkdir(parents=True)
        (folder / "open-webui.log").write_text(text)
        os.utime(folder / "open-webui.log", (number, number))
    deployed = Scripted(
        place=place, healths=[0], now=service(rollout="FAILED", event="tasks failed to start")
    )
    told = "ECS gave up: tasks failed to start; the tasks' logs are in"
    with pytest.raises(LocalError, match=told), waiting.explained(place):
        wait(deployed)
    printed = capsys.readouterr().out
    assert "open-webui │ cannot [start]" in printed
    assert "long ago" not in printed


def test_task_that_said_nothing_has_no_last_words(tmp_path: Path) -> None:
    assert list(waiting.last_words(tmp_path / "tasks")) == []

"""A deployment that takes data with it is told, line by line."""

from pathlib import Path
from typing import Any

import pytest

from commands.local import account, cli, clusters, losses
from commands.local.account import DeployedResource, DeployedStack, Left
from commands.local.emulator.kubernetes.references import DEFAULT_CLASS
from commands.local.place import Place
from commands.local.server import Server
from commands.local.steps import CONSOLE

BUCKET = "AWS::S3::Bucket"
DATABASE = "AWS::RDS::DBCluster"
STAYS = "what it held stays, the template retains it"


def stack(name: str = "chat", **resources: tuple[str, str]) -> DeployedStack:
    """Logical id → type and physical id."""
    made = tuple(
        DeployedResource(logical_id=logical_id, type=type_, physical_id=physical_id)
        for logical_id, (type_, physical_id) in resources.items()
    )
    return DeployedStack(
        name=name, status="UPDATE_COMPLETE", is_root="-" not in name, resources=made, outputs={}
    )


def nested(suffix: str, **resources: tuple[str, str]) -> DeployedStack:
    return stack(f"chat-StorageNestedStackStorageNestedStackResource{suffix}-1", **resources)


def cluster(*manifests: dict[str, Any]) -> clusters.Recorded:
    return {"cluster": "chat", "objects": [{"manifest": each, "owner": "a"} for each in manifests]}


def manifest(kind: str, name: str, namespace: str | None = "files", **more: Any) -> dict[str, Any]:
    about = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": "v1", "kind": kind, "metadata": about, **more}


def claim(storage_class: str | None) -> dict[str, Any]:
    return manifest("PersistentVolumeClaim", "db", spec={"storageClassName": storage_class})


def storage_class(policy: str, *, is_default: bool = False) -> dict[str, Any]:
    made = manifest("StorageClass", "gp3", None, reclaimPolicy=policy)
    made["metadata"]["annotations"] = {DEFAULT_CLASS: str(is_default).lower()}
    return made


def lines(
    before: list[DeployedStack], after: list[DeployedStack], retained: tuple[str, ...] = ()
) -> list[str]:
    found = losses.lost(losses.holders(before, []), losses.holders(after, []), retained=retained)
    return [line for line, _ in found]


def in_clusters(before: clusters.Recorded, after: clusters.Recorded) -> list[str]:
    found = losses.lost(losses.holders([], [before]), losses.holders([], [after]))
    return [line for line, _ in found]


def test_what_holds_data_and_is_gone_or_another_is_a_line() -> None:
    before = [stack(), nested("A", Files=(BUCKET, "one"), Db=(DATABASE, "db"), Role=("AWS::IAM::Role", "r"))]
    after = [stack(), nested("A", Db=(DATABASE, "other"))]
    assert lines(before, after) == [
        f"deleted: Storage.Files {BUCKET}",
        f"replaced: Storage.Db {DATABASE}",
    ]


def test_a_nested_stack_that_is_made_anew_replaces_what_is_in_it() -> None:
    told = lines([stack(), nested("A", Db=(DATABASE, "1"))], [stack(), nested("B", Db=(DATABASE, "2"))])
    assert told == [f"replaced: Storage.Db {DATABASE}"]


def test_what_the_template_retains_is_told_to_stay() -> None:
    (line,) = lines([stack(Files=(BUCKET, "one"))], [stack()], retained=("one",))
    assert line == f"deleted: Files {BUCKET}; {STAYS}"


@pytest.mark.parametrize("kind", ["PersistentVolumeClaim", "StatefulSet", "Namespace", "PersistentVolume"])
def test_an_object_that_takes_data_with_it_is_a_line(kind: str) -> None:
    namespace = None if kind in ("Namespace", "PersistentVolume") else "files"
    gone = manifest(kind, "db", namespace, spec={})
    place = "files/db" if namespace else "db"
    assert in_clusters(cluster(gone), cluster()) == [f"deleted: {kind}/{place} in cluster chat"]


@pytest.mark.parametrize(
    ("named", "there", "stays"),
    [
        ("gp3", storage_class("Retain"), True),
        ("gp3", storage_class("Delete"), False),
        ("efs", storage_class("Retain", is_default=True), False),
        (None, storage_class("Retain", is_default=True), True),
        (None, storage_class("Retain"), False),
    ],
)
def test_a_class_that_retains_volumes_keeps_the_data(
    named: str | None, there: dict[str, Any], stays: bool
) -> None:
    (line,) = in_clusters(cluster(claim(named), there), cluster(there))
    assert line.endswith("what it held stays, class gp3 retains it") is stays


def test_what_stays_or_holds_no_data_is_no_line() -> None:
    objects = [claim("gp3"), manifest("Deployment", "web")]
    assert in_clusters(cluster(*objects), cluster(objects[0])) == []
    assert lines([stack(Files=(BUCKET, "one"))], [stack(Files=(BUCKET, "one"))]) == []


@pytest.mark.parametrize(
    ("gone", "retained", "told"),
    [
        (
            ["Files"],
            ["[Files]"],
            ["what held data left the deployment:", f"  deleted: Files {BUCKET}; {STAYS}"],
        ),
        (
            ["Files"],
            [],
            ["this deployment took data with it; make diff fails on it:", f"  deleted: Files {BUCKET}"],
        ),
        (
            ["Files", "Logs"],
            ["[Files]"],
            [
                "this deployment took data with it; make diff fails on it:",
                f"  deleted: Files {BUCKET}; {STAYS}",
                f"  deleted: Logs {BUCKET}",
            ],
        ),
        ([], [], []),
    ],
    ids=["stays", "lost", "one of two lost", "nothing gone"],
)
def test_it_is_told_at_the_end_of_make_local(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, gone: list[str], retained: list[str], told: list[str]
) -> None:
    all_of_it = {name: (BUCKET, f"[{name}]") for name in ("Files", "Logs")}
    now = [stack("chat", **{name: each for name, each in all_of_it.items() if name not in gone})]
    kept = [Left(name=name, type=BUCKET, why="the template retains it") for name in retained]
    monkeypatch.setattr(account, "stacks", lambda *_, **__: now)
    monkeypatch.setattr(account, "left", lambda *_, **__: kept)
    held = losses.holders([stack("chat", **all_of_it)], [])
    running = Server(pid=1, port=1, sources="")
    with CONSOLE.capture() as printed:
        cli._tell_lost(Place(state=tmp_path), "chat", running, held, ["chat"])
    assert printed.get().splitlines() == told

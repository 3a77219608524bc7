"""Kubernetes objects are compared by kind, namespace and name, whatever file they stand in."""

from pathlib import Path
from typing import Any

import pytest

from commands.diff.changes import Difference, Impact
from commands.diff.manifests import Object, compared, objects

CLAIM = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
SET = {"replicas": 1, "serviceName": "db", "volumeClaimTemplates": [{"metadata": {"name": "data"}}]}


def one(kind: str, spec: dict[str, Any] | None = None, name: str = "db") -> dict[str, Object]:
    address = f"{kind}/chat/{name}"
    return {
        address: {
            "apiVersion": "v1",
            "kind": kind,
            "metadata": {"name": name, "namespace": "chat"},
            "spec": spec or {},
        }
    }


def test_objects_are_found_in_all_files_and_lists(tmp_path: Path) -> None:
    folder = tmp_path / "manifests" / "chat"
    (folder / "apps").mkdir(parents=True)
    (folder / "a.yaml").write_text(
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: chat}\n---\n"
        "apiVersion: v1\nkind: List\nitems:\n"
        "- {apiVersion: v1, kind: Service, metadata: {name: web, namespace: chat}}\n"
    )
    (folder / "apps" / "b.yaml").write_text(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: chat, namespace: argocd}\n"
    )
    assert set(objects(tmp_path, "chat")) == {
        "Namespace/chat",
        "Service/chat/web",
        "Application.argoproj.io/argocd/chat",
    }
    assert objects(tmp_path, "other") == {}


def test_what_comes_and_goes() -> None:
    before, after = one("Service", name="old"), one("Service", name="new")
    assert [(each.address, each.impact, each.lost) for each in compared(before, after)] == [
        ("Service/chat/new", Impact.added, None),
        ("Service/chat/old", Impact.removed, None),
    ]


@pytest.mark.parametrize("kind", ["PersistentVolumeClaim", "StatefulSet", "Namespace", "PersistentVolume"])
def test_a_removed_object_that_holds_data_is_lost(kind: str) -> None:
    (change,) = compared(one(kind), {})
    assert change.lost == "deleting it deletes data"


@pytest.mark.parametrize(
    ("kind", "old", "field", "value", "is_lost"),
    [
        ("PersistentVolumeClaim", CLAIM, "resources", {"requests": {"storage": "2Gi"}}, False),
        ("PersistentVolumeClaim", CLAIM, "storageClassName", "fast", True),
        ("PersistentVolumeClaim", CLAIM, "accessModes", ["ReadWriteMany"], True),
        ("StatefulSet", SET, "replicas", 2, False),
        ("StatefulSet", SET, "template", {"spec": {}}, False),
        ("StatefulSet", SET, "volumeClaimTemplates", [], True),
        ("StatefulSet", SET, "serviceName", "other", True),
        ("Deployment", SET, "selector", {}, False),
    ],
)
def test_a_field_that_cannot_change_makes_the_object_anew(
    kind: str, old: dict[str, Any], field: str, value: Any, is_lost: bool
) -> None:
    (change,) = compared(one(kind, old), one(kind, {**old, field: value}))
    assert change.impact is Impact.changed
    assert change.lost == (
        f"spec.{field} cannot change: it must be deleted and made anew" if is_lost else None
    )


def test_a_change_is_told_by_its_path() -> None:
    def deployment(image: str) -> dict[str, Object]:
        return one("Deployment", {"containers": [{"name": "web", "image": image}, {"name": "log"}]})

    (change,) = compared(deployment("a:1"), deployment("a:2"))
    assert change.differences == (Difference(path="spec.containers[web].image", old="a:1", new="a:2"),)

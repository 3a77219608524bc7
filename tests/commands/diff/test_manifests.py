"""Kubernetes objects are compared by kind, namespace and name, whatever file they stand in."""

from pathlib import Path
from typing import Any

import pytest

from commands.diff.changes import Difference, Impact
from commands.diff.manifests import GENERATED_KEYS, compared, objects
from commands.diff.values import shown
from commands.manifest_files import Object
from k8s import local_secret

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


@pytest.mark.parametrize(
    "kind", ["PersistentVolumeClaim", "StatefulSet", "Namespace", "PersistentVolume", "Secret"]
)
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
        ("Deployment", SET, "selector", {}, True),
        ("StatefulSet", SET, "selector", {}, True),
        ("DaemonSet", SET, "selector", {}, True),
        ("Deployment", SET, "replicas", 2, False),
        ("Service", SET, "selector", {}, False),
    ],
)
def test_a_field_that_cannot_change_makes_the_object_anew(
    kind: str, old: dict[str, Any], field: str, value: Any, is_lost: bool
) -> None:
    (change,) = compared(one(kind, old), one(kind, {**old, field: value}))
    assert change.impact is Impact.changed
    assert change.lost == (
        f"spec.{field} cannot change; it must be deleted and made anew" if is_lost else None
    )


def running(kind: str, image: str) -> dict[str, Object]:
    return one(kind, {"template": {"spec": {"containers": [{"name": "db", "image": image}]}}})


@pytest.mark.parametrize(
    ("old", "new", "lost"),
    [
        ("postgres:16.9", "postgres:17.4-alpine", "image 16.9 → 17.4-alpine: another major does not read"),
        ("postgres:17.4", "mirror:5000/library/postgres:16.9@sha256:ab", "image 17.4 → 16.9: another major"),
        ("valkey/valkey:9.0.1", "valkey/valkey:8.1.9", "image 9.0.1 → 8.1.9: an earlier major does not read"),
        ("valkey/valkey:8.1.9", "valkey/valkey:9.0.1", None),
        ("postgres:17.4", "postgres:17.3", None),
        ("postgres", "postgres:16.9", None),
        ("postgres:17", "valkey/valkey:8", None),
    ],
)
def test_files_of_another_major_are_not_read(old: str, new: str, lost: str | None) -> None:
    (change,) = compared(running("StatefulSet", old), running("StatefulSet", new))
    assert (change.lost or "").startswith(lost or "")
    assert (change.lost is None) == (lost is None)
    (kept_nothing,) = compared(running("Deployment", old), running("Deployment", new))
    assert kept_nothing.lost is None


def test_a_removed_definition_takes_its_objects_along() -> None:
    (change,) = compared(one("CustomResourceDefinition"), {})
    assert change.lost == "deleting it deletes every object of its kind"


@pytest.mark.parametrize(
    ("old", "new", "is_refused"),
    [
        ("10Gi", "1Gi", True),
        ("1Ti", "1023Gi", True),
        ("1Gi", "1G", True),
        ("1.5Gi", "1Gi", True),
        (2000, "1k", True),
        ("2e3", 1000, True),
        ("1Gi", "10Gi", False),
        ("1Gi", "1024Mi", False),
        ("1000m", "1", False),
        ("1Gi", "much", False),
    ],
)
def test_a_claim_does_not_shrink(old: object, new: object, is_refused: bool) -> None:
    sides = [
        one("PersistentVolumeClaim", {"resources": {"requests": {"storage": size}}}) for size in (old, new)
    ]
    (change,) = compared(*sides)
    said = f"storage {old} → {new}: Kubernetes refuses to shrink a volume; it must be deleted and made anew"
    assert change.lost == (said if is_refused else None)


def test_a_removed_size_is_no_shrunk_one() -> None:
    (change,) = compared(
        one("PersistentVolumeClaim", CLAIM), one("PersistentVolumeClaim", {**CLAIM, "resources": None})
    )
    assert change.lost is None


STRICT = {
    "number-and-text": ("10", 10, ["spec.it"]),
    "boolean-and-text": (True, "true", ["spec.it"]),
    "boolean-and-number": (True, 1, ["spec.it"]),
    "json": ('{"a":1}', '{ "a": 1 }', ["spec.it"]),
    "function": ({"Ref": "a"}, {"Ref": "b"}, ["spec.it.Ref"]),
    "order": (["--a", "--b"], ["--b", "--a"], ["spec.it[0]", "spec.it[1]"]),
    "order-and-less": (["--a", "--b", "x"], ["--b", "--a"], ["spec.it[]", "spec.it (order)"]),
    "order-of-names": ([{"name": "a"}, {"name": "b"}], [{"name": "b"}, {"name": "a"}], ["spec.it (order)"]),
    "one-more": (
        [{"name": "a"}, {"name": "b"}],
        [{"name": "a"}, {"name": "c"}, {"name": "b"}],
        ["spec.it[c]"],
    ),
    "twice": (["a", "a", "b"], ["a", "b"], ["spec.it[]"]),
    "null": (None, {}, ["spec.it"]),
    "same": ([{"name": "a", "value": "1"}], [{"value": "1", "name": "a"}], []),
}


@pytest.mark.parametrize("case", STRICT)
def test_objects_are_compared_to_the_letter(case: str) -> None:
    old, new, paths = STRICT[case]
    told = list(compared(one("Deployment", {"it": old}), one("Deployment", {"it": new})))
    assert [each.path for change in told for each in change.differences] == paths


def test_another_order_is_told_by_the_items() -> None:
    sides = [one("Deployment", {"args": args}) for args in (["--a", "--b", "x"], ["--b", "--a"])]
    (change,) = compared(*sides)
    assert change.differences[1] == Difference(
        path="spec.args (order)", old=["--a", "--b"], new=["--b", "--a"]
    )


def secret(**parts: Any) -> dict[str, Object]:
    (address, body), *_ = one("Secret").items()
    return {address: {**body, "metadata": {**body["metadata"], **parts.pop("metadata", {})}, **parts}}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ({"stringData": {"a": "s3cret"}}, {"stringData": {"a": "n3w"}}, ["stringData.a value changed"]),
        ({"data": {"a": "czNjcmV0"}}, {"data": {"a": "bjN3"}}, ["data.a value changed"]),
        ({}, {"data": {"a": "bjN3"}}, ["data + a value that is not shown"]),
        ({"data": {"a": "bjN3", "b": ""}}, {"data": {"b": ""}}, ["data.a - a value that is not shown"]),
        (
            {
                "metadata": {"annotations": {"last-applied": "s3cret"}, "labels": {"app": "a"}},
                "type": "Opaque",
            },
            {"metadata": {"annotations": {"last-applied": "n3w"}, "labels": {"app": "b"}}, "type": "tls"},
            [
                "metadata.annotations.last-applied value changed",
                "metadata.labels.app a → b",
                "type Opaque → tls",
            ],
        ),
    ],
)
def test_a_value_of_a_secret_is_never_told(old: dict[str, Any], new: dict[str, Any], told: list[str]) -> None:
    (change,) = compared(secret(**old), secret(**new))
    assert [f"{each.path} {shown(each)}" for each in change.differences] == told
    assert not [word for word in ("s3cret", "n3w", "czNjcmV0", "bjN3") if word in repr(change)]


def test_a_change_is_told_by_its_path() -> None:
    def deployment(image: str) -> dict[str, Object]:
        return one("Deployment", {"containers": [{"name": "web", "image": image}, {"name": "log"}]})

    (change,) = compared(deployment("a:1"), deployment("a:2"))
    assert change.differences == (Difference(path="spec.containers[web].image", old="a:1", new="a:2"),)


def test_generated_values_are_no_change_and_other_ones_are(tmp_path: Path) -> None:
    assert GENERATED_KEYS == local_secret.GENERATED_KEYS
    found = []
    for folder, password, user in (("a", "x1", "ada"), ("b", "x2", "ada"), ("c", "x3", "grace")):
        place = tmp_path / folder / "manifests" / "chat"
        place.mkdir(parents=True)
        (place / "secret.yaml").write_text(
            "apiVersion: v1\nkind: Secret\nmetadata: {name: login, annotations: {pergola/generated: PASSWORD}}\n"
            f"stringData: {{PASSWORD: {password}, USER: {user}}}\n"
        )
        found.append(objects(tmp_path / folder, "chat"))
    assert list(compared(found[0], found[1])) == []
    (change,) = compared(found[1], found[2])
    assert [each.path for each in change.differences] == ["stringData.USER"]

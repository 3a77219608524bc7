"""Objects that a template applies to its cluster: told one by one, and judged as those of the manifests are."""

import json
from pathlib import Path
from typing import Any

import pytest

from commands.diff.accepted import Accepted
from commands.diff.changes import DeploymentChange, Impact
from commands.diff.gate import Gate, verdict
from commands.diff.report import Report
from commands.diff.sides import Side
from commands.diff.values import shown
from commands.manifest_files import BadManifest, Object
from tests.commands.diff.assemblies import Template, changes, resource, template, write

APPLIES = "Custom::AWSCDK-EKS-KubernetesResource"
STACK = "c" * 64


def claim(size: str = "1Gi") -> Object:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "db", "namespace": "chat"},
        "spec": {"resources": {"requests": {"storage": size}}},
    }


def secret(value: str) -> Object:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key"}, "stringData": {"a": value}}


def config(value: str) -> Object:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": value}}


def applied(*objects: Object, **more: Any) -> Template:
    return template(Own=resource(APPLIES, Manifest=json.dumps(objects), **more))


def joined(replicas: str, claims: int) -> Template:
    """A number and a text that CloudFormation puts in; what it puts in as a number is no JSON before."""
    start = json.dumps([claim()] * claims)[:-1]
    comma = ", " if claims else ""
    rest = (
        f'{start}{comma}{{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {{"name": "',
        {"Ref": "AWS::StackName"},
        '"}, "spec": {"replicas": ',
        {"Ref": replicas},
        ', "paused": false}}]',
    )
    return template(Own=resource(APPLIES, Manifest={"Fn::Join": ["", list(rest)]}))


def nested(suffix: str) -> Template:
    url = {"Fn::Sub": f"https://s3.${{AWS::URLSuffix}}/assets/{STACK}.json"}
    return template(**{f"EksNestedStack{suffix}": resource("AWS::CloudFormation::Stack", TemplateURL=url)})


CASES: dict[str, tuple[Template, Template]] = {
    "removed-resource": (applied(claim()), template()),
    "removed-object": (applied(claim(), config("1")), applied(config("1"))),
    "shrunk": (applied(claim("10Gi")), applied(claim("1Gi"))),
    "joined": (joined("Few", 1), joined("Few", 0)),
    "changed": (applied(config("1")), applied(config("2"))),
    "written-anew": (
        applied(config("1")),
        template(Own=resource(APPLIES, Manifest=json.dumps([config("1")], indent=2))),
    ),
    "secret": (applied(secret("s3cret")), applied(secret("n3w"))),
    "beside": (applied(config("1"), PruneLabel="a"), applied(config("1"), PruneLabel="b")),
    "unreadable": (
        template(Own=resource(APPLIES, Manifest="{s3cret")),
        template(Own=resource(APPLIES, Manifest="{n3w")),
    ),
    "moved": (nested("1"), nested("2")),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, DeploymentChange]:
    folder = tmp_path_factory.mktemp("assemblies")
    files = {STACK: {"nested.json": json.dumps(applied(claim(), config("1")))}}
    sides = [
        write(folder / side, {name: pair[at] for name, pair in CASES.items()}, files=files)
        for at, side in enumerate(("before", "after"))
    ]
    return changes(*sides)


@pytest.mark.parametrize(
    ("case", "address", "says"),
    [
        ("removed-resource", "Own:PersistentVolumeClaim/chat/db", "is removed, deleting it deletes data"),
        ("removed-object", "Own:PersistentVolumeClaim/chat/db", "is removed, deleting it deletes data"),
        ("joined", "Own:PersistentVolumeClaim/chat/db", "is removed, deleting it deletes data"),
        ("shrunk", "Own:PersistentVolumeClaim/chat/db", "is changed, storage 10Gi → 1Gi: Kubernetes refuses"),
        ("moved", "Eks.Own:PersistentVolumeClaim/chat/db", "is replaced, what applies it is replaced"),
    ],
)
def test_data_of_an_applied_object_is_guarded(
    told: dict[str, DeploymentChange], case: str, address: str, says: str
) -> None:
    (error,) = verdict([told[case]]).errors
    assert error.startswith(f"{case}: {address} {says}")


def test_a_changed_object_is_told_and_its_text_is_not(told: dict[str, DeploymentChange]) -> None:
    (change,) = told["changed"].manifests
    assert (change.address, change.impact) == ("Own:ConfigMap/c", Impact.changed)
    assert [(each.path, each.old, each.new) for each in change.differences] == [("data.a", "1", "2")]
    assert told["changed"].resources == ()


def test_the_same_objects_written_anew_are_no_change(told: dict[str, DeploymentChange]) -> None:
    assert told["written-anew"].is_empty


def test_other_properties_of_the_resource_are_told(told: dict[str, DeploymentChange]) -> None:
    (change,) = told["beside"].resources
    assert [each.path for each in change.differences] == ["PruneLabel"]


def test_what_cannot_be_read_is_doubted_and_not_shown(told: dict[str, DeploymentChange]) -> None:
    (change,) = told["unreadable"].resources
    assert [f"{each.path} {shown(each)}" for each in change.differences] == ["Manifest value changed"]
    assert change.doubts == ("Manifest cannot be read: what becomes of its objects is not judged",)


@pytest.mark.parametrize("case", ["secret", "unreadable"])
def test_a_secret_in_it_is_never_told(told: dict[str, DeploymentChange], case: str) -> None:
    report = Report(title="", changes=(told[case],), verdict=verdict([told[case]], fail_on=set(Gate)))
    assert "Own" in report.as_json()
    assert not [value for value in ("s3cret", "n3w") if value in report.as_json()]


def test_a_file_that_is_no_manifest_names_its_side(tmp_path: Path) -> None:
    sides = [write(tmp_path / side, {"chat": template()}) for side in ("before", "after")]
    folder = tmp_path / "after" / "manifests" / "chat"
    folder.mkdir(parents=True)
    (folder / "a.yaml").write_text("text")
    with pytest.raises(BadManifest, match=r"^manifests of chat in the working tree, a\.yaml: holds str"):
        changes(*sides)


def with_files(side: Side, *objects: Object) -> Side:
    assert side.assembly
    folder = side.assembly / "manifests" / "chat"
    folder.mkdir(parents=True)
    (folder / "all.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))
    return side


def both(folder: Path, before: tuple[Object, ...], after: tuple[Object, ...]) -> DeploymentChange:
    """Sides whose objects stand in the files and in a template that applies them."""
    sides = (
        with_files(write(folder / name, {"chat": applied(*objects)}), *objects)
        for name, objects in (("before", before), ("after", after))
    )
    return changes(*sides)["chat"]


def test_an_object_in_the_files_and_in_the_template_is_one_change(tmp_path: Path) -> None:
    change = both(tmp_path, (config("1"),), (config("2"),))
    assert [each.address for each in change.manifests] == ["Own:ConfigMap/c"]
    (chapter,) = Report(title="", changes=(change,)).chapters
    assert chapter.summary == "1 manifest"


@pytest.mark.parametrize("after", [(), (claim("1Gi"),)])
def test_its_loss_is_one_error_that_one_entry_accepts(tmp_path: Path, after: tuple[Object, ...]) -> None:
    change = both(tmp_path, (claim("2Gi"),), after)
    (error,) = verdict([change]).errors
    address = "Own:PersistentVolumeClaim/chat/db"
    assert f"address {address} and reason" in error
    entry = Accepted(deployment="chat", address=address, reason="restored", place="file:1")
    judged = verdict([change], accepted=[entry])
    assert (judged.errors, judged.warnings) == ((), ())


@pytest.mark.parametrize("comes", [True, False])
def test_where_one_side_alone_applies_it_the_files_are_compared_too(tmp_path: Path, comes: bool) -> None:
    """GitOps comes or goes: what is in the files is the same object of the cluster still."""
    alone = with_files(write(tmp_path / "alone", {"chat": template()}), claim("2Gi"))
    own = with_files(write(tmp_path / "own", {"chat": applied(claim("1Gi"))}), claim("1Gi"))
    change = changes(*((alone, own) if comes else (own, alone)))["chat"]
    assert {each.address: (each.impact, bool(each.lost)) for each in change.manifests} == {
        "Own:PersistentVolumeClaim/chat/db": ((Impact.added, False) if comes else (Impact.removed, True)),
        "PersistentVolumeClaim/chat/db": (Impact.changed, comes),
    }

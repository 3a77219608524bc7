"""Folders of manifests, as they are handed to kubectl."""

from pathlib import Path

import pytest

from commands.manifest_files import BadManifest, manifest_files, namespace, objects


def config(name: str, more: str = "") -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n{more}"


def write(assembly: Path, **files: str | bytes) -> None:
    for name, text in files.items():
        file = assembly / "manifests" / "chat" / name.replace("__", "/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())


def names(assembly: Path) -> list[str]:
    return [each["metadata"]["name"] for each in objects(assembly, "chat")]


def test_without_a_folder_there_is_nothing(tmp_path: Path) -> None:
    assert manifest_files(tmp_path, "chat") == []


def test_documents_and_lists_are_taken_apart(tmp_path: Path) -> None:
    items = "items:\n- {apiVersion: v1, kind: Service, metadata: {name: b}}\n"
    same = "items:\n- {metadata: {name: c}}\n"
    write(
        tmp_path,
        **{
            "a.yaml": f"---\n{config('a')}---\n---\napiVersion: v1\nkind: List\n{items}"
            f"---\napiVersion: apps/v1\nkind: DeploymentList\n{same}"
        },
    )
    found = objects(tmp_path, "chat")
    assert [(each["apiVersion"], each["kind"], each["metadata"]["name"]) for each in found] == [
        ("v1", "ConfigMap", "a"),
        ("v1", "Service", "b"),
        ("apps/v1", "Deployment", "c"),
    ]


def test_files_are_read_by_name_with_subfolders_and_every_suffix(tmp_path: Path) -> None:
    write(
        tmp_path,
        **{
            "c.yaml": config("c"),
            "a.yml": config("a"),
            "b__z.yaml": config("b"),
            "d.json": '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "d"}}',
            "notes.txt": "no manifest",
        },
    )
    assert names(tmp_path) == ["a", "b", "c", "d"]
    assert [str(each.path) for each in manifest_files(tmp_path, "chat")] == [
        "a.yml",
        "b/z.yaml",
        "c.yaml",
        "d.json",
    ]


def test_a_kustomization_gives_the_order_and_is_no_object(tmp_path: Path) -> None:
    kustomization = (
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [c.yaml, b]\n"
    )
    write(
        tmp_path,
        **{
            "a.yaml": config("a"),
            "b__one.yaml": config("b1"),
            "b__two.yaml": config("b2"),
            "b__kustomization.yml": "resources:\n- two.yaml\n- one.yaml\n",
            "c.yaml": config("c"),
            "kustomization.yaml": kustomization,
        },
    )
    assert names(tmp_path) == ["c", "b2", "b1", "a"]
    *_, last = manifest_files(tmp_path, "chat")
    assert (str(last.path), last.objects, last.content) == (
        "kustomization.yaml",
        (),
        kustomization.encode(),
    )


def test_a_kustomization_of_flux_is_an_object(tmp_path: Path) -> None:
    write(
        tmp_path,
        **{
            "apps.yaml": "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: f}\n"
        },
    )
    assert names(tmp_path) == ["f"]


def test_a_date_is_text_and_the_namespace_has_a_default(tmp_path: Path) -> None:
    write(tmp_path, **{"a.yaml": config("a", "data: {day: 2026-01-31}\n")})
    (found,) = objects(tmp_path, "chat")
    assert found["data"] == {"day": "2026-01-31"}
    assert namespace(found) == "default"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("just text", "a.yaml: holds str 'just text' where an object is expected"),
        ("- a\n", "a.yaml: holds list \"['a']\" where an object is expected"),
        ("kind: Service\nmetadata: {name: a}\n", "a.yaml: Service/a has no apiVersion"),
        ("apiVersion: v1\nmetadata: {name: a}\n", "a.yaml: a has no kind"),
        ("apiVersion: v1\nkind: Service\n", "a.yaml: Service has no metadata.name"),
        ("apiVersion: v1\nkind: Service\nmetadata: {name: 1}\n", "a.yaml: Service has no metadata.name"),
        ("apiVersion: v1\nkind: List\nitems: [1]\n", "a.yaml: holds int '1' where"),
        ("a: 1\nb: [\n", "a.yaml:3: is no YAML: "),
        ("a: 1\na: 2\n", "a.yaml:2: is no YAML: found duplicate key"),
        ("a: !own x\n", "a.yaml:1: is no YAML: could not determine a constructor"),
        ("a: \0\n", "a.yaml: is no YAML: "),
        (b"a: \xff\n", "a.yaml: is no UTF-8 text"),
    ],
)
def test_what_is_no_manifest_is_said_in_one_line(tmp_path: Path, text: str | bytes, said: str) -> None:
    write(tmp_path, **{"a.yaml": text})
    with pytest.raises(BadManifest) as raised:
        objects(tmp_path, "chat")
    assert str(raised.value).startswith(said)
    assert len(str(raised.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("resources: [gone.yaml]\n", "kustomization.yaml: names gone.yaml, which is not in its folder"),
        ("resources: [..]\n", "kustomization.yaml: names .., which is not in its folder"),
        ("resources: [/etc]\n", "kustomization.yaml: names /etc, which is not in its folder"),
        ("resources: [.]\n", "kustomization.yaml: names ., which is not in its folder"),
        ("resources: all\n", "kustomization.yaml: is no kustomization"),
        ("- a\n", "kustomization.yaml: is no kustomization"),
    ],
)
def test_a_bad_kustomization_is_said(tmp_path: Path, text: str, said: str) -> None:
    write(tmp_path, **{"kustomization.yaml": text})
    with pytest.raises(BadManifest) as raised:
        manifest_files(tmp_path, "chat")
    assert str(raised.value).startswith(said)

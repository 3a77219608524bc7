"""The written folder: one file per kind and namespace, in order, the same each time, secrets kept."""

import json
import stat
from copy import deepcopy
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from k8s.folder import files_of, write
from k8s.local_secret import GENERATED, GENERATED_KEYS
from k8s.manifests import Manifest
from settings.load import BadDeploymentFile
from tests.k8s.shop import manifests, only


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "shop-dev.json"


def read(file: Path) -> list[dict[str, object]]:
    return list(YAML(typ="safe", pure=True).load_all(file.read_text()))


def test_each_kind_and_namespace_is_a_file_in_the_order_of_applying() -> None:
    names = list(files_of(manifests()))
    assert names == [*sorted(names[:-1]), "kustomization.yaml"]
    assert names[0].endswith("-namespace.yaml")
    assert [name for name in names if "configmap" in name] == ["16-configmap-shop.yaml"]
    assert [name for name in names if "helmchart" in name] == ["10-helmchart-kube-system.yaml"]


def test_the_files_hold_the_manifests_and_nothing_else(tmp_path: Path, kept: Path) -> None:
    files = write(manifests(), tmp_path / "out", kept=kept)
    found = [manifest for file in files[:-1] for manifest in read(file)]
    expected = deepcopy(manifests())
    only("Secret", expected)["stringData"]["SESSION_KEY"] = json.loads(kept.read_text())[
        "shop/login/SESSION_KEY"
    ]
    assert found == expected


def test_the_kustomization_keeps_the_order(tmp_path: Path, kept: Path) -> None:
    *files, last = write(manifests(), tmp_path / "out", kept=kept)
    assert read(last) == [
        {
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "sortOptions": {"order": "fifo"},
            "resources": [file.name for file in files],
        }
    ]


def test_writing_again_gives_the_same_bytes(tmp_path: Path, kept: Path) -> None:
    first = {file.name: file.read_bytes() for file in write(manifests(), tmp_path / "a", kept=kept)}
    second = {file.name: file.read_bytes() for file in write(manifests(), tmp_path / "b", kept=kept)}
    assert second == first


def test_files_of_an_earlier_run_go_and_those_of_others_stay(tmp_path: Path, kept: Path) -> None:
    for name in ("40-job-old.yaml", "notes.yaml"):
        (tmp_path / name).write_text("")
    write(manifests(), tmp_path, kept=kept)
    assert not (tmp_path / "40-job-old.yaml").exists()
    assert (tmp_path / "notes.yaml").exists()


def test_generated_values_are_random_and_for_the_owner_alone(tmp_path: Path, kept: Path) -> None:
    write(manifests(), tmp_path / "a", kept=kept)
    other = tmp_path / "other.json"
    write(manifests(), tmp_path / "b", kept=other)
    [name] = [each for each in files_of(manifests()) if "-secret-" in each]
    values = [
        only("Secret", read(tmp_path / folder / name))["stringData"]["SESSION_KEY"] for folder in ("a", "b")
    ]
    assert values[0] != values[1]
    assert GENERATED not in values
    assert min(map(len, values)) >= 43
    for file in (kept, other, tmp_path / "a" / name):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_others_issue_is_empty_until_it_is_written_into_the_kept_file(
    tmp_path: Path, kept: Path
) -> None:
    def issued() -> list[Manifest]:
        secret = deepcopy(only("Secret", manifests()))
        secret["stringData"]["PROVIDER_KEY"] = ""
        secret["metadata"]["annotations"][GENERATED_KEYS] += ",PROVIDER_KEY"
        return [secret]

    def written() -> dict[str, str]:
        [file, _] = write(issued(), tmp_path / "out", kept=kept)
        [secret] = read(file)
        assert isinstance(secret["stringData"], dict)
        return secret["stringData"]

    first = written()
    known = json.loads(kept.read_text())
    assert first == {
        "PROVIDER_KEY": "",
        "SESSION_KEY": known["shop/login/SESSION_KEY"],
        "USER": "admin",
    }
    kept.write_text(json.dumps({**known, "shop/login/PROVIDER_KEY": "abc", "shop/login/USER": "x"}))
    assert written() == {**first, "PROVIDER_KEY": "abc"}


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b'{"shop/login/SESSION_KEY":\n "abc', 2),
        (b"", 1),
        (b"[]", 1),
        (b'{"shop/login/SESSION_KEY": 1}', 1),
        (b"\xff", 1),
    ],
)
def test_a_damaged_kept_file_is_one_line_and_nothing_is_overwritten(
    tmp_path: Path, kept: Path, content: bytes, line: int
) -> None:
    kept.parent.mkdir()
    kept.write_bytes(content)
    with pytest.raises(BadDeploymentFile) as error:
        write(manifests(), tmp_path / "out", kept=kept)
    assert str(error.value) == (
        f"{kept}:{line}: file: is no JSON of texts, and the cluster's volumes take the passwords that it kept; restore "
        "it, copy them from the Secrets in the cluster, or delete it and the volumes' claims"
    )
    assert kept.read_bytes() == content
    assert list((tmp_path / "out").iterdir()) == []


def test_a_generated_secret_is_immutable_and_known_values_stand(tmp_path: Path) -> None:
    secret = only("Secret", manifests())
    assert secret["immutable"] is True
    assert secret["stringData"] == {"SESSION_KEY": GENERATED, "USER": "admin"}

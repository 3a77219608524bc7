"""Finding and loading deployment files, and where each value comes from."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from settings.load import BadDeploymentFile, deployment_files, load_deployment
from settings.open_webui import OpenWebUIDeployment
from settings.presets import PRESETS, with_preset
from settings.systems import SYSTEMS, variants_of

ROOT = Path(__file__).parents[2]
HEAD = "system: open-webui\nmonitoring: {email: ops@example.com}\nload_balancer: {edge: cloudfront}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("one.yaml", "two.yaml", ".hidden.yaml", "notes.txt", "schema.json"):
        (tmp_path / name).write_text("not: [yaml")
    return tmp_path


def open_webui(path: Path) -> OpenWebUIDeployment:
    deployment = load_deployment(path).deployment
    assert isinstance(deployment, OpenWebUIDeployment)
    return deployment


def names(paths: list[Path]) -> list[str]:
    return [path.name for path in paths]


def test_every_deployment_file_of_a_folder_is_found_in_order(folder: Path) -> None:
    assert names(deployment_files(folder, only=None)) == ["one.yaml", "two.yaml"]


def test_a_deployment_that_is_not_asked_for_is_not_opened(folder: Path) -> None:
    (folder / "one.yaml").write_text("environment: dev\n" + HEAD)
    (path,) = deployment_files(folder, only="one")
    assert load_deployment(path).deployment.name == "one"


@pytest.mark.parametrize(
    ("only", "said"),
    [
        ("onne", "no deployment is named 'onne'; did you mean one? There are one, two"),
        ("one.yaml", "no deployment is named 'one.yaml'; did you mean one? There are one, two"),
        ("*", "no deployment is named '*'; choose one of one, two"),
        ("../one", "no deployment is named '../one'; did you mean one? There are one, two"),
        ("", "which deployment? choose one of one, two: DEPLOYMENT=…"),
    ],
)
def test_a_selection_that_matches_nothing_is_refused_with_near_names(
    folder: Path, only: str, said: str
) -> None:
    with pytest.raises(BadDeploymentFile) as error:
        deployment_files(folder, only=only)
    assert str(error.value) == f"{folder}: {said}"


def test_a_folder_that_is_missing_empty_or_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = []
    for folder in (tmp_path / "nowhere", tmp_path / "file", tmp_path):
        with pytest.raises(BadDeploymentFile) as error:
            deployment_files(folder, only=None)
        said.append(str(error.value).removeprefix(f"{folder}: "))
    assert said == [
        "is no folder of deployments (No such file or directory); name one with NAME.yaml files",
        "is no folder of deployments (Not a directory); name one with NAME.yaml files",
        "holds no deployment file; add NAME.yaml, see docs/settings.md",
    ]


def test_a_file_that_ends_in_yml_is_not_passed_over_in_silence(folder: Path) -> None:
    (folder / "three.yml").touch()
    with pytest.raises(
        BadDeploymentFile, match=r"three\.yml:1: file: ends in \.yml; rename it to three\.yaml"
    ):
        deployment_files(folder, only=None)
    assert names(deployment_files(folder, only="one")) == ["one.yaml"]


def test_only_the_module_of_the_system_that_is_named_is_imported() -> None:
    script = (
        "import sys, settings.load, settings.systems as known;"
        "print(sorted({place.partition(':')[0] for system in known.SYSTEMS"
        " for place in known.models_of(system).values()} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
    assert set(SYSTEMS) == {"open-webui", "aegisai"}


def test_each_variant_of_a_system_says_what_it_is_for() -> None:
    for system in SYSTEMS:
        kinds = variants_of(system)
        assert kinds is None or set(kinds.models) == set(kinds.meanings)


@pytest.mark.row("C8")
@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_what_the_file_leaves_out_comes_from_the_preset_then_from_the_default(
    tmp_path: Path, environment: str
) -> None:
    file = tmp_path / "demo.yaml"
    file.write_text(f"environment: {environment}\n{HEAD}")
    loaded = load_deployment(file)
    of_preset = {path for path, origin in loaded.origins.items() if origin == "preset"}
    assert of_preset == set(_leaves(PRESETS[environment])) - {"load_balancer.firewall"}
    assert {path for path, origin in loaded.origins.items() if origin == "file"} == {
        "system",
        "environment",
        "monitoring.email",
        "load_balancer.edge",
    }


@pytest.mark.row("C8")
def test_dev_is_cheap_and_leaves_nothing_and_prod_is_protected(tmp_path: Path) -> None:
    found = {}
    for environment in ("dev", "prod"):
        (tmp_path / "demo.yaml").write_text(f"environment: {environment}\n{HEAD}")
        one = open_webui(tmp_path / "demo.yaml")
        found[environment] = (
            one.network.egress,
            one.tasks.spot,
            one.monitoring.log_retention_days,
            one.keep_data,
            one.termination_protection,
            one.database.deletion_protection,
            one.database.reader,
            one.sign_in.mfa,
        )
    assert found == {
        "dev": ("single_nat", True, 7, False, False, False, False, "optional"),
        "prod": ("nat", False, 90, True, True, True, True, "required"),
    }


@pytest.mark.row("C8")
@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_every_value_of_a_preset_can_be_overridden(tmp_path: Path, environment: str) -> None:
    """Each in a file of its own, with the default in its place; what must move with it is given too."""
    together = {
        "tasks.cpu": "memory_mib: 2048",
        "tasks.memory_mib": "cpu: 1024",
        "database.max_capacity": "min_capacity: 0.5",
    }
    (tmp_path / "staging.yaml").write_text(f"environment: staging\n{HEAD}")
    default = open_webui(tmp_path / "staging.yaml")
    for path in set(_leaves(PRESETS[environment])) - {"load_balancer.firewall"}:
        value: Any = default
        for step in path.split("."):
            value = getattr(value, step)
        section, _, field = path.rpartition(".")
        text = str(value).lower()
        lines = (
            f"{field}: {text}"
            if not section
            else f"{section}: {{{', '.join(filter(None, [f'{field}: {text}', together.get(path)]))}}}"
        )
        head = HEAD
        if section in ("load_balancer", "monitoring"):
            extra = f", {field}: {text}}}"
            head = (
                "\n".join(
                    line[:-1] + extra if line.startswith(section) else line for line in HEAD.splitlines()
                )
                + "\n"
            )
            lines = ""
        (tmp_path / "demo.yaml").write_text(f"environment: {environment}\n{head}{lines}\n")
        loaded = load_deployment(tmp_path / "demo.yaml")
        assert loaded.origins[path] == "file"


def test_null_takes_a_section_of_the_preset_out(tmp_path: Path) -> None:
    (tmp_path / "demo.yaml").write_text(
        "environment: prod\n" + HEAD.replace("cloudfront}", "cloudfront, firewall: null}")
    )
    assert open_webui(tmp_path / "demo.yaml").load_balancer.firewall is None
    (tmp_path / "demo.yaml").write_text("environment: prod\n" + HEAD)
    assert open_webui(tmp_path / "demo.yaml").load_balancer.firewall is not None


def test_a_section_is_merged_and_a_list_replaces() -> None:
    preset = {"a": {"x": 1, "y": [1, 2]}, "b": {}, "c": 1}
    assert with_preset(preset, {"a": {"y": [3]}, "c": None}) == {"a": {"x": 1, "y": [3]}, "b": {}, "c": None}
    assert with_preset(preset, {"a": None}) == {"a": None, "b": {}, "c": 1}
    assert preset == {"a": {"x": 1, "y": [1, 2]}, "b": {}, "c": 1}


def test_four_tasks_in_dev_bring_the_cache(tmp_path: Path) -> None:
    (tmp_path / "demo.yaml").write_text(f"environment: dev\ntasks: {{max_tasks: 4}}\n{HEAD}")
    deployment = open_webui(tmp_path / "demo.yaml")
    assert deployment.tasks.max_tasks == 4
    assert deployment.cached


def _leaves(preset: dict[str, object], above: str = "") -> list[str]:
    found = []
    for key, value in preset.items():
        found += _leaves(value, f"{above}{key}.") if isinstance(value, dict) and value else [f"{above}{key}"]
    return found

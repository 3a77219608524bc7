"""One synthesis of every deployment for the whole run, shared by all workers."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from filelock import FileLock

from commands.synthesis import synthesize

ROOT = Path(__file__).parent.parent
SLOW = (
    *(
        f"tests/commands/{name}"
        for name in ("account", "bundle", "destroy_check", "diff", "local", "manifests")
    ),
    *(
        "tests/commands/preflight",
        "tests/commands/report",
        "tests/k8s",
        "tests/manifests",
        "tests/stacks/test_eks",
    ),
    *("tests/systems/test_aegisai", "tests/test_workflows", "tests/docs"),
    *("tests/settings/test_fuzz", "tests/settings/capacity", "tests/test_app", "tests/assets"),
)
"""Folders and files by the beginning of their tests' ids."""
FILES = sorted((ROOT / "deployments").glob("*.yaml"))
COMMITTED = [path.stem for path in FILES if "\nhosting: any\n" not in path.read_text()]
"""The committed deployments that make a stack."""
KUBERNETES = [path.stem for path in FILES if "system: aegisai\n" in path.read_text()]
"""Those that have manifests."""
OPEN_WEBUI = [name for name in COMMITTED if name.startswith("open-webui")]
VARIANTS = sorted(path.stem for path in (ROOT / "tests" / "deployments").glob("*.yaml"))
"""Settings that the committed examples do not use; synthesized and checked like them, without snapshots."""


def _once(tmp_path_factory: pytest.TempPathFactory, name: str, context: Mapping[str, str]) -> Path:
    """What the first worker synthesized that needed it; the others wait for it."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", os.getpid())
    shared = tmp_path_factory.getbasetemp().parent / f"assembly-{name}-{run}"
    done = shared / "synthesized"
    with FileLock(f"{shared}.lock"):
        if not done.exists():
            # cfn-lint reads the same templates here, and one test synthesizes with the CLI, rules and all
            synthesize(shared, context=context, rules=False)
            done.touch()
    return shared


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cloud assembly of the committed deployments."""
    return _once(tmp_path_factory, "committed", {})


@pytest.fixture(scope="session")
def variants(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cloud assembly of `tests/deployments`."""
    return _once(tmp_path_factory, "variants", {"deployments": "tests/deployments"})


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What reads whole deployments in many ways is left to `make test`, so that `make test-fast` stays fast."""
    for item in items:
        if item.nodeid.startswith(SLOW) or "variants" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--list-rows", action="store_true", help="print each row of the systems' table with its tests"
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests recorded for people: `record_property("figure", line)`."""
    reports = [
        report for outcome in ("passed", "failed") for report in terminalreporter.stats.get(outcome, ())
    ]
    figures = [text for report in reports for name, text in report.user_properties if name == "figure"]
    if figures:
        terminalreporter.section("figures")
        for figure in sorted(figures):
            terminalreporter.write_line(figure)


def pytest_collection_finish(session: pytest.Session) -> None:
    if session.config.getoption("--list-rows"):
        for item in session.items:
            for mark in item.iter_markers("row"):
                for row in mark.args:
                    print(f"row\t{row}\t{item.nodeid.partition('[')[0]}")

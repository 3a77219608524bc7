"""Sizes against what CloudFormation takes, for examples and variants alike."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from commands.assembly import NESTED_LIMIT_BYTES, RESOURCE_LIMIT, ROOT_LIMIT_BYTES, templates
from tests.conftest import COMMITTED, VARIANTS, pytest_terminal_summary

Record = Callable[[str, object], None]
LINES = 1000
LONGER = {
    # The root, 1,006 in open-webui-prod: what people enter, with its groups and rules, and what they are told.
    "": 1020,
    # 2,005 lines: a task definition of 770 (two containers with 93 variables, each secret by ARN and key), the
    # certificate of each region where the file names none, and the key, roles and rules that go with the tasks.
    "Fargate": 2010,
    # 3,490: ten add-ons and operators, each with its role, its statements and its association, the policy that the
    # load balancer controller publishes, and what waits for load balancers, volumes and interfaces to be gone.
    "Eks": 3500,
    # 1,024 in aegisai-prod: each store's address stands in a secret of its own, under a name that Kubernetes reads.
    "Storage": 1030,
    # An object of the manifests each, as one line of JSON; their snapshots are YAML.
    "Manifests": 1500,
    # 1,011 in aegisai-prod, which has Aurora, ElastiCache, a web ACL and a cluster to watch.
    "Monitoring.Surroundings": 1020,
}
"""Stacks whose template has a reason to be longer."""


def assert_within_budget(assembly: Path, deployment: str) -> str:
    """Of each template; returns the line that says how near the largest ones are."""
    root, *nested = found = templates(assembly, deployment)
    over = [f"{t.name}: {t.bytes} bytes, {len(t.resources)} resources" for t in found if not t.within_budget]
    assert not over
    largest = max(nested, key=lambda template: template.bytes)
    most = max(len(template.resources) for template in found)
    return (
        f"budget of {deployment}: root {root.bytes:,} of {ROOT_LIMIT_BYTES:,} bytes, "
        f"{largest.name.partition('.')[2]} {largest.bytes:,} of {NESTED_LIMIT_BYTES:,}, "
        f"at most {most} of {RESOURCE_LIMIT} resources"
    )


@pytest.mark.parametrize("deployment", COMMITTED)
def test_templates_stay_within_their_budgets(
    assembly: Path, deployment: str, record_property: Record
) -> None:
    record_property("figure", assert_within_budget(assembly, deployment))


@pytest.mark.parametrize("deployment", VARIANTS)
def test_variants_stay_within_their_budgets(variants: Path, deployment: str, record_property: Record) -> None:
    record_property("figure", assert_within_budget(variants, deployment))


def test_figures_that_tests_record_are_printed_at_the_end() -> None:
    reports = [
        SimpleNamespace(user_properties=[("figure", f"{name} is small"), ("other", "x")]) for name in "ba"
    ]
    printed: list[str] = []
    reporter: Any = SimpleNamespace(
        stats={"passed": reports, "": []}, section=printed.append, write_line=printed.append
    )
    pytest_terminal_summary(reporter)
    assert printed == ["figures", "a is small", "b is small"]


@pytest.mark.parametrize("deployment", COMMITTED)
def test_snapshots_stay_readable(assembly: Path, deployment: str) -> None:
    lines = {
        template.name.partition(".")[2]: template.file.read_text().count("\n")
        for template in templates(assembly, deployment)
    }
    long = {stack: count for stack, count in lines.items() if count > LONGER.get(stack, LINES)}
    assert not long, "split the nested stack or move data into an asset"

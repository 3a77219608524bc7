"""Facts of our custom resources, which `HandledResource` makes."""

from pathlib import Path

import pytest

from commands.assembly import StackTemplate, templates
from tests.conftest import OPEN_WEBUI, VARIANTS


def check(found: list[StackTemplate]) -> set[str]:
    """Each waits for its function's permissions, so that it is deleted before they are; the types that there are."""
    kinds = set()
    for template in found:
        for logical_id, resource in template.resources.items():
            if resource["Type"].startswith("Custom::"):
                kinds.add(resource["Type"])
                permissions = f"{logical_id[:-8]}Permissions"
                waits = [each for each in resource.get("DependsOn", []) if each.startswith(permissions)]
                assert len(waits) == 1, f"{template.name}.{logical_id}"
                assert template.resources[waits[0]]["Type"] == "AWS::IAM::Policy"
    return kinds


@pytest.mark.row("C8")
def test_custom_resources_of_variants_keep_their_permissions_to_the_end(variants: Path) -> None:
    assert set().union(*(check(templates(variants, deployment)) for deployment in VARIANTS))


@pytest.mark.row("C8")
def test_custom_resources_keep_their_permissions_to_the_end(assembly: Path) -> None:
    assert set().union(*(check(templates(assembly, deployment)) for deployment in OPEN_WEBUI)) == {
        "Custom::ClosedDefaultSecurityGroup",
        "Custom::ClusterSnapshot",
        "Custom::Database",
        "Custom::EmptyBucket",
        "Custom::EmptyVault",
        "Custom::ManagedPrefixList",
    }

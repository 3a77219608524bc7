"""Custom::ManagedPrefixList."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.assets.aws import answered_client
from tests.assets.conftest import CloudFormation, Load

NAME = "com.amazonaws.global.cloudfront.origin-facing"


@pytest.fixture
def look_up(
    load: Load, cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., dict[str, Any]]:
    """Ask for the list in a region that has these."""
    module = load("prefix_list")

    def answer(*found: dict[str, str]) -> dict[str, Any]:
        def respond(_operation: str, params: dict[str, Any]) -> dict[str, Any]:
            assert params == {"Filters": [{"Name": "prefix-list-name", "Values": [NAME]}]}
            return {"PrefixLists": list(found)}

        monkeypatch.setattr(module, "patient_client", lambda service, **_: answered_client(service, respond))
        return cloudformation.send(module.handler, cloudformation.event("Create", PrefixListName=NAME))

    return answer


def test_the_id_is_found_by_the_name(look_up: Callable[..., dict[str, Any]]) -> None:
    answer = look_up({"PrefixListId": "pl-4fa04526", "PrefixListName": NAME})
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", "pl-4fa04526")
    assert answer["Data"] == {"PrefixListId": "pl-4fa04526"}


def test_a_region_without_the_list_is_named(look_up: Callable[..., dict[str, Any]]) -> None:
    answer = look_up()
    assert answer["Status"] == "FAILED"
    assert answer["Reason"].startswith(f"region eu-central-1 has no prefix list '{NAME}'; check the name, or")

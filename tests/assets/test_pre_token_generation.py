"""The groups that Cognito's tokens carry."""

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.assets.conftest import Load

IDENTITIES = '[{"userId":"kim@corp.example","providerName":"Corp","providerType":"SAML"}]'
MAP = {"chat admins": "Admins", "staff": "Users", "root": "Owners"}


def event(*, groups: object = (), **attributes: object) -> dict[str, Any]:
    """What Cognito sends to a V1_0 trigger."""
    return {
        "version": "1",
        "triggerSource": "TokenGeneration_HostedAuth",
        "userPoolId": "eu-central-1_abc",
        "userName": "kim",
        "request": {
            "userAttributes": {"sub": "1", "email": "kim@corp.example", **attributes},
            "groupConfiguration": {
                "groupsToOverride": list(groups) if isinstance(groups, tuple) else groups,
                "iamRolesToOverride": [],
                "preferredRole": None,
            },
        },
        "response": {"claimsOverrideDetails": None},
    }


def federated(custom_groups: object, *, groups: object = ("eu-central-1_abc_Corp",)) -> dict[str, Any]:
    return event(
        groups=groups,
        identities=IDENTITIES,
        **{"cognito:user_status": "EXTERNAL_PROVIDER", "custom:groups": custom_groups},
    )


@pytest.fixture
def answer(load: Load, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The groups in the answer to an event."""
    monkeypatch.setenv("GROUP_MAP", json.dumps(MAP))
    handler = load("index").handler

    def groups(sent: dict[str, Any]) -> list[str]:
        before = copy.deepcopy(sent)
        got = handler(sent, None)
        assert {key: value for key, value in got.items() if key != "response"} == {
            key: value for key, value in before.items() if key != "response"
        }
        assert set(got["response"]) == {"claimsOverrideDetails"}
        assert set(got["response"]["claimsOverrideDetails"]) == {"groupOverrideDetails"}
        found: list[str] = got["response"]["claimsOverrideDetails"]["groupOverrideDetails"][
            "groupsToOverride"
        ]
        return found

    return groups


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        (("Admins",), ["Admins"]),
        (("Users", "Admins"), ["Admins", "Users"]),
        (("Users", "Testers"), ["Users"]),
        ((), ["NoAccess"]),
        (None, ["NoAccess"]),
        ("Admins", ["NoAccess"]),
        (("admins",), ["NoAccess"]),
        (("eu-central-1_abc_Corp",), ["NoAccess"]),
    ],
)
def test_a_pool_user_has_the_pools_groups(answer: Any, groups: object, expected: list[str]) -> None:
    assert answer(event(groups=groups)) == expected


@pytest.mark.parametrize(
    ("custom_groups", "expected"),
    [
        ('["chat admins", "sales"]', ["Admins"]),
        ("[staff, chat admins]", ["Admins", "Users"]),
        ("[staff]", ["Users"]),
        ("staff", ["Users"]),
        (" sales ,staff ", ["Users"]),
        ("chat admins,staff", ["Admins", "Users"]),
        ("Admins", ["NoAccess"]),
        ("root", ["NoAccess"]),
        ("", ["NoAccess"]),
        (None, ["NoAccess"]),
        ("[", ["NoAccess"]),
        ("[[]]", ["NoAccess"]),
        ('[{"staff": 1}, 7, null, "staff"]', ["Users"]),
        ('{"staff": 1}', ["NoAccess"]),
        ("[" * 100_000 + "]" * 100_000, ["NoAccess"]),
    ],
)
def test_a_federated_user_has_what_the_providers_groups_stand_for(
    answer: Any, custom_groups: object, expected: list[str]
) -> None:
    assert answer(federated(custom_groups)) == expected


def test_a_federated_user_may_be_in_the_pools_groups_too(answer: Any) -> None:
    assert answer(federated("staff", groups=("eu-central-1_abc_Corp", "Admins"))) == ["Admins", "Users"]


def test_a_linked_user_counts_as_federated(answer: Any) -> None:
    linked = event(identities=IDENTITIES, **{"cognito:user_status": "CONFIRMED", "custom:groups": "staff"})
    assert answer(linked) == ["Users"]


def test_a_pool_user_cannot_promote_themselves_by_the_attribute(answer: Any) -> None:
    assert answer(event(**{"cognito:user_status": "CONFIRMED", "custom:groups": "chat admins"})) == [
        "NoAccess"
    ]


def test_without_a_map_no_group_of_a_provider_counts(answer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GROUP_MAP")
    assert answer(federated("staff")) == ["NoAccess"]


@pytest.mark.parametrize("broken", ["{", "[]", '"x"', '{"staff": ["Users"]}'])
def test_a_broken_map_does_not_keep_the_pools_own_users_out(
    answer: Any, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    monkeypatch.setenv("GROUP_MAP", broken)
    assert answer(federated("staff")) == ["NoAccess"]
    assert answer(federated("staff", groups=("Admins",))) == ["Admins"]


def test_the_names_are_settings(answer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_GROUPS", "Owners, Guests")
    monkeypatch.setenv("REFUSED_GROUP", "Nobody")
    assert answer(federated("root")) == ["Owners"]
    assert answer(event(groups=("Guests",))) == ["Guests"]
    assert answer(event(groups=("Admins",))) == ["Nobody"]


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.just("staff"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(request=ODD, groups=ODD, custom_groups=ODD | st.text(alphabet='[]{}",: staff', max_size=30))
def test_odd_events_give_a_known_group_or_none(
    answer: Any, request: object, groups: object, custom_groups: object
) -> None:
    for sent in (
        event(groups=groups),
        federated(custom_groups, groups=groups),
        event() | {"request": request},
    ):
        assert answer(sent) in (["NoAccess"], ["Users"])

"""What cannot be changed in place."""

import pytest

from commands.immutable import FIXED, MAY_CHANGE, refused
from tests.commands.fixed_fields import CHANGES, Change


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_a_change_is_refused_as_kubernetes_refuses_it(change: Change) -> None:
    why = refused(change.before, change.after)
    assert bool(why) is change.is_refused, why


def test_every_kind_of_the_table_was_tried() -> None:
    tried = {change.before["kind"] for change in CHANGES if change.is_refused}
    assert {*FIXED, *MAY_CHANGE} <= tried


def test_the_reason_names_the_field() -> None:
    before = {"kind": "RoleBinding", "roleRef": {"name": "a"}}
    assert refused(before, {**before, "roleRef": {"name": "b"}}) == "roleRef cannot change"


def test_an_object_without_fields_is_no_error() -> None:
    assert refused({"kind": "StatefulSet"}, {"kind": "StatefulSet", "spec": None}) is None

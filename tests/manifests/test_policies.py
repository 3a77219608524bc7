"""What holds for the manifests of every deployment. Each check is proven on bad examples in `tests/k8s/checks`."""

from collections import Counter

import pytest

from k8s.checks.house import RULES, blocked_drains
from k8s.checks.network import allowed_edges
from k8s.checks.pod_security import CONTROLS, Control
from k8s.checks.pods import pods_of
from k8s.checks.references import unresolved
from k8s.manifests import identity_of, title
from tests.manifests import models, schemas
from tests.manifests.cases import Case


def test_objects_are_what_the_version_of_kubernetes_takes(case: Case) -> None:
    wrong = {
        title(manifest): found
        for manifest in case.manifests
        if not schemas.is_custom(manifest) and (found := schemas.problems(manifest, case.kubernetes_version))
    }
    assert not wrong


def test_custom_resources_are_what_models_of_them_take(case: Case) -> None:
    custom = [manifest for manifest in case.manifests if schemas.is_custom(manifest)]
    found = dict(zip(map(title, custom), models.problems(custom), strict=True))
    assert not {name: wrong for name, wrong in found.items() if wrong}
    unknown = {(each["apiVersion"], each["kind"]) for each in custom if found[title(each)] is None}
    assert unknown <= models.WITHOUT_MODEL


def test_custom_resources_are_what_their_definitions_take(case: Case) -> None:
    custom = [manifest for manifest in case.manifests if schemas.is_custom(manifest)]
    if custom and schemas.crd_schemas() is None:
        pytest.skip(schemas.MISSING)
    wrong = {
        title(manifest): found
        for manifest in custom
        if (found := schemas.problems(manifest, case.kubernetes_version))
    }
    assert not wrong


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.__name__)
def test_every_pod_meets_the_control_of_pod_security_restricted(case: Case, control: Control) -> None:
    pods = pods_of(case.manifests)
    assert pods
    assert not {str(pod): found for pod in pods if (found := list(control(pod)))}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_pod_meets_the_rule_of_the_house(case: Case, rule: Control) -> None:
    pods = pods_of(case.manifests)
    assert not {str(pod): found for pod in pods if (found := list(rule(pod)))}


def test_every_namespace_that_is_made_enforces_restricted(case: Case) -> None:
    made = {
        manifest["metadata"]["name"]: manifest["metadata"]["labels"].get("pod-security.kubernetes.io/enforce")
        for manifest in case.manifests
        if manifest["kind"] == "Namespace"
    }
    assert set(made.values()) == {"restricted"}


def test_no_budget_blocks_a_drain(case: Case) -> None:
    assert not blocked_drains(case.manifests)


def test_everything_that_is_named_is_there(case: Case) -> None:
    assert not unresolved(case.manifests, case.externals)


def test_no_two_objects_have_one_identity(case: Case) -> None:
    assert not [key for key, count in Counter(map(identity_of, case.manifests)).items() if count > 1]


def test_the_policies_open_the_declared_edges_and_no_more(case: Case) -> None:
    found = allowed_edges(case.manifests)
    assert {"closed": case.edges - found, "open": found - case.edges} == {
        "closed": frozenset(),
        "open": frozenset(),
    }

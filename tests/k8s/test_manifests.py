"""What is rendered is complete: no token, no null, no object twice, in the order of applying."""

from typing import Any

import pytest
from aws_cdk import Fn, Token
from cdk8s import App, Chart

from k8s.config_map import ConfigMap
from k8s.manifests import BadManifest, TokenInManifest, render
from k8s.objects import PlainObject
from k8s.order import ORDER, UnknownKind, place
from tests.k8s.shop import SHOP, WORKER, manifests, rendered

SETTINGS = SHOP.component("settings", role="configuration")


def custom(fields: dict[str, Any], kind: str = "SecretStore") -> Any:
    return rendered(
        lambda chart: PlainObject(chart, api_version="a.b/v1", kind=kind, component=SETTINGS, fields=fields)
    )


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (Token.as_string(Fn.import_value("x")), "spec.a"),
        (f"https://{Token.as_string(Fn.import_value('x'))}:5432", "spec.a"),
        (Token.as_number(Fn.import_value("x")), "spec.a"),
        (Token.as_list(Fn.import_value("x")), r"spec.a\[0\]"),
        ({"b": [{"c": Token.as_string(Fn.import_value("x"))}]}, r"spec.a.b\[0\].c"),
        ({Token.as_string(Fn.import_value("x")): "b"}, r"its key"),
    ],
    # a token's own text has a number that no two workers need to count alike
    ids=["text", "inside a text", "number", "list", "deep", "key"],
)
def test_a_token_is_refused_with_its_place_and_the_remedy(value: Any, path: str) -> None:
    with pytest.raises(TokenInManifest, match=f"SecretStore shop/settings: .*{path}.*name of a secret"):
        custom({"spec": {"a": value}})


def test_a_token_in_a_typed_object_is_refused() -> None:
    with pytest.raises(TokenInManifest, match=r"ConfigMap shop/settings: data\.A holds a CDK token"):
        rendered(
            lambda chart: ConfigMap(
                chart, component=SETTINGS, data={"A": Token.as_string(Fn.import_value("x"))}
            )
        )


@pytest.mark.parametrize("value", [-1, -1.5, -(10**400), True, "$Token", 1e289])
def test_ordinary_values_are_no_tokens(value: Any) -> None:
    assert custom({"spec": {"a": value}})[0]["spec"] == {"a": value} or abs(value) > 1e288


def test_null_is_refused() -> None:
    with pytest.raises(BadManifest, match=r"spec.a\[0\] is null; leave it out or give it a value"):
        custom({"spec": {"a": [None]}})


def test_one_identity_in_two_charts_is_refused() -> None:
    def charts(app: App) -> None:
        for name in ("one", "two"):
            ConfigMap(Chart(app, name), component=SETTINGS, data={})

    with pytest.raises(BadManifest, match="ConfigMap shop/settings is there twice"):
        render(charts)


def test_a_kind_of_the_cluster_takes_no_namespace() -> None:
    with pytest.raises(BadManifest, match="ClusterSecretStore shop/settings: the kind takes no namespace"):
        custom({"spec": {}}, kind="ClusterSecretStore")


def test_a_kind_without_a_place_in_the_order_is_refused() -> None:
    with pytest.raises(UnknownKind, match=r"give it one in k8s/order\.py"):
        custom({"spec": {}}, kind="Unheard")


def test_what_others_need_comes_first() -> None:
    kinds = [manifest["kind"] for manifest in manifests()]
    assert kinds == sorted(kinds, key=place)
    for first, second in (
        ("Namespace", "NetworkPolicy"),
        ("NetworkPolicy", "Deployment"),
        ("Role", "RoleBinding"),
        ("SecretStore", "ExternalSecret"),
        ("HelmChart", "SecretStore"),
        ("ExternalSecret", "StatefulSet"),
        ("PersistentVolumeClaim", "Deployment"),
        ("ConfigMap", "Rollout"),
        ("AnalysisTemplate", "Rollout"),
        ("Service", "StatefulSet"),
        ("Deployment", "Ingress"),
    ):
        assert ORDER.index(first) < ORDER.index(second)


def test_rendering_twice_gives_the_same() -> None:
    manifests.cache_clear()
    first = manifests()
    manifests.cache_clear()
    assert manifests() == first


def test_the_construct_ids_are_kind_namespace_and_name() -> None:
    app = App()
    chart = Chart(app, "chart", disable_resource_name_hashes=True)
    made = ConfigMap(chart, component=WORKER, name="tuning", data={})
    assert made.node.id == "ConfigMap-shop-tuning"

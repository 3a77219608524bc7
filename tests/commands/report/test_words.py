"""Values read as words, and each name means one resource."""

from typing import Any

import pytest

from commands.report.words import Words

TEMPLATE = {
    "Resources": {
        "Storage.DatabaseClusterCE4535C7": {"Type": "AWS::RDS::DBCluster"},
        "Fargate.ClusterC2E21B66": {"Type": "AWS::ECS::Cluster"},
        "Fargate.Cluster3D72770B": {"Type": "AWS::ECS::ClusterCapacityProviderAssociations"},
        "Network.Route11111111": {"Type": "AWS::EC2::Route"},
        "Network.Route22222222": {"Type": "AWS::EC2::Route"},
        "NetworkNestedStackNetworkNestedStackResource0124E108": {"Type": "AWS::CloudFormation::Stack"},
    }
}
WORDS = Words(TEMPLATE)
CLUSTER = {"Ref": "Storage.DatabaseClusterCE4535C7"}


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("Storage.DatabaseClusterCE4535C7", "Storage › DatabaseCluster"),
        ("Fargate.ClusterC2E21B66", "Fargate › Cluster (Cluster)"),
        ("Fargate.Cluster3D72770B", "Fargate › Cluster (ClusterCapacityProviderAssociations)"),
        ("Network.Route11111111", "Network › Route11111111"),
        ("NetworkNestedStackNetworkNestedStackResource0124E108", "Network (nested stack)"),
    ],
)
def test_a_name_has_as_little_as_tells_it_apart(address: str, name: str) -> None:
    assert WORDS.name(address) == name


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (CLUSTER, "Storage › DatabaseCluster"),
        ({"Fn::GetAtt": ["Storage.DatabaseClusterCE4535C7", "Arn"]}, "Storage › DatabaseCluster"),
        (
            {"Fn::GetAtt": ["Storage.DatabaseClusterCE4535C7", "Endpoint.Port"]},
            "Storage › DatabaseCluster Endpoint.Port",
        ),
        ({"Ref": "TaskCpu"}, "parameter TaskCpu"),
        ({"Ref": "AWS::Region"}, "{region}"),
        (
            {"Fn::Join": ["", ["a:", {"Ref": "AWS::AccountId"}, "/", CLUSTER]]},
            "a:{account}/{Storage › DatabaseCluster}",
        ),
        ({"Fn::Join": [",", ["a", "b"]]}, "a,b"),
        ({"Fn::Sub": "x-${AWS::Region}-${!Literal}"}, "x-{region}-${!Literal}"),
        ({"Fn::Sub": ["${Group} on", {"Group": CLUSTER}]}, "{Storage › DatabaseCluster} on"),
        ({"Fn::Select": [1, {"Fn::GetAZs": ""}]}, "zone 2 of the region"),
        ({"Fn::If": ["Some", "a", {"Ref": "AWS::NoValue"}]}, "a if Some, else {nothing}"),
        ({"Fn::ImportValue": "other"}, "ImportValue of other"),
        ({"RefreshToken": "minutes"}, "RefreshToken: minutes"),
        (0.016666666666666666, "0.0166667"),
        (True, "true"),
        ([1, "b"], "1, b"),
        ([], "none"),
    ],
)
def test_a_value_reads_as_words(value: Any, text: str) -> None:
    assert WORDS.text(value) == text


def test_a_reference_leads_to_its_resource() -> None:
    assert [
        (piece.text, piece.link) for piece in WORDS.line({"Fn::Join": ["", ["of ", CLUSTER]]}).pieces
    ] == [
        ("of ", ""),
        ("{Storage › DatabaseCluster}", "resource-Storage.DatabaseClusterCE4535C7"),
    ]


def test_a_very_long_text_is_cut_and_says_so() -> None:
    assert str(WORDS.line("x" * 5_000)) == "x" * 1_000 + " … and 4,000 more letters in the template"
    assert str(WORDS.line("x" * 1_000)) == "x" * 1_000


def test_keys_with_values_are_an_object() -> None:
    shown = WORDS.shown([{"Key": "a", "Value": 1}, {"Key": "b", "Value": CLUSTER}])
    assert isinstance(shown, dict)
    assert {key: str(each) for key, each in shown.items()} == {"a": "1", "b": "Storage › DatabaseCluster"}

"""Properties are checked as CloudFormation checks them."""

from typing import Any

import pytest

from commands.local.emulator import schemas
from commands.local.emulator.validation import problems

REGION = "us-east-1"


def wrong(resource_type: str, **properties: Any) -> list[str]:
    schema = schemas.schema(resource_type, region=REGION)
    assert schema is not None
    return problems(properties, schema)


def test_right_properties_have_no_problem() -> None:
    assert wrong("AWS::EC2::Subnet", VpcId="vpc-1", CidrBlock="10.0.0.0/24", MapPublicIpOnLaunch=False) == []


def test_unknown_property_is_told() -> None:
    assert wrong("AWS::SNS::Topic", Colour="red") == ["#: extraneous key [Colour] is not permitted"]


def test_unknown_property_within_is_told_with_its_path() -> None:
    found = wrong("AWS::ECS::Cluster", Configuration={"ExecuteCommandConfiguration": {"Colour": 1}})
    assert found == ["#/Configuration/ExecuteCommandConfiguration: extraneous key [Colour] is not permitted"]


def test_missing_property_is_told() -> None:
    assert wrong("AWS::EC2::Subnet", CidrBlock="10.0.0.0/24") == ["#: required key [VpcId] not found"]


def test_value_outside_of_the_enum_is_told() -> None:
    (found,) = wrong("AWS::Logs::LogGroup", RetentionInDays=2)
    assert "2 is not a valid enum value" in found


def test_numbers_and_truths_may_be_text() -> None:
    assert wrong("AWS::Logs::LogGroup", RetentionInDays="7", DeletionProtectionEnabled="true") == []


def test_wrong_type_is_told() -> None:
    assert "expected type: integer, found: str" in wrong("AWS::Logs::LogGroup", RetentionInDays="a week")[0]


def test_number_beyond_its_range_is_told() -> None:
    found = wrong("AWS::RDS::DBCluster", BackupRetentionPeriod=36)
    assert found == ["#/BackupRetentionPeriod: 36 is not less or equal to 35"]


def test_text_against_its_pattern_is_told() -> None:
    (found,) = wrong("AWS::Logs::LogGroup", LogGroupName="a b")
    assert "[pattern]" in found


def test_read_only_property_is_told() -> None:
    assert wrong("AWS::Logs::LogGroup", Arn="arn") == ["#/Arn: is read-only"]


@pytest.mark.parametrize(
    ("resource_type", "name", "recreation"),
    [
        ("AWS::RDS::DBCluster", "KmsKeyId", "Always"),
        ("AWS::RDS::DBCluster", "EngineVersion", "Never"),
        ("AWS::RDS::DBCluster", "MasterUsername", "Conditionally"),
        ("Custom::Database", "DatabaseName", "Never"),
    ],
)
def test_change_of_a_property(resource_type: str, name: str, recreation: str) -> None:
    assert schemas.recreation(resource_type, name, region=REGION) == recreation


def test_change_of_a_nested_create_only_property_replaces() -> None:
    def server(mode: str) -> dict[str, Any]:
        return {"RootDirectory": {"Path": mode}, "FileSystemId": "fs-1"}

    assert schemas.replaces("AWS::EFS::AccessPoint", server("/a"), server("/b"), region=REGION)
    assert not schemas.replaces("AWS::EFS::AccessPoint", server("/a"), server("/a"), region=REGION)


def test_region_without_a_list_of_types_takes_the_first_regions() -> None:
    assert schemas.is_known("AWS::EC2::VPC", region="nowhere-1")


def test_type_that_a_region_lacks_has_no_schema_there() -> None:
    assert schemas.schema("AWS::EC2::Nothing", region=REGION) is None

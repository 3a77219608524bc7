"""Custom::ClosedDefaultSecurityGroup."""

from typing import Any

import pytest

from tests.assets.aws import answered_client
from tests.assets.conftest import CloudFormation, Load

RULES = [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-1", "UserId": "111122223333"}]}]
WORLD = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]


class Ec2:
    """A VPC's default group; remembers which rules were taken off."""

    def __init__(self, *groups: dict[str, Any]) -> None:
        self.groups = list(groups)
        self.revoked: list[tuple[str, Any]] = []

    def respond(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        if operation == "DescribeSecurityGroups":
            assert {"Name": "vpc-id", "Values": ["vpc-1"]} in params["Filters"]
            assert {"Name": "group-name", "Values": ["default"]} in params["Filters"]
            return {"SecurityGroups": self.groups}
        self.revoked.append((operation, params["IpPermissions"]))
        return {"Return": True}


def close(
    ec2: Ec2,
    load: Load,
    cloudformation: CloudFormation,
    monkeypatch: pytest.MonkeyPatch,
    request_type: str = "Create",
) -> dict[str, Any]:
    module = load("default_security_group")
    monkeypatch.setattr(module, "patient_client", lambda service, **_: answered_client(service, ec2.respond))
    return cloudformation.send(module.handler, cloudformation.event(request_type, VpcId="vpc-1"))


def test_every_rule_is_taken_off(
    load: Load, cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    ec2 = Ec2({"GroupId": "sg-1", "IpPermissions": RULES, "IpPermissionsEgress": WORLD})
    answer = close(ec2, load, cloudformation, monkeypatch)
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", "vpc-1/default")
    assert ec2.revoked == [("RevokeSecurityGroupIngress", RULES), ("RevokeSecurityGroupEgress", WORLD)]


def test_a_closed_group_is_left_alone(
    load: Load, cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    ec2 = Ec2({"GroupId": "sg-1", "IpPermissions": [], "IpPermissionsEgress": []})
    assert close(ec2, load, cloudformation, monkeypatch)["Status"] == "SUCCESS"
    assert ec2.revoked == []


def test_a_vpc_that_is_not_there_is_named(
    load: Load, cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = close(Ec2(), load, cloudformation, monkeypatch)
    assert answer["Status"] == "FAILED"
    assert answer["Reason"].startswith("VPC vpc-1 has no default security group; check")

"""Custom::ClusterRemains against an EC2 and an Elastic Load Balancing whose things go one after the other."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pytest

from tests.assets.aws import AwsError, answered_client
from tests.assets.conftest import CloudFormation, Load

CLUSTER = "aegisai-dev"
ALL = ["load_balancers", "security_groups", "volumes", "network_interfaces"]
BALANCER = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/net/k8s-aegisai-gateway/1"
OTHERS = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/other/2"
CONTROLLER = {"elbv2.k8s.aws/cluster": CLUSTER}
CLAIMED = {"pergola:deployment": CLUSTER, "ebs.csi.aws.com/cluster": "true"}
POD = {"cluster.k8s.amazonaws.com/name": CLUSTER}


@dataclass
class Account:
    """What is there: by id the tags; `leaving` balancers go at the second look, `busy` things are in use."""

    balancers: dict[str, dict[str, str]] = field(default_factory=dict)
    groups: dict[str, dict[str, str]] = field(default_factory=dict)
    volumes: dict[str, dict[str, str]] = field(default_factory=dict)
    interfaces: dict[str, dict[str, str]] = field(default_factory=dict)
    busy: set[str] = field(default_factory=set)
    leaving: bool = False
    deleted: list[str] = field(default_factory=list)
    operations: list[str] = field(default_factory=list)
    refuse: str | None = None

    def respond(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        self.operations.append(operation)
        answer: dict[str, Any] = getattr(self, f"_{operation}")(params)
        return answer

    def _DescribeLoadBalancers(self, params: dict[str, Any]) -> dict[str, Any]:
        if "Marker" not in params:
            return {"LoadBalancers": [{"LoadBalancerArn": OTHERS}], "NextMarker": "2"}
        found = {"LoadBalancers": [{"LoadBalancerArn": arn} for arn in self.balancers]}
        if self.leaving and self.operations.count("DescribeTags"):
            self.balancers = {}
        return found

    def _DescribeTags(self, params: dict[str, Any]) -> dict[str, Any]:
        assert len(params["ResourceArns"]) <= 20
        known = {**self.balancers, OTHERS: {"elbv2.k8s.aws/cluster": "other"}}
        return {
            "TagDescriptions": [
                {
                    "ResourceArn": arn,
                    "Tags": [{"Key": k, "Value": v} for k, v in known.get(arn, CONTROLLER).items()],
                }
                for arn in params["ResourceArns"]
            ]
        }

    def _DescribeSecurityGroups(self, params: dict[str, Any]) -> dict[str, Any]:
        return {"SecurityGroups": [{"GroupId": name} for name in matching(self.groups, params)]}

    def _DescribeVolumes(self, params: dict[str, Any]) -> dict[str, Any]:
        return {
            "Volumes": [
                {"VolumeId": name, "State": "in-use" if name in self.busy else "available"}
                for name in matching(self.volumes, params)
            ]
        }

    def _DescribeNetworkInterfaces(self, params: dict[str, Any]) -> dict[str, Any]:
        return {
            "NetworkInterfaces": [
                {"NetworkInterfaceId": name, "Status": "in-use" if name in self.busy else "available"}
                for name in matching(self.interfaces, params)
            ]
        }

    def _DeleteVolume(self, params: dict[str, Any]) -> dict[str, Any]:
        return self._delete(self.volumes, params["VolumeId"])

    def _DeleteNetworkInterface(self, params: dict[str, Any]) -> dict[str, Any]:
        return self._delete(self.interfaces, params["NetworkInterfaceId"])

    def _delete(self, things: dict[str, dict[str, str]], name: str) -> dict[str, Any]:
        assert name not in self.busy
        if self.refuse is not None:
            code, self.refuse = self.refuse, None
            raise AwsError(code)
        self.deleted.append(name)
        del things[name]
        return {}


def matching(things: dict[str, dict[str, str]], params: dict[str, Any]) -> list[str]:
    """Names of those that carry every tag of the filters."""
    assert params["Filters"], "without a filter it would be the whole account"
    wanted = {each["Name"].removeprefix("tag:"): each["Values"] for each in params["Filters"]}
    return [
        name
        for name, tags in things.items()
        if all(tags.get(key) in values for key, values in wanted.items())
    ]


@pytest.fixture
def module(load: Load) -> ModuleType:
    return load("cluster_remains")


@pytest.fixture
def account(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Account:
    """An account with nothing of the cluster's in it."""
    empty = Account()
    monkeypatch.setattr(
        module, "patient_client", lambda service, **_: answered_client(service, empty.respond)
    )
    monkeypatch.setattr(module.time, "sleep", lambda _seconds: None)
    return empty


@pytest.fixture
def deletion(module: ModuleType, account: Account, cloudformation: CloudFormation) -> Callable[..., Any]:
    """Deletes the resource and gives its answer."""

    def delete(kinds: list[str] = ALL, milliseconds: int = 60_000) -> dict[str, Any]:
        event = cloudformation.event("Delete", ClusterName=CLUSTER, Kinds=kinds)
        return cloudformation.send(module.handler, event, milliseconds=milliseconds)

    return delete


def test_nothing_left_is_said_at_once(account: Account, deletion: Callable[..., Any]) -> None:
    assert deletion()["Status"] == "SUCCESS"
    assert account.deleted == []


def test_load_balancer_is_waited_for_and_never_deleted(
    account: Account, deletion: Callable[..., Any]
) -> None:
    account.balancers, account.leaving = {BALANCER: CONTROLLER}, True
    assert deletion()["Status"] == "SUCCESS"
    assert account.operations.count("DescribeTags") == 3


def test_load_balancer_that_stays_is_named_with_its_owner(
    account: Account, deletion: Callable[..., Any]
) -> None:
    account.balancers = {BALANCER: {**CONTROLLER, "service.k8s.aws/stack": "aegisai/gateway"}}
    answer = deletion(milliseconds=25_000)
    assert answer["Status"] == "FAILED"
    assert answer["Reason"] == (
        f"1 of cluster aegisai-dev are left: {BALANCER} of aegisai/gateway; delete the Ingress, Service or claim that "
        "they belong to with kubectl, then delete the stack again"
    )


def test_security_group_of_the_controller_is_waited_for(
    account: Account, deletion: Callable[..., Any]
) -> None:
    account.groups = {"sg-1": CONTROLLER, "sg-2": {"elbv2.k8s.aws/cluster": "other"}}
    answer = deletion(milliseconds=25_000)
    assert "left: sg-1;" in answer["Reason"]


def test_free_volumes_of_claims_go_and_no_others(account: Account, deletion: Callable[..., Any]) -> None:
    account.volumes = {
        "vol-1": CLAIMED,
        "vol-2": {"pergola:deployment": CLUSTER},
        "vol-3": {**CLAIMED, "pergola:deployment": "aegisai-prod"},
    }
    assert deletion()["Status"] == "SUCCESS"
    assert account.deleted == ["vol-1"]


def test_volume_in_use_is_waited_for(account: Account, deletion: Callable[..., Any]) -> None:
    account.volumes, account.busy = {"vol-1": CLAIMED}, {"vol-1"}
    assert deletion(milliseconds=25_000)["Status"] == "FAILED"
    assert account.deleted == []


def test_free_interfaces_of_pods_go(account: Account, deletion: Callable[..., Any]) -> None:
    account.interfaces = {"eni-1": POD, "eni-2": {"cluster.k8s.amazonaws.com/name": "other"}}
    assert deletion()["Status"] == "SUCCESS"
    assert account.deleted == ["eni-1"]


@pytest.mark.parametrize("code", ["VolumeInUse", "InvalidVolume.NotFound"])
def test_volume_that_changes_meanwhile_is_tried_again(
    account: Account, deletion: Callable[..., Any], code: str
) -> None:
    account.volumes, account.refuse = {"vol-1": CLAIMED}, code
    assert deletion()["Status"] == "SUCCESS"
    assert account.deleted == ["vol-1"]


def test_refusal_of_aws_reaches_cloudformation(account: Account, deletion: Callable[..., Any]) -> None:
    account.volumes, account.refuse = {"vol-1": CLAIMED}, "DryRunOperation"
    answer = deletion()
    assert answer["Status"] == "FAILED"
    assert "DryRunOperation" in answer["Reason"]


@pytest.mark.parametrize("kinds", [["load_balancers", "security_groups"], []])
def test_kinds_that_are_not_named_are_not_looked_for(
    account: Account, deletion: Callable[..., Any], kinds: list[str]
) -> None:
    account.volumes = {"vol-1": CLAIMED}
    assert deletion(kinds=kinds)["Status"] == "SUCCESS"
    assert account.deleted == []


@pytest.mark.parametrize("request_type", ["Create", "Update"])
def test_creation_and_update_touch_nothing(
    module: ModuleType, account: Account, cloudformation: CloudFormation, request_type: str
) -> None:
    event = cloudformation.event(request_type, ClusterName=CLUSTER, Kinds=["volumes"])
    assert cloudformation.send(module.handler, event)["Status"] == "SUCCESS"
    assert account.operations == []


def test_another_choice_of_kinds_replaces_nothing(
    module: ModuleType, account: Account, cloudformation: CloudFormation
) -> None:
    """CloudFormation deletes the old id after an update that answers another one, and the volumes would go."""
    events = [
        cloudformation.event("Update", ClusterName=CLUSTER, Kinds=kinds)
        for kinds in (ALL, ["load_balancers"])
    ]
    before, after = (cloudformation.send(module.handler, event)["PhysicalResourceId"] for event in events)
    assert before == after == CLUSTER


def test_unknown_kind_is_refused(
    module: ModuleType, account: Account, cloudformation: CloudFormation
) -> None:
    event = cloudformation.event("Create", ClusterName=CLUSTER, Kinds=["volume"])
    answer = cloudformation.send(module.handler, event)
    assert answer["Reason"] == (
        "property Kinds names volume; use load_balancers, security_groups, volumes, network_interfaces"
    )

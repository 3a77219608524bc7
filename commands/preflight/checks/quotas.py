"""Service quotas against what is used now and what the deployment adds."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from commands.account.reading import Account
from commands.preflight import quota_table
from commands.preflight.capacity import Instances, instances
from commands.preflight.findings import Finding, failed, ok
from commands.preflight.needs import Needs
from commands.preflight.quota_table import Quota, quotas
from commands.preflight.run import Check

UNKNOWN = ("NoSuchResourceException",)
WINDOW = timedelta(hours=3)
"""How far back the last value of a usage metric is looked for."""


def _look(account: Account, needs: Needs, quota: Quota) -> Iterator[Finding]:
    needed = _more_of(account, needs, quota)
    if not needed:
        return
    name = f"quota: {quota.name}"
    applied = _applied(account, quota)
    if applied is None:
        yield ok(name, f"{needed:g} more; Service Quotas keeps no such quota here")
        return
    most = float(applied["Value"])
    used = quota.used(account, needs) if quota.used else _metric(account, applied)
    sum_ = f"{most:g}, {used or 0:g} used, {needed:g} more are needed"
    if (used or 0) + needed <= most:
        yield ok(name, sum_)
        return
    wanted = (used or 0) + needed
    ask = (
        f"aws service-quotas request-service-quota-increase --service-code {quota.service} "
        f"--quota-code {quota.code} --desired-value {wanted:g} --region {_region(account, quota)}"
    )
    free = "remove some that nobody uses"
    yield failed(name, sum_, f"{ask}; or {free}" if quota.code and applied.get("Adjustable", True) else free)


def _more_of(account: Account, needs: Needs, quota: Quota) -> float:
    needed = quota.needed(needs)
    return max(0.0, needed - quota.own(account, needs)) if needed and quota.own else needed


def _applied(account: Account, quota: Quota) -> Any:
    """The quota as it is set for the account, else its default."""
    if quota.code is None:
        return {"Value": quota.documented}
    where = {"ServiceCode": quota.service, "QuotaCode": quota.code}
    region = _region(account, quota)
    for operation in ("get_service_quota", "get_aws_default_service_quota"):
        found = account.read("service-quotas", operation, region=region, missing=UNKNOWN, **where)
        if found is not None:
            return found["Quota"]
    return None


def _region(account: Account, quota: Quota) -> str:
    return account.home if quota.everywhere else account.region


def _metric(account: Account, applied: dict[str, Any]) -> float | None:
    """The last value of the usage metric; nothing where AWS has reported no use of late."""
    metric = applied.get("UsageMetric")
    if not metric:
        return None
    now = datetime.now(UTC)
    statistic = metric.get("MetricStatisticRecommendation", "Maximum")
    answer = account.read(
        "cloudwatch",
        "get_metric_statistics",
        Namespace=metric["MetricNamespace"],
        MetricName=metric["MetricName"],
        Dimensions=[
            {"Name": key, "Value": value} for key, value in metric.get("MetricDimensions", {}).items()
        ],
        StartTime=now - WINDOW,
        EndTime=now,
        Period=300,
        Statistics=[statistic],
    )
    points = sorted(answer["Datapoints"], key=lambda point: point["Timestamp"])
    return float(points[-1][statistic]) if points else None


def machines(account: Account, needs: Needs) -> Iterator[Finding]:
    """vCPU of EC2 by family, on demand and Spot."""
    groups = [each for each in instances(needs) if each.type]
    if not groups:
        return
    types = sorted({each.type for each in groups})
    described = account.each("ec2", "describe_instance_types", "InstanceTypes", InstanceTypes=types)
    vcpu = {each["InstanceType"]: each["VCpuInfo"]["DefaultVCpus"] for each in described}
    more = [replace(each, count=_more(account, needs, each)) for each in groups]
    for quota in quota_table.machines(more, vcpu):
        yield from _look(account, needs, quota)


def _more(account: Account, needs: Needs, group: Instances) -> int:
    """How many beyond those that run for this very deployment."""
    there = needs.deployed.resources.get(group.address)
    if there is None:
        return group.count
    if there.kind == "AWS::EC2::Instance":
        return 0
    names = [there.physical_id]
    if there.kind == "AWS::EKS::Nodegroup":
        cluster, _, node_group = there.physical_id.partition("/")
        answer = account.read("eks", "describe_nodegroup", clusterName=cluster, nodegroupName=node_group)
        names = [each["name"] for each in answer["nodegroup"]["resources"]["autoScalingGroups"]]
    found = account.each(
        "autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups", AutoScalingGroupNames=names
    )
    return max(0, group.count - sum(len(each["Instances"]) for each in found))


def _check(quota: Quota) -> Check:
    return Check(f"quota: {quota.name}", lambda account, needs: _look(account, needs, quota))


CHECKS = (*(_check(quota) for quota in quotas()), Check("quota: vCPU of EC2", machines))

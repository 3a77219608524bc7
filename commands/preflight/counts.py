"""Counts that quotas limit: what a deployment is still to make, and what the account has."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from commands.account.reading import Account
from commands.preflight.capacity import fargate_tasks, running_vcpu
from commands.preflight.needs import Needs, Planned

Needed = Callable[[Planned], float]
"""What a template is still to make."""
Used = Callable[[Account, Needs], float]
"""What the account has."""
CLOUDFRONT_RULES = 55
"""Rules that CloudFront's prefix list counts for (Amazon VPC user guide, "AWS-managed prefix lists")."""


def new(*kinds: str, **properties: str) -> Needed:
    """How many resources of these types are still to be made; those alone that have the properties."""

    def count(needs: Planned) -> float:
        return sum(
            all(each.get(name) == value for name, value in properties.items())
            for _, each in needs.new(*kinds)
        )

    return count


def amount(count: float) -> Needed:
    """So many, whatever the template says."""
    return lambda _: count


def listed(service: str, operation: str, key: str, *, everywhere: bool = False, **arguments: Any) -> Used:
    def count(account: Account, _: Needs) -> float:
        return len(
            account.each(service, operation, key, region=account.home if everywhere else None, **arguments)
        )

    return count


def load_balancers(account: Account, _: Needs) -> float:
    return sum(
        bool(each["Type"] == "application")
        for each in account.each("elbv2", "describe_load_balancers", "LoadBalancers")
    )


def clusters(account: Account, _: Needs) -> float:
    found = account.each("rds", "describe_db_clusters", "DBClusters")  # Neptune and DocumentDB are among them
    return sum(str(each["Engine"]).startswith(("aurora", "mysql", "postgres")) for each in found)


def roles(account: Account, _: Needs) -> float:
    return float(account.read("iam", "get_account_summary")["SummaryMap"]["Roles"])


def vcpu(provider: str) -> Needed:
    """vCPU of all tasks at their most that the provider may run."""

    def count(needs: Planned) -> float:
        services = [each for each in fargate_tasks(needs) if provider in each.providers]
        return sum(each.tasks * each.vcpu_each for each in services)

    return count


def running(provider: str) -> Used:
    """vCPU that the tasks of this very deployment take now."""
    return lambda account, needs: running_vcpu(account, needs, provider)


def gateways_in_fullest_zone(needs: Planned) -> float:
    return max(gateways(needs).values(), default=0)


def used_in_fullest_zone(account: Account, needs: Needs) -> float:
    zones = {
        each["SubnetId"]: each["AvailabilityZone"]
        for each in account.each("ec2", "describe_subnets", "Subnets")
    }
    counting = [{"Name": "state", "Values": ["pending", "available", "deleting"]}]
    found = account.each("ec2", "describe_nat_gateways", "NatGateways", Filter=counting)
    there = Counter(zones.get(each.get("SubnetId", "")) for each in found)
    return max((there[zone] for zone in gateways(needs)), default=0)


def gateways(needs: Planned) -> Counter[str | None]:
    subnets = dict(needs.of("AWS::EC2::Subnet"))
    return Counter(
        needs.text(subnets.get(each["SubnetId"].get("Ref", ""), {}).get("AvailabilityZone"))
        if isinstance(each["SubnetId"], dict)
        else None
        for _, each in needs.new("AWS::EC2::NatGateway")
    )


def most_rules(needs: Planned) -> float:
    return max((weight(needs, address) for address, _ in needs.of("AWS::EC2::SecurityGroup")), default=0)


def weight(needs: Planned, group: str) -> float:
    """What the rules of the one direction that has more of them count for."""
    properties = dict(needs.of("AWS::EC2::SecurityGroup"))[group]
    sides = []
    for inline, kind in (
        ("SecurityGroupIngress", "AWS::EC2::SecurityGroupIngress"),
        ("SecurityGroupEgress", "AWS::EC2::SecurityGroupEgress"),
    ):
        apart = [
            rule for _, rule in needs.of(kind) if rule.get("GroupId") == {"Fn::GetAtt": [group, "GroupId"]}
        ]
        rules = [*properties.get(inline, []), *apart]
        sides.append(sum(rule_weight(needs, rule) for rule in rules))
    return max(sides)


def rule_weight(needs: Planned, rule: dict[str, Any]) -> int:
    named = rule.get("SourcePrefixListId")
    if named is None:
        return 1
    address = named["Fn::GetAtt"][0] if isinstance(named, dict) and "Fn::GetAtt" in named else ""
    lists = dict(needs.of("Custom::ManagedPrefixList"))
    text = needs.text(lists.get(address, {}).get("PrefixListName")) or ""
    return CLOUDFRONT_RULES if "cloudfront" in text else 1


def nothing(_: Account, __: Needs) -> float:
    return 0

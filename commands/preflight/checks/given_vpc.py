"""A VPC that exists: DNS switched on, subnets in it, in two zones at least, with room."""

from collections import Counter
from collections.abc import Iterator, Mapping
from math import ceil
from typing import Any

from commands.account.reading import Account
from commands.preflight.capacity import fargate_tasks
from commands.preflight.findings import Finding, failed, ok
from commands.preflight.needs import Needs
from commands.preflight.run import Check
from commands.preflight.tiers import Tiers, tiers

VPC, SUBNETS = "given VPC", "given subnets"
DNS = {"enableDnsSupport": "EnableDnsSupport", "enableDnsHostnames": "EnableDnsHostnames"}
LOAD_BALANCER_ADDRESSES = 8
"""Free addresses that a load balancer wants in each subnet (Elastic Load Balancing user guide, "Subnets for your load
balancer")."""
IN_EACH_SUBNET = {"AWS::EFS::MountTarget", "AWS::ElastiCache::ServerlessCache"}
"""Types with an address in every subnet of theirs, a mount target counted once for all of them."""


def vpc(account: Account, needs: Needs) -> Iterator[Finding]:
    """The VPC is there, with DNS."""
    given = tiers(needs)
    for vpc_id in given.vpcs:
        missing = ("InvalidVpcID.NotFound", "InvalidVpcID.Malformed")
        if account.read("ec2", "describe_vpcs", missing=missing, VpcIds=[vpc_id]) is None:
            remedy = "give the id of a VPC that `aws ec2 describe-vpcs` prints"
            yield failed(VPC, f"{vpc_id} is not in {account.id} in {account.region}", remedy)
            continue
        off = [
            attribute
            for attribute, key in DNS.items()
            if not account.read("ec2", "describe_vpc_attribute", VpcId=vpc_id, Attribute=attribute)[key][
                "Value"
            ]
        ]
        if off:
            options = "; ".join(
                f"aws ec2 modify-vpc-attribute --vpc-id {vpc_id} --{'enable-dns-' + each[9:].lower()}"
                for each in off
            )
            yield failed(
                VPC, f"{vpc_id} has {' and '.join(off)} off, and names inside it stay unknown", options
            )
        else:
            yield ok(VPC, f"{vpc_id}, with DNS host names and resolution")


def subnets(account: Account, needs: Needs) -> Iterator[Finding]:
    """The subnets are of that VPC, in zones apart, with free addresses."""
    given = tiers(needs)
    if not given.subnets:
        return
    found = {each["SubnetId"]: each for each in _described(account, given)}
    absent = [subnet for subnet in given.subnets if subnet not in found]
    strangers = [key for key, each in found.items() if given.vpcs and each["VpcId"] not in given.vpcs]
    if absent or strangers:
        where = f"not in {account.region}" if absent else f"not in {', '.join(given.vpcs)}"
        remedy = "give subnets of the VPC, as `aws ec2 describe-subnets` prints them"
        yield failed(SUBNETS, f"{', '.join(absent or strangers)}: {where}", remedy)
        return
    faults = [*_zone_faults(needs, given, found), *_address_faults(account, needs, given, found)]
    yield from faults or [
        ok(SUBNETS, f"{len(found)} in {_list({each['AvailabilityZone'] for each in found.values()})}")
    ]


def _described(account: Account, given: Tiers) -> list[Any]:
    by_id = [{"Name": "subnet-id", "Values": list(given.subnets)}]
    return account.each("ec2", "describe_subnets", "Subnets", Filters=by_id)


def _zone_faults(needs: Needs, given: Tiers, found: Mapping[str, Any]) -> Iterator[Finding]:
    for tier, ids in (("public", given.public), ("private", given.private)):
        zones = Counter(found[subnet]["AvailabilityZone"] for subnet in ids)
        if ids and (len(zones) < 2 or max(zones.values()) > 1):
            remedy = "give one subnet per zone, in two zones at least"
            yield failed(SUBNETS, f"the {tier} ones are {len(ids)} in {_list(zones)}", remedy)
    existing = needs.settings.network.existing
    if existing is None:
        return
    for ids in (existing.public_subnet_ids, existing.private_subnet_ids):
        for subnet, zone in zip(ids, existing.availability_zones, strict=False):
            if subnet in found and (real := found[subnet]["AvailabilityZone"]) != zone:
                remedy = "write the zones in the order of the subnets"
                yield failed(SUBNETS, f"{subnet} is in {real}, and the deployment file says {zone}", remedy)


def _address_faults(
    account: Account, needs: Needs, given: Tiers, found: Mapping[str, Any]
) -> Iterator[Finding]:
    wanted = _addresses(account, needs, given)
    for subnet, count in wanted.items():
        free = found[subnet]["AvailableIpAddressCount"]
        if free < count:
            found_ = (
                f"{subnet} ({found[subnet]['CidrBlock']}) has {free} free addresses, and {count} are needed"
            )
            yield failed(SUBNETS, found_, "give larger subnets, or free addresses")


def _addresses(account: Account, needs: Needs, given: Tiers) -> dict[str, int]:
    """Addresses that what is still to be made takes in each subnet."""
    balancers = len(needs.new("AWS::ElasticLoadBalancingV2::LoadBalancer"))
    public = dict.fromkeys(given.public, LOAD_BALANCER_ADDRESSES * balancers)
    behind = 0 if given.public else LOAD_BALANCER_ADDRESSES * balancers
    tasks = sum(each.tasks for each in fargate_tasks(needs) if not needs.exists(each.address))
    each_subnet = sum(bool(needs.new(kind)) for kind in IN_EACH_SUBNET) + sum(
        each.get("VpcEndpointType") == "Interface" for _, each in needs.new("AWS::EC2::VPCEndpoint")
    )
    spread = tasks + 2 * len(needs.new("AWS::RDS::DBInstance"))  # a replaced instance holds two for a while
    per_subnet = behind + each_subnet + ceil(spread / max(1, len(given.private)))
    return {**public, **dict.fromkeys(given.private, per_subnet)}


def _list(names: Any) -> str:
    return ", ".join(sorted(names)) or "none"


CHECKS = (Check(VPC, vpc), Check(SUBNETS, subnets))

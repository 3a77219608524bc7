"""Ways out of subnets that exist."""

from collections.abc import Iterator
from typing import Any

from commands.account.reading import Account
from commands.preflight.findings import Finding, failed, ok
from commands.preflight.needs import Needs
from commands.preflight.run import Check
from commands.preflight.tiers import Tiers, tiers

ROUTES = "routes of given subnets"


TASK_SERVICES = ("ecr.api", "ecr.dkr", "logs", "secretsmanager", "s3")
"""Endpoints that a task on Fargate calls where there is no way to the internet."""


def routes(account: Account, needs: Needs) -> Iterator[Finding]:
    """Public subnets lead to an internet gateway, private ones out without one, isolated ones to endpoints."""
    given = tiers(needs)
    if not given.subnets or not given.vpcs:
        return
    of_vpc = [{"Name": "vpc-id", "Values": list(given.vpcs)}]
    tables = account.each("ec2", "describe_route_tables", "RouteTables", Filters=of_vpc)
    if not tables:
        return  # the check of the VPC says that it is not there
    isolated = needs.settings.network.egress == "isolated"
    faults = []
    for subnet in given.subnets:
        way = _way_out(tables, subnet)
        if subnet in given.public and not (way or "").startswith("igw-"):
            remedy = "route 0.0.0.0/0 to an internet gateway, or give a subnet that is"
            faults.append(
                failed(ROUTES, f"{subnet} is to be public, and its way out is {way or 'none'}", remedy)
            )
        elif subnet in given.private and not isolated and (way is None or way.startswith("igw-")):
            said = "none" if way is None else f"{way}, which takes no private address along"
            remedy = "route 0.0.0.0/0 to a NAT or transit gateway, or use network.egress: isolated"
            faults.append(failed(ROUTES, f"{subnet} is private, and its way out is {said}", remedy))
    if isolated:
        faults += _endpoint_faults(account, needs, given)
    yield from faults or [ok(ROUTES, "each has the way out that its tier needs")]


def _way_out(tables: list[Any], subnet: str) -> str | None:
    """Where the subnet sends what is for the internet; nothing where it goes nowhere."""
    own = [table for table in tables if any(each.get("SubnetId") == subnet for each in table["Associations"])]
    main = [table for table in tables if any(each.get("Main") for each in table["Associations"])]
    for route in (own or main or [{"Routes": []}])[0]["Routes"]:
        if route.get("DestinationCidrBlock") == "0.0.0.0/0" and route.get("State") != "blackhole":
            targets = ("NatGatewayId", "TransitGatewayId", "GatewayId", "NetworkInterfaceId", "InstanceId")
            return next((str(route[target]) for target in targets if route.get(target)), "something")
    return None


def _endpoint_faults(account: Account, needs: Needs, given: Tiers) -> Iterator[Finding]:
    of_vpc = [{"Name": "vpc-id", "Values": list(given.vpcs)}]
    there = {
        each["ServiceName"]
        for each in account.each("ec2", "describe_vpc_endpoints", "VpcEndpoints", Filters=of_vpc)
    }
    made = {needs.text(each.get("ServiceName")) or "" for _, each in needs.of("AWS::EC2::VPCEndpoint")}
    wanted = TASK_SERVICES if any(needs.of("AWS::ECS::Service")) else ()
    absent = [each for each in wanted if not any(name.endswith(f".{each}") for name in there | made)]
    if absent:
        found = f"no way out, and no endpoint for {', '.join(absent)} in {', '.join(given.vpcs)}"
        yield failed(ROUTES, found, "add these endpoints to the VPC, or use another network.egress")


CHECKS = (Check(ROUTES, routes),)

"""Availability zones: enough of them, the named ones there, and none that a service leaves out."""

from collections.abc import Iterator

from commands.account.reading import Account
from commands.preflight.findings import Finding, failed, ok
from commands.preflight.needs import Needs
from commands.preflight.run import Check

NAME = "availability zones"
WITHOUT_EKS = frozenset({"cac1-az3", "use1-az3", "usw1-az2"})
"""Zone ids in which EKS makes no control plane (Amazon EKS user guide, "Subnet requirements for clusters")."""
WITHOUT_VPC_ORIGINS = frozenset({"apne1-az3", "apne2-az1", "cac1-az3", "use1-az3", "usw1-az2"})
"""Zone ids to which CloudFront does not connect (Amazon CloudFront developer guide, "Restrict access with VPC
origins")."""


def offered(account: Account, needs: Needs) -> Iterator[Finding]:
    """Each new subnet has a zone."""
    subnets = [each for _, each in needs.of("AWS::EC2::Subnet")]
    if not subnets:
        return
    zones = {zone["ZoneName"]: zone for zone in account.zones}
    known = [needs.text(subnet.get("AvailabilityZone")) for subnet in subnets]
    wanted = sorted({zone for zone in known if zone is not None})
    absent = [zone for zone in wanted if zone not in zones]
    closed = [zone for zone in wanted if zone in zones and zones[zone].get("State") != "available"]
    if None in known:
        found = f"{account.region} has {len(zones)}, and the subnets need more"
        yield failed(NAME, found, "name fewer subnets per tier, or another region")
    elif absent or closed:
        found = f"{', '.join(absent or closed)} cannot be used in this account; it has {', '.join(zones)}"
        yield failed(NAME, found, "name others in network.availability_zones")
    else:
        yield ok(NAME, ", ".join(wanted))
        yield from _left_out(needs, {zone: zones[zone].get("ZoneId", "") for zone in wanted})


def _left_out(needs: Needs, ids: dict[str, str]) -> Iterator[Finding]:
    for kind, service, without in (
        ("AWS::EKS::Cluster", "EKS", WITHOUT_EKS),
        ("AWS::CloudFront::VpcOrigin", "CloudFront's VPC origins", WITHOUT_VPC_ORIGINS),
    ):
        bad = sorted(f"{zone} ({id_})" for zone, id_ in ids.items() if id_ in without)
        if bad and any(needs.of(kind)):
            found = f"{', '.join(bad)} is not for {service}"
            yield failed(NAME, found, "name other zones in network.availability_zones")


CHECKS = (Check(NAME, offered),)

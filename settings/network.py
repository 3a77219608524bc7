"""The network of a deployment: a VPC of its own, or one that exists."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from settings.model import Model, Refusal
from settings.problems import shown
from settings.text import Ipv4Block, ipv4_block

SMALLEST_VPC = 28
"""A VPC is /16 to /28 (Amazon VPC user guide, "VPC CIDR blocks")."""
SMALLEST_SUBNET = 27
"""A load balancer needs a subnet of at least /27 (Elastic Load Balancing user guide, "Subnets for your load
balancer")."""
NEW_VPC_ONLY = ("cidr", "public_subnets", "private_subnets", "availability_zones", "flow_logs")
ZONE = r"^[a-z]{2,4}(-[a-z]+)+-\d[a-z]$"


def _vpc_block(value: str) -> str:
    block = ipv4_block(value)
    if not 16 <= block.prefixlen <= SMALLEST_VPC:
        raise ValueError(f"{shown(value)} is a /{block.prefixlen}; a VPC takes /16 to /{SMALLEST_VPC}")
    if (
        block.is_loopback
        or block.is_link_local
        or block.is_multicast
        or block.is_reserved
        or block[0].packed[0] == 0
    ):
        raise ValueError(
            f"{shown(value)} is a range that Amazon VPC does not take; use one within 10.0.0.0/8 or 192.168.0.0/16"
        )
    return value


def _subnet_block(value: str) -> str:
    block = ipv4_block(value)
    if not 16 <= block.prefixlen <= SMALLEST_SUBNET:
        raise ValueError(
            f"{shown(value)} is a /{block.prefixlen}; a subnet here takes /16 to /{SMALLEST_SUBNET}"
        )
    return value


VpcBlock = Annotated[Ipv4Block, AfterValidator(_vpc_block)]
SubnetBlock = Annotated[Ipv4Block, AfterValidator(_subnet_block)]
SubnetId = Annotated[
    str, Field(pattern=r"^subnet-([0-9a-f]{8}|[0-9a-f]{17})$", examples=["subnet-0123456789abcdef0"])
]
Zone = Annotated[str, Field(pattern=ZONE, examples=["eu-west-1a"])]


def zone_refusals(zones: tuple[str, ...], field: str) -> Iterator[Refusal]:
    """What is wrong among the names of some zones."""
    if len(set(zones)) != len(zones):
        yield Refusal(f"{_list(zones)} names a zone twice; name each once", field)
    if len({zone[:-1] for zone in zones}) > 1:
        yield Refusal(f"{_list(zones)} are zones of different regions; name zones of one region", field)


class ExistingVpc(Model):
    """A VPC that somebody else owns; nothing in it is changed, and nothing is looked up at synthesis."""

    vpc_id: Annotated[
        str, Field(pattern=r"^vpc-([0-9a-f]{8}|[0-9a-f]{17})$", examples=["vpc-0123456789abcdef0"])
    ]
    """Id of the VPC; DNS host names and DNS resolution must be on in it."""
    availability_zones: Annotated[
        tuple[Zone, ...], Field(min_length=2, max_length=6, examples=[["eu-west-1a", "eu-west-1b"]])
    ]
    """Zones of the subnets, in the order of the subnet ids."""
    private_subnet_ids: Annotated[
        tuple[SubnetId, ...],
        Field(
            min_length=2, max_length=6, examples=[["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]]
        ),
    ]
    """One subnet per zone for tasks, database and file system; routed to the internet unless `egress` is
    `isolated`."""
    public_subnet_ids: Annotated[tuple[SubnetId, ...], Field(max_length=6)] = ()
    """One subnet per zone for an internet-facing load balancer; may be left out with `edge: cloudfront`."""

    def refusals(self) -> Iterator[Refusal]:
        yield from zone_refusals(self.availability_zones, "availability_zones")
        zones = len(self.availability_zones)
        for name, ids in (
            ("private_subnet_ids", self.private_subnet_ids),
            ("public_subnet_ids", self.public_subnet_ids),
        ):
            if ids and len(ids) != zones:
                message = f"has {len(ids)} subnets for {zones} availability zones; give one per zone"
                yield Refusal(message, name, "availability_zones")
            if len(set(ids)) != len(ids):
                yield Refusal(f"{_list(ids)} names a subnet twice; name each once", name)
        shared = sorted(set(self.private_subnet_ids) & set(self.public_subnet_ids))
        if shared:
            message = (
                f"{_list(tuple(shared))} is given as private too; give subnets routed to an internet gateway"
            )
            yield Refusal(message, "public_subnet_ids", "private_subnet_ids")


class ClusterVpc(ExistingVpc):
    """A VPC that somebody else owns, for a cluster; nothing in it is changed, and nothing is looked up at synthesis."""

    cidrs: Annotated[tuple[VpcBlock, ...], Field(max_length=10)] = ()
    """IPv4 ranges of the VPC, which network policies name; needed where they are public ones, which would be taken for
    the internet. Left out: all private ranges."""


class NetworkSettings(Model):
    """A new VPC with public and private subnets, or an existing one."""

    cidr: VpcBlock = "10.0.0.0/16"
    """IPv4 range of the new VPC, /16 to /28; create-only: the database does not move to
    another VPC, so an update to another range fails and is rolled back."""
    public_subnets: Annotated[tuple[SubnetBlock, ...], Field(min_length=2, max_length=6)] = (
        "10.0.1.0/24",
        "10.0.2.0/24",
    )
    """One IPv4 range per zone for load balancer and NAT gateways; create-only, but one more may be added at the end."""
    private_subnets: Annotated[tuple[SubnetBlock, ...], Field(min_length=2, max_length=6)] = (
        "10.0.11.0/24",
        "10.0.12.0/24",
    )
    """One IPv4 range per zone for tasks, database, cache and file system; create-only, but one more may be added at
    the end."""
    availability_zones: Annotated[tuple[Zone, ...], Field(min_length=2, max_length=6)] | None = None
    """Names of the zones, one per subnet of a tier; create-only, but one more may be added at the
    end. Left out: the first zones of the region."""
    egress: Literal["nat", "single_nat", "isolated"] = "nat"
    """How private subnets reach out: a NAT gateway per zone, one for all, or not at all (interface endpoints
    only)."""
    interface_endpoints: bool = False
    """Interface endpoints beside NAT, so that traffic to AWS services stays private; `isolated` always has
    them."""
    flow_logs: bool = True
    """Log accepted and rejected connections of the VPC."""
    existing: ExistingVpc | None = None
    """Use this VPC. Left out: a new one is made."""

    def refusals(self) -> Iterator[Refusal]:
        if self.existing is None:
            yield from self._misfits()
            yield from self._not_one_per_zone()
            return
        for name in NEW_VPC_ONLY:
            if getattr(self, name) != type(self).model_fields[name].default:
                yield Refusal(
                    "is for a new VPC, and network.existing names one; take one of the two out",
                    name,
                    "existing",
                )

    def _misfits(self) -> Iterator[Refusal]:
        vpc = ipv4_block(self.cidr)
        seen: list[tuple[str, str]] = []
        for tier, blocks in (
            ("public_subnets", self.public_subnets),
            ("private_subnets", self.private_subnets),
        ):
            outside = [block for block in blocks if not ipv4_block(block).subnet_of(vpc)]
            if outside:
                lie = "lie" if len(outside) > 1 else "lies"
                what = f"{tier} {_list(tuple(outside))} {lie} outside cidr {vpc}"
                yield Refusal(f"{what}; choose ranges inside it", tier, "cidr")
            for index, block in enumerate(blocks):
                for other_tier, other in seen:
                    if ipv4_block(block).overlaps(ipv4_block(other)):
                        where = "of the same list" if other_tier == tier else f"of {other_tier}"
                        message = f"{block} overlaps {other} {where}; choose ranges apart"
                        yield Refusal(message, f"{tier}.{index}", other_tier)
                seen.append((tier, block))

    def _not_one_per_zone(self) -> Iterator[Refusal]:
        public, private, zones = len(self.public_subnets), len(self.private_subnets), self.availability_zones
        if public != private:
            message = (
                f"public_subnets has {public} ranges and private_subnets {private}; give one of each per zone"
            )
            yield Refusal(message, "private_subnets", "public_subnets")
        if zones is None:
            return
        yield from zone_refusals(zones, "availability_zones")
        if public == private != len(zones):
            message = f"has {len(zones)} zones for {public} subnets per tier; name one zone per subnet"
            yield Refusal(message, "availability_zones", "public_subnets", "private_subnets")


class ClusterNetworkSettings(NetworkSettings):
    """A new VPC with public and private subnets, or an existing one, for a cluster."""

    existing: ClusterVpc | None = None
    """Use this VPC. Left out: a new one is made."""


def _list(values: tuple[str, ...]) -> str:
    return ", ".join(values)

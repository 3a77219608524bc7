"""Every security group of a deployment and every rule between them."""

from collections.abc import Collection, Sequence
from functools import cached_property

from aws_cdk import Acknowledgment, NestedStack, Validations
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from constructs import Construct

from constructs.network.access_rules import Allow, Cidr, ManagedPrefixList, Tier
from constructs.network.managed_prefix_list import ManagedPrefixListId
from constructs.security.deployment_key import function_log_key

ANYWHERE = "0.0.0.0/0"
WEB = (443, 80)


class SecurityGroups(NestedStack):
    """One group for each tier that a rule names: `groups["tasks"]`.

    A rule makes the ingress of one tier and the egress of the other. The groups come out closed: an L2 that would add
    a rule of its own (a load balancer's target, a mount target) adds nothing.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        rules: Sequence[Allow],
        reach_anywhere: Collection[Tier] = (),
        log_key: kms.IKey | None = None,
    ) -> None:
        """`reach_anywhere`: tiers that call the internet or AWS; the others reach what a rule says.

        `log_key`: for the log of the function that finds a prefix list. Left out: one is made where a rule needs it.
        """
        super().__init__(scope, construct_id, description="Security groups and the rules between them")
        self._reach_anywhere, self._given_key = reach_anywhere, log_key
        tiers = dict.fromkeys(
            tier for rule in rules for tier in (rule.to, rule.source) if isinstance(tier, str)
        )
        self._open = {tier: self._group(tier, vpc) for tier in tiers}
        for rule in rules:
            self._allow(rule)
        self._closed = {
            tier: ec2.SecurityGroup.from_security_group_id(
                self, f"{_pascal(tier)}Closed", group.security_group_id, mutable=False
            )
            for tier, group in self._open.items()
        }

    def __getitem__(self, tier: Tier) -> ec2.ISecurityGroup:
        return self._closed[tier]

    @cached_property
    def _log_key(self) -> kms.IKey:
        return self._given_key or function_log_key(self)

    def _group(self, tier: Tier, vpc: ec2.IVpc) -> ec2.SecurityGroup:
        return ec2.SecurityGroup(
            self,
            _pascal(tier),
            vpc=vpc,
            description=tier.replace("_", " ").capitalize(),
            allow_all_outbound=tier in self._reach_anywhere,
        )

    def _allow(self, rule: Allow) -> None:
        target, port = self._open[rule.to], ec2.Port.tcp(rule.port)
        match rule.source:
            case Cidr(block=block):
                target.add_ingress_rule(ec2.Peer.ipv4(block), port, rule.why)
                if block == ANYWHERE:
                    _acknowledge_the_world(target, rule)
            case ManagedPrefixList(name=name):
                found = ManagedPrefixListId(self, f"{_pascal(rule.to)}From", name=name, key=self._log_key)
                target.add_ingress_rule(ec2.Peer.prefix_list(found.prefix_list_id), port, rule.why)
            case tier:
                source = self._open[tier]
                target.add_ingress_rule(source, port, rule.why)
                if tier not in self._reach_anywhere:
                    source.add_egress_rule(target, port, rule.why)


def _acknowledge_the_world(group: ec2.SecurityGroup, rule: Allow) -> None:
    if rule.to != "load_balancer" or rule.port not in WEB:
        raise ValueError(
            f"{rule.to} port {rule.port} is open to {ANYWHERE}; only the load balancer may be, on 443 and 80: name a "
            "narrower range or a tier"
        )
    Validations.of(group).acknowledge(
        Acknowledgment(
            id="AwsSolutions-EC23",
            reason="The public entrance: browsers anywhere reach ports 443 and 80 of the load balancer alone; "
            "load_balancer.allowed_cidrs narrows it, and sign-in stands behind it.",
        )
    )


def _pascal(tier: str) -> str:
    return tier.title().replace("_", "")

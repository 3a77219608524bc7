"""A few letters that tell subnets apart, for the name of what is replaced when they are."""

import hashlib
import json
from collections.abc import Iterable

from aws_cdk import Reference, Stack, Tokenization
from aws_cdk import aws_ec2 as ec2


def fingerprint(subnets: Iterable[ec2.ISubnet]) -> str:
    """Changes with the subnets' ids, or, where CloudFormation makes them, with what makes it replace one."""
    return hashlib.sha256(json.dumps([_identity(subnet) for subnet in subnets]).encode()).hexdigest()[:6]


def _identity(subnet: ec2.ISubnet) -> object:
    reference = Tokenization.reverse_string(subnet.subnet_id).first_token
    target = reference.target if isinstance(reference, Reference) else None
    if not isinstance(target, ec2.CfnSubnet):
        return subnet.subnet_id
    return Stack.of(target).resolve([target.logical_id, target.cidr_block, target.availability_zone])

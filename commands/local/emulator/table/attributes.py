"""Attributes that CloudFormation answers and ministack does not, for types that it has."""

from collections.abc import Mapping

ATTRIBUTES: Mapping[str, Mapping[str, str]] = {
    "AWS::EC2::VPC": {"CidrBlock": "{prop:CidrBlock}"},
}
"""Type → attribute → template, as in a row."""

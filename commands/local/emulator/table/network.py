"""Network types that ministack's templates lack; its EC2 API has most of them."""

from collections.abc import Mapping
from typing import Any

from commands.local.emulator.rows import Call, Place, Row


def _permission(place: Place) -> Mapping[str, Any]:
    rule = place.properties
    described = {"Description": rule["Description"]} if "Description" in rule else {}
    permission: dict[str, Any] = {"IpProtocol": str(rule["IpProtocol"])}
    permission |= {port: int(rule[port]) for port in ("FromPort", "ToPort") if port in rule}
    sources = {
        "CidrIp": ("IpRanges", "CidrIp"),
        "CidrIpv6": ("Ipv6Ranges", "CidrIpv6"),
        "SourcePrefixListId": ("PrefixListIds", "PrefixListId"),
        "DestinationPrefixListId": ("PrefixListIds", "PrefixListId"),
        "SourceSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
        "DestinationSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
    }
    for name, (members, key) in sources.items():
        if name in rule:
            permission[members] = [{key: rule[name], **described}]
    return {"GroupId": rule["GroupId"], "IpPermissions": [permission]}


def _security_group_rule(direction: str) -> Row:
    return Row(
        type=f"AWS::EC2::SecurityGroup{direction.capitalize()}",
        ref="{attr:Id}",
        create=(
            Call(
                service="ec2",
                operation=f"authorize_security_group_{direction}",
                parameters=_permission,
                answers={"Id": "SecurityGroupRules.0.SecurityGroupRuleId"},
            ),
        ),
        delete=(
            Call(
                service="ec2",
                operation=f"revoke_security_group_{direction}",
                parameters={"GroupId": "{prop:GroupId}", "SecurityGroupRuleIds": ["{ref}"]},
            ),
        ),
    )


def _flow_log(place: Place) -> Mapping[str, Any]:
    wanted = {name: value for name, value in place.properties.items() if name not in ("ResourceId", "Tags")}
    return {**wanted, "ResourceIds": [place.properties["ResourceId"]]}


def _origin(place: Place) -> Mapping[str, Any]:
    wanted = place.properties["VpcOriginEndpointConfig"]
    config = {
        "Name": wanted["Name"],
        "Arn": wanted["Arn"],
        "HTTPPort": int(wanted.get("HTTPPort", 80)),
        "HTTPSPort": int(wanted.get("HTTPSPort", 443)),
        "OriginProtocolPolicy": wanted.get("OriginProtocolPolicy", "match-viewer"),
    }
    protocols = wanted.get("OriginSSLProtocols")
    if protocols:
        config["OriginSslProtocols"] = {"Quantity": len(protocols), "Items": protocols}
    return {"VpcOriginEndpointConfig": config}


def _needs_address(properties: Mapping[str, Any]) -> str | None:
    if properties.get("ConnectivityType", "public") == "public" and not properties.get("AllocationId"):
        return "a public NAT gateway needs an AllocationId"
    return None


ROWS = [
    Row(
        type="AWS::EC2::EIP",
        ref="{attr:PublicIp}",
        create=(
            Call(
                service="ec2",
                operation="allocate_address",
                parameters={"Domain": "vpc"},
                answers={"AllocationId": "AllocationId", "PublicIp": "PublicIp"},
            ),
        ),
        delete=(
            Call(
                service="ec2", operation="release_address", parameters={"AllocationId": "{attr:AllocationId}"}
            ),
        ),
    ),
    Row(
        type="AWS::EC2::NatGateway",
        ref="{attr:NatGatewayId}",
        checks=(_needs_address,),
        create=(
            Call(
                service="ec2",
                operation="create_nat_gateway",
                parameters={
                    "SubnetId": "{prop:SubnetId}",
                    "AllocationId": "{prop:AllocationId}",
                    "ConnectivityType": "{prop:ConnectivityType|public}",
                },
                answers={"NatGatewayId": "NatGateway.NatGatewayId"},
            ),
        ),
        delete=(Call(service="ec2", operation="delete_nat_gateway", parameters={"NatGatewayId": "{ref}"}),),
    ),
    Row(
        type="AWS::EC2::FlowLog",
        ref="{attr:Id}",
        create=(
            Call(
                service="ec2",
                operation="create_flow_logs",
                parameters=_flow_log,
                answers={"Id": "FlowLogIds.0"},
            ),
        ),
        delete=(Call(service="ec2", operation="delete_flow_logs", parameters={"FlowLogIds": ["{ref}"]}),),
    ),
    _security_group_rule("ingress"),
    _security_group_rule("egress"),
    Row(
        type="AWS::CloudFront::VpcOrigin",
        ref="{attr:Id}",
        attributes={"Arn": "arn:aws:cloudfront::{account}:vpcorigin/{attr:Id}", "Status": "Deployed"},
        create=(
            Call(
                service="cloudfront",
                operation="create_vpc_origin",
                parameters=_origin,
                answers={"Id": "VpcOrigin.Id"},
            ),
        ),
        delete=(
            Call(
                service="cloudfront",
                operation="get_vpc_origin",
                parameters={"Id": "{ref}"},
                answers={"ETag": "ETag"},
            ),
            Call(
                service="cloudfront",
                operation="delete_vpc_origin",
                parameters={"Id": "{ref}", "IfMatch": "{attr:ETag}"},
            ),
        ),
    ),
]

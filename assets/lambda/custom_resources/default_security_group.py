"""`Custom::ClosedDefaultSecurityGroup`: takes all rules off a VPC's default security group.

Nobody uses that group, but whoever forgets to name one gets it, and it lets its members talk to each other.
Delete leaves it closed: it goes with its VPC.
"""

from typing import Any

from answer import Answer, Refused, Request, answers
from patience import patient_client


@answers()
def handler(request: Request) -> Answer:
    """Revoke every rule that is there; again does nothing."""
    vpc_id = request.properties.text("VpcId")
    ec2 = patient_client("ec2", seconds_left=request.seconds_left)
    filters = [{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": "group-name", "Values": ["default"]}]
    groups = ec2.describe_security_groups(Filters=filters)["SecurityGroups"]
    if not groups:
        raise Refused(f"VPC {vpc_id} has no default security group; check that the VPC is of this region")
    _close(ec2, groups[0])
    return Answer(physical_resource_id=f"{vpc_id}/default", data={"GroupId": groups[0]["GroupId"]})


def _close(ec2: Any, group: dict[str, Any]) -> None:
    if group["IpPermissions"]:
        ec2.revoke_security_group_ingress(GroupId=group["GroupId"], IpPermissions=group["IpPermissions"])
    if group["IpPermissionsEgress"]:
        ec2.revoke_security_group_egress(GroupId=group["GroupId"], IpPermissions=group["IpPermissionsEgress"])

"""`Custom::ClusterRemains`: what controllers of a cluster made must be gone before what it stands on goes.

- Create and Update do nothing.
- Delete waits until none of `Kinds` is left that carries the cluster's or the deployment's tag. `load_balancers` and
  `security_groups` are their controller's to delete; `volumes` and `network_interfaces` are deleted here as
  soon as nothing uses them. What is left when time is over stands in the answer.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from answer import Answer, Refused, Request, answers
from botocore.exceptions import ClientError
from patience import patient_client

LOG = logging.getLogger(__name__)
CONTROLLER_TAG = "elbv2.k8s.aws/cluster"
DEPLOYMENT_TAG = "pergola:deployment"
DRIVER_TAG = "ebs.csi.aws.com/cluster"
INTERFACE_TAG = "cluster.k8s.amazonaws.com/name"
"""Which the load balancer controller, the volumes' driver (the first as we tell it), and the VPC CNI put on what
they make."""
OWNERS = ("ingress.k8s.aws/stack", "service.k8s.aws/stack")
PAUSE_SECONDS = 5.0
TAGS_AT_ONCE = 20
GONE = ("InvalidVolume.NotFound", "InvalidNetworkInterfaceID.NotFound")
BUSY = ("VolumeInUse", "InvalidNetworkInterface.InUse", "InvalidParameterValue", "OperationNotPermitted")


@dataclass(frozen=True, kw_only=True)
class Remain:
    """One thing that is left; `delete` where it is free and ours to delete."""

    name: str
    delete: Callable[[], object] | None = None


def leave_nothing(request: Request) -> None:
    """Wait until nothing of the named kinds is left."""
    kinds = request.properties.texts("Kinds")
    cluster = request.properties.text("ClusterName")
    while remains := [remain for kind in kinds for remain in KINDS[kind](cluster, request.seconds_left)]:
        if request.seconds_left() < 2 * PAUSE_SECONDS:
            names = ", ".join(remain.name for remain in remains[:5])
            raise Refused(
                f"{len(remains)} of cluster {cluster} are left: {names}; delete the Ingress, Service or claim that "
                "they belong to with kubectl, then delete the stack again"
            )
        for remain in remains:
            if remain.delete is not None:
                _delete(remain.delete)
        time.sleep(PAUSE_SECONDS)


@answers(on_delete=leave_nothing)
def handler(request: Request) -> Answer:
    """Check what Delete will need."""
    kinds = request.properties.texts("Kinds")
    if unknown := sorted(set(kinds) - set(KINDS)):
        raise Refused(f"property Kinds names {', '.join(unknown)}; use {', '.join(KINDS)}")
    # Without the kinds: a deployment that begins to keep its volumes is no other resource, or the old one would be
    # deleted, and the volumes with it.
    return Answer(physical_resource_id=request.properties.text("ClusterName"))


def _load_balancers(cluster: str, seconds_left: Callable[[], float]) -> list[Remain]:
    elb = patient_client("elbv2", seconds_left=seconds_left)
    pages = elb.get_paginator("describe_load_balancers").paginate()
    arns = [balancer["LoadBalancerArn"] for page in pages for balancer in page["LoadBalancers"]]
    found = []
    for start in range(0, len(arns), TAGS_AT_ONCE):
        described = elb.describe_tags(ResourceArns=arns[start : start + TAGS_AT_ONCE])["TagDescriptions"]
        found += [(each["ResourceArn"], _tags(each["Tags"])) for each in described]
    return [
        Remain(name=f"{arn} of {next((tags[key] for key in OWNERS if key in tags), 'an unknown owner')}")
        for arn, tags in found
        if tags.get(CONTROLLER_TAG) == cluster
    ]


def _security_groups(cluster: str, seconds_left: Callable[[], float]) -> list[Remain]:
    ec2 = patient_client("ec2", seconds_left=seconds_left)
    pages = ec2.get_paginator("describe_security_groups").paginate(Filters=_tagged(CONTROLLER_TAG, cluster))
    return [Remain(name=group["GroupId"]) for page in pages for group in page["SecurityGroups"]]


def _volumes(cluster: str, seconds_left: Callable[[], float]) -> list[Remain]:
    ec2 = patient_client("ec2", seconds_left=seconds_left)
    # Only what the driver made: the same deployment may have volumes that no claim asked for.
    filters = [*_tagged(DEPLOYMENT_TAG, cluster), *_tagged(DRIVER_TAG, "true")]
    pages = ec2.get_paginator("describe_volumes").paginate(Filters=filters)
    found = [volume for page in pages for volume in page["Volumes"]]
    return [
        Remain(
            name=volume["VolumeId"],
            delete=_later(ec2.delete_volume, VolumeId=volume["VolumeId"])
            if volume["State"] == "available"
            else None,
        )
        for volume in found
    ]


def _network_interfaces(cluster: str, seconds_left: Callable[[], float]) -> list[Remain]:
    ec2 = patient_client("ec2", seconds_left=seconds_left)
    pages = ec2.get_paginator("describe_network_interfaces").paginate(Filters=_tagged(INTERFACE_TAG, cluster))
    found = [interface for page in pages for interface in page["NetworkInterfaces"]]
    return [
        Remain(
            name=interface["NetworkInterfaceId"],
            delete=_later(ec2.delete_network_interface, NetworkInterfaceId=interface["NetworkInterfaceId"])
            if interface["Status"] == "available"
            else None,
        )
        for interface in found
    ]


KINDS: Mapping[str, Callable[[str, Callable[[], float]], list[Remain]]] = {
    "load_balancers": _load_balancers,
    "security_groups": _security_groups,
    "volumes": _volumes,
    "network_interfaces": _network_interfaces,
}


def _delete(delete: Callable[[], object]) -> None:
    try:
        delete()
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code not in (*GONE, *BUSY):
            raise
        LOG.info("not deleted yet: %s", error)


def _later(call: Callable[..., object], **arguments: str) -> Callable[[], object]:
    return lambda: call(**arguments)


def _tagged(key: str, value: str) -> list[dict[str, Any]]:
    return [{"Name": f"tag:{key}", "Values": [value]}]


def _tags(tags: Iterable[Mapping[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}

"""What ministack's clusters and node groups lack: the cluster's own security group in EC2, its keys, its protection."""

import base64
import json
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from ministack.core.responses import new_uuid
from ministack.services import eks
from ministack.services.cloudformation import provisioners

from commands.local.emulator.kubernetes.resources import Clusters
from commands.local.emulator.own_client import own_client

CLUSTER, NODES = "AWS::EKS::Cluster", "AWS::EKS::Nodegroup"
BLOCKING = frozenset({CLUSTER, NODES})
"""Types that call the emulator's own API."""
CHANGE = re.compile(r"/clusters/([A-Za-z0-9_-]+)/update-config")
CHANGED_AS_GIVEN = ("accessConfig", "deletionProtection", "logging", "upgradePolicy", "zonalShiftConfig")
CERTIFICATE = base64.b64encode(b"no certificate: no API server runs here").decode()
Properties = Mapping[str, Any]
Made = tuple[str, dict[str, str]]


def install(clusters: Clusters) -> None:
    """Put ours around ministack's handlers."""
    native = provisioners._RESOURCE_HANDLERS
    native[CLUSTER] = {**native[CLUSTER], **_Cluster(native[CLUSTER], clusters).handlers}
    native[NODES] = {**native[NODES], **_Nodes(native[NODES]).handlers}
    eks._handle_request_sync = partial(_answer, eks._handle_request_sync)


class _Cluster:
    def __init__(self, native: Mapping[str, Any], clusters: Clusters) -> None:
        self._native, self._clusters = native, clusters
        self.handlers = {"create": self.create, "update": self.update, "delete": self.delete}

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        name, attributes = self._native["create"](logical_id, properties, stack)
        cluster = eks._clusters[name]
        cluster["resourcesVpcConfig"] |= _network_of(name, properties)
        return name, attributes | _settle(cluster, properties)

    def update(self, physical_id: str, old: Properties, new: Properties, *rest: Any) -> Made:
        name, attributes = self._native["update"](physical_id, old, new, *rest)
        return name, attributes | _settle(eks._clusters[name], new)

    def delete(self, physical_id: str, properties: Properties) -> None:
        cluster = eks._clusters.get(physical_id)
        if cluster is None:
            return
        if cluster["deletionProtection"]:
            raise ValueError(
                f"Cluster {physical_id} cannot be deleted because deletion protection is enabled "
                "(Service: Eks, Status Code: 400)"
            )
        groups = [each for each in eks._nodegroups.values() if each["clusterName"] == physical_id]
        if groups:
            raise ValueError("Cluster has nodegroups attached (Service: Eks, Status Code: 409)")
        self._native["delete"](physical_id, properties)
        self._clusters.forget(physical_id)
        own_client("ec2").delete_security_group(
            GroupId=cluster["resourcesVpcConfig"]["clusterSecurityGroupId"]
        )


class _Nodes:
    def __init__(self, native: Mapping[str, Any]) -> None:
        self._native = native
        self.handlers = {"create": self.create}

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        cluster = properties["ClusterName"]
        scaling = {name: int(value) for name, value in (properties.get("ScalingConfig") or {}).items()}
        least, wished, most = (scaling.get(f"{name}Size", 1) for name in ("Min", "Desired", "Max"))
        if not least <= wished <= most:
            raise ValueError(
                f"desiredSize {wished} is not from minSize {least} to maxSize {most} (Service: Eks, Status Code: 400)"
            )
        if not _has_addon(cluster, "vpc-cni"):
            raise ValueError(
                "NodeCreationFailure: Unhealthy nodes in the kubernetes cluster: container runtime network not ready, "
                "the add-on vpc-cni is not there"
            )
        name, attributes = self._native["create"](logical_id, properties, stack)
        eks._nodegroups[f"{cluster}/{name}"]["capacityType"] = properties.get("CapacityType", "ON_DEMAND")
        return name, {**attributes, "Id": f"{cluster}/{name}"}


def _answer(native: Any, method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
    """UpdateClusterConfig, which ministack's API lacks."""
    found = CHANGE.fullmatch(path)
    if method != "POST" or not found:
        return native(method, path, headers, body, query)
    cluster = eks._clusters.get(found.group(1))
    if cluster is None:
        message = f"No cluster found for name: {found.group(1)}."
        return eks._error(404, "ResourceNotFoundException", message)
    wanted = json.loads(body)
    cluster.update({name: wanted[name] for name in CHANGED_AS_GIVEN if name in wanted})
    cluster["resourcesVpcConfig"].update(wanted.get("resourcesVpcConfig", {}))
    update = {"id": new_uuid(), "status": "Successful", "type": "ConfigUpdate", "createdAt": eks._now()}
    return eks._json_resp(200, {"update": update})


def _has_addon(cluster: str, name: str) -> bool:
    return f"{cluster}/{name}" in eks._addons


def _network_of(name: str, properties: Properties) -> dict[str, Any]:
    """The VPC, and the security group that EKS makes in it for control plane and nodes."""
    ec2 = own_client("ec2")
    subnets = properties["ResourcesVpcConfig"]["SubnetIds"]
    vpc = ec2.describe_subnets(SubnetIds=subnets[:1])["Subnets"][0]["VpcId"]
    group = ec2.create_security_group(
        GroupName=f"eks-cluster-sg-{name}",
        Description="EKS created security group applied to ENI that is attached to EKS Control Plane",
        VpcId=vpc,
    )["GroupId"]
    ec2.authorize_security_group_ingress(
        GroupId=group, IpPermissions=[{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}]
    )
    return {"vpcId": vpc, "clusterSecurityGroupId": group}


def _settle(cluster: dict[str, Any], properties: Properties) -> dict[str, str]:
    """Keep what ministack leaves out of a template's properties; the attributes that come of it."""
    encryption = properties.get("EncryptionConfig") or []
    keys = [each["Provider"]["KeyArn"] for each in encryption]
    cluster["encryptionConfig"] = [
        {"resources": each["Resources"], "provider": {"keyArn": key}}
        for each, key in zip(encryption, keys, strict=True)
    ]
    cluster["deletionProtection"] = str(properties.get("DeletionProtection", False)).lower() == "true"
    cluster["upgradePolicy"] = {
        "supportType": (properties.get("UpgradePolicy") or {}).get("SupportType", "EXTENDED")
    }
    cluster["certificateAuthority"] = {"data": CERTIFICATE}
    return {
        "Id": cluster["name"],
        "CertificateAuthorityData": CERTIFICATE,
        "ClusterSecurityGroupId": cluster["resourcesVpcConfig"]["clusterSecurityGroupId"],
        **({"EncryptionConfigKeyArn": keys[0]} if keys else {}),
    }

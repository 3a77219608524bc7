"""What an EC2 instance type has, as far as a node of Kubernetes is concerned.

Source of instance_types.csv: answers of EC2's DescribeInstanceTypes as moto 5.2.1 carries them (ec2/resources).
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).parent / "instance_types.csv"
PREFIX = 16
"""Addresses in a prefix (/28) that takes the place of one address (Amazon EKS user guide, "Assign more IP
addresses")."""
FEW_VCPUS = 30
PODS_OF_FEW, PODS_OF_MANY = 110, 250
"""Most pods that AWS recommends below 30 vCPUs and from there on (amazon-eks-ami, max-pods-calculator)."""


@dataclass(frozen=True, kw_only=True)
class InstanceType:
    """One row of the table."""

    name: str
    vcpus: int
    memory_mib: int
    interfaces: int
    """Most network interfaces."""
    addresses: int
    """IPv4 addresses of each."""
    attachments: int
    """Most volumes beside one interface."""
    shared: bool
    """Interfaces and volumes share the attachments (Nitro types to the 7th generation, 28 together)."""

    def pods(self, *, prefix_delegation: bool = False) -> int:
        """Pods that get an address: the first address of an interface is the interface's, two pods use the host's.

        Formula: amazon-vpc-cni-k8s, misc/eni-max-pods.txt.
        """
        own = self.addresses - 1
        if not prefix_delegation:
            return self.interfaces * own + 2
        most = PODS_OF_FEW if self.vcpus < FEW_VCPUS else PODS_OF_MANY
        return min(self.interfaces * own * PREFIX + 2, most)

    @property
    def volumes(self) -> int:
        """Volumes for pods, beside the root volume and every interface (aws-ebs-csi-driver, volume limits)."""
        beside = self.interfaces - 1 if self.shared else 0
        return self.attachments - beside - 1


@cache
def instance_types() -> dict[str, InstanceType]:
    """The types whose capacity we know."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {
            row["type"]: InstanceType(
                name=row["type"],
                vcpus=int(row["vcpus"]),
                memory_mib=int(row["memory_mib"]),
                interfaces=int(row["network_interfaces"]),
                addresses=int(row["addresses_per_interface"]),
                attachments=int(row["volume_attachments"]),
                shared=row["attachments"] == "shared",
            )
            for row in csv.DictReader(file)
        }

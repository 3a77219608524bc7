"""The EKS cluster: who reaches it, its nodes, the versions of its add-ons."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from settings import versions
from settings.model import Model, Refusal
from settings.problems import shown
from settings.text import Ipv4Block

ROLE_ARN = r"^arn:aws[a-z-]*:iam::\d{12}:role/[A-Za-z0-9+=,.@_/-]{1,512}$"
INSTANCE_TYPE = r"^[a-z]+\d+[a-z]*(-[a-z0-9]+)?\.(nano|micro|small|medium|large|xlarge|\d{1,2}xlarge)$"
GENERATION = re.compile(r"^[a-z]+\d+(?P<attributes>[a-z]*)")
NAME = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
QUALIFIED = r"^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$"
"""A key of a label or a taint (Kubernetes, "Labels and Selectors")."""
LABEL_VALUE = r"^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$"
RESERVED = ("kubernetes.io", "k8s.io", "eks.amazonaws.com")
CONTROLLERS_TAGS = (
    "CSIVolume",
    "KubernetesCluster",
    "ebs.csi.aws.com/",
    "elbv2.k8s.aws/",
    "ingress.k8s.aws/",
    "kubernetes.io",
    "pergola:deployment",
    "service.k8s.aws/",
)
"""Beginnings of keys by which the drivers, the load balancer controller and a teardown know what is theirs."""
EVERYWHERE = "0.0.0.0/0"

AddonVersion = Annotated[str, Field(pattern=r"^v\d+\.\d+\.\d+-eksbuild\.\d+$", examples=[versions.VPC_CNI])]
LabelKey = Annotated[str, Field(pattern=QUALIFIED, max_length=317, examples=["workload"])]
LabelValue = Annotated[str, Field(pattern=LABEL_VALUE, max_length=63, examples=["workers"])]


def _architecture(instance_type: str) -> str:
    """Graviton has a g among the letters after the generation (Amazon EC2 user guide, "Instance type names")."""
    found = GENERATION.match(instance_type)
    return "arm64" if found and "g" in found["attributes"] else "x86_64"


def _not_everywhere(value: str) -> str:
    if value == EVERYWHERE:
        raise ValueError(f"{shown(value)} is the whole internet; name the ranges that people come from")
    return value


class Taint(Model):
    """Keeps away every pod that does not tolerate it."""

    key: LabelKey
    """Key that a toleration names."""
    value: LabelValue = ""
    """Value that a toleration names."""
    effect: Annotated[
        Literal["NoSchedule", "PreferNoSchedule", "NoExecute"], Field(examples=["NoSchedule"])
    ] = "NoSchedule"
    """What happens to pods without the toleration; NoExecute evicts those that run already."""

    def __str__(self) -> str:
        """As kubectl writes it: `spot=true:NoSchedule`."""
        return f"{self.key}={self.value}:{self.effect}" if self.value else f"{self.key}:{self.effect}"

    @property
    def keeps_away(self) -> bool:
        """Whether a pod without the toleration waits; with PreferNoSchedule it comes where there is no other room."""
        return self.effect != "PreferNoSchedule"


class NodeGroup(Model):
    """Nodes of one kind, spread over the private subnets."""

    name: Annotated[str, Field(pattern=NAME, max_length=32, examples=["general"])]
    """Name of the group; create-only: another one makes a new group and removes the old."""
    instance_types: Annotated[
        tuple[Annotated[str, Field(pattern=INSTANCE_TYPE, examples=["c6i.xlarge"])], ...],
        Field(min_length=1, max_length=20, examples=[["c6i.xlarge"]]),
    ]
    """Types that EC2 may choose from; all with the same CPU and memory, or scaling reckons with the first alone."""
    min_nodes: Annotated[int, Field(ge=0, le=100)] = 1
    """Fewest nodes."""
    desired_nodes: Annotated[int, Field(ge=0, le=100)] | None = None
    """Nodes at first; later the autoscaler decides, until another change of the group sets them again. Left out:
    `min_nodes`."""
    max_nodes: Annotated[int, Field(ge=1, le=100)] = 3
    """Most nodes."""
    disk_gib: Annotated[int, Field(ge=20, le=16_384)] = 50
    """Root volume of a node in GiB: images, logs and emptyDir volumes."""
    spot: bool = False
    """EC2 Spot: up to 90 % cheaper, a node may go with two minutes' notice; needs two instance types or more."""
    architecture: Literal["x86_64", "arm64"] = "x86_64"
    """Processor; every image that runs here must be built for it."""
    labels: Annotated[dict[LabelKey, LabelValue], Field(max_length=50)] = Field(default_factory=dict)
    """Labels of the nodes, for node selectors and affinities."""
    taints: Annotated[tuple[Taint, ...], Field(max_length=50)] = ()
    """Taints of the nodes."""

    def refusals(self) -> Iterator[Refusal]:
        if self.min_nodes > self.max_nodes:
            message = f"min_nodes {self.min_nodes} exceeds max_nodes {self.max_nodes}"
            yield Refusal(f"{message}; lower the one or raise the other", "min_nodes", "max_nodes")
        elif self.desired_nodes is not None and not self.min_nodes <= self.desired_nodes <= self.max_nodes:
            message = f"desired_nodes {self.desired_nodes} is not from {self.min_nodes} to {self.max_nodes}"
            yield Refusal(
                f"{message}; choose one that is, or leave it out", "desired_nodes", "min_nodes", "max_nodes"
            )
        if len(set(self.instance_types)) != len(self.instance_types):
            yield Refusal("names a type twice; name each once", "instance_types")
        if self.spot and len(set(self.instance_types)) < 2:
            message = f"spot with {self.instance_types[0]} alone stands still when AWS takes that type back"
            yield Refusal(f"{message}; add a type of the same size", "instance_types", "spot")
        for index, kind in enumerate(self.instance_types):
            if (made_for := _architecture(kind)) != self.architecture:
                message = f"{kind} is {made_for}, the group {self.architecture}"
                yield Refusal(
                    f"{message}; choose another type or architecture: {made_for}",
                    f"instance_types.{index}",
                    "architecture",
                )
        for key in self.labels:
            prefix = key.partition("/")[0] if "/" in key else ""
            if any(prefix == word or prefix.endswith(f".{word}") for word in RESERVED):
                yield Refusal(
                    f"{key} is a label that Kubernetes or EKS sets; choose another prefix", f"labels.{key}"
                )
        pairs = [(taint.key, taint.effect) for taint in self.taints]
        for key, effect in sorted({pair for pair in pairs if pairs.count(pair) > 1}):
            yield Refusal(f"{key} with {effect} stands twice; keep one", "taints")


class AddonVersions(Model):
    """Versions of what EKS and Helm install; `aws eks describe-addon-versions` lists those of a Kubernetes version."""

    vpc_cni: AddonVersion = versions.VPC_CNI
    """Add-on `vpc-cni`."""
    kube_proxy: AddonVersion = versions.KUBE_PROXY
    """Add-on `kube-proxy`; of the cluster's Kubernetes version."""
    coredns: AddonVersion = versions.COREDNS
    """Add-on `coredns`."""
    pod_identity_agent: AddonVersion = versions.POD_IDENTITY_AGENT
    """Add-on `eks-pod-identity-agent`."""
    ebs_csi_driver: AddonVersion = versions.EBS_CSI_DRIVER
    """Add-on `aws-ebs-csi-driver`."""
    efs_csi_driver: AddonVersion = versions.EFS_CSI_DRIVER
    """Add-on `aws-efs-csi-driver`."""
    snapshot_controller: AddonVersion = versions.SNAPSHOT_CONTROLLER
    """Add-on `snapshot-controller`."""
    metrics_server: AddonVersion = versions.METRICS_SERVER
    """Add-on `metrics-server`."""
    cluster_autoscaler: Annotated[
        str, Field(pattern=r"^v\d+\.\d+\.\d+$", examples=[versions.CLUSTER_AUTOSCALER])
    ] = versions.CLUSTER_AUTOSCALER
    """Image of Cluster Autoscaler; of the cluster's Kubernetes version."""


GENERAL = NodeGroup(
    name="general", instance_types=("c6i.xlarge",), min_nodes=3, max_nodes=6
)  # three nodes of 4 vCPU and 8 GiB, as the document has them


class ClusterSettings(Model):
    """An EKS cluster of its own."""

    node_groups: Annotated[tuple[NodeGroup, ...], Field(min_length=1, max_length=10)] = (GENERAL,)
    """Groups of nodes; one of them at least without taints, for the system's own pods."""
    public_access_cidrs: Annotated[
        tuple[Annotated[Ipv4Block, AfterValidator(_not_everywhere)], ...], Field(max_length=40)
    ] = ()
    """IPv4 ranges that reach the Kubernetes API over the internet. Left out: it is reached from the VPC alone."""
    admin_role_arns: Annotated[
        tuple[
            Annotated[
                str, Field(pattern=ROLE_ARN, examples=["arn:aws:iam::111122223333:role/platform-admin"])
            ],
            ...,
        ],
        Field(max_length=20),
    ] = ()
    """IAM roles that administer the cluster with kubectl. Left out: the deployment itself alone."""
    prefix_delegation: bool = False
    """Give nodes blocks of 16 addresses (/28) instead of single ones, so that small ones take up to 110 pods, those
    from 30 vCPUs on up to 250; the subnets need room for such blocks. A change replaces the nodes."""
    deletion_protection: bool = True
    """Refuse deletion of the cluster until it is switched off."""
    session_manager: bool = False
    """Allow a shell on the nodes by Session Manager; nobody has SSH."""
    addon_versions: AddonVersions = AddonVersions()
    """Versions of add-ons; nothing is updated by itself."""

    def refusals(self) -> Iterator[Refusal]:
        names = [group.name for group in self.node_groups]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield Refusal(f"{name} stands twice; give each group a name of its own", "node_groups")
        if all(group.taints for group in self.node_groups):
            message = "every group has taints, so DNS and the controllers run nowhere"
            yield Refusal(f"{message}; leave one group without", "node_groups")
        if not any(group.max_nodes and (group.desired_nodes or group.min_nodes) for group in self._open):
            message = "no group without taints starts with a node, so DNS and the controllers wait for ever"
            yield Refusal(f"{message}; set min_nodes: 1 or more", "node_groups")
        for field in ("admin_role_arns", "public_access_cidrs"):
            values = getattr(self, field)
            if len(set(values)) != len(values):
                yield Refusal("names one twice; name each once", field)

    @property
    def _open(self) -> tuple[NodeGroup, ...]:
        return tuple(group for group in self.node_groups if not group.taints)


def unfit_tags(tags: Mapping[str, str]) -> Iterator[Refusal]:
    """Tags that the controllers of a cluster, which put them on volumes and load balancers, would not start with."""
    for key, value in tags.items():
        if key.startswith(CONTROLLERS_TAGS):
            yield Refusal(f"{key} is a tag that controllers of the cluster set; choose another key", "tags")
        elif "=" in key or ": " in f"{key} {value} ":
            message = f"{key} has a key with = or text with a colon before a space, which controllers read as its end"
            yield Refusal(f"{message}; write it without", "tags")


def unfit_versions(kubernetes_version: str, cluster: ClusterSettings) -> Iterator[Refusal]:
    """Add-ons that go with the Kubernetes version and name another; fields are relative to the cluster's settings."""
    for field in ("kube_proxy", "cluster_autoscaler"):
        version: str = getattr(cluster.addon_versions, field)
        if not version.startswith(f"v{kubernetes_version}."):
            yield Refusal(
                f"{field} {version} is not of Kubernetes {kubernetes_version}; "
                f"name one that starts with v{kubernetes_version}.",
                f"addon_versions.{field}",
            )

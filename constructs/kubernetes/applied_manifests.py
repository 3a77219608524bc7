"""Manifests that CloudFormation applies to a cluster."""

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from aws_cdk import aws_eks_v2 as eks
from constructs import Construct

from constructs.data.retention import kept

Manifest = Mapping[str, Any]
LANES = 8
"""So many are applied at once: each is a run of the kubectl function, and a new account may run ten functions."""
LARGEST_BYTES = 200_000
"""An event of AWS Lambda is 256 KiB at most, and kubectl keeps a second copy of the object in an annotation."""
KEPT_KINDS = ("Namespace", "PersistentVolumeClaim")
"""A namespace takes its claims with it, so that both stay where data is kept."""
LOAD_BALANCER_CLASS = "service.k8s.aws/nlb"


class AppliedManifests(Construct):
    """A resource for each object: what is no longer among the manifests is deleted, which a group would not do without
    the labels of `prune`.

    Kinds follow each other as the manifests do, objects of one kind in `LANES`; deletion goes backwards, so what
    comes last (Ingresses) goes first. `kubectl delete` waits for finalizers: an Ingress or Service is gone when
    its load balancer is.

    The construct id is the object's identity: another id for the same object would apply it, and then delete it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cluster: eks.ICluster,
        manifests: Sequence[Manifest],
        keep_data: bool,
    ) -> None:
        """`manifests`: complete, in the order of applying. `keep_data`: claims stay in the cluster when they are no
        longer among the manifests.

        Raises ValueError for an object that must not or cannot be applied.
        """
        super().__init__(scope, construct_id)
        before: list[eks.KubernetesManifest] = []
        for _, kind in groupby(manifests, key=lambda manifest: manifest["kind"]):
            lanes: list[eks.KubernetesManifest] = []
            for number, manifest in enumerate(kind):
                _refuse(manifest)
                applied = eks.KubernetesManifest(
                    self,
                    identity(manifest),
                    cluster=cluster,
                    manifest=[dict(manifest)],
                    # `apply`, not `create`: a second attempt finds what the first one made.
                    overwrite=True,
                    removal_policy=kept(keep_data) if manifest["kind"] in KEPT_KINDS else None,
                )
                if number < LANES:
                    applied.node.add_dependency(*before)
                    lanes.append(applied)
                else:
                    applied.node.add_dependency(lanes[number % LANES])
                    lanes[number % LANES] = applied
            before = lanes


def identity(manifest: Manifest) -> str:
    """Kind, namespace and name."""
    about = manifest["metadata"]
    return "-".join(part for part in (manifest["kind"], about.get("namespace"), about["name"]) if part)


def _refuse(manifest: Manifest) -> None:
    name, kind = identity(manifest), manifest["kind"]
    if kind == "Secret":
        raise ValueError(
            f"{name} would stand readable in the template; use an ExternalSecret over a secret of Secrets Manager"
        )
    if kind == "Service" and manifest["spec"].get("type") == "LoadBalancer":
        found = manifest["spec"].get("loadBalancerClass")
        if found != LOAD_BALANCER_CLASS:
            raise ValueError(
                f"{name} has the load balancer class {found}, which would make a Classic Load Balancer that nothing "
                f"here deletes; set loadBalancerClass: {LOAD_BALANCER_CLASS}"
            )
    if (size := len(json.dumps(manifest))) > LARGEST_BYTES:
        raise ValueError(f"{name} has {size} bytes; kubectl applies {LARGEST_BYTES} at most: split it")

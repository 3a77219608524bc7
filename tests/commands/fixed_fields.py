"""Changes of objects, and whether Kubernetes 1.36 refuses them."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

Manifest = dict[str, Any]
RBAC = "rbac.authorization.k8s.io"
SELECTOR = {"matchLabels": {"a": "b"}}
OTHER = {"matchLabels": {"c": "d"}}
POD: Manifest = {
    "metadata": {"labels": {"a": "b", "c": "d"}},
    "spec": {"restartPolicy": "Always", "containers": [{"name": "c", "image": "x"}]},
}
ONCE: Manifest = {**POD, "spec": {**POD["spec"], "restartPolicy": "Never"}}
CLAIM = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "2Gi"}}}
ROLE = {"apiGroup": RBAC, "kind": "Role", "name": "r"}
CLUSTER_ROLE = {**ROLE, "kind": "ClusterRole"}
PORTS = {"selector": {"a": "b"}, "ports": [{"port": 80, "targetPort": 80, "protocol": "TCP"}]}
ON_FAILURE = {
    "rules": [{"action": "FailJob", "onExitCodes": {"operator": "In", "values": [3]}}],
}


@dataclass(frozen=True, kw_only=True)
class Change:
    """One field of an object gets another value; None: it is taken out."""

    before: Manifest
    path: str
    value: Any
    is_refused: bool

    @property
    def after(self) -> Manifest:
        """The object with the change."""
        made = deepcopy(self.before)
        *folders, name = self.path.split(".")
        place = made
        for each in folders:
            place = place.setdefault(each, {})
        if self.value is None:
            del place[name]
        else:
            place[name] = self.value
        return made

    def __str__(self) -> str:
        return f"{self.before['kind']}-{self.path}-{self.value}"


def _of(
    before: Manifest, *, refused: dict[str, list[Any]], taken: dict[str, list[Any]] | None = None
) -> Iterator[Change]:
    for found, is_refused in ((refused, True), (taken or {}, False)):
        for path, values in found.items():
            for value in values:
                yield Change(before=before, path=path, value=value, is_refused=is_refused)


def _one(kind: str, version: str, *, namespace: str | None = "shop", **fields: Any) -> Manifest:
    place = {"namespace": namespace} if namespace else {}
    return {"apiVersion": version, "kind": kind, "metadata": {"name": kind.lower(), **place}, **fields}


def _workload(kind: str) -> Manifest:
    return _one(kind, "apps/v1", spec={"selector": SELECTOR, "template": POD})


CHANGES: tuple[Change, ...] = (
    *_of(
        _workload("Deployment"),
        refused={"spec.selector": [OTHER]},
        taken={"spec.strategy": [{"type": "Recreate"}], "spec.replicas": [3]},
    ),
    *_of(_workload("DaemonSet"), refused={"spec.selector": [OTHER]}),
    *_of(_workload("ReplicaSet"), refused={"spec.selector": [OTHER]}),
    *_of(
        _one(
            "StatefulSet",
            "apps/v1",
            spec={
                "selector": SELECTOR,
                "serviceName": "x",
                "template": POD,
                "volumeClaimTemplates": [{"metadata": {"name": "d"}, "spec": CLAIM}],
            },
        ),
        refused={
            "spec.selector": [OTHER],
            "spec.serviceName": ["y"],
            "spec.podManagementPolicy": ["Parallel"],
            "spec.volumeClaimTemplates": [[]],
        },
        taken={
            "spec.podManagementPolicy": ["OrderedReady"],
            "spec.replicas": [2],
            "spec.minReadySeconds": [3],
            "spec.ordinals": [{"start": 1}],
            "spec.persistentVolumeClaimRetentionPolicy": [{"whenDeleted": "Delete"}],
            "spec.revisionHistoryLimit": [3],
        },
    ),
    *_of(
        _one("Job", "batch/v1", spec={"template": ONCE, "completions": 2, "completionMode": "NonIndexed"}),
        refused={
            "spec.template": [{**ONCE, "metadata": {"labels": {"a": "z"}}}],
            "spec.completionMode": ["Indexed"],
            "spec.completions": [3],
            "spec.podFailurePolicy": [ON_FAILURE],
            "spec.managedBy": ["example.org/other"],
        },
        taken={
            "spec.parallelism": [2],
            "spec.backoffLimit": [3],
            "spec.activeDeadlineSeconds": [9],
            "spec.suspend": [True],
            "spec.completionMode": [None],
        },
    ),
    *_of(
        _one(
            "CronJob",
            "batch/v1",
            spec={"schedule": "* * * * *", "suspend": True, "jobTemplate": {"spec": {"template": ONCE}}},
        ),
        refused={},
        taken={"spec.jobTemplate": [{"spec": {"template": ONCE, "completions": 2}}]},
    ),
    *_of(
        _one("PersistentVolumeClaim", "v1", spec={**CLAIM, "storageClassName": "gp3"}),
        refused={
            "spec.accessModes": [["ReadWriteMany"]],
            "spec.storageClassName": ["z", None],
            "spec.volumeMode": ["Block"],
            "spec.selector": [SELECTOR],
            "spec.resources": [{"requests": {"storage": "1Gi"}}],
        },
        taken={"spec.volumeMode": ["Filesystem"], "metadata.labels": [{"a": "b"}]},
    ),
    *_of(
        _one(
            "PersistentVolume",
            "v1",
            namespace=None,
            spec={
                "capacity": {"storage": "1Gi"},
                "accessModes": ["ReadWriteOnce"],
                "storageClassName": "s",
                "hostPath": {"path": "/x"},
            },
        ),
        refused={"spec.hostPath": [{"path": "/y"}], "spec.volumeMode": ["Block"]},
        taken={"spec.persistentVolumeReclaimPolicy": ["Retain"], "spec.mountOptions": [["x"]]},
    ),
    *_of(
        _one(
            "StorageClass",
            "storage.k8s.io/v1",
            namespace=None,
            provisioner="ebs.csi.aws.com",
            parameters={"type": "gp3"},
        ),
        refused={
            "provisioner": ["example.org/other"],
            "parameters": [{"type": "gp2"}],
            "reclaimPolicy": ["Retain"],
            "volumeBindingMode": ["WaitForFirstConsumer"],
        },
        taken={"reclaimPolicy": ["Delete"], "mountOptions": [["b"]], "allowVolumeExpansion": [True]},
    ),
    *_of(
        _one("CSIDriver", "storage.k8s.io/v1", namespace=None, spec={"fsGroupPolicy": "File"}),
        refused={"spec.attachRequired": [False], "spec.volumeLifecycleModes": [["Ephemeral"]]},
        taken={"spec.attachRequired": [True], "spec.fsGroupPolicy": ["None"]},
    ),
    *_of(
        _one("RoleBinding", f"{RBAC}/v1", roleRef=ROLE),
        refused={"roleRef": [{**ROLE, "name": "q"}]},
        taken={"subjects": [[{"kind": "ServiceAccount", "name": "x", "namespace": "shop"}]]},
    ),
    *_of(
        _one("ClusterRoleBinding", f"{RBAC}/v1", namespace=None, roleRef=CLUSTER_ROLE),
        refused={"roleRef": [{**CLUSTER_ROLE, "name": "q"}]},
    ),
    *_of(
        _one("ConfigMap", "v1", data={"a": "b"}, immutable=True),
        refused={"data": [{"a": "c"}], "immutable": [None, False], "binaryData": [{"x": "YQ=="}]},
        taken={"metadata.labels": [{"x": "y"}]},
    ),
    *_of(
        _one("Secret", "v1", stringData={"a": "b"}, immutable=True),
        refused={"stringData": [{"a": "c"}], "immutable": [False]},
        taken={"metadata.labels": [{"x": "y"}]},
    ),
    *_of(
        _one("Secret", "v1", stringData={"a": "b"}),
        refused={"type": ["example.org/other"]},
        taken={"type": ["Opaque"], "stringData": [{"a": "c"}], "immutable": [True]},
    ),
    *_of(
        _one("Service", "v1", spec=PORTS),
        refused={"spec.clusterIP": ["None"]},
        taken={"spec.type": ["NodePort"], "spec.selector": [{"q": "b"}]},
    ),
    *_of(
        _one("Service", "v1", spec={**PORTS, "clusterIP": "None"}),
        refused={},
        taken={"spec.clusterIP": [None]},
    ),
    *_of(
        _one("Service", "v1", spec={**PORTS, "type": "LoadBalancer", "loadBalancerClass": "a.b/c"}),
        refused={"spec.loadBalancerClass": ["a.b/d", None]},
        taken={"spec": [PORTS]},
    ),
    *_of(
        _one("Service", "v1", spec={**PORTS, "type": "LoadBalancer"}),
        refused={"spec.loadBalancerClass": ["a.b/d"]},
    ),
    *_of(
        _one("IngressClass", "networking.k8s.io/v1", namespace=None, spec={"controller": "a.b/c"}),
        refused={"spec.controller": ["a.b/d"]},
        taken={"spec.parameters": [{"apiGroup": "g.h", "kind": "K", "name": "n"}]},
    ),
    *_of(
        _one("PriorityClass", "scheduling.k8s.io/v1", namespace=None, value=5),
        refused={"value": [6], "preemptionPolicy": ["Never"]},
        taken={"description": ["x"]},
    ),
)

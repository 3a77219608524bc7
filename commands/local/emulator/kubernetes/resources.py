"""The custom resources of the CDK's kubectl provider, answered by the recorder in place of its Lambda function.

What waits for volumes of claims is asked of the recorder before its function runs: there are none in EC2 here.
"""

import json
import threading
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import eks
from ministack.services.cloudformation import provisioners

from commands.assembly import CHART
from commands.local.emulator.edge import certificates
from commands.local.emulator.kubernetes import api_server
from commands.local.emulator.kubernetes.record import Record, Release, file_of
from commands.local.emulator.kubernetes.recorder import Recorder, Refused

MANIFEST = "Custom::AWSCDK-EKS-KubernetesResource"
REMAINS = "Custom::ClusterRemains"
Properties = Mapping[str, Any]
Made = tuple[str, dict[str, str]]
Identity = tuple[str, str, str]
"""Account, region and name of a cluster."""


class Clusters:
    """Every cluster of this emulator."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.records: dict[Identity, Record] = {}
        self.apis = api_server.Apis(state, issue=certificates.issue)
        self.one_at_a_time = threading.Lock()

    def recorder(self, name: str) -> Recorder:
        """The cluster as it is now; raises `Refused` if kubectl would not get in."""
        cluster = eks._clusters.get(name)
        if cluster is None:
            raise Refused(f"No cluster found for name: {name}.")
        if not any(key.startswith(f"{name}\0") for key in eks._access_policies):
            raise Refused(
                f"You must be logged in to the server (Unauthorized): cluster {name} has no access entry with a policy"
            )
        identity = _identity(name)
        record = self.records.setdefault(identity, Record(cluster=name, version=cluster["version"]))
        record.version = cluster["version"]
        groups = [each for each in eks._nodegroups.values() if each["clusterName"] == name]
        return Recorder(
            record,
            self.apis.of("-".join(identity), version=record.version),
            addons=[each["addonName"] for each in eks._addons.values() if each["clusterName"] == name],
            nodes=sum(int(each["scalingConfig"]["desiredSize"]) for each in groups),
            identities=[
                (each["namespace"], each["serviceAccount"])
                for each in eks._pod_identity_associations.values()
                if each["clusterName"] == name
            ],
        )

    def keep(self, name: str) -> None:
        """Write down what there is now."""
        account, region, cluster = identity = _identity(name)
        self.records[identity].write(file_of(self.state, account=account, region=region, cluster=cluster))

    def forget(self, name: str) -> None:
        """The cluster is gone, and all that was in it."""
        account, region, cluster = identity = _identity(name)
        self.apis.end("-".join(identity))
        file = file_of(self.state, account=account, region=region, cluster=cluster)
        file.unlink(missing_ok=True)
        if record := self.records.pop(identity, None):
            record.end()
            record.write_left(file)


class Manifests:
    """`Custom::AWSCDK-EKS-KubernetesResource`, by the properties of the CDK's handler."""

    def __init__(self, clusters: Clusters) -> None:
        self.clusters = clusters

    def create(self, logical_id: str, properties: Properties, _stack: str) -> Made:
        with self.clusters.one_at_a_time:
            recorder = self.clusters.recorder(properties["ClusterName"])
            recorder.apply(
                _objects(properties), owner=logical_id, must_be_new=not _true(properties.get("Overwrite"))
            )
            self.clusters.keep(properties["ClusterName"])
        return str(uuid.uuid4()), {}

    def update(
        self, physical_id: str, old: Properties, new: Properties, _stack: str, logical_id: str | None
    ) -> Made:
        with self.clusters.one_at_a_time:
            self.clusters.recorder(new["ClusterName"]).replace(
                _objects(old),
                _objects(new),
                owner=logical_id or physical_id,
                prune=bool(new.get("PruneLabel")),
            )
            self.clusters.keep(new["ClusterName"])
        return physical_id, {}

    def delete(self, physical_id: str, properties: Properties, logical_id: str | None) -> None:
        with self.clusters.one_at_a_time:
            self.clusters.recorder(properties["ClusterName"]).delete(
                _objects(properties), owner=logical_id or physical_id
            )
            self.clusters.keep(properties["ClusterName"])


class Charts:
    """`Custom::AWSCDK-EKS-HelmChart`."""

    def __init__(self, clusters: Clusters) -> None:
        self.clusters = clusters

    def create(self, _logical_id: str, properties: Properties, _stack: str) -> Made:
        self._install(properties)
        return str(uuid.uuid4()), {}

    def update(
        self, physical_id: str, _old: Properties, new: Properties, _stack: str, _logical_id: str | None
    ) -> Made:
        self._install(new)
        return physical_id, {}

    def delete(self, _physical_id: str, properties: Properties, _logical_id: str | None) -> None:
        with self.clusters.one_at_a_time:
            self.clusters.recorder(properties["ClusterName"]).uninstall(
                name=properties["Release"], namespace=properties.get("Namespace", "default")
            )
            self.clusters.keep(properties["ClusterName"])

    def _install(self, properties: Properties) -> None:
        release = Release(
            name=properties["Release"],
            namespace=properties.get("Namespace", "default"),
            chart=_chart(properties),
            version=properties.get("Version"),
            repository=properties.get("Repository"),
            values=json.loads(properties.get("Values") or "{}"),
        )
        with self.clusters.one_at_a_time:
            self.clusters.recorder(properties["ClusterName"]).install(
                release,
                makes_namespace=_true(properties.get("CreateNamespace")),
                waits=_true(properties.get("Wait")),
            )
            self.clusters.keep(properties["ClusterName"])


def install(state: Path) -> Clusters:
    """Answer both types from now on, and stand before the third."""
    clusters = Clusters(state)
    kinds: dict[str, Manifests | Charts] = {MANIFEST: Manifests(clusters), CHART: Charts(clusters)}
    for resource_type, handlers in kinds.items():
        provisioners._RESOURCE_HANDLERS[resource_type] = {
            "create": handlers.create,
            "update": handlers.update,
            "update_with_logical_id": True,
            "delete": handlers.delete,
            "delete_with_logical_id": True,
        }
    provisioners._custom_resource_delete = partial(
        _delete, provisioners._custom_resource_delete, clusters=clusters
    )
    return clusters


def _delete(
    native: Callable[..., None],
    physical_id: str,
    properties: Properties,
    *,
    clusters: Clusters,
    resource_type: str,
    **rest: Any,
) -> None:
    """A deletion that waits for volumes is refused while claims hold some: it would wait until its time is over."""
    if resource_type == REMAINS and "volumes" in properties["Kinds"]:
        with clusters.one_at_a_time:
            clusters.recorder(properties["ClusterName"]).leave_no_volume()
    native(physical_id, properties, resource_type=resource_type, **rest)


def _identity(name: str) -> Identity:
    return get_account_id(), get_region(), name


def _objects(properties: Properties) -> list[dict[str, Any]]:
    objects: list[dict[str, Any]] = json.loads(properties["Manifest"])
    return objects


def _chart(properties: Properties) -> str:
    """A chart of an OCI registry is the end of its address."""
    repository = str(properties.get("Repository") or "")
    return repository.rpartition("/")[2] if repository.startswith("oci://") else properties.get("Chart", "")


def _true(value: Any) -> bool:
    return str(value).lower() == "true"

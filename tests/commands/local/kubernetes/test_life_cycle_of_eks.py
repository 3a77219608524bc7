"""The whole life cycle of a cluster on the embedded AWS, with the real CDK CLI."""

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from commands.local import account, cdk
from commands.local.emulator.kubernetes.record import FOLDER, file_of
from commands.local.steps import LocalError
from settings.cluster import ClusterSettings
from settings.versions import KUBERNETES
from tests.commands.local.emulated import Emulated
from tests.commands.local.kubernetes.application import (
    APPLICATION,
    DEPLOYMENT,
    Manifest,
    config,
    manifest,
    pods,
)
from tests.stacks.eks_root import NAME, Variant, synthesize

pytestmark = [
    pytest.mark.wide,
    pytest.mark.lifecycle,
    pytest.mark.slow,
    pytest.mark.xdist_group("eks_life_cycle"),
]
STACK = "Root"


class Deployment:
    """The root stack of the EKS tests."""

    def __init__(self, emulated: Emulated, folder: Path) -> None:
        self.emulated, self.folder = emulated, folder

    def assembly(self, name: str, manifests: Sequence[Manifest]) -> Path:
        """A synthesis; the layers of kubectl are empty, because no function of the provider runs."""
        outdir = self.folder / name
        settings = ClusterSettings(deletion_protection=False)
        synthesize(Variant(cluster=settings, manifests=manifests, releases=["loki"]), outdir)
        for listing in outdir.glob("*.assets.json"):
            for asset in json.loads(listing.read_text())["files"].values():
                path = outdir / asset["source"]["path"]
                if not path.exists():
                    with zipfile.ZipFile(path, "w") as empty:
                        empty.writestr("empty", "")
        return outdir

    def cdk(self, verb: str, assembly: Path, *options: str) -> str:
        port = self.emulated.server.port
        return "\n".join(
            cdk.run(self.emulated.place, verb, "--app", str(assembly), STACK, *options, port=port)
        )

    def deploy(self, assembly: Path) -> str:
        return self.cdk("deploy", assembly, "--require-approval", "never", "--progress", "events")

    def has_no_difference(self, assembly: Path) -> bool:
        try:
            return "Number of stacks with differences: 0" in self.cdk("diff", assembly, "--fail")
        except LocalError:
            return False

    def statuses(self) -> set[str]:
        stacks = account.stacks(self.emulated.place, STACK, url=self.emulated.server.url)
        return {stack.status for stack in stacks}

    def record(self) -> dict[str, Any]:
        """What would exist in the cluster."""
        place = self.emulated.place
        file = file_of(place.state, account=place.account, region=place.region, cluster=NAME)
        record: dict[str, Any] = json.loads(file.read_text())
        return record

    def objects(self) -> set[str]:
        """Kind and name of each."""
        manifests = (each["manifest"] for each in self.record()["objects"])
        return {f"{each['kind']} {each['metadata']['name']}" for each in manifests}


@pytest.fixture(scope="module")
def deployment(emulated: Emulated, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    place = emulated.place
    cdk.run(place, "bootstrap", f"aws://{place.account}/{place.region}", port=emulated.server.port)
    return Deployment(emulated, tmp_path_factory.mktemp("eks"))


def test_life_cycle(deployment: Deployment) -> None:
    first = deployment.assembly("first", APPLICATION)
    deploys_completely(deployment, first)
    redeploying_changes_nothing(deployment, first)
    second = deployment.assembly("second", [*without("Ingress", "ConfigMap"), config(COLOUR="blue")])
    an_update_changes_and_deletes(deployment, second)
    a_failing_update_rolls_back(deployment, before=second)
    destroying_leaves_nothing(deployment, second)


def without(*kinds: str) -> list[Manifest]:
    return [each for each in APPLICATION if each["kind"] not in kinds]


def deploys_completely(deployment: Deployment, assembly: Path) -> None:
    deployment.deploy(assembly)
    assert deployment.statuses() == {"CREATE_COMPLETE"}
    assert deployment.has_no_difference(assembly), "cdk diff shows something right after the deployment"
    applied = {f"{each['kind']} {each['metadata']['name']}" for each in APPLICATION}
    assert applied | {"StorageClass gp3", "StorageClass efs"} <= deployment.objects()
    assert "PersistentVolumeClaim storage-loki-0" in deployment.objects()
    assert deployment.record()["open_ends"] == []
    eks = deployment.emulated.client("eks")
    cluster = eks.describe_cluster(name=NAME)["cluster"]
    assert (cluster["status"], cluster["version"]) == ("ACTIVE", KUBERNETES)
    (group,) = eks.list_nodegroups(clusterName=NAME)["nodegroups"]
    described = eks.describe_nodegroup(clusterName=NAME, nodegroupName=group)["nodegroup"]
    assert (described["status"], described["scalingConfig"]["desiredSize"]) == ("ACTIVE", 3)
    addons = eks.list_addons(clusterName=NAME)["addons"]
    assert {"vpc-cni", "coredns", "kube-proxy", "eks-pod-identity-agent"} <= set(addons)
    statuses = [eks.describe_addon(clusterName=NAME, addonName=each)["addon"]["status"] for each in addons]
    assert set(statuses) == {"ACTIVE"}
    identities = eks.list_pod_identity_associations(clusterName=NAME)["associations"]
    assert {"aws-node", "external-secrets", "ebs-csi-controller-sa"} <= {
        each["serviceAccount"] for each in identities
    }


def redeploying_changes_nothing(deployment: Deployment, assembly: Path) -> None:
    before = deployment.record()
    assert "no changes" in deployment.deploy(assembly)
    assert deployment.record() == before


def an_update_changes_and_deletes(deployment: Deployment, assembly: Path) -> None:
    before = len(deployment.record()["happenings"])
    deployment.deploy(assembly)
    assert sorted(deployment.record()["happenings"][before:]) == [
        "changed ConfigMap shop/web",
        "deleted Ingress shop/web",
    ]
    assert deployment.has_no_difference(assembly), "cdk diff shows something after the update"


def a_failing_update_rolls_back(deployment: Deployment, *, before: Path) -> None:
    recorded = deployment.record()["objects"]
    account_missing = manifest(
        "Deployment",
        "late",
        version="apps/v1",
        spec=DEPLOYMENT["spec"] | {"template": pods(serviceAccountName="x")},
    )
    broken = [*without("Ingress", "ConfigMap"), config(COLOUR="green"), account_missing]
    with pytest.raises(LocalError):
        deployment.deploy(deployment.assembly("broken", broken))
    reason = account.first_failure(deployment.emulated.place, STACK, url=deployment.emulated.server.url)
    assert reason is not None
    assert "Deployment shop/late names ServiceAccount shop/x, which is not there" in reason
    assert deployment.has_no_difference(before), "cdk diff shows something after the roll-back"
    assert by_title(deployment.record()["objects"]) == by_title(recorded)


def by_title(objects: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """An object that was changed and changed back is another one in the order of things."""
    return {f"{each['manifest']['kind']} {each['manifest']['metadata']}": each for each in objects}


def destroying_leaves_nothing(deployment: Deployment, assembly: Path) -> None:
    emulated = deployment.emulated
    deployment.cdk("destroy", assembly, "--force")
    assert emulated.status(STACK) in (None, "DELETE_COMPLETE")
    assert list((emulated.place.state / FOLDER).iterdir()) == [], "the record of a cluster that is gone"
    assert emulated.client("eks").list_clusters()["clusters"] == []
    ec2 = emulated.client("ec2")
    assert [each for each in ec2.describe_vpcs()["Vpcs"] if not each["IsDefault"]] == []
    assert [
        each for each in ec2.describe_security_groups()["SecurityGroups"] if "eks" in each["GroupName"]
    ] == []
    assert emulated.client("lambda").list_functions()["Functions"] == []
    assert emulated.client("efs").describe_file_systems()["FileSystems"] == []

"""PostgreSQL, Redis and volumes in the cluster."""

from typing import Any

import pytest

from k8s.manifests import Manifest
from systems.aegisai_manifests import manifests
from tests.k8s.aegisai.deployments import anywhere, by_name, of_example, of_variant, on_eks

LOCAL = of_example("aegisai-local")


def container(name: str) -> Any:
    [found] = by_name("StatefulSet", LOCAL)[name]["spec"]["template"]["spec"]["containers"]
    return found


@pytest.mark.row("A2")
def test_postgresql_is_of_the_documents_major() -> None:
    assert container("postgres")["image"] == "docker.io/library/postgres:15.19-bookworm"


@pytest.mark.row("A2")
def test_the_data_folder_is_below_the_volumes_root() -> None:
    [mount] = [each for each in container("postgres")["volumeMounts"] if each["name"] == "data"]
    variables = {each["name"]: each.get("value") for each in container("postgres")["env"]}
    assert variables["PGDATA"] == f"{mount['mountPath']}/pgdata"


@pytest.mark.row("A2")
def test_postgresql_has_two_minutes_to_write_its_checkpoint() -> None:
    pod = by_name("StatefulSet", LOCAL)["postgres"]["spec"]["template"]["spec"]
    before = container("postgres")["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pod["terminationGracePeriodSeconds"] - before == 120


@pytest.mark.row("A2")
def test_redis_writes_every_change_and_asks_for_a_password() -> None:
    *_, script = container("redis")["command"]
    assert "--appendonly yes" in script
    assert "--dir /data" in script
    assert "requirepass $REDIS_PASSWORD" in script


@pytest.mark.row("A2")
def test_the_password_is_in_no_argument_of_a_process() -> None:
    *_, script = container("redis")["command"]
    assert script.splitlines()[0].endswith("<<EOF")
    assert "$REDIS_PASSWORD" not in script.splitlines()[0]


@pytest.mark.row("A2", "A12")
@pytest.mark.parametrize(
    ("name", "shared", "block"), [("aegisai-local", None, None), ("aegisai-dev", "efs", "gp3")]
)
def test_classes_follow_the_hosting(name: str, shared: str | None, block: str | None) -> None:
    made = of_example(name)
    claims = by_name("PersistentVolumeClaim", made)
    assert claims["shared-storage"]["spec"].get("storageClassName") == shared
    for store in ("postgres", "redis"):
        assert claims[f"{store}-data"]["spec"].get("storageClassName") == block


@pytest.mark.row("A2")
@pytest.mark.parametrize("store", ["postgres", "redis"])
def test_a_volume_can_be_made_larger(store: str) -> None:
    """A claim takes another size, a StatefulSet's template never."""
    spec = by_name("StatefulSet", LOCAL)[store]["spec"]
    assert "volumeClaimTemplates" not in spec
    assert spec["replicas"] == 1
    claims = [each.get("persistentVolumeClaim") for each in spec["template"]["spec"]["volumes"]]
    assert {"claimName": f"{store}-data"} in claims


@pytest.mark.row("A12")
def test_a_class_that_the_file_names_is_taken() -> None:
    made = manifests(
        anywhere(
            shared_storage={"storage_class": "nfs"},
            postgresql={"hosted": "in_cluster", "storage_class": "fast", "storage": "50Gi"},
        )
    )
    claims = by_name("PersistentVolumeClaim", made)
    assert claims["shared-storage"]["spec"]["storageClassName"] == "nfs"
    own = claims["postgres-data"]
    assert own["spec"]["storageClassName"] == "fast"
    assert own["spec"]["resources"]["requests"]["storage"] == "50Gi"


WORKERS = ("validation", "extract-metadata", "extract-content", "ai-service")
ONE_NODE = manifests(anywhere(shared_storage={"access_mode": "ReadWriteOnce", "storage_class": "local-path"}))


@pytest.mark.row("A2")
def test_on_one_node_any_class_holds_the_files_that_workers_share() -> None:
    claim = by_name("PersistentVolumeClaim", ONE_NODE)["shared-storage"]["spec"]
    assert (claim["accessModes"], claim["storageClassName"]) == (["ReadWriteOnce"], "local-path")


@pytest.mark.row("A2")
def test_workers_with_a_volume_of_one_node_are_all_there_and_no_other_pod_has_to_be() -> None:
    affinities = {
        name: each["spec"]["template"]["spec"].get("affinity")
        for name, each in by_name("Deployment", ONE_NODE).items()
    }
    assert {name for name, affinity in affinities.items() if affinity is not None} == set(WORKERS)
    for name in WORKERS:
        [term] = affinities[name]["podAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        assert term["topologyKey"] == "kubernetes.io/hostname"
        wanted = term["labelSelector"]["matchLabels"]
        chosen = {
            other
            for other, each in by_name("Deployment", ONE_NODE).items()
            if wanted.items() <= each["spec"]["template"]["metadata"]["labels"].items()
        }
        assert chosen == set(WORKERS)


@pytest.mark.row("A2", "A8")
def test_no_wish_for_other_nodes_keeps_them_from_the_one_with_the_volume() -> None:
    for name in WORKERS:
        spec = by_name("Deployment", ONE_NODE)[name]["spec"]["template"]["spec"]
        assert {each["whenUnsatisfiable"] for each in spec["topologySpreadConstraints"]} == {"ScheduleAnyway"}


@pytest.mark.row("A2", "A4")
def test_workers_of_one_node_have_no_budget_because_it_would_block_every_drain() -> None:
    assert set(by_name("PodDisruptionBudget", ONE_NODE)) == {"gateway", "orchestrator"}
    assert set(by_name("PodDisruptionBudget", manifests(anywhere()))) >= set(WORKERS)


@pytest.mark.row("A2")
def test_elsewhere_workers_run_on_any_node() -> None:
    deployments = by_name("Deployment", manifests(anywhere()))
    assert not [name for name, each in deployments.items() if "affinity" in each["spec"]["template"]["spec"]]


@pytest.mark.row("A9")
@pytest.mark.parametrize("name", ["postgres", "redis"])
def test_stores_run_as_the_user_that_owns_their_files(name: str) -> None:
    security = by_name("StatefulSet", LOCAL)[name]["spec"]["template"]["spec"]["securityContext"]
    assert (security["runAsUser"], security["fsGroup"]) == (999, 999)


def snapshots(made: list[Manifest]) -> Any:
    job = by_name("CronJob", made)["volume-snapshots"]["spec"]
    [container] = job["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    return {each["name"]: each["value"] for each in container["env"]}


@pytest.mark.row("A10")
def test_on_eks_volumes_have_snapshots_of_a_class_of_their_own() -> None:
    made = of_example("aegisai-dev")
    assert snapshots(made)["CLAIMS"] == "postgres-data redis-data"
    assert snapshots(made)["SNAPSHOT_CLASS"] == "aegisai-dev"
    made_class = by_name("VolumeSnapshotClass", made)["aegisai-dev"]
    assert (made_class["driver"], made_class["deletionPolicy"]) == ("ebs.csi.aws.com", "Delete")


@pytest.mark.row("A10")
def test_snapshots_that_the_job_removes_are_gone_although_data_is_kept() -> None:
    made = manifests(on_eks(keep_data=True))
    assert by_name("VolumeSnapshotClass", made)["aegisai-dev"]["deletionPolicy"] == "Delete"


@pytest.mark.row("A10")
def test_dump_and_snapshot_are_half_a_day_apart() -> None:
    jobs = by_name("CronJob", of_example("aegisai-dev"))
    dump, taken = (
        [int(each) for each in jobs[name]["spec"]["schedule"].split(" ")[:2]]
        for name in ("postgres-backup", "volume-snapshots")
    )
    apart = (taken[1] * 60 + taken[0]) - (dump[1] * 60 + dump[0])
    assert 11 * 60 <= apart <= 13 * 60


@pytest.mark.row("A10")
def test_elsewhere_snapshots_are_of_the_clusters_class() -> None:
    made = of_variant("bucket")
    assert snapshots(made)["KEEP"] == "3"
    assert "SNAPSHOT_CLASS" not in snapshots(made)
    assert not by_name("VolumeSnapshotClass", made)


@pytest.mark.row("A10")
def test_the_snapshots_job_may_touch_snapshots_alone() -> None:
    [rule] = by_name("Role", of_example("aegisai-dev"))["volume-snapshots"]["rules"]
    assert (rule["apiGroups"], rule["resources"]) == (["snapshot.storage.k8s.io"], ["volumesnapshots"])


@pytest.mark.row("A10")
def test_without_volumes_in_the_cluster_there_is_no_snapshots_job() -> None:
    assert "volume-snapshots" not in by_name("CronJob", of_example("aegisai-prod"))

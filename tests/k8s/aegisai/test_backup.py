"""The backup's jobs: when they run, what with, where to."""

from pathlib import Path
from typing import Any

import pytest

from k8s.manifests import Manifest
from systems.aegisai_manifests import manifests
from tests.k8s.aegisai.deployments import anywhere, by_name, of_example, of_variant, on_eks

LOCAL, DEV, PROD = (of_example(f"aegisai-{name}") for name in ("local", "dev", "prod"))
SCRIPTS = Path(__file__).parents[3] / "assets" / "kubernetes" / "postgres_backup"


def pod(job: str, made: list[Manifest]) -> Any:
    return by_name("CronJob", made)[job]["spec"]["jobTemplate"]["spec"]["template"]["spec"]


def steps(job: str, made: list[Manifest]) -> dict[str, Any]:
    spec = pod(job, made)
    return {each["name"]: each for each in (*spec["initContainers"], *spec["containers"])}


def variables(step: Any) -> dict[str, Any]:
    return {each["name"]: each.get("value", each.get("valueFrom")) for each in step["env"]}


@pytest.mark.row("A10")
def test_the_backup_runs_at_two_every_night() -> None:
    spec = by_name("CronJob", LOCAL)["postgres-backup"]["spec"]
    assert (spec["schedule"], spec["timeZone"], spec["concurrencyPolicy"]) == (
        "0 2 * * *",
        "Etc/UTC",
        "Forbid",
    )
    assert spec.get("suspend") is None


@pytest.mark.row("A10")
@pytest.mark.parametrize("job", ["postgres-backup", "postgres-restore"])
def test_a_job_has_the_minutes_of_the_file(job: str) -> None:
    made = manifests(anywhere(backup_job={"deadline_minutes": 45}))
    assert by_name("CronJob", made)[job]["spec"]["jobTemplate"]["spec"]["activeDeadlineSeconds"] == 45 * 60


@pytest.mark.row("A10")
def test_the_restore_waits_for_a_person() -> None:
    spec = by_name("CronJob", LOCAL)["postgres-restore"]["spec"]
    assert spec["suspend"] is True
    assert spec["schedule"] == "0 0 31 2 *"


@pytest.mark.row("A10")
def test_the_shell_that_is_tested_is_the_shell_that_ships() -> None:
    data = by_name("ConfigMap", LOCAL)["postgres-backup-scripts"]["data"]
    assert data == {path.name: path.read_text() for path in SCRIPTS.iterdir()}


@pytest.mark.row("A10")
def test_a_dump_is_verified_before_it_is_kept() -> None:
    spec = pod("postgres-backup", LOCAL)
    assert [each["name"] for each in spec["initContainers"]] == ["dump", "verify"]
    assert [each["name"] for each in spec["containers"]] == ["keep"]
    assert [each["command"] for each in spec["initContainers"]] == [
        ["sh", "/scripts/dump.sh"],
        ["sh", "/scripts/verify.sh"],
    ]


@pytest.mark.row("A10")
def test_the_restore_fetches_and_restores() -> None:
    assert list(steps("postgres-restore", LOCAL)) == ["fetch", "restore"]
    assert variables(steps("postgres-restore", LOCAL)["fetch"])["BACKUP"] == "latest"


@pytest.mark.row("A10")
@pytest.mark.parametrize(
    ("made", "image"),
    [
        (LOCAL, "docker.io/library/postgres:15.19-bookworm"),
        (PROD, "docker.io/library/postgres:16.15-bookworm"),
    ],
    ids=["in the cluster", "Aurora"],
)
def test_client_and_server_are_of_one_major(made: list[Manifest], image: str) -> None:
    assert steps("postgres-backup", made)["dump"]["image"] == image
    assert steps("postgres-restore", made)["restore"]["image"] == image


@pytest.mark.row("A10")
def test_the_disk_that_a_dump_takes_is_asked_for_and_is_the_most() -> None:
    made = manifests(anywhere(backup_job={"work_storage": "1500Mi"}))
    for job in ("postgres-backup", "postgres-restore"):
        folders = [each["emptyDir"] for each in pod(job, made)["volumes"] if "emptyDir" in each]
        assert {each["sizeLimit"] for each in folders} == {"1500Mi", "64Mi"}
        for step in steps(job, made).values():
            resources = step["resources"]
            wanted = {resources[what]["ephemeral-storage"] for what in ("requests", "limits")}
            assert wanted == {f"{1500 + 64 + 64}Mi"}, "both folders, and the log"


@pytest.mark.row("A10")
def test_without_a_bucket_dumps_go_to_a_volume() -> None:
    keep = steps("postgres-backup", LOCAL)["keep"]
    assert variables(keep)["STORE"] == "/backups"
    assert by_name("PersistentVolumeClaim", LOCAL)["postgres-backup"]["spec"]["accessModes"] == [
        "ReadWriteOnce"
    ]
    assert {"name": "backups", "mountPath": "/backups"} in keep["volumeMounts"]


@pytest.mark.row("A10")
def test_the_volume_of_dumps_has_a_size_of_its_own() -> None:
    made = manifests(anywhere(backup_job={"work_storage": "1Gi", "storage": "70Gi"}))
    claim = by_name("PersistentVolumeClaim", made)["postgres-backup"]["spec"]
    assert claim["resources"]["requests"]["storage"] == "70Gi"


@pytest.mark.row("A10")
def test_on_eks_dumps_go_to_a_bucket_by_pod_identity() -> None:
    keep = steps("postgres-backup", DEV)["keep"]
    assert keep["image"].startswith("public.ecr.aws/aws-cli/aws-cli:")
    assert variables(keep)["STORE"] == {"secretKeyRef": {"name": "postgres-backup", "key": "BACKUP_STORE"}}
    assert pod("postgres-backup", DEV)["serviceAccountName"] == "postgres-backup"
    assert pod("postgres-restore", DEV)["serviceAccountName"] == "postgres-backup"
    [place] = by_name("ExternalSecret", DEV)["postgres-backup"]["spec"]["data"]
    assert place["remoteRef"] == {"key": "aegisai-dev/postgres-backup", "property": "BACKUP_STORE"}


@pytest.mark.row("A10")
def test_elsewhere_dumps_go_to_the_bucket_that_the_file_names() -> None:
    keep = variables(steps("postgres-backup", of_variant("bucket"))["keep"])
    assert keep["STORE"] == "s3://dumps/aegisai-local"
    assert keep["AWS_ENDPOINT_URL"] == "https://s3.example.org:9000"
    assert keep["AWS_SECRET_ACCESS_KEY"] == {"secretKeyRef": {"name": "s3", "key": "AWS_SECRET_ACCESS_KEY"}}


@pytest.mark.row("A10")
def test_old_dumps_are_pruned_after_the_days_of_the_file() -> None:
    made = manifests(anywhere(backup_job={"retention_days": 5, "deadline_minutes": 90}))
    keep = variables(steps("postgres-backup", made)["keep"])
    assert (keep["KEEP_DAYS"], keep["KEEP_AT_LEAST"], keep["JOB_MINUTES"]) == ("5", "3", "90")


@pytest.mark.row("A10")
def test_only_what_speaks_to_the_database_has_its_password() -> None:
    with_password = {
        name
        for job in ("postgres-backup", "postgres-restore")
        for name, step in steps(job, LOCAL).items()
        if "PGPASSWORD" in variables(step)
    }
    assert with_password == {"dump", "restore"}


@pytest.mark.row("A10", "C3")
def test_aurora_is_known_by_its_certificate() -> None:
    step = steps("postgres-backup", PROD)["dump"]
    dump = variables(step)
    [folder] = [each["mountPath"] for each in step["volumeMounts"] if each["name"] == "database-certificate"]
    assert dump["PGSSLROOTCERT"] == f"{folder}/rds.pem"
    assert dump["PGHOST"] == {"secretKeyRef": {"name": "app-secrets", "key": "POSTGRES_HOST"}}
    assert dump["PGSSLMODE"] == "verify-full"


def test_a_job_that_is_not_wanted_leaves_nothing_behind() -> None:
    made = manifests(on_eks(backup_job={"enabled": False}))
    assert set(by_name("CronJob", made)) == {"volume-snapshots"}
    assert "postgres-backup" not in {each["metadata"]["name"] for each in made}

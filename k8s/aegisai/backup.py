"""The database's dump every day, and the way back: the shell of `assets/kubernetes/postgres_backup` in pods."""

from collections.abc import Mapping, Sequence

from constructs import Construct

from applications import aegisai
from k8s.access import ServiceAccount
from k8s.aegisai import postgresql
from k8s.aegisai.parts import BACKUP, SECRETS, Parts
from k8s.component import Component
from k8s.config_map import ConfigMap
from k8s.container import Container, Mount, Resources, SecretKey, Value
from k8s.external_secret import ExternalSecret, Remote, SecretStore
from k8s.job import CronJob
from k8s.pod import Pod
from k8s.storage import PersistentVolumeClaim
from k8s.volume import claimed, config_files, empty_folder
from settings.aegisai import POSTGRESQL_PORT, AegisAIAnywhere, AegisAIDeployment
from settings.data_stores import InClusterPostgresql
from settings.kubernetes import BucketSettings
from settings.quantity import UNITS
from settings.service_pods import BACKUP_CPU, BACKUP_MEMORY, BACKUP_TMP, backup_disk
from settings.versions import AWS_CLI

SCRIPTS = "/scripts"
WORK = "/work"
BACKUPS = "/backups"
NEVER = "0 0 31 2 *"
"""The 31st of February: the restore waits for a person, who makes a Job of it."""
KEEP_AT_LEAST = 3
"""Backups that stay however old they are."""
STORE = "BACKUP_STORE"
"""Key of `postgres-backup`: on EKS only AWS knows the bucket's name."""


def add_backup(
    scope: Construct,
    *,
    parts: Parts,
    settings: AegisAIDeployment,
    store: SecretStore | None,
    certificate: Sequence[Mount],
) -> None:
    """The job that runs every night, the one that restores, and where dumps go on a cluster without a bucket.

    store: where the bucket's name stands on EKS. certificate: mounted by who speaks to the database.
    """
    job, restore = parts.jobs
    if store is not None:
        place = Remote(secret=f"{settings.name}/{BACKUP}", key=STORE)
        ExternalSecret(scope, component=job, store=store, keys={STORE: place})
    scripts = ConfigMap(
        scope,
        component=job,
        name=f"{BACKUP}-scripts",
        data={path.name: path.read_text() for path in sorted(aegisai.BACKUP_SCRIPTS.iterdir())},
    )
    backup = _Backup(scope, settings, job, scripts, certificate)
    deadline = settings.backup_job.deadline_minutes * 60
    CronJob(
        scope,
        component=job,
        pod=backup.pod(job, ["dump", "verify"], "keep"),
        schedule=settings.backup_job.schedule,
        deadline_seconds=deadline,
        retries=2,
    )
    CronJob(
        scope,
        component=restore,
        pod=backup.pod(restore, ["fetch"], "restore"),
        schedule=NEVER,
        deadline_seconds=deadline,
        suspended=True,
    )


class _Backup:
    """Containers and pods of both jobs."""

    def __init__(
        self,
        scope: Construct,
        settings: AegisAIDeployment,
        component: Component,
        scripts: ConfigMap,
        certificate: Sequence[Mount],
    ) -> None:
        self._settings, self._certificate = settings, certificate
        self._scripts = Mount(volume=config_files(scripts), path=SCRIPTS)
        size = settings.backup_job.work_storage
        self._work = Mount(volume=empty_folder("work", size_limit=size), path=WORK)
        self._tmp = Mount(volume=empty_folder("tmp", size_limit=BACKUP_TMP), path="/tmp")  # noqa: S108
        self._store: dict[str, Value] = {}
        self._kept: list[Mount] = []
        self._account = None
        if settings.hosting == "eks":
            # Pod Identity knows a pod by its account
            self._account = ServiceAccount(scope, component=component).object_name
            self._store = {"STORE": SecretKey(secret=BACKUP, key=STORE)}
        elif isinstance(settings, AegisAIAnywhere):
            given = settings.backup_job
            if given.bucket is not None:
                self._store = _bucket(given.bucket, settings.name)
            else:
                claim = PersistentVolumeClaim(
                    scope, component=component, size=given.storage, access_mode="ReadWriteOnce"
                ).object_name
                self._store = {"STORE": BACKUPS}
                self._kept = [Mount(volume=claimed("backups", claim=claim), path=BACKUPS)]

    def pod(self, component: Component, before: list[str], last: str) -> Pod:
        """A pod that runs one script after the other; each has the image and the variables that it needs."""
        return Pod(
            containers=[self._container(last)],
            init_containers=[self._container(script) for script in before],
            service_account=self._account,
            image_pull_secret=self._settings.images.pull_secret,
            user_id=postgresql.USER_ID,
            group_id=postgresql.USER_ID,
        )

    def _container(self, script: str) -> Container:
        of_store = script in ("keep", "fetch")
        of_database = script in ("dump", "restore")
        variables = self._store if of_store else {}
        return Container(
            name=script,
            image=self._image(of_store=of_store),
            resources=_resources(self._settings),
            command=["sh", f"{SCRIPTS}/{script}.sh"],
            environment={
                "WORK": WORK,
                "HOME": "/tmp",  # noqa: S108 -- in the container
                **variables,
                **(_kept_so_long(self._settings) if script == "keep" else {}),
                **({"BACKUP": "latest"} if script == "fetch" else {}),
                **(self._database() if of_database else {}),
            },
            mounts=[
                self._scripts,
                self._work,
                self._tmp,
                *(self._kept if of_store else []),
                *(self._certificate if of_database else []),
            ],
        )

    def _image(self, *, of_store: bool) -> str:
        if of_store and not self._kept:
            return self._settings.images.of_others(AWS_CLI)
        return postgresql.image(self._settings)

    def _database(self) -> Mapping[str, Value]:
        """What libpq reads."""
        given = self._settings.postgresql
        password: Mapping[str, Value] = {
            "PGPASSWORD": SecretKey(secret=SECRETS, key=aegisai.DATABASE_PASSWORD)
        }
        names = ("PGHOST", "PGPORT", "PGDATABASE", "PGUSER")
        if not isinstance(given, InClusterPostgresql):
            keys = zip(names, aegisai.DATABASE_ADDRESS, strict=True)
            address = {name: SecretKey(secret=SECRETS, key=key) for name, key in keys}
            tls = {"PGSSLMODE": "verify-full", "PGSSLROOTCERT": aegisai.CERTIFICATE}
            return {**address, **password, **tls}
        values = (aegisai.POSTGRESQL, str(POSTGRESQL_PORT), given.database, given.user)
        return {**dict(zip(names, values, strict=True)), **password, "PGSSLMODE": "disable"}


def _resources(settings: AegisAIDeployment) -> Resources:
    """Of each step: they run one after the other, and the folder outlasts them all."""
    mebibytes = -(-backup_disk(settings.backup_job) // UNITS["Mi"])
    return Resources(
        cpu=BACKUP_CPU,
        cpu_limit="1000m",
        memory=BACKUP_MEMORY,
        memory_limit="1Gi",
        disk=f"{mebibytes}Mi",
    )


def _kept_so_long(settings: AegisAIDeployment) -> Mapping[str, Value]:
    job = settings.backup_job
    return {
        "KEEP_DAYS": str(job.retention_days),
        "KEEP_AT_LEAST": str(KEEP_AT_LEAST),
        "JOB_MINUTES": str(job.deadline_minutes),
    }


def _bucket(bucket: BucketSettings, deployment: str) -> dict[str, Value]:
    keys = {key: SecretKey(secret=bucket.credentials_secret, key=key) for key in aegisai.AWS_CREDENTIALS}
    return {
        "STORE": f"s3://{bucket.name}/{deployment}",
        "AWS_REGION": bucket.region,
        **({"AWS_ENDPOINT_URL": bucket.endpoint} if bucket.endpoint is not None else {}),
        **keys,
    }

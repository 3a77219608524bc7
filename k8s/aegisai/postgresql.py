"""PostgreSQL in one pod on a volume of its own."""

from constructs import Construct

from applications import aegisai
from k8s.aegisai.parts import SECRETS, resources
from k8s.aegisai.storage import add_data_claim, block_class
from k8s.component import Component
from k8s.container import Container, Mount, SecretKey
from k8s.pod import Pod
from k8s.probe import Command, Health
from k8s.service import Service
from k8s.volume import Volume, empty_folder
from k8s.workload import StatefulSet
from settings.aegisai import AegisAIDeployment
from settings.data_stores import InClusterPostgresql
from settings.images import reference
from settings.versions import POSTGRESQL_REPOSITORY

USER_ID = 999
"""Of the image `postgres` on Debian; the server starts under no other than its files' owner."""
FOLDER = "/var/lib/postgresql/data"
STOP_SECONDS = 120
"""A fast shutdown writes a checkpoint first."""


def add_postgresql(
    scope: Construct, *, component: Component, settings: AegisAIDeployment, postgresql: InClusterPostgresql
) -> None:
    """Claim, StatefulSet and headless Service."""
    Service(scope, component=component, headless=True)
    data = add_data_claim(
        scope,
        component=component,
        size=postgresql.storage,
        storage_class=block_class(settings, postgresql.storage_class),
    )
    StatefulSet(
        scope,
        component=component,
        pod=Pod(
            containers=[_container(component, postgresql, data)],
            user_id=USER_ID,
            group_id=USER_ID,
            termination_grace_seconds=STOP_SECONDS,
        ),
        replicas=1,
    )


def image(settings: InClusterPostgresql) -> str:
    """The server's image, whose tools are the backup's."""
    repository, _, name = POSTGRESQL_REPOSITORY.rpartition("/")
    return reference(repository, name, tag=settings.image_tag, digest=settings.image_digest)


def _container(component: Component, settings: InClusterPostgresql, data: Volume) -> Container:
    asked = ["pg_isready", "--username", settings.user, "--dbname", settings.database, "--host", "127.0.0.1"]
    return Container(
        name=component.name,
        image=image(settings),
        resources=resources(settings.cpu, settings.memory),
        ports=component.ports,
        environment={
            "PGDATA": f"{FOLDER}/pgdata",  # a volume's root holds lost+found, which initdb refuses
            "POSTGRES_DB": settings.database,
            "POSTGRES_USER": settings.user,
            "POSTGRES_INITDB_ARGS": "--data-checksums --auth-host=scram-sha-256",
            aegisai.DATABASE_PASSWORD: SecretKey(secret=SECRETS, key=aegisai.DATABASE_PASSWORD),
        },
        mounts=[
            Mount(volume=data, path=FOLDER),
            Mount(volume=empty_folder("run", size_limit="16Mi"), path="/var/run/postgresql"),
            Mount(volume=empty_folder("tmp", size_limit="64Mi"), path="/tmp"),  # noqa: S108 -- in the container
        ],
        # after a crash the server replays its log before it answers
        health=Health(ready=Command(command=asked), start_seconds=600),
    )

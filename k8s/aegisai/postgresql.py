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
            containers=[_container(component, settings, postgresql, data)],
            image_pull_secret=settings.images.pull_secret,
            user_id=USER_ID,
            group_id=USER_ID,
            termination_grace_seconds=STOP_SECONDS,
        ),
        replicas=1,
    )


def image(settings: AegisAIDeployment) -> str:
    """The server's image where it is in the cluster, whose tools are the backup's; else one with these tools."""
    given = settings.postgresql
    digest = given.image_digest if isinstance(given, InClusterPostgresql) else None
    return settings.images.of_others(given.client_image, digest=digest)


def _container(
    component: Component, settings: AegisAIDeployment, postgresql: InClusterPostgresql, data: Volume
) -> Container:
    whom = ["--username", postgresql.user, "--dbname", postgresql.database, "--host", "127.0.0.1"]
    return Container(
        name=component.name,
        image=image(settings),
        resources=resources(postgresql.cpu, postgresql.memory),
        ports=component.ports,
        environment={
            "PGDATA": f"{FOLDER}/pgdata",  # a volume's root holds lost+found, which initdb refuses
            "POSTGRES_DB": postgresql.database,
            "POSTGRES_USER": postgresql.user,
            "POSTGRES_INITDB_ARGS": "--data-checksums --auth-host=scram-sha-256",
            aegisai.DATABASE_PASSWORD: SecretKey(secret=SECRETS, key=aegisai.DATABASE_PASSWORD),
        },
        mounts=[
            Mount(volume=data, path=FOLDER),
            Mount(volume=empty_folder("run", size_limit="16Mi"), path="/var/run/postgresql"),
            Mount(volume=empty_folder("tmp", size_limit="64Mi"), path="/tmp"),  # noqa: S108 -- in the container
        ],
        # after a crash the server replays its log before it answers
        health=Health(ready=Command(command=["pg_isready", *whom]), start_seconds=600),
    )

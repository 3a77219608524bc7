"""Valkey, which speaks Redis, in one pod that writes every change to a volume."""

from constructs import Construct

from applications import aegisai
from k8s.aegisai.parts import SECRETS, resources
from k8s.aegisai.storage import add_data_claim, block_class
from k8s.component import Component
from k8s.container import Container, Mount, SecretKey
from k8s.pod import Pod
from k8s.probe import Command, Health, TcpSocket
from k8s.service import Service
from k8s.volume import Volume
from k8s.workload import StatefulSet
from settings.aegisai import AegisAIDeployment
from settings.data_stores import InClusterRedis
from settings.versions import VALKEY_REPOSITORY

USER_ID = 999
"""Of the image `valkey/valkey`."""
FOLDER = "/data"
START = f"""exec valkey-server - --dir {FOLDER} --appendonly yes --appendfsync everysec <<EOF
requirepass ${aegisai.REDIS_PASSWORD}
EOF"""
"""The password comes by standard input: the list of processes shows none."""
PING = "valkey-cli ping | grep -q PONG"
"""While it reads its log the server answers with an error, and the client ends with 0 nevertheless."""


def add_redis(
    scope: Construct, *, component: Component, settings: AegisAIDeployment, redis: InClusterRedis
) -> None:
    """Claim, StatefulSet and headless Service."""
    Service(scope, component=component, headless=True)
    data = add_data_claim(
        scope,
        component=component,
        size=redis.storage,
        storage_class=block_class(settings, redis.storage_class),
    )
    StatefulSet(
        scope,
        component=component,
        pod=Pod(
            containers=[_container(component, settings, redis, data)],
            image_pull_secret=settings.images.pull_secret,
            user_id=USER_ID,
            group_id=USER_ID,
        ),
        replicas=1,
    )


def _container(
    component: Component, settings: AegisAIDeployment, redis: InClusterRedis, data: Volume
) -> Container:
    image = f"{VALKEY_REPOSITORY}:{redis.image_tag}"
    password = SecretKey(secret=SECRETS, key=aegisai.REDIS_PASSWORD)
    return Container(
        name=component.name,
        image=settings.images.of_others(image, digest=redis.image_digest),
        resources=resources(redis.cpu, redis.memory),
        command=["sh", "-c", START],
        ports=component.ports,
        environment={aegisai.REDIS_PASSWORD: password, "REDISCLI_AUTH": password},
        mounts=[Mount(volume=data, path=FOLDER)],
        health=Health(
            ready=Command(command=["sh", "-c", PING]), alive=TcpSocket(port="redis"), start_seconds=300
        ),
    )

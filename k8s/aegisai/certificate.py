"""The certificate by which pods know Aurora."""

from pathlib import PurePosixPath

from constructs import Construct

from applications import aegisai
from k8s.aegisai.parts import Parts
from k8s.config_map import ConfigMap
from k8s.container import Mount
from k8s.volume import config_files
from settings.aegisai import AegisAIDeployment
from settings.aegisai_eks import AegisAIOnEks

_PATH = PurePosixPath(aegisai.CERTIFICATE)


def add_certificate(scope: Construct, *, parts: Parts, settings: AegisAIDeployment) -> list[Mount]:
    """What a container that speaks to the database mounts: nothing where the database is in the cluster."""
    if not isinstance(settings, AegisAIOnEks) or settings.postgresql.hosted != "aurora":
        return []
    pem = aegisai.database_certificate(str(settings.region))
    certificate = ConfigMap(
        scope,
        component=parts.alone("database-certificate", role="database"),
        data={_PATH.name: pem},
    )
    return [Mount(volume=config_files(certificate), path=str(_PATH.parent))]

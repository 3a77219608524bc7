"""What a deployment runs on Kubernetes: complete without AWS, and without the CDK."""

from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from settings.aegisai import AegisAIAnywhere
from settings.aegisai_eks import AegisAIOnEks
from settings.open_webui import OpenWebUIDeployment
from settings.systems import Deployment

if TYPE_CHECKING:  # a deployment without Kubernetes loads none of it
    from k8s.manifests import Manifest


def manifests(settings: Deployment) -> "list[Manifest]":
    """Every manifest in the order of applying; none for a system that does not run on Kubernetes."""
    match settings:
        case OpenWebUIDeployment():
            return []
        case AegisAIAnywhere() | AegisAIOnEks():
            from systems import aegisai_manifests  # noqa: PLC0415 -- a system that is not asked for is not imported

            return aegisai_manifests.manifests(settings)
        case _:
            assert_never(settings)


def write_manifests(settings: Deployment, *, assembly: Path, kept: Path) -> list[Path]:
    """Write `manifests/<deployment>/` below the assembly.

    Args:
        settings: The deployment.
        assembly: Folder of the cloud assembly.
        kept: Folder that keeps the values of Secrets, a file per deployment.

    Returns:
        The files in the order of applying; none, and nothing written, when there is no manifest.

    Raises:
        BadDeploymentFile: The file of the generated secrets is damaged.
    """
    made = manifests(settings)
    if not made:
        return []
    from k8s.folder import write  # noqa: PLC0415 -- the same

    return write(made, assembly / "manifests" / settings.name, kept=kept / f"{settings.name}.json")

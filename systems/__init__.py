"""One module per system; `build` imports only the one that is asked for."""

from typing import TYPE_CHECKING, assert_never

from settings.aegisai import AegisAIAnywhere
from settings.aegisai_eks import AegisAIOnEks
from settings.open_webui import OpenWebUIDeployment
from settings.systems import Deployment

if TYPE_CHECKING:  # manifests are made without the CDK
    from aws_cdk import App


def build(app: "App", settings: Deployment) -> None:
    """Define the root stack of one deployment in the app; what is only manifests has none."""
    match settings:
        case OpenWebUIDeployment():
            from systems.open_webui import OpenWebUI  # noqa: PLC0415 -- a system that is not asked for is not imported

            OpenWebUI(app, settings.name, settings=settings)
        case AegisAIOnEks():
            from systems.aegisai import AegisAI  # noqa: PLC0415 -- the same

            AegisAI(app, settings.name, settings=settings)
        case AegisAIAnywhere():
            pass
        case _:
            assert_never(settings)

"""One module per system; `build` imports only the one that is asked for."""

from typing import assert_never

from aws_cdk import App

from settings.open_webui import OpenWebUIDeployment


def build(app: App, settings: OpenWebUIDeployment) -> None:
    """Define the root stack of one deployment in the app."""
    match settings:
        case OpenWebUIDeployment():
            from systems.open_webui import OpenWebUI  # noqa: PLC0415 -- a system that is not asked for is not imported

            OpenWebUI(app, settings.name, settings=settings)
        case _:
            assert_never(settings)

"""The systems that a deployment file can name. A second one is a line here; its module is imported when a
file names it."""

from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias

from settings.deployment import DeploymentBase

if TYPE_CHECKING:
    from settings.open_webui import OpenWebUIDeployment

Deployment: TypeAlias = "OpenWebUIDeployment"
"""Any deployment file; `system` tells them apart."""

SYSTEMS = {
    "open-webui": "settings.open_webui:OpenWebUIDeployment",
}


def deployment_model(system: str) -> type[DeploymentBase]:
    """The model of one system's deployment file."""
    module, _, name = SYSTEMS[system].partition(":")
    model: type[DeploymentBase] = getattr(import_module(module), name)
    assert issubclass(model, DeploymentBase), f"{SYSTEMS[system]} is no deployment"
    return model

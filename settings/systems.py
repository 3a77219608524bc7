"""The systems that a deployment file can name. A further one is a line here; its module is imported when a
file names it."""

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

from settings.deployment import DeploymentBase

if TYPE_CHECKING:
    from settings.aegisai import AegisAIAnywhere
    from settings.aegisai_eks import AegisAIOnEks
    from settings.open_webui import OpenWebUIDeployment

Deployment: TypeAlias = "OpenWebUIDeployment | AegisAIAnywhere | AegisAIOnEks"
"""Any deployment file; `system`, and of some systems one more setting, tell them apart."""


@dataclass(frozen=True)
class Variants:
    """A system whose file has other settings by what one of them says."""

    field: str
    models: dict[str, str]
    meanings: dict[str, str]
    """What each value of the field is for."""

    def other_with(self, key: str, value: Any) -> str | None:
        """A value of the field, another than this one, with which a setting exists."""
        return next(
            (
                name
                for name, model in self.models.items()
                if name != value and key in _imported(model).model_fields
            ),
            None,
        )


SYSTEMS: dict[str, str | Variants] = {
    "open-webui": "settings.open_webui:OpenWebUIDeployment",
    "aegisai": Variants(
        "hosting",
        {"eks": "settings.aegisai_eks:AegisAIOnEks", "any": "settings.aegisai:AegisAIAnywhere"},
        {
            "eks": "a cluster on Amazon EKS that is made",
            "any": "manifests for a cluster of your own, such as K3s, kind or GKE",
        },
    ),
}


def deployment_models(system: str) -> dict[str, type[DeploymentBase]]:
    """The models of one system's deployment files, each with the value that asks for it; "" where there is one."""
    return {value: _imported(model) for value, model in models_of(system).items()}


def models_of(system: str) -> dict[str, str]:
    """Where these models are, `module:name`; nothing is imported."""
    kinds = SYSTEMS[system]
    return kinds.models if isinstance(kinds, Variants) else {"": kinds}


def variants_of(system: Any) -> Variants | None:
    """What tells the deployment files of one system apart, if anything."""
    kinds = SYSTEMS.get(system) if isinstance(system, str) else None
    return kinds if isinstance(kinds, Variants) else None


def _imported(path: str) -> type[DeploymentBase]:
    module, _, name = path.partition(":")
    model: type[DeploymentBase] = getattr(import_module(module), name)
    assert issubclass(model, DeploymentBase), f"{path} is no deployment"
    return model

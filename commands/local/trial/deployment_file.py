"""The deployment file that is tried: the user's, with what only the trial wants."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from commands.local.steps import LocalError
from commands.local.trial.models import Models
from settings.load import deployment_files, load_deployment
from settings.open_webui import OpenWebUIDeployment

REASONS = {
    "application.image_digest": "it does not say which version it is",
    "application.litellm": "LiteLLM is not run here",
}


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What is deployed. `changes`: a line per setting that is not as the user's file has it."""

    folder: Path
    settings: OpenWebUIDeployment
    changes: tuple[str, ...]


def load(folder: Path, name: str) -> OpenWebUIDeployment:
    """The settings of the user's file as they stand; raises `LocalError` for what has nothing to run."""
    (file,) = deployment_files(folder, only=name)
    settings = _open_webui(file)
    if settings.stands_by:
        raise LocalError(f"{name} stands by for another deployment, and nothing of it runs; try that one")
    return settings


def write(source: Path, name: str, *, into: Path, models: Models, tasks: int | None) -> Tried:
    """Write the file that is tried as the only one of a folder.

    `tasks`: how many run. Left out: as many as the user's file says. Raises `BadDeploymentFile` for what the settings
    refuse.
    """
    (file,) = deployment_files(source, only=name)
    yaml = YAML()
    document = yaml.load(file.read_text())
    given = _open_webui(file)
    changes = []
    for path, value in _wanted(given, models, tasks).items():
        if _value(given, path) != value:
            _set(document, path, value)
            why = f", because {REASONS[path]}" if path in REASONS else ""
            changes.append(f"{path}: {_shown(value)}{why}")
    into.mkdir(parents=True, exist_ok=True)
    for old in into.iterdir():
        old.unlink()
    written = into / file.name
    with written.open("w") as stream:
        yaml.dump(document, stream)
    return Tried(folder=into, settings=_open_webui(written), changes=tuple(changes))


def _open_webui(file: Path) -> OpenWebUIDeployment:
    settings = load_deployment(file).deployment
    if not isinstance(settings, OpenWebUIDeployment):
        raise LocalError(
            f"{settings.name} is {settings.system}, and only open-webui can be tried; try one of those"
        )
    return settings


def _wanted(given: OpenWebUIDeployment, models: Models, tasks: int | None) -> dict[str, Any]:
    """Dotted path of a setting → its value in the trial."""
    wanted: dict[str, Any] = {}
    if tasks is not None:
        wanted |= {"tasks.min_tasks": tasks, "tasks.max_tasks": tasks}
    wanted |= {
        "application.image_digest": None,
        "application.litellm": None,
        "application.openai_urls": models.openai_urls,
        "application.ollama_urls": models.ollama_urls,
    }
    if not (models.named and given.application.embedding.url):
        wanted |= {
            "application.embedding.engine": "openai",
            "application.embedding.url": models.embedding_url,
        }
    return wanted


def _value(settings: Any, path: str) -> Any:
    for name in path.split("."):
        settings = getattr(settings, name)
    return settings


def _set(document: dict[str, Any], path: str, value: Any) -> None:
    *sections, name = path.split(".")
    for section in sections:
        if document.get(section) is None:
            document[section] = {}
        document = document[section]
    document[name] = list(value) if isinstance(value, tuple) else value


def _shown(value: Any) -> str:
    return ", ".join(value) or "none" if isinstance(value, tuple) else str(value or "none")

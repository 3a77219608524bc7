"""Open WebUI as a program of this machine: the packages of the slim image, without the image."""

import platform
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from commands.local.cdk import nothing
from commands.local.place import ROOT
from commands.local.steps import LocalError
from commands.local.virtual_environment import VirtualEnvironment
from settings.versions import OPEN_WEBUI_REPOSITORY

REQUIREMENTS = Path(__file__).parent
PREFIX = "requirements-open-webui-"
FOLDER = ROOT / ".venv-open-webui"
PYTHONS = ((3, 11), (3, 12))
"""What the wheel says: `Requires-Python: <3.13.0a1,>=3.11`."""
SYSTEMS = ("Linux", "Darwin")

DOWNLOAD_MB = 215
DISK_MB = 780
SPARE_MB = 500
"""Room for pip to unpack in, and for what the trial itself keeps."""
MINUTES = 3

COMMAND = (
    *("{python}", "-m", "uvicorn", "open_webui.main:app", "--host", "{address}", "--port", "8080"),
    *("--forwarded-allow-ips", "*"),
)
"""The last line of start.sh in the image."""
IMAGE_ENVIRONMENT = {
    "ENV": "prod",
    "PORT": "8080",
    "DOCKER": "true",
    "USE_SLIM_DOCKER": "true",
    "USE_OLLAMA_DOCKER": "false",
    "USE_CUDA_DOCKER": "false",
    "OLLAMA_BASE_URL": "/ollama",
    "OPENAI_API_BASE_URL": "",
    "OPENAI_API_KEY": "",
    "WEBUI_SECRET_KEY": "",
    "SCARF_NO_ANALYTICS": "true",
    "DO_NOT_TRACK": "true",
    "ANONYMIZED_TELEMETRY": "false",
    # The wheel keeps the pages inside the package, where the image has them in /app/build.
    "FROM_INIT_PY": "true",
}
"""ENV of the image's Dockerfile, as far as the slim image reads it."""


def versions() -> list[str]:
    """The versions that this checkout has a list of packages for."""
    return sorted(
        path.name.removeprefix(PREFIX).removesuffix(".txt") for path in REQUIREMENTS.glob(f"{PREFIX}*.txt")
    )


def version_of(tag: str) -> str:
    """The version in an image's tag: `v0.12.4-slim` is 0.12.4."""
    return re.sub(r"^v|-slim$", "", tag)


def environment(version: str) -> VirtualEnvironment:
    """The environment of one version; raises `LocalError` for one without a list of packages."""
    if version not in versions():
        raise LocalError(
            f"Open WebUI {version} is not run here: this checkout knows {', '.join(versions())}; "
            f"use application.image_tag: v{versions()[-1]}-slim, or add {PREFIX}{version}.txt"
        )
    return VirtualEnvironment(
        name=f"the environment of Open WebUI {version}",
        folder=FOLDER / version,
        requirements=REQUIREMENTS / f"{PREFIX}{version}.txt",
        compiled=True,  # a start takes half as long
    )


def announcement(version: str) -> str:
    """What an installation brings, before it begins."""
    return (
        f"Open WebUI {version} and its {len(environment(version).pins) - 1} packages go to "
        f"{FOLDER.name}/{version}: {DOWNLOAD_MB} MB to load, {DISK_MB} MB on disk, "
        f"up to {MINUTES} minutes, once"
    )


def install(version: str, *, tell: Callable[[str], None] = nothing) -> None:
    """Install one version; raises `LocalError` where it cannot run or there is no room."""
    wanted = environment(version)
    check_machine(version)
    check_space(FOLDER.parent)
    wanted.install(tell=tell)


def check_machine(
    version: str, *, python: tuple[int, int] = sys.version_info[:2], system: str | None = None
) -> None:
    """Refuse a Python or a system that the packages are not made for."""
    if python not in PYTHONS:
        raise LocalError(
            f"Open WebUI {version} runs on Python 3.11 and 3.12, and this is {python[0]}.{python[1]}; "
            "run make clean, then make try PYTHON=python3.12"
        )
    system = system or platform.system()
    if system not in SYSTEMS:
        raise LocalError(
            f"Open WebUI {version} is run on Linux and macOS, and this is {system}; use one of them"
        )


def check_space(folder: Path) -> None:
    """Refuse to begin what the disk has no room for."""
    free = shutil.disk_usage(folder).free // 10**6
    if free < DISK_MB + SPARE_MB:
        raise LocalError(
            f"{free} MB are free in {folder}, and the environment needs {DISK_MB + SPARE_MB} MB; make room"
        )


def image(version: str) -> dict[str, Any]:
    """The version's entry in the table of images: what to start, where, with which variables of the image."""
    installed = environment(version)
    return {
        "python": str(installed.python),
        "command": list(COMMAND),
        "directory": str(installed.packages),
        "environment": IMAGE_ENVIRONMENT,
    }


def images(tags: list[str], *, registry: str | None = None) -> dict[str, Any]:
    """The table of images for these tags. `registry`: prefix of a mirror, as the deployment names it."""
    repository = OPEN_WEBUI_REPOSITORY
    if registry is not None:
        repository = f"{registry}/{repository.partition('/')[2]}"
    return {repository: {"versions": {version: image(version) for version in map(version_of, tags)}}}

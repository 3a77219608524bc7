"""Finds and loads deployment files; all errors of a file are told at once, each with line, field, value, remedy."""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from settings.deployment import AwsDeployment
from settings.problems import Problem, nearest, shown
from settings.reading import Origin, Reading
from settings.systems import SYSTEMS, Deployment
from settings.yaml_document import Document, Unreadable, read_document

MOST_LINES = 200
"""More errors than this are counted, not printed: the file is no deployment file."""
_START = f"start with {' or '.join(f'`system: {name}`' for name in SYSTEMS)}, and `environment: dev`"


class BadDeploymentFile(Exception):
    """Everything that is wrong, a line each."""


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """The settings of one deployment."""

    deployment: Deployment
    origins: dict[str, Origin]
    """Dotted path of each setting → where its value comes from."""
    file: Path
    document: Document

    @property
    def on_aws(self) -> AwsDeployment:
        """The settings of a deployment that makes a stack; raises `BadDeploymentFile` for manifests alone."""
        if isinstance(self.deployment, AwsDeployment):
            return self.deployment
        message = (
            "is any, and nothing is made on AWS; write the manifests with make manifests "
            f"DEPLOYMENT={self.deployment.name}"
        )
        raise BadDeploymentFile(
            str(Problem(self.file, self.document.line(("hosting",)), ("hosting",), message))
        )

    def warnings(self, *, packages: Path) -> list[str]:
        """What is right and probably not meant, a line each, in the order of the file.

        packages: folder of virtual environments with applications, one per version; may be missing.
        """
        cautions = self.deployment.cautions(packages=packages)
        problems = [
            Problem(self.file, self.document.line(each.path), each.path, f"warning: {each.message}")
            for each in cautions
        ]
        return [str(problem) for problem in sorted(problems, key=lambda problem: problem.line)]


def deployment_files(folder: Path, *, only: str | None = None) -> list[Path]:
    """The deployment files of a folder, or the one that is asked for; nothing is opened."""
    try:
        found = sorted(
            path for path in folder.iterdir() if path.suffix in (".yaml", ".yml") and path.name[0] != "."
        )
    except OSError as error:
        raise BadDeploymentFile(
            f"{folder}: is no folder of deployments ({error.strerror}); name one with NAME.yaml files"
        ) from None
    files = {path.stem: path for path in found if path.suffix == ".yaml"}
    if only is None:
        odd = [path for path in found if path.suffix == ".yml"]
        if odd:
            raise BadDeploymentFile(
                "\n".join(f"{path}:1: file: ends in .yml; rename it to {path.stem}.yaml" for path in odd)
            )
        if not files:
            raise BadDeploymentFile(
                f"{folder}: holds no deployment file; add NAME.yaml, see docs/settings.md"
            )
        return list(files.values())
    if only in files:
        return [files[only]]
    if files and not only:
        raise BadDeploymentFile(f"{folder}: which deployment? choose one of {', '.join(files)}: DEPLOYMENT=…")
    if not files:
        remedy = "the folder holds no deployment file; add NAME.yaml, see docs/settings.md"
    elif (meant := nearest(only.removesuffix(".yaml"), list(files))) is not None:
        remedy = f"did you mean {meant}? There {'are' if len(files) > 1 else 'is'} {', '.join(files)}"
    else:
        remedy = f"choose one of {', '.join(files)}"
    raise BadDeploymentFile(f"{folder}: no deployment is named {shown(only)}; {remedy}")


def load_deployment(path: Path) -> Loaded:
    """Read, complete and check one deployment file; raises `BadDeploymentFile` with all that is wrong."""
    try:
        document = read_document(path, start=_START)
    except Unreadable as error:
        raise BadDeploymentFile(str(error)) from None
    reading = Reading(path, document)
    if reading.deployment is None or reading.problems:
        ordered = sorted(reading.problems, key=lambda problem: problem.line)
        lines = list(dict.fromkeys(map(str, ordered)))
        if len(lines) > MOST_LINES:
            more = f"has {len(lines) - MOST_LINES} more errors; correct these first"
            lines[MOST_LINES:] = [str(Problem(path, ordered[-1].line, (), more))]
        raise BadDeploymentFile("\n".join(lines))
    return Loaded(
        deployment=cast("Deployment", reading.deployment),
        origins=reading.origins(),
        file=path,
        document=document,
    )

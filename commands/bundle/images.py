"""Container images of a deployment, and what `settings.versions` knows of each tag."""

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from commands.bundle.known import values
from commands.destroy_check.from_template import of_type
from commands.flattened import Template
from settings import versions


@dataclass(frozen=True, kw_only=True)
class Image:
    """`name` with registry and tag; `note` is what was known when the tag was pinned."""

    name: str
    note: str

    @property
    def is_ours_to_push(self) -> bool:
        """Whether it is in a registry of ECR, which nobody fills but the receiving team."""
        return ".dkr.ecr." in self.name.partition("/")[0]


def images(template: Template, objects: list[dict[str, Any]]) -> list[Image]:
    """Those of tasks and of Kubernetes objects, each once, in the order of their names."""
    known, notes = values(template), _notes()
    tasks = (
        known.text(container["Image"])
        for _, task in of_type(template, "AWS::ECS::TaskDefinition")
        for container in task["ContainerDefinitions"]
    )
    named = sorted({name for name in (*tasks, *_of_pods(objects)) if name is not None})
    return [
        Image(name=name, note=notes.get(name) or notes.get(name.rpartition(":")[2], "")) for name in named
    ]


def _of_pods(value: Any) -> Iterator[str]:
    match value:
        case list():
            for each in value:
                yield from _of_pods(each)
        case dict():
            for key, each in value.items():
                if key in ("containers", "initContainers") and isinstance(each, list):
                    yield from (str(one["image"]) for one in each if "image" in one)
                yield from _of_pods(each)


@cache
def _notes() -> dict[str, str]:
    """Image → the text below its pinned tag, in one line."""
    body = ast.parse(inspect.getsource(versions)).body
    found = {}
    for statement, following in pairwise(body):
        match statement, following:
            case (
                ast.Assign(targets=[ast.Name(id=name)]),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                tag = str(getattr(versions, name))
                repository = getattr(versions, f"{name}_REPOSITORY", None)
                image = f"{repository}:{tag}" if repository else tag
                found[image] = " ".join(text.split())
    return found

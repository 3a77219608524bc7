"""The deployed stack as one template, and what the account calls each resource of it."""

import hashlib
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from commands.assembly import NESTED
from commands.destroy_check.asked import Account, NotThereError
from commands.flattened import flattened
from commands.preflight.unanswered import Unanswered

NOT_DEPLOYED = ("DELETE_COMPLETE", "REVIEW_IN_PROGRESS")
"""The second has a change set and nothing else."""


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """A stack with its nested ones."""

    template: dict[str, Any]
    identifiers: dict[str, str]
    """Address → physical id."""
    stacks: frozenset[str]
    """ARNs of the root stack and the nested ones."""
    termination_protection: bool


def deployed(account: Account, deployment: str) -> Deployed | None:
    """What is deployed under this name; nothing if no stack is.

    Raises:
        Unanswered: The account does not let its stacks be read, or they are incomplete.
    """
    try:
        [root] = account.ask("cloudformation", "describe_stacks", StackName=deployment)["Stacks"]
    except NotThereError:
        return None
    if root["StackStatus"] in NOT_DEPLOYED:
        return None
    with tempfile.TemporaryDirectory() as folder:
        reading = _Reading(account, Path(folder))
        file = reading.keep(root["StackId"], path="")
        reading.write(deployment, file)
        template = flattened(Path(folder), deployment)
    return Deployed(
        template=template,
        identifiers=reading.identifiers,
        stacks=frozenset(reading.stacks),
        termination_protection=bool(root.get("EnableTerminationProtection")),
    )


class _Reading:
    """Writes the deployed templates in the shape of a cloud assembly, so that one reader serves both."""

    def __init__(self, account: Account, folder: Path) -> None:
        self._account, self._folder = account, folder
        self._files: dict[str, str] = {}
        self.identifiers: dict[str, str] = {}
        self.stacks: list[str] = []

    def keep(self, stack: str, *, path: str) -> str:
        """Write the template of a stack and of those below it; the file's name."""
        self.stacks.append(stack)
        body = self._template(stack)
        found = self._account.ask("cloudformation", "list_stack_resources", StackName=stack)
        physical = {
            each["LogicalResourceId"]: each.get("PhysicalResourceId", "")
            for each in found["StackResourceSummaries"]
        }
        for logical_id, resource in body["Resources"].items():
            identifier = physical.get(logical_id, "")
            self.identifiers[f"{path}.{logical_id}" if path else logical_id] = identifier
            if resource["Type"] != NESTED:
                continue
            construct = logical_id.partition("NestedStack")[0]
            below = f"{path}.{construct}" if path else construct
            resource["Properties"]["TemplateURL"] = self.keep(identifier, path=below)
        name = hashlib.sha256(stack.encode()).hexdigest()
        (self._folder / name).write_text(json.dumps(body))
        self._files[name] = name
        return name

    def write(self, deployment: str, file: str) -> None:
        """The two files by which `commands.assembly` finds the templates."""
        artifact = {"type": "aws:cloudformation:stack", "properties": {"templateFile": file}}
        files = {name: {"source": {"path": path}} for name, path in self._files.items()}
        (self._folder / "manifest.json").write_text(json.dumps({"artifacts": {deployment: artifact}}))
        (self._folder / f"{deployment}.assets.json").write_text(json.dumps({"files": files}))

    def _template(self, stack: str) -> dict[str, Any]:
        try:
            body = self._account.ask(
                "cloudformation", "get_template", StackName=stack, TemplateStage="Processed"
            )["TemplateBody"]
        except NotThereError:
            raise Unanswered(
                f"a complete stack: {stack or 'a nested stack'} is gone or was not made"
            ) from None
        if isinstance(body, str):  # as `aws cloudformation package` writes it
            body = YAML(typ="safe", pure=True).load(body)
        loaded: dict[str, Any] = body
        return loaded

"""A deployment as one template: what its nested stacks make, with references followed to what they mean.

A nested stack hides from a reader which resource a parameter stands for. Here every resource has the address
`Storage.DatabaseClusterCE4535C7`, and a reference that crossed two templates names the resource itself.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from commands.assembly import NESTED, construct, in_stack, templates

Template = dict[str, Any]
AND = " and "
"""Between the names of conditions that have to hold together."""
SUBSTITUTED = re.compile(r"\$\{(?!!)([^}]+)\}")


def flattened(assembly: Path, deployment: str) -> Template:
    """The root template of the deployment in a cloud assembly, with all nested ones in it, as `as_one` has it."""
    return as_one(
        {
            each.name.removeprefix(deployment).removeprefix("."): each.body
            for each in templates(assembly, deployment)
        }
    )


def as_one(stacks: Mapping[str, Template]) -> Template:
    """The root template with all nested ones in it; `stacks`: path of each, empty for the root → its template.

    Parameters and outputs are the root's. A nested stack stays as a resource of its own, under its full logical ID and
    without parameters, so that a renamed one shows.
    """
    root = stacks[""]
    readers = {path: _Reader(path, stacks) for path in stacks}
    resources = {address: body for reader in readers.values() for address, body in reader.resources()}
    conditions = {address: body for reader in readers.values() for address, body in reader.conditions()}
    mappings = {
        reader.own(name): body
        for reader in readers.values()
        for name, body in reader.template.get("Mappings", {}).items()
    }
    parts = {
        "Description": root.get("Description"),
        "Transform": _transforms(stacks),
        "Parameters": root.get("Parameters"),
        "Rules": root.get("Rules"),
        "Mappings": mappings,
        "Conditions": conditions,
        "Resources": resources,
        "Outputs": readers[""].meant(root.get("Outputs")),
    }
    return {name: part for name, part in parts.items() if part}


def _transforms(stacks: Mapping[str, Template]) -> list[Any]:
    """The macros that CloudFormation runs on any of the templates, each once."""
    found: list[Any] = []
    for template in stacks.values():
        named = template.get("Transform", [])
        found += [each for each in (named if isinstance(named, list) else [named]) if each not in found]
    return found


@dataclass(frozen=True)
class _Reader:
    """Reads one template in the words of the whole: `path` is the nested stack's, empty for the root."""

    path: str
    stacks: Mapping[str, Template]

    @property
    def template(self) -> Template:
        return self.stacks[self.path]

    @property
    def declared(self) -> Template:
        resources: Template = self.template.get("Resources", {})
        return resources

    def own(self, name: str) -> str:
        return in_stack(self.path, name)

    def resources(self) -> Iterator[tuple[str, Template]]:
        for logical_id, resource in self.declared.items():
            body = {key: value for key, value in resource.items() if key != "Metadata"}
            if body["Type"] == NESTED:
                left = {"Parameters", "TemplateURL"}
                body["Properties"] = {
                    key: value for key, value in body["Properties"].items() if key not in left
                }
            meant = self.meant(body)
            if condition := self._made_if(body.get("Condition")):
                meant["Condition"] = condition
            if "DependsOn" in body:
                needs = [body["DependsOn"]] if isinstance(body["DependsOn"], str) else body["DependsOn"]
                meant["DependsOn"] = [self.own(need) for need in needs]
            yield self.own(logical_id), meant

    def _made_if(self, name: str | None) -> str:
        """The condition of a resource: its own, and those of the nested stacks that it is in."""
        if not self.path:
            return name or ""
        above, logical_id = self._above()
        names = (above._made_if(above.declared[logical_id].get("Condition")), self.own(name) if name else "")
        return AND.join(filter(None, names))

    def conditions(self) -> Iterator[tuple[str, Any]]:
        for name, body in self.template.get("Conditions", {}).items():
            yield self.own(name), self._condition(self.meant(body))
        for resource in self.declared.values():
            name = self._made_if(resource.get("Condition"))
            if AND in name:
                yield name, {"Fn::And": [{"Condition": each} for each in name.split(AND)]}

    def _condition(self, value: Any) -> Any:
        match value:
            case {"Condition": str(name)}:
                return {"Condition": self.own(name)}
            case dict():
                return {key: self._condition(each) for key, each in value.items()}
            case list():
                return [self._condition(each) for each in value]
        return value

    def meant(self, value: Any) -> Any:
        """The value with each reference as the whole knows it."""
        match value:
            case {"Ref": str(name)}:
                return self._reference(name)
            case {"Fn::GetAtt": [str(key), str(attribute)]}:
                return self._attribute(key, attribute)
            case {"Fn::GetAtt": [str(key), attribute]}:
                return {"Fn::GetAtt": [self.own(key), self.meant(attribute)]}
            case {"Fn::GetAtt": str(dotted)}:
                return self._attribute(*dotted.split(".", 1))
            case {"Fn::Sub": str(text)}:
                return self._substituted(text, {})
            case {"Fn::Sub": [str(text), dict(given)]}:
                return self._substituted(text, given)
            case {"Fn::If": [str(condition), *branches]}:
                return {"Fn::If": [self.own(condition), *(self.meant(each) for each in branches)]}
            case {"Fn::FindInMap": [str(name), *keys]}:
                return {"Fn::FindInMap": [self.own(name), *(self.meant(each) for each in keys)]}
            case dict():
                return {key: self.meant(each) for key, each in value.items()}
            case list():
                return [self.meant(each) for each in value]
        return value

    def _reference(self, name: str) -> Any:
        if name in self.declared:
            return {"Ref": self.own(name)}
        if not self.path or name not in self.template.get("Parameters", {}):
            return {"Ref": name}
        above, logical_id = self._above()
        given = above.declared[logical_id]["Properties"].get("Parameters", {})
        if name in given:
            return above.meant(given[name])
        return self.template["Parameters"][name]["Default"]

    def _attribute(self, key: str, attribute: str) -> Any:
        child = self.own(construct(key))
        if self.declared[key]["Type"] == NESTED and attribute.startswith("Outputs."):
            output = self.stacks[child]["Outputs"][attribute.removeprefix("Outputs.")]
            return _Reader(child, self.stacks).meant(output["Value"])
        return {"Fn::GetAtt": [self.own(key), attribute]}

    def _substituted(self, text: str, given: dict[str, Any]) -> Any:
        """Each variable by name, since what it means may be more than a name."""
        variables = {name: self.meant(each) for name, each in given.items()}
        for name in SUBSTITUTED.findall(text):
            if name not in variables and not name.startswith("AWS::"):
                variables[name] = (
                    self._attribute(*name.split(".", 1)) if "." in name else self._reference(name)
                )
        return {"Fn::Sub": [text, variables]} if variables else {"Fn::Sub": text}

    def _above(self) -> tuple["_Reader", str]:
        """The reader of the parent template, and this stack's logical ID there."""
        path, _, own = self.path.rpartition(".")
        above = _Reader(path, self.stacks)
        (logical_id,) = (
            key for key, each in above.declared.items() if each["Type"] == NESTED and construct(key) == own
        )
        return above, logical_id

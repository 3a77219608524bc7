"""What a value of a template comes to in one account and region, as far as it is known before deployment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


def defaults(template: Mapping[str, Any]) -> dict[str, str]:
    """What the parameters of a template are set to where nobody says otherwise."""
    parameters = template.get("Parameters", {})
    return {name: str(each["Default"]) for name, each in parameters.items() if "Default" in each}


@dataclass(frozen=True, kw_only=True)
class Values:
    """Reads values of a flattened template.

    Args:
        pseudo: What `AWS::Region`, `AWS::AccountId`, `AWS::Partition` and so on stand for.
        parameters: What the root stack's parameters are set to.
        zones: Names of the region's availability zones, in order.
        mappings: The template's mappings.
    """

    pseudo: Mapping[str, str]
    parameters: Mapping[str, str]
    zones: Sequence[str]
    mappings: Mapping[str, Any]

    def text(self, value: Any) -> str | None:
        """The text; nothing where only deployment tells."""
        match value:
            case bool():
                return str(value).lower()
            case str() | int() | float():
                return str(value)
            case {"Ref": str(name)}:
                return self.pseudo.get(name) or self.parameters.get(name)
            case {"Fn::Join": [str(between), list(parts)]}:
                texts = [self.text(part) for part in parts]
                return None if None in texts else between.join(str(text) for text in texts)
            case {"Fn::Sub": str(text)}:
                return self._substituted(text, {})
            case {"Fn::Sub": [str(text), dict(given)]}:
                return self._substituted(text, given)
            case {"Fn::Select": [index, choice]}:
                choices = self.texts(choice)
                place = int(index)
                return choices[place] if place < len(choices) else None
            case {"Fn::FindInMap": [str(name), *keys]}:
                found: Any = self.mappings.get(name, {})
                for key in keys:
                    found = found.get(self.text(key), {}) if isinstance(found, dict) else {}
                return found if isinstance(found, str) else None
        return None

    def texts(self, value: Any) -> list[str | None]:
        """Each of a list."""
        match value:
            case {"Fn::GetAZs": _}:
                return list(self.zones)
            case list():
                return [self.text(each) for each in value]
            case {"Fn::Split": [str(between), joined]}:
                text = self.text(joined)
                return [] if text is None else [*text.split(between)]
        return []

    def number(self, value: Any) -> float | None:
        """The number; nothing where only deployment tells."""
        text = self.text(value)
        try:
            return None if text is None else float(text)
        except ValueError:
            return None

    def _substituted(self, text: str, given: Mapping[str, Any]) -> str | None:
        for name, value in {**{key: {"Ref": key} for key in self.pseudo}, **given}.items():
            if f"${{{name}}}" in text:
                known = self.text(value)
                if known is None:
                    return None
                text = text.replace(f"${{{name}}}", known)
        return None if "${" in text.replace("${!", "") else text.replace("${!", "${")

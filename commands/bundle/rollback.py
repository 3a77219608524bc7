"""What a first deployment that fails leaves behind, and what its roll-back stops at."""

from collections.abc import Iterator

from commands.flattened import Template
from commands.protections import DELETION, Protection, of_resource


def obstacles(template: Template) -> Iterator[Protection]:
    """Deletion protection of what a roll-back would delete; `RetainExceptOnCreate` retains nothing then."""
    for address, resource in template["Resources"].items():
        if resource.get("DeletionPolicy") != "Retain":
            yield from (each for each in of_resource(address, resource) if each.what == DELETION)


def remains(template: Template) -> list[tuple[str, str]]:
    """Address and type of what stays although the stack never came to be."""
    return [
        (address, resource["Type"])
        for address, resource in template["Resources"].items()
        if resource.get("DeletionPolicy") == "Retain"
    ]

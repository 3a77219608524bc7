"""Which operations of AWS the code names."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import botocore.session
from botocore import xform_name

METHODS = {"read", "each", "listed", "asked"}
"""Their first two arguments are a service and an operation."""


def operations(files: Iterable[Path]) -> set[tuple[str, str]]:
    """Service and operation, as the API names them."""
    session = botocore.session.get_session()
    found = set()
    for service, method in {call for file in files for call in _calls(file)}:
        names = {xform_name(each): each for each in session.get_service_model(service).operation_names}
        assert method in names, f"{service} has no {method}"
        found.add((service, names[method]))
    return found


def _calls(file: Path) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(file.read_text())):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        texts = [each.value for each in node.args[:2] if isinstance(each, ast.Constant)]
        if name in METHODS and len(texts) == 2:
            yield str(texts[0]), str(texts[1])

"""YAML that every reader understands alike: 1.1 reads `no`, `012` and `1_0` as something else than 1.2 does."""

import io
import re
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import RoundTripRepresenter

PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9/._-]*( [A-Za-z0-9/._-]+)*")
WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


class _Representer(RoundTripRepresenter):
    """Text is plain where no reader could take it for something else, a block where it has lines, else quoted."""


def _text(representer: RoundTripRepresenter, text: str) -> ScalarNode:
    if PLAIN.fullmatch(text) and text.lower() not in WORDS:
        style = None
    elif _is_block(text):
        style = "|"
    else:
        style = '"'
    return representer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _is_block(text: str) -> bool:
    """Lines that a block shows as they are; what cannot be seen is written as an escape between quotes."""
    seen = all(line.replace("\t", "").isprintable() for line in text.split("\n"))
    return "\n" in text and seen


_Representer.add_representer(str, _text)


def as_yaml(*documents: Any) -> str:
    """The documents as text, in block style and in the order of their keys."""
    yaml = YAML(pure=True)
    yaml.Representer = _Representer
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    text = io.StringIO()
    yaml.dump_all(documents, text)
    return text.getvalue()

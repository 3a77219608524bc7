"""What is written reads alike in YAML 1.1, which kubectl reads, and in 1.2."""

from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from k8s.yaml import as_yaml

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    texts | st.integers() | st.booleans(),
    lambda inner: st.lists(inner, min_size=1) | st.dictionaries(texts, inner, min_size=1),
    max_leaves=6,
)


def read(text: str, version: tuple[int, int]) -> Any:
    yaml = YAML(typ="safe", pure=True)
    yaml.version = version
    return yaml.load(text)


@settings(deadline=None, max_examples=40)
@given(value=st.dictionaries(texts, values, min_size=1))
@example(value={"a": "no", "y": "012", "on": "1e3", "b": "1_0", "c": "12:30:45", "d": "2026-11-21"})
@example(value={"a": "trailing \nspace\n", "b": "\tstart\n", "c": "# no comment", "d": "a: b", "e": ""})
@example(value={"a": "line\x85next", "b": "\u2028", "c": "\ufeff", "d": "null", "e": "~", "f": "one\n\n"})
@example(
    value={"a": "x \n\ty\n", "b": "x\n\n\n", "c": "\nx\n", "d": "x\n\x04", "e": "x\r\ny", "f": "  x\n y\n"}
)
@example(value={"a": "0x1F", "b": "0o17", "c": ".inf", "d": "=", "e": "<<", "f": "!x", "g": "%a", "h": "@"})
def test_every_version_reads_the_same(value: Any) -> None:
    text = as_yaml(value)
    assert read(text, (1, 1)) == read(text, (1, 2)) == value


def test_lines_are_a_block_and_words_are_plain() -> None:
    assert as_yaml({"script": "set -eu\necho done\n", "name": "app", "flag": "no", "port": 80}) == (
        'script: |\n  set -eu\n  echo done\nname: app\nflag: "no"\nport: 80\n'
    )

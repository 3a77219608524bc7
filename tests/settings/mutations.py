"""Deployment files as people, editors and accidents spoil them: changed ones, some harmless, most not."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any, get_origin

from ruamel.yaml import YAML

from settings.aegisai import SERVICES, AegisAIAnywhere
from settings.aegisai_eks import AegisAIOnEks
from settings.deployment import DeploymentBase
from settings.fields import Place, fields_of, models_in, place_of
from settings.load import BadDeploymentFile, Loaded, load_deployment
from settings.open_webui import OpenWebUIDeployment
from settings.services import ServiceSettings

ROOT = Path(__file__).parents[2]
KUBERNETES = sorted((ROOT / "deployments").glob("aegisai-*.yaml"))
FILES = sorted(
    {*(ROOT / "deployments").glob("*.yaml"), *(ROOT / "tests" / "deployments").glob("*.yaml")}
    - {*KUBERNETES},
    key=lambda file: file.name,
)
Tree = dict[str, Any]
LONGEST_LINE = 1000
_FIELD = r"(?:[A-Za-z0-9_/-]+|\"(?:[^\"\\]|\\.)*\")"
_LINE = re.compile(rf"[^\n]+\.yaml:[1-9]\d*: {_FIELD}(?:\.{_FIELD}|\[\d+\])*: \S[^\n]*")
ODD: list[Any] = [
    None, True, False, 0, -1, 1, 2, 1.5, -0.0, 1e308, 10**30, -(10**30), 3.0, 16.1, 512, 1024, 65535, "", " ",
    "yes", "no", "on", "off", "null", "~", "1", "0o17", "012345678901", "dev", "prod", "a" * 5000, "é", "日本語",
    "\U0001f600", "a: b", "# x", "a\nb", "a\tb", "\u2028", "\u0085", "{}", "[]", "*x", "&x", "!!int 1", "%", "@",
    "`", "- a", "? a", "<<", "=", "10.0.0.0/8", "10.0.0.0/16", "10.0.0.0/28", "::/0", "0.0.0.0/0", "256.1.1.1/8",
    "http://", "https://x", "https://a:b@c/d", "ops@example.com", "a@b", "eu-west-1", "eu-west-1a", "us-east-1",
    "1GB", "512Mi", "10Gi", "250m", "0", "latest", "gp3", "efs", "orchestrator",
    "07:30", "25:00", "UTC", "Europe/Berlin", "cognito", "cloudfront", "password",
    "arn:aws:acm:us-east-1:111122223333:certificate/abc", "arn:aws:backup:eu-west-1:111122223333:backup-vault:abc",
    {}, [], [1], [None], ["a", "a"], {"a": 1}, {"name": "x"}, {"a": {"b": {"c": {"d": {}}}}}, [[[[]]]], [{}],
]  # fmt: skip
"""Values that are wrong nearly everywhere, and right in one place or another."""


def mutated(random: Random, files: Sequence[Path] = FILES) -> tuple[str, bytes]:
    """One mutated deployment file: the name of the file it was, and its bytes."""
    file = random.choice(files)
    tree: Tree = deepcopy(_TREES[file])
    for _ in range(random.choice((1, 1, 1, 2, 3, 6))):
        random.choice(_ON_TREES)(random, tree)
    data = "".join(_lines(tree)).encode("utf-8", "surrogatepass")
    if random.random() < 0.4:
        data = random.choice(_ON_BYTES)(random, data)
    return file.name, data


def assert_documented_form(refusal: BadDeploymentFile) -> None:
    """Each error is a line of its own: `file:line: field.path: what is wrong, the value, the remedy`."""
    lines = str(refusal).split("\n")
    assert lines == list(dict.fromkeys(lines)), "no line twice"
    for line in lines:
        assert _LINE.fullmatch(line), line
        assert len(line) < LONGEST_LINE, line
        assert "is not valid here" not in line, f"no words for this error: {line}"


def load_mutated(random: Random, folder: Path, files: Sequence[Path] = FILES) -> Loaded:
    """Write one mutated file and load it; raises `BadDeploymentFile` like any loading."""
    name, data = mutated(random, files)
    path = folder / name
    path.write_bytes(data)
    return load_deployment(path)


def loaded_mutations(folder: Path, count: int, *, seed: int = 0) -> Iterator[Loaded]:
    """The first `count` mutated files that load; the same ones for the same seed."""
    random = Random(seed)
    found = 0
    while found < count:
        try:
            yield load_mutated(random, folder)
        except BadDeploymentFile:
            continue
        found += 1


def most_different(deployments: Iterable[OpenWebUIDeployment], count: int) -> Iterator[OpenWebUIDeployment]:
    """Those that bring most settings and choices which none before has."""
    left = {index: (each, _facts(each.model_dump())) for index, each in enumerate(deployments)}
    seen: set[str] = set()
    for _ in range(count):
        best = max(left, key=lambda index: len(left[index][1] - seen))
        deployment, facts = left.pop(best)
        seen |= facts
        yield deployment


def _facts(value: Any, path: str = "") -> set[str]:
    """What decides the shape: sections that are there, switches, and words."""
    match value:
        case dict():
            return {fact for key, each in value.items() for fact in _facts(each, f"{path}.{key}")}
        case list() | tuple():
            return {f"{path}: {len(value)}", *(fact for each in value for fact in _facts(each, path))}
        case None | bool():
            return {f"{path}: {value}"}
        case str() if value.isidentifier():
            return {f"{path}: {value}"}
    return {path}


def _sections(tree: Any) -> list[Any]:
    """Every mapping and list in it."""
    found: list[Any] = []
    if isinstance(tree, dict | list):
        found.append(tree)
        for child in tree.values() if isinstance(tree, dict) else tree:
            found += _sections(child)
    return found


def _delete(random: Random, tree: Tree) -> None:
    section = random.choice(_sections(tree))
    if section:
        del section[random.choice(list(section) if isinstance(section, dict) else range(len(section)))]


def _rename(random: Random, tree: Tree) -> None:
    section = random.choice(_sections(tree))
    if isinstance(section, dict) and section:
        key = random.choice(list(section))
        value = section.pop(key)
        at = random.randrange(len(key) + 1) if key else 0
        letter = random.choice("abcxyz_-. é0:#")
        section[
            random.choice(
                (key[:at] + letter + key[at:], key[:at] + key[at + 1 :], key.upper(), random.choice(_NAMES))
            )
        ] = value


def _replace(random: Random, tree: Tree) -> None:
    section = random.choice(_sections(tree))
    if section:
        section[random.choice(list(section) if isinstance(section, dict) else range(len(section)))] = (
            deepcopy(random.choice(ODD))
        )


def _give(random: Random, tree: Tree) -> None:
    """A setting that the models know, with a value that is right for it, if only in its own right."""
    model: Any = _model(tree)
    while True:
        name, place = random.choice(list(fields_of(model).items()))
        below = models_in(place)
        named = [
            found
            for kind in place.types
            if get_origin(kind) is dict
            for found in models_in(place_of(kind.__args__[1]))
        ]
        if not below and not named:
            tree[name] = deepcopy(random.choice(ODD)) if random.random() < 0.1 else _right(random, place)
            return
        model = random.choice(below or named)
        tree = tree.setdefault(name, {}) if isinstance(tree.get(name, {}), dict) else {}
        if named:
            key = random.choice((*SERVICES, "transcode"))
            tree = tree.setdefault(key, {}) if isinstance(tree.get(key, {}), dict) else {}


def _model(tree: Tree) -> type[DeploymentBase]:
    """The model of a file, whatever was spoiled in it."""
    if tree.get("system") != "aegisai":
        return OpenWebUIDeployment
    return AegisAIOnEks if tree.get("hosting") == "eks" else AegisAIAnywhere


def _right(random: Random, place: Place) -> Any:
    kind = place.types[0]
    if place.optional and random.random() < 0.1:
        return None
    if place.choices:
        return random.choice(place.choices)
    if kind is bool:
        return random.random() < 0.5
    if kind in (int, float):
        return random.choice(
            (place.limit("ge"), place.limit("le"), random.randint(place.limit("ge"), place.limit("le")))
        )
    if place.examples:
        return deepcopy(random.choice(place.examples))
    if getattr(kind, "__origin__", None) is tuple:
        item = place_of(kind.__args__[0])
        return [] if models_in(item) else [_right(random, item) for _ in range(random.randrange(4))]
    if getattr(kind, "__origin__", None) is dict:
        return {"FOO": "bar"}
    return "text"


def _lines(tree: Any, indent: int = 0) -> Iterator[str]:
    """The tree as YAML, a line per value."""
    for key, value in tree.items() if isinstance(tree, dict) else ((None, value) for value in tree):
        head = " " * indent + ("-" if key is None else f"{_scalar(key)}:")
        if isinstance(value, dict | list) and value:
            yield f"{head}\n"
            yield from _lines(value, indent + 2)
        else:
            yield f"{head} {_scalar(value)}\n"
    if not tree:
        yield " " * indent + ("{}\n" if isinstance(tree, dict) else "[]\n")


def _scalar(value: Any) -> str:
    """Text as it is where it looks like a word, as people write it, else in quotes."""
    if isinstance(value, str):
        word = value.isascii() and value[:1].isalpha() and value.replace("-", "").isalnum()
        return value if word else json.dumps(value)
    return json.dumps(value)


def _duplicate_line(random: Random, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    return b"".join([*lines, random.choice(lines)]) if lines else data


def _insert(random: Random, data: bytes) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + random.choice(_FRAGMENTS) + data[at:]


def _cut(random: Random, data: bytes) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _flip(random: Random, data: bytes) -> bytes:
    at = random.randrange(len(data)) if data else 0
    return data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]


def _encode(random: Random, data: bytes) -> bytes:
    text = data.decode("utf-8", "replace")
    return text.encode(
        random.choice(("utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252", "utf-7")), "replace"
    )


def _twice(random: Random, data: bytes) -> bytes:
    return data + random.choice((b"---\n", b"", b"...\n")) + data


def _with_crlf(random: Random, data: bytes) -> bytes:
    return data.replace(b"\n", random.choice((b"\r\n", b"\r", b"\n\n", b"\n\t", b"\xc2\x85")))


_ON_TREES: tuple[Callable[[Random, Tree], None], ...] = (
    _delete,
    _rename,
    _replace,
    _replace,
    _give,
    _give,
    _give,
)
_ON_BYTES: tuple[Callable[[Random, bytes], bytes], ...] = (
    _duplicate_line, _insert, _insert, _cut, _flip, _encode, _twice, _with_crlf,
)  # fmt: skip
_FRAGMENTS = (
    b"\t", b"\x00", b"\x07", b"\xff", b"\xed\xa0\x80", b"\xe2\x80\xa8", b"&a ", b"*a",
    b"!!python/object:os.system ", b"!x ", b"- ", b": ", b"? ", b"#", b"'", b'"', b'"\\ud800"', b'"\\x00"', b"{",
    b"}", b"[", b"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", b"|", b">", b"|2\n", b"%YAML 1.1\n---\n", b"<<: *a\n",
    b"\n---\n", b"...\n", b".nan", b".inf", b"1e999", b"9" * 5000, b"0x" + b"f" * 300, b"\n\n\n", b"@", b"`", b",",
)  # fmt: skip
_TREES: dict[Path, Tree] = {file: YAML(typ="safe", pure=True).load(file) for file in (*FILES, *KUBERNETES)}
_NAMES = [name for model in (OpenWebUIDeployment, AegisAIOnEks, ServiceSettings) for name in fields_of(model)]

"""Environment variables that Open WebUI reads, found in the syntax of its code; nothing of it is imported."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

LISTS = Path(__file__).parents[1] / "assets" / "variables"
"""Names that a pinned version reads, a file per version (made by tests/applications/list_variables.py)."""
READ_BY_OTHERS = {
    "AWS_": "boto3",
    "HF_": "Hugging Face libraries",
    "LC_": "the C library",
    "LANG": "the C library",
    "OTEL_": "OpenTelemetry",
    "PG": "libpq",
    "PYTHON": "Python",
    "SSL_CERT_": "OpenSSL",
    "REQUESTS_CA_BUNDLE": "requests",
    "UVICORN_": "uvicorn's command line",
    "HTTP_PROXY": "HTTP clients",
    "HTTPS_PROXY": "HTTP clients",
    "NO_PROXY": "HTTP clients",
}
"""Beginnings of names that libraries and programs of the image read → who."""
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")


def known_variables(version: str, *, packages: Path) -> frozenset[str] | None:
    """Names that this version reads (`0.12.4`), or None where nothing tells.

    packages: folder of virtual environments, one per version, in which Open WebUI is installed; may be missing.
    """
    listed = LISTS / f"open-webui-{version}.txt"
    if listed.is_file():
        return frozenset(listed.read_text().split())
    installed = sorted(packages.glob(f"{version}/lib/python*/site-packages/open_webui"))
    return variables_of(installed[0]) if installed else None


def variables_of(package: Path) -> frozenset[str]:
    """Names that the modules of a folder read."""
    sources = (module.read_text(encoding="utf-8") for module in package.rglob("*.py"))
    return frozenset(name for source in sources for name in names_in(source))


def names_in(source: str) -> Iterator[str]:
    """Names that one module reads: the first argument of a call, or the key of a lookup, whose text mentions the
    environment (`os.getenv("X")`, `os.environ["X"]`, `_int_env("X", 1)`)."""
    if "env" not in source:  # parsing is what takes time
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and node.args:
            reader, name = ast.unparse(node.func), node.args[0]
        elif isinstance(node, ast.Subscript):
            reader, name = ast.unparse(node.value), node.slice
        else:
            continue
        if isinstance(name, ast.Constant) and isinstance(name.value, str) and "env" in reader:
            yield from filter(_NAME.fullmatch, [name.value])

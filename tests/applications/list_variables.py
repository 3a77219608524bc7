"""Lists the environment variables that a wheel's modules read: `python list_variables.py FILE.whl > NAMES.txt`.

A name counts where it is the first argument of a call, or the key of a lookup, whose text mentions the environment
(`os.getenv("X")`, `os.environ["X"]`, `_int_env("X", 1)`).
"""

import ast
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

NAME = re.compile(r"^[A-Z][A-Z0-9_]*$")


def names_read(source: str) -> Iterator[str]:
    """The names in one module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and node.args:
            reader, name = ast.unparse(node.func), node.args[0]
        elif isinstance(node, ast.Subscript):
            reader, name = ast.unparse(node.value), node.slice
        else:
            continue
        if (
            "env" in reader
            and isinstance(name, ast.Constant)
            and isinstance(name.value, str)
            and NAME.match(name.value)
        ):
            yield name.value


if __name__ == "__main__":
    with zipfile.ZipFile(Path(sys.argv[1])) as wheel:
        modules = [wheel.read(name).decode() for name in wheel.namelist() if name.endswith(".py")]
    print("\n".join(sorted({name for module in modules for name in names_read(module)})))

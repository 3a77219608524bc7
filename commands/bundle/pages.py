"""How the Markdown pages of a bundle are written from their templates."""

from pathlib import Path
from shlex import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).parent / "templates"
KILOBYTE = 1000


def environment() -> Environment:
    """Jinja's, with the filters of Markdown and shell."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 -- Markdown; `cell` takes care of the tables
    )
    made.filters |= {
        "cell": _cell,
        "code": "`{}`".format,
        "number": "{:,}".format,
        "shell": quote,
        "size": _size,
    }
    return made


def option(name: str, values: list[str]) -> str:
    """A line more of a command of the shell; nothing without values."""
    return f" \\\n  {name} {' '.join(values)}" if values else ""


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")


def _size(count: int) -> str:
    return f"{count / KILOBYTE**2:.1f} MB" if count >= KILOBYTE**2 else f"{count / KILOBYTE:.0f} kB"

"""How texts of AWS and of the code are set: where long names may break, and what is code in a sentence."""

import re

from markupsafe import Markup, escape

PLACES = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[:/._-])(?=[\w{*<])")
BREAK = Markup("<wbr>")
CODE = re.compile(r"`([^`]+)`")


def breakable(text: str) -> Markup:
    """The text with places for line breaks within words, which a copy of it does not have."""
    return BREAK.join(escape(part) for part in PLACES.split(text))


def spoken(text: str) -> Markup:
    """A sentence whose `words in backticks` are code."""
    parts = CODE.split(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part)
        for number, part in enumerate(parts)
    )

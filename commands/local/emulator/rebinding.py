"""Puts a function of ours in the place of one of ministack's.

Its modules import functions from each other by name, so that a name must change in each of them.
"""

import sys
from collections.abc import Callable
from typing import Any

ENGINE = "ministack.services.cloudformation"


def rebind(original: Callable[..., Any], replacement: Callable[..., Any]) -> None:
    """Every name for `original` in the CloudFormation engine becomes one for `replacement`."""
    found = 0
    for module_name, module in list(sys.modules.items()):
        if module_name != ENGINE and not module_name.startswith(f"{ENGINE}."):
            continue
        for name, value in list(vars(module).items()):
            if value is original:
                setattr(module, name, replacement)
                found += 1
    if not found:
        raise LookupError(f"{original!r} has no name left in {ENGINE}; was it replaced before?")

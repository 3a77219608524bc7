"""Asks the CDK CLI's library what a change of a template does; it knows AWS's resource specification."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from commands.assembly import NESTED, construct
from commands.flattened import Template

JUDGE = Path(__file__).parent / "judge.cjs"
NODE = Path(sys.executable).parent / "node"
Judged = dict[str, Any]
"""What `judge.cjs` answers for one deployment."""


class NoJudgement(Exception):
    """The library cannot be asked, in one line with the remedy."""


def judged(pairs: dict[str, tuple[Template, Template]]) -> dict[str, Judged]:
    """By the name of the deployment, what changes from the first template to the second; raises `NoJudgement`."""
    asked = {
        name: {"before": before, "after": after, "renewed": sorted(renewed(before, after))}
        for name, (before, after) in pairs.items()
    }
    try:
        run = subprocess.run(  # noqa: S603 - our own script
            [NODE, JUDGE], input=json.dumps(asked), capture_output=True, check=True, text=True
        )
    except FileNotFoundError:
        raise NoJudgement(f"{NODE} is missing; run `make setup`") from None
    except subprocess.CalledProcessError as failed:
        said = [line for line in failed.stderr.splitlines() if "Error" in line] or ["no message"]
        raise NoJudgement(f"the templates cannot be compared: {said[0]}; run `make setup`") from None
    answer: dict[str, Judged] = json.loads(run.stdout)
    return answer


def renewed(before: Template, after: Template) -> Iterator[str]:
    """What lies in a nested stack that has another logical ID now, and so is made anew."""
    old, new = (_nested(template) for template in (before, after))
    for path in old.keys() & new.keys():
        if old[path] != new[path]:
            both = before["Resources"].keys() & after["Resources"].keys()
            yield from (address for address in both if address.startswith(f"{path}."))


def _nested(template: Template) -> dict[str, str]:
    """The logical ID of each nested stack by the path that its resources have."""
    return {
        construct(address): address
        for address, body in template["Resources"].items()
        if body["Type"] == NESTED
    }

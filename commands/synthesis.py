"""Runs the application as the CDK CLI does, so that a command never reads an assembly of yesterday."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from commands.assembly import ROOT

WITHOUT_CDK_RULES = {"CDK_VALIDATION": "false"}
"""Leaves out the CDK's own template rules, 3 to 5 s a deployment."""


class SynthesisFailed(Exception):
    """The application refused; the text is what it said, and `exit_code` what it ended with."""

    def __init__(self, said: str, exit_code: int) -> None:
        super().__init__(said)
        self.exit_code = exit_code


def synthesize(
    outdir: Path,
    *,
    context: Mapping[str, str],
    checkout: Path = ROOT,
    python: Path = Path(sys.executable),
    rules: bool = True,
) -> str:
    """Write the cloud assembly into `outdir` and return the warnings.

    Args:
        outdir: Folder of the assembly; made if it is not there.
        context: What the CLI would pass with `-c`: `deployment`, `deployments`.
        checkout: The copy of the project that is synthesized.
        python: Of the virtual environment whose packages serve; `node` stands beside it.
        rules: Whether the CDK checks the templates with its own rules, too. cdk-nag always does.

    Raises:
        SynthesisFailed: A deployment file is refused, or a check has a finding.
    """
    path = os.pathsep.join([str(python.parent), os.environ.get("PATH", "")])
    surroundings = {"CDK_OUTDIR": str(outdir), "CDK_CONTEXT_JSON": json.dumps(dict(context)), "PATH": path}
    run = subprocess.run(  # noqa: S603 - our own interpreter
        [python, "app.py"],
        cwd=checkout,
        env={**os.environ, **surroundings, **({} if rules else WITHOUT_CDK_RULES)},
        capture_output=True,
        text=True,
    )
    if run.returncode:
        raise SynthesisFailed(
            "\n".join(filter(None, (run.stdout.strip(), run.stderr.strip()))), run.returncode
        )
    return run.stderr

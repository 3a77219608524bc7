"""A team that has the folder, a shell and the AWS CLI: nothing of this checkout is on its PATH."""

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from commands.local.place import Place
from tests.commands.local.runbook_page import shell_blocks

ROOT = Path(__file__).parents[3]
SECONDS = 240
PROGRAMS = ("sha256sum", "rm")
"""What its commands need beside `aws`."""
# Version 1 asks AWS itself for a few operations of RDS unless it is told here.
AWS = """#!/bin/sh
exec {program} --endpoint-url "$AWS_ENDPOINT_URL" "$@"
"""


def aws_cli() -> Path:
    """The AWS CLI of PyPI in a virtual environment of its own, made once for the version of requirements-dev.txt."""
    (pinned,) = re.findall(r"^awscli==\S+$", (ROOT / "requirements-dev.txt").read_text(), re.MULTILINE)
    folder: Path = ROOT / ".local" / pinned.replace("==", "-")
    folder.parent.mkdir(exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not (folder / "installed").exists():
            subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
            pip = (folder / "bin" / "python", "-m", "pip", "--disable-pip-version-check")
            subprocess.run([*pip, "install", "--quiet", pinned], check=True)
            (folder / "installed").touch()
    return folder / "bin" / "aws"


@dataclass(frozen=True, kw_only=True)
class Receiver:
    """Works in `folder`, a copy of the bundle, in the account of `place`; `tools` is all of its PATH."""

    folder: Path
    tools: Path
    place: Place
    url: str

    def follow(self, *blocks: str) -> str:
        """Run blocks of the bundle's README after the one with the names; what they print."""
        page = shell_blocks(self.folder / "README.md")
        names = page["Deploy / 1"].replace("name-of-your-bucket", f"templates-of-{self.place.account}")
        return self.run("\n".join([names, *(page[block] for block in blocks)]))

    def run(self, text: str) -> str:
        """Run text in a shell; what it prints."""
        run = subprocess.run(
            ["/bin/bash", "-euo", "pipefail", "-c", text],
            cwd=self.folder,
            env={
                "PATH": str(self.tools),
                "HOME": str(self.tools),
                "AWS_ENDPOINT_URL": self.url,
                "AWS_ACCESS_KEY_ID": self.place.account,
                "AWS_SECRET_ACCESS_KEY": "local",
                "AWS_DEFAULT_REGION": self.place.region,
            },
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        assert run.returncode == 0, f"{text}\n{run.stdout[-3000:]}\n{run.stderr[-3000:]}"
        return run.stdout


def receive(bundle: Path, folder: Path, *, place: Place, url: str) -> Receiver:
    """Take the bundle to an empty folder."""
    tools = folder / "tools"
    tools.mkdir(parents=True)
    (tools / "aws").write_text(AWS.format(program=aws_cli()))
    (tools / "aws").chmod(0o755)
    for program in PROGRAMS:
        found = shutil.which(program)
        assert found is not None
        (tools / program).symlink_to(found)
    received = folder / "received"
    shutil.copytree(bundle, received)
    return Receiver(folder=received, tools=tools, place=place, url=url)

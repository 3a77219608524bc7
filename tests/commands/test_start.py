"""How every command starts, whatever programs the machine has."""

import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

WARNING = "#!/bin/sh\necho 'This software has not been tested with this node' >&2\nexit 1\n"


def test_another_node_of_the_machine_is_not_asked(tmp_path: Path) -> None:
    """The CDK's library would start the first of the path, and print eleven lines about a version it does not know."""
    node = tmp_path / "node"
    node.write_text(WARNING)
    node.chmod(0o755)
    ended = subprocess.run(
        [sys.executable, "-m", "commands", "manifests", "nobody"],
        cwd=ROOT,
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert len(ended.stderr.splitlines()) == 1
    assert "nobody" in ended.stderr

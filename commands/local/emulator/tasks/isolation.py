"""What a container may see, do and write on this machine: the specification of `sandbox.py`.

Linux lets root, and mostly anybody, have mounts and processes of their own. Where it does not, a container runs as an
ordinary program: its folders stand in its environment in the place of their paths, and nothing is read-only.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

SANDBOX = Path(__file__).parent / "sandbox.py"
SYSTEM = (
    *("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/usr", "/etc", "/opt", "/nix", "/sys"),
    "/etc/resolv.conf",  # often a link into /run, which is the container's own
)
"""What stands for an image's own root, beside the program."""
HOME = "/home/task"
FOLDERS = ("/tmp", "/var/tmp", "/run", HOME)  # noqa: S108 - the container's own
SECONDS_TO_PROBE = 10

CAPABILITIES = {
    "CHOWN": 0,
    "DAC_OVERRIDE": 1,
    "FOWNER": 3,
    "FSETID": 4,
    "KILL": 5,
    "SETGID": 6,
    "SETUID": 7,
    "SETPCAP": 8,
    "NET_BIND_SERVICE": 10,
    "NET_RAW": 13,
    "SYS_CHROOT": 18,
    "MKNOD": 27,
    "AUDIT_WRITE": 29,
    "SETFCAP": 31,
}
"""What a container has that asks for nothing else."""
ADDED = {"SYS_PTRACE": 19}
"""What Fargate lets a container add."""
READ_ANYTHING = (1, 2)


@dataclass(frozen=True, kw_only=True)
class Mount:
    """A folder at a path of the container."""

    at: str
    folder: Path
    read_only: bool


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    """How one container is closed in."""

    root: Path
    """An empty folder, over which its root is mounted."""
    mounts: tuple[Mount, ...]
    read_only: bool
    visible: tuple[str, ...]
    directory: str
    user: tuple[int, int] | None
    capabilities: tuple[int, ...]
    limits: Mapping[str, tuple[int, int]]
    namespaces: bool

    def specification(self, arguments: Sequence[str]) -> bytes:
        """What `sandbox.py` reads."""
        specification = {
            "parent": os.getpid(),
            "namespaces": self.namespaces,
            "root": str(self.root),
            "mounts": [
                {"at": each.at, "folder": str(each.folder), "read_only": each.read_only}
                for each in self.mounts
            ],
            "read_only": self.read_only,
            "visible": self.visible,
            "folders": FOLDERS,
            "directory": self.directory,
            "user": self.user,
            "capabilities": self.capabilities,
            "limits": self.limits,
            "arguments": list(arguments),
        }
        return json.dumps(specification).encode()


def launcher() -> list[str]:
    """The command that runs the sandbox, with nothing of the container's environment taken for its own."""
    return [sys.executable, "-I", "-S", str(SANDBOX)]


@cache
def refusal() -> str | None:
    """Why containers cannot be closed in here; nothing where they can. Tried once, with a container of its own."""
    if sys.platform != "linux":
        return "this system has no mount namespaces"
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        (folder / "root").mkdir()
        (folder / "volume").mkdir()
        probe = Sandbox(
            root=folder / "root",
            mounts=(Mount(at="/var/lib/probe", folder=folder / "volume", read_only=False),),
            read_only=True,
            visible=SYSTEM,
            directory="/",
            user=None,
            capabilities=(),
            limits={},
            namespaces=True,
        )
        try:
            run = subprocess.run(  # noqa: S603 - our own module
                launcher(),
                input=probe.specification(("/bin/sh", "-c", "echo probe > /var/lib/probe/file")),
                env={},
                capture_output=True,
                timeout=SECONDS_TO_PROBE,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
        if (folder / "volume" / "file").exists():
            return None
        return (
            run.stderr.decode(errors="replace").strip().rpartition("\n")[2] or f"exit code {run.returncode}"
        )


def capabilities(definition: Mapping[str, Any]) -> tuple[int, ...]:
    """The numbers of the capabilities that a container definition leaves."""
    wanted = (definition.get("linuxParameters") or {}).get("capabilities") or {}
    drop = {name.upper() for name in wanted.get("drop") or ()}
    kept = {} if "ALL" in drop else {name: each for name, each in CAPABILITIES.items() if name not in drop}
    added = {name: (CAPABILITIES | ADDED).get(name.upper()) for name in wanted.get("add") or ()}
    return tuple(sorted({*kept.values(), *(each for each in added.values() if each is not None)}))


def user(definition: Mapping[str, Any]) -> tuple[int, int] | None:
    """uid and gid of a container's `user`; nothing for the image's own, and for names that only it knows."""
    uid, _, gid = str(definition.get("user") or "").partition(":")
    if not uid.isdecimal():
        return (0, 0) if uid == "root" else None
    return int(uid), int(gid) if gid.isdecimal() else 0


def limits(definition: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """The container's `ulimits`, as far as this process may set them."""
    found = {}
    for each in definition.get("ulimits") or ():
        name = f"RLIMIT_{str(each['name']).upper()}"
        number = getattr(resource, name, None)
        if number is not None:
            most = resource.getrlimit(number)[1]
            hard = (
                int(each["hardLimit"])
                if most == resource.RLIM_INFINITY
                else min(int(each["hardLimit"]), most)
            )
            found[name] = (min(int(each["softLimit"]), hard), hard)
    return found


def visible(*, python: str, directory: str) -> tuple[str, ...]:
    """The paths that a program needs: the system's, its Python's and its own."""
    prefixes = [Path(hop).parent.parent for hop in _hops(python)]
    for prefix in tuple(prefixes):
        configuration = prefix / "pyvenv.cfg"
        if configuration.exists():
            for line in configuration.read_text().splitlines():
                name, _, value = line.partition("=")
                if name.strip() == "home":
                    prefixes.append(Path(value.strip()).parent)
    own = [str(each) for each in prefixes if each != Path("/")]
    return tuple(dict.fromkeys((*SYSTEM, *own, directory)))


def _hops(python: str) -> list[str]:
    """A link and each that it leads to, down to the program."""
    hops = [python]
    while os.path.islink(hops[-1]) and len(hops) < 10:
        target = os.readlink(hops[-1])
        hops.append(os.path.normpath(os.path.join(os.path.dirname(hops[-1]), target)))
    return [*hops, os.path.realpath(python)]


def readable(paths: Sequence[str], *, uid: int, gid: int) -> bool:
    """Whether a user without capabilities could come to these paths and read them."""

    def allowed(path: Path, wanted: int) -> bool:
        facts = path.stat()
        shift = 6 if facts.st_uid == uid else 3 if facts.st_gid == gid else 0
        return facts.st_mode >> shift & wanted == wanted

    try:
        return all(
            allowed(Path(path), 0o5 if Path(path).is_dir() else 0o4)
            and all(allowed(parent, 0o1) for parent in Path(path).parents)
            for path in paths
        )
    except OSError:
        return False


def is_root() -> bool:
    """Whether this process may become another user."""
    return os.geteuid() == 0

"""Runs one program as a container would see the machine. Started alone, by path: nothing but the standard library.

The specification comes on standard input (see `isolation.py`), the environment is the program's own. Three processes:
this one passes signals on and ends with the emulator; the init of a process namespace mounts what the container is to
see; the program is its child. `"namespaces": false` leaves out all but the program itself.
"""

import contextlib
import ctypes
import errno
import json
import os
import resource
import signal
import sys
from collections.abc import Iterable
from typing import Any

Specification = dict[str, Any]

PR_SET_PDEATHSIG, PR_CAPBSET_DROP = 1, 24
LAST_CAPABILITY = 63
MS_NOSUID, MS_NODEV, MS_NOEXEC = 2, 4, 8
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
MNT_DETACH = 2
CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWPID = 0x00020000, 0x10000000, 0x20000000
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
MOUNT_SETATTR, AT_FDCWD, AT_RECURSIVE = 442, -100, 0x8000
ATTRIBUTE_READ_ONLY, ATTRIBUTE_NO_SUID = 1, 2
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
LINKS = {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}
PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)
SIZE_OF_ROOT = "size=1g,mode=755"

libc = ctypes.CDLL(None, use_errno=True)


def main() -> int:
    """The exit code of the program; 128 + N where signal N ended it."""
    specification: Specification = json.load(sys.stdin)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    end_with_parent(specification["parent"])
    if not specification["namespaces"]:
        return run(specification)
    signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)
    uid, gid = os.getuid(), os.getgid()
    enter_namespaces(uid, gid, inner=specification["user"] or [0, 0])
    init = os.fork()
    if init == 0:
        os._exit(guarded(be_init, specification))
    return wait_for(init)


def guarded(step: Any, specification: Specification) -> int:
    """The step's answer, or 125 and a line, as Docker says that it could not start a container."""
    try:
        code: int = step(specification)
    except OSError as error:
        sys.stderr.write(f"cannot start the container: {error}\n")
        sys.stderr.flush()
        return 125
    return code


def be_init(specification: Specification) -> int:
    """Process 1 of the container: mounts, starts the program and buries what it leaves."""
    end_with_parent(None)
    build_root(specification)
    program = os.fork()
    if program == 0:
        os._exit(guarded(run, specification))
    return wait_for(program)


def run(specification: Specification) -> int:
    """Become the program."""
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    for name, limits in specification["limits"].items():
        resource.setrlimit(getattr(resource, name), tuple(limits))
    if sys.platform == "linux":
        drop_capabilities(keep=specification["capabilities"])
    if specification["user"] and os.geteuid() == 0:
        uid, gid = specification["user"]
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
        end_with_parent(None)  # a change of user takes it back
    os.chdir(specification["directory"])
    signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)
    arguments = specification["arguments"]
    try:
        os.execvp(arguments[0], arguments)  # noqa: S606 - that is its purpose
    except OSError as error:
        sys.stderr.write(f'exec: "{arguments[0]}": {error.strerror}\n')
        sys.stderr.flush()
        return 127 if error.errno == errno.ENOENT else 126


def wait_for(child: int) -> int:
    """Pass signals on to the child until it ends; other children are buried meanwhile."""

    def pass_on(received: int, _frame: Any) -> None:
        with contextlib.suppress(ProcessLookupError):  # it has just ended
            os.kill(child, received)

    for number in PASSED_ON:
        signal.signal(number, pass_on)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)
    while True:
        ended, status = os.wait()
        if ended == child:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


def end_with_parent(parent: int | None) -> None:
    """Be killed when the parent ends; `parent` is who it should be, in case it has ended already."""
    if sys.platform != "linux":
        return
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if parent is not None and os.getppid() != parent:
        os._exit(128 + signal.SIGKILL)


def drop_capabilities(*, keep: Iterable[int]) -> None:
    """Take all other capabilities from what an exec can give."""
    kept = set(keep)
    for number in range(LAST_CAPABILITY + 1):
        if number not in kept:
            libc.prctl(PR_CAPBSET_DROP, number, 0, 0, 0)  # refused where there is none to drop


def enter_namespaces(uid: int, gid: int, *, inner: Iterable[int]) -> None:
    """Mounts and processes of its own; who is not root gets there by a user namespace, in which it has one user."""
    privileged = uid == 0
    flags = CLONE_NEWNS | CLONE_NEWPID | (0 if privileged else CLONE_NEWUSER)
    check(libc.unshare(flags), "unshare")
    if not privileged:
        inner_uid, inner_gid = inner
        for file, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{inner_uid} {uid} 1"),
            ("gid_map", f"{inner_gid} {gid} 1"),
        ):
            with open(f"/proc/self/{file}", "w") as target:
                target.write(text)


def build_root(specification: Specification) -> None:
    """A root of the visible paths, read-only, with the container's own folders at their places."""
    root = specification["root"]
    mount(None, "/", None, MS_REC | MS_PRIVATE)
    mount("tmpfs", root, "tmpfs", MS_NOSUID | MS_NODEV, SIZE_OF_ROOT)
    places = [each["at"] for each in specification["mounts"]]
    for path in outermost_first(specification["visible"]):
        show(path, root, places)
    for path in specification["folders"]:
        os.makedirs(root + path, exist_ok=True)
        os.chmod(root + path, 0o1777)  # noqa: S103 - as in every image
    make_devices(root)
    mount_processes(root)
    for each in sorted(specification["mounts"], key=lambda mounted: str(mounted["at"])):
        target = root + each["at"]
        os.makedirs(target, exist_ok=True)
        mount(each["folder"], target, None, MS_BIND | MS_REC)
        if each["read_only"]:
            make_read_only(target)
    os.chdir(root)
    check(libc.syscall(PIVOT_ROOT[os.uname().machine], b".", b"."), "pivot_root")
    check(libc.umount2(b".", MNT_DETACH), "umount")
    os.chdir("/")
    if specification["read_only"]:
        make_read_only("/", recursive=False)


def outermost_first(paths: Iterable[str]) -> list[str]:
    """The paths and what they lead to, a folder before what lies in it, and links last."""
    wanted = {each for path in paths if os.path.lexists(path) for each in (path, os.path.realpath(path))}
    return sorted(wanted, key=lambda path: (os.path.islink(path), path.count("/"), path))


def show(path: str, root: str, places: list[str]) -> None:
    """Let a path of the machine be seen; a folder in which a place is missing is made anew around it."""
    target = root + path
    if os.path.lexists(target):
        return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.islink(path):
        os.symlink(os.readlink(path), target)
    elif any(place.startswith(f"{path}/") and not os.path.isdir(place) for place in places):
        os.mkdir(target)
        for name in os.listdir(path):
            show(os.path.join(path, name), root, places)
    else:
        if os.path.isdir(path):
            os.mkdir(target)
        else:
            os.close(os.open(target, os.O_CREAT))
        mount(path, target, None, MS_BIND | MS_REC)
        make_read_only(target)


def make_devices(root: str) -> None:
    """The devices that every container has."""
    for folder in ("/dev", "/dev/shm"):  # noqa: S108 - the container's own
        os.makedirs(root + folder, exist_ok=True)
    for name in DEVICES:
        if os.path.exists(f"/dev/{name}"):
            os.close(os.open(f"{root}/dev/{name}", os.O_CREAT))
            mount(f"/dev/{name}", f"{root}/dev/{name}", None, MS_BIND)
    for name, target in LINKS.items():
        os.symlink(target, f"{root}/dev/{name}")
    mount("tmpfs", f"{root}/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "size=64m,mode=1777")  # noqa: S108


def mount_processes(root: str) -> None:
    """/proc with the container's processes alone, or the machine's where the kernel refuses that."""
    target = f"{root}/proc"
    os.makedirs(target, exist_ok=True)
    try:
        mount("proc", target, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    except OSError:
        mount("/proc", target, None, MS_BIND | MS_REC)


def make_read_only(path: str, *, recursive: bool = True) -> None:
    """Refuse writing through this mount."""
    attributes = (ctypes.c_uint64 * 4)(ATTRIBUTE_READ_ONLY | ATTRIBUTE_NO_SUID, 0, 0, 0)
    flags = AT_RECURSIVE if recursive else 0
    answer = libc.syscall(
        MOUNT_SETATTR, AT_FDCWD, path.encode(), flags, ctypes.byref(attributes), ctypes.sizeof(attributes)
    )
    check(answer, f"read-only mount of {path}")


def mount(source: str | None, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    """mount(2)."""
    encoded = [None if text is None else text.encode() for text in (source, target, kind, options)]
    check(libc.mount(*encoded[:3], ctypes.c_ulong(flags), encoded[3]), f"mount at {target}")


def check(answer: int, what: str) -> None:
    """Raise the error of a call that failed."""
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


if __name__ == "__main__":
    sys.exit(guarded(lambda _: main(), {}))

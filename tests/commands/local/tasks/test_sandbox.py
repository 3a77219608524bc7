"""The sandbox by itself, for root and for anybody, and what is computed for it."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from commands.local.emulator.tasks import isolation
from commands.local.emulator.tasks.addresses import LAST, Addresses, NoAddressError
from commands.local.emulator.tasks.isolation import Mount, Sandbox
from commands.local.emulator.tasks.programs import repository_and_version

NOBODY = 65534
PYTHON = shutil.which("python3", path="/usr/bin:/usr/local/bin")
needs_namespaces = pytest.mark.skipif(
    isolation.refusal() is not None, reason=f"no sandbox: {isolation.refusal()}"
)


def sandbox(folder: Path, **changed: object) -> Sandbox:
    """Read-only but for `/data/files`."""
    for name in ("root", "files"):
        (folder / name).mkdir(exist_ok=True)
        (folder / name).chmod(0o777)
    members: dict[str, object] = {
        "root": folder / "root",
        "mounts": (Mount(at="/data/files", folder=folder / "files", read_only=False),),
        "read_only": True,
        "visible": isolation.SYSTEM,
        "directory": "/",
        "user": None,
        "capabilities": (),
        "limits": {"RLIMIT_NOFILE": (100, 100)},
        "namespaces": True,
    }
    return Sandbox(**{**members, **changed})  # type: ignore[arg-type] # checked by the tests that use it


def run(
    closed: Sandbox, script: str, *, launcher: list[str] | None = None
) -> subprocess.CompletedProcess[str]:
    """A line of shell in the sandbox."""
    return subprocess.run(
        launcher or isolation.launcher(),
        input=closed.specification(("/bin/sh", "-c", script)).decode(),
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=20,
    )


@needs_namespaces
def test_only_the_mounts_can_be_written_and_only_the_system_is_seen(tmp_path: Path) -> None:
    done = run(
        sandbox(tmp_path), f"echo a > /data/files/a; echo b > /b; echo c > /etc/c; ls {tmp_path} /; ulimit -n"
    )
    assert (tmp_path / "files" / "a").read_text() == "a\n"
    assert done.stderr.count("Read-only file system") == 2
    assert f"cannot access '{tmp_path}'" in done.stderr or not Path("/usr/bin/ls").exists()
    assert "data" in done.stdout.split()
    assert "home" in done.stdout.split()
    assert done.stdout.split()[-1] == "100"
    assert not Path("/data/files").exists()


@needs_namespaces
@pytest.mark.parametrize(("script", "code"), [("exit 7", 7), ("kill -TERM $$", 143), ("exec /no/such", 127)])
def test_the_exit_code_is_the_programs(tmp_path: Path, script: str, code: int) -> None:
    assert run(sandbox(tmp_path), script).returncode == code


def test_without_namespaces_a_missing_program_is_said_once(tmp_path: Path) -> None:
    done = subprocess.run(
        isolation.launcher(),
        input=sandbox(tmp_path, namespaces=False).specification(("/no/such",)),
        env={},
        capture_output=True,
        timeout=20,
    )
    assert done.returncode == 127
    assert done.stderr.decode() == 'exec: "/no/such": No such file or directory\n'


@needs_namespaces
def test_what_a_link_leads_to_is_seen_where_it_lies(tmp_path: Path) -> None:
    # As /etc/resolv.conf does, where systemd-resolved writes it.
    target, link = tmp_path / "run" / "resolv.conf", tmp_path / "etc" / "resolv.conf"
    for file in (target, link):
        file.parent.mkdir()
    target.write_text("nameserver 127.0.0.53\n")
    link.symlink_to("../run/resolv.conf")
    visible = (*isolation.SYSTEM, str(link.parent), str(link))
    assert run(sandbox(tmp_path, visible=visible), f"cat {link}").stdout == target.read_text()
    assert "/etc/resolv.conf" in isolation.SYSTEM


@needs_namespaces
@pytest.mark.skipif(PYTHON is None, reason="no Python that everybody may run")
@pytest.mark.parametrize("user", [None, (1000, 1000)])
def test_anybody_may_have_a_sandbox(tmp_path: Path, user: tuple[int, int] | None) -> None:
    if os.geteuid() != 0:
        become: list[str] = []
    elif shutil.which("setpriv"):
        become = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    else:
        pytest.skip("no setpriv to become somebody else with")
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(0o755)
    launcher = tmp_path / "sandbox.py"
    launcher.write_text(isolation.SANDBOX.read_text())
    closed = sandbox(tmp_path, user=user)
    done = run(
        closed,
        "echo a > /data/files/a; echo b > /b; id -u",
        launcher=[*become, str(PYTHON), "-I", "-S", str(launcher)],
    )
    assert done.stdout.strip() == str(user[0] if user else 0), done.stderr
    assert (tmp_path / "files" / "a").exists()
    assert "Read-only file system" in done.stderr


def test_capabilities_are_dockers_less_what_is_dropped() -> None:
    def numbers(**wanted: list[str]) -> tuple[int, ...]:
        return isolation.capabilities({"linuxParameters": {"capabilities": wanted}})

    assert isolation.capabilities({}) == tuple(sorted(isolation.CAPABILITIES.values()))
    assert numbers(drop=["ALL"]) == ()
    assert numbers(drop=["ALL"], add=["SYS_PTRACE"]) == (19,)
    assert 13 not in numbers(drop=["NET_RAW"])


@pytest.mark.parametrize(
    ("image", "parts"),
    [
        ("ghcr.io/open-webui/open-webui:v0.12.4-slim", ("ghcr.io/open-webui/open-webui", "0.12.4")),
        ("ghcr.io/open-webui/open-webui:v0.12.4@sha256:00", ("ghcr.io/open-webui/open-webui", "0.12.4")),
        ("localhost:5000/app", ("localhost:5000/app", "latest")),
        ("app:1", ("app", "1")),
    ],
)
def test_an_images_name_gives_repository_and_version(image: str, parts: tuple[str, str]) -> None:
    assert repository_and_version(image) == parts


def test_a_user_needs_a_way_to_the_program(tmp_path: Path) -> None:
    program = tmp_path / "closed" / "program"
    program.parent.mkdir(mode=0o700)
    program.touch(mode=0o755)
    owner = program.stat().st_uid
    assert isolation.readable([str(program)], uid=owner, gid=0)
    assert not isolation.readable([str(program)], uid=owner + 1, gid=NOBODY)


@pytest.mark.skipif(sys.platform != "linux", reason="loopback is one address alone here")
def test_an_address_is_one_tasks_until_it_is_given_back() -> None:
    ours, others = Addresses("127.18.7."), Addresses("127.18.7.")
    first, second = ours.take(), others.take()
    assert first != second
    rest = [ours.take() for _ in range(LAST - 3)]
    assert len({first, second, *rest}) == LAST - 1
    with pytest.raises(NoAddressError, match=r"no address of 127\.18\.7\.0/24 can be had"):
        ours.take()
    ours.give_back(first)
    assert others.take() == first
    for address in rest:
        ours.give_back(address)
    for address in (first, second):
        others.give_back(address)


@pytest.mark.skipif(sys.platform != "linux", reason="loopback is one address alone here")
def test_an_address_at_which_somebody_listens_is_left_alone() -> None:
    addresses = Addresses("127.18.6.")
    with socket.create_server(("127.18.6.2", 0)) as server:
        port = server.getsockname()[1]
        assert addresses.take(ports=[port]) == "127.18.6.3"
    addresses.give_back("127.18.6.3")

"""A real API server for each cluster, where `kube-apiserver`, `etcd` and `kubectl` are on PATH; schemas otherwise.

It has no controllers: what it says to an object is real, and nothing comes of it; claims count as bound. Kinds of
charts do not reach it, because no chart is installed. A warning of the server is a refusal: pods that Pod Security
would not let in are told by a warning alone.
"""

import json
import re
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from commands.local.emulator.free_port import HOST, free_port
from commands.local.emulator.kubernetes.record import FOLDER
from commands.local.emulator.kubernetes.recorder import Api, Refused
from commands.local.emulator.kubernetes.references import NAMESPACES
from commands.local.emulator.kubernetes.schemas import Schemas, UnknownKind
from commands.local.emulator.supervision import Program

SECONDS_TO_START = 60.0
PAUSE_SECONDS = 0.2
SECONDS_OF_A_CALL = 60
STRICTLY = ("--validate=strict", "--warnings-as-errors")
Issue = Callable[[str, Path, Path], Path]
"""Writes a certificate for an address, and its key, into these files; the answer is the file of who signed it."""
NO_SUCH_KIND = "no matches for kind"
END = signal.SIGKILL
"""At once: nothing that they keep is read again."""
REPEATED = re.compile(
    r"""
    Error\ from\ server\ \(\w+\):\s | ^error:\s | error\ when\ \w+\ "STDIN":\s | The\ request\ is\ invalid:\s
    | The\ \w+\ "[^"]+"\ is\ invalid:\s+ | patch:\ Invalid\ value:\ "map\[.*\]":\s | \n@@.*
    | \n?\d+\ warnings?\ received
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
"""What kubectl says beside the reason: how it asked, and the whole object."""


@dataclass(frozen=True, kw_only=True)
class Programs:
    """What is on PATH."""

    etcd: Path
    api_server: Path
    kubectl: Path

    @property
    def version(self) -> str:
        """Of the API server, such as `v1.36.2`."""
        return _version(self.api_server)

    def are_of(self, version: str) -> bool:
        """Whether the API server is of this minor version, such as `1.36`."""
        return self.version.startswith(f"v{version}.")


def programs() -> Programs | None:
    """All three, or none."""
    found = [shutil.which(name) for name in ("etcd", "kube-apiserver", "kubectl")]
    etcd, api_server, kubectl = found
    if not (etcd and api_server and kubectl):
        return None
    return Programs(etcd=Path(etcd), api_server=Path(api_server), kubectl=Path(kubectl))


class Apis:
    """What stands behind each cluster."""

    def __init__(self, state: Path, *, issue: Issue) -> None:
        self._state, self._issue = state, issue
        self._running: dict[str, ApiServer] = {}

    def of(self, cluster: str, *, version: str) -> Api:
        """The cluster's API server, started when it is first asked for; schemas without one of `version`."""
        found = programs()
        if found is None:
            return Schemas(version)
        if not found.are_of(version):
            return Schemas(version, note=f"kube-apiserver on PATH is {found.version}")
        if cluster not in self._running:
            self._running[cluster] = start(
                found, self._state / FOLDER / f"{cluster}.server", issue=self._issue
            )
        return self._running[cluster]

    def end(self, cluster: str) -> None:
        """The cluster is gone."""
        server = self._running.pop(cluster, None)
        if server:
            server.remove()


class ApiServer:
    """A running one."""

    def __init__(self, *, name: str, folder: Path, kubectl: Path, children: list[Program]) -> None:
        self.name, self._folder, self._kubectl, self._children = name, folder, kubectl, children

    def check(self, manifest: Mapping[str, Any]) -> str | None:
        """What the server would say; raises `UnknownKind`."""
        said = self._call("apply", "--dry-run=server", *STRICTLY, "-f", "-", given=manifest)
        if said and NO_SUCH_KIND in said:
            raise UnknownKind
        return said

    def apply(self, manifest: Mapping[str, Any]) -> None:
        """Let the server keep it; raises `Refused` with its words."""
        said = self._call("apply", *STRICTLY, "-f", "-", given=manifest)
        if not said and manifest["kind"] == "PersistentVolumeClaim":
            # A claim that waits for its volume may not grow, and nobody would bind it.
            bound = {"phase": "Bound", "capacity": manifest["spec"]["resources"]["requests"]}
            status = ("--subresource=status", "--type=merge", f"--patch={json.dumps({'status': bound})}")
            said = self._call("patch", *status, "-f", "-", given=manifest)
        if said:
            raise Refused(said)

    def delete(self, manifest: Mapping[str, Any]) -> None:
        """Let the server forget it; raises `Refused` with its words."""
        said = self._call("delete", "--ignore-not-found", "--wait=false", "-f", "-", given=manifest)
        if not said and manifest["kind"] == "Namespace":
            # Without its controller a namespace would stay "Terminating".
            name = manifest["metadata"]["name"]
            finalized = {**manifest, "spec": {"finalizers": []}}
            path = f"/api/v1/namespaces/{name}/finalize"
            said = self._call("replace", "--raw", path, "-f", "-", given=finalized)
        if said:
            raise Refused(said)

    def await_ready(self) -> None:
        """Wait until it answers; raises `Refused` when it does not."""
        deadline = time.monotonic() + SECONDS_TO_START
        # It makes the namespaces that every cluster has soon after it is ready.
        while said := self._call("get", "--raw", "/readyz") or self._call("get", "namespaces", *NAMESPACES):
            if time.monotonic() > deadline:
                words = " ".join(child.last_words()[-200:] for child in self._children)
                self.remove()
                raise Refused(" ".join(f"kube-apiserver did not start: {said} {words}".split()))
            time.sleep(PAUSE_SECONDS)

    def remove(self) -> None:
        """End it, and delete what it kept."""
        for child in reversed(self._children):
            child.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _call(self, *arguments: str, given: Mapping[str, Any] | None = None) -> str | None:
        """What kubectl said when it failed."""
        try:
            run = subprocess.run(  # noqa: S603 - kubectl of this machine, no shell
                [self._kubectl, "--kubeconfig", self._folder / "kubeconfig", *arguments],
                input=json.dumps(given) if given is not None else "",
                capture_output=True,
                text=True,
                timeout=SECONDS_OF_A_CALL,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"kubectl {arguments[0]} did not end within {SECONDS_OF_A_CALL} s"
        return (
            None if run.returncode == 0 else (_reason(run.stderr) or f"kubectl ended with {run.returncode}")
        )


def start(found: Programs, folder: Path, *, issue: Issue) -> ApiServer:
    """Start etcd and the API server in a new folder, and wait until it answers; raises `Refused`."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    clients, peers, port, token = free_port(), free_port(), free_port(), secrets.token_urlsafe(24)
    _write_private(folder / "accounts.key", _key())
    _write_private(folder / "tokens.csv", f"{token},emulator,emulator,system:masters\n")
    authority = issue(HOST, folder / "server.pem", folder / "server.key")
    _write_private(folder / "kubeconfig", _kubeconfig(port, token, authority))
    children = [
        Program(
            name=f"etcd of {folder.name}",
            command=[found.etcd, *_etcd_options(folder, clients, peers)],
            log=folder / "etcd.log",
            end=END,
        ),
        Program(
            name=f"kube-apiserver of {folder.name}",
            command=[found.api_server, *_api_server_options(folder, clients, port)],
            log=folder / "kube-apiserver.log",
            end=END,
        ),
    ]
    for child in children:
        child.start()
    server = ApiServer(
        name=f"kube-apiserver {found.version}", folder=folder, kubectl=found.kubectl, children=children
    )
    server.await_ready()
    return server


def _etcd_options(folder: Path, clients: int, peers: int) -> list[str]:
    return [
        f"--data-dir={folder / 'etcd'}",
        f"--listen-client-urls=http://{HOST}:{clients}",
        f"--advertise-client-urls=http://{HOST}:{clients}",
        f"--listen-peer-urls=http://{HOST}:{peers}",
        f"--initial-advertise-peer-urls=http://{HOST}:{peers}",
        f"--initial-cluster=default=http://{HOST}:{peers}",
        "--unsafe-no-fsync",
    ]


def _api_server_options(folder: Path, etcd: int, port: int) -> list[str]:
    return [
        f"--etcd-servers=http://{HOST}:{etcd}",
        f"--bind-address={HOST}",
        f"--advertise-address={HOST}",
        f"--secure-port={port}",
        f"--cert-dir={folder}",
        f"--tls-cert-file={folder / 'server.pem'}",
        f"--tls-private-key-file={folder / 'server.key'}",
        f"--token-auth-file={folder / 'tokens.csv'}",
        "--authorization-mode=RBAC",
        "--allow-privileged=true",  # as EKS has it: Pod Security is to refuse
        # its finalizers wait for a controller
        "--disable-admission-plugins=StorageObjectInUseProtection",
        "--service-cluster-ip-range=10.100.0.0/16",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={folder / 'accounts.key'}",
        f"--service-account-signing-key-file={folder / 'accounts.key'}",
    ]


def _kubeconfig(port: int, token: str, authority: Path) -> str:
    """For the emulator alone."""
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": "local",
                "cluster": {"server": f"https://{HOST}:{port}", "certificate-authority": str(authority)},
            }
        ],
        "users": [{"name": "emulator", "user": {"token": token}}],
        "contexts": [{"name": "local", "context": {"cluster": "local", "user": "emulator"}}],
        "current-context": "local",
    }
    return json.dumps(content)


def _key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    ).decode()


def _write_private(file: Path, text: str) -> None:
    file.touch(mode=0o600)
    file.write_text(text)


@cache
def _version(api_server: Path) -> str:
    run = subprocess.run(  # noqa: S603 - the program itself, no shell
        [api_server, "--version"], capture_output=True, text=True, timeout=SECONDS_OF_A_CALL, check=False
    )
    return run.stdout.strip().removeprefix("Kubernetes ") or "of an unknown version"


def _reason(said: str) -> str:
    """One line of what kubectl said."""
    lines = REPEATED.sub("", said).splitlines()
    return "; ".join(line.removeprefix("* ").strip() for line in lines if line.strip())

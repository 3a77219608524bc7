"""The shell that takes snapshots, against a Kubernetes API that keeps what it is told."""

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.k8s.aegisai.deployments import by_name, of_example

SCRIPT = Path(__file__).parents[3] / "assets" / "kubernetes" / "volume_snapshots" / "snapshot.sh"
PATH = "/apis/snapshot.storage.k8s.io/v1/namespaces/aegisai/volumesnapshots"
pytestmark = [
    pytest.mark.row("A10"),
    pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not there"),
]


class Api(HTTPServer):
    """`snapshots` by name; `ready`, `takes`: what it answers; `tokens`: who asked; `verbs`: what for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.snapshots: dict[str, dict[str, object]] = {}
        self.ready = True
        self.takes = True
        self.tokens: set[str | None] = set()
        self.verbs: set[str] = set()

    def keep(self, claim: str, *times: str) -> None:
        for time in times:
            self.snapshots[f"{claim}-{time}"] = {"spec": {"source": {"persistentVolumeClaimName": claim}}}


class Handler(BaseHTTPRequestHandler):
    server: Api

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        self.server.verbs.add("list" if path == PATH else "get")
        if path == PATH:
            claim = query.rpartition("%3D")[2]
            names = [name for name in self.server.snapshots if name.rpartition("-")[0] == claim]
            return self._answer(200, {"items": [{"metadata": {"name": name}} for name in names]})
        return self._answer(200, {"status": {"readyToUse": self.server.ready}})

    def do_POST(self) -> None:
        self.server.verbs.add("create")
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.takes:
            self.server.snapshots[body["metadata"]["name"]] = body
        self._answer(201 if self.server.takes else 403, {})

    def do_DELETE(self) -> None:
        self.server.verbs.add("delete")
        del self.server.snapshots[self.path.rpartition("/")[2]]
        self._answer(200, {})

    def _answer(self, status: int, body: object) -> None:
        self.server.tokens.add(self.headers["Authorization"])
        text = json.dumps(body, indent=2).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the test says what it saw."""


@pytest.fixture
def api() -> Iterator[Api]:
    server = Api()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def run(api: Api, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    (folder / "token").write_text("the-token")
    (folder / "ca.crt").touch()
    given = {
        "API": f"http://127.0.0.1:{api.server_port}",
        "ACCOUNT": str(folder),
        "TMPDIR": str(folder),
        "NAMESPACE": "aegisai",
        "CLAIMS": "postgres-data redis-data",
        "KEEP": "2",
        "WAIT_SECONDS": "10",
        "PAUSE_SECONDS": "0.01",
        "PATH": os.environ["PATH"],
        **variables,
    }
    return subprocess.run(["sh", SCRIPT], env=given, capture_output=True, text=True, timeout=60)


def test_each_claim_gets_a_snapshot(api: Api, tmp_path: Path) -> None:
    done = run(api, tmp_path, SNAPSHOT_CLASS="ebs")
    assert done.returncode == 0, done.stderr
    claims = {each["spec"]["source"]["persistentVolumeClaimName"] for each in api.snapshots.values()}  # type: ignore[index]
    assert claims == {"postgres-data", "redis-data"}
    assert {each["spec"]["volumeSnapshotClassName"] for each in api.snapshots.values()} == {"ebs"}  # type: ignore[index]
    assert api.tokens == {"Bearer the-token"}


def test_without_a_class_the_clusters_own_is_taken(api: Api, tmp_path: Path) -> None:
    run(api, tmp_path)
    assert not [each for each in api.snapshots.values() if "volumeSnapshotClassName" in each["spec"]]  # type: ignore[operator]


def test_the_newest_stay(api: Api, tmp_path: Path) -> None:
    api.keep("postgres-data", "20260101020000", "20260102020000", "20260103020000")
    api.keep("redis-data", "20260101020000")
    done = run(api, tmp_path)
    old = {name for name in api.snapshots if "-202601" in name}
    assert old == {"postgres-data-20260103020000", "redis-data-20260101020000"}
    assert "postgres-data-20260101020000: removed" in done.stdout


@pytest.mark.parametrize(
    ("ready", "takes", "said"),
    [(False, True, "is not ready after 0 s"), (True, False, "no snapshot of postgres-data can be made")],
    ids=["never ready", "refused"],
)
def test_what_fails_leaves_older_snapshots_alone(
    api: Api, tmp_path: Path, ready: bool, takes: bool, said: str
) -> None:
    api.ready, api.takes = ready, takes
    api.keep("postgres-data", "20260101020000", "20260102020000", "20260103020000")
    done = run(api, tmp_path, WAIT_SECONDS="0")
    assert done.returncode == 1
    assert said in done.stderr
    assert len([name for name in api.snapshots if "-202601" in name]) == 3


def test_its_account_may_do_what_it_does_and_no_more(api: Api, tmp_path: Path) -> None:
    api.keep("postgres-data", "20260101020000", "20260102020000")
    assert run(api, tmp_path).returncode == 0
    [rule] = by_name("Role", of_example("aegisai-dev"))["volume-snapshots"]["rules"]
    _, _, group, *_, resource = PATH.split("/")
    assert (rule["apiGroups"], rule["resources"]) == ([group], [resource])
    assert set(rule["verbs"]) == api.verbs

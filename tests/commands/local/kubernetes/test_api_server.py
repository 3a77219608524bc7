"""Objects go to an API server where its programs are on PATH; here others stand in, which note their arguments."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.local.emulator.kubernetes import api_server
from commands.local.emulator.kubernetes.api_server import Apis, ApiServer
from commands.local.emulator.kubernetes.record import Record
from commands.local.emulator.kubernetes.recorder import Recorder, Refused
from commands.local.emulator.kubernetes.schemas import Schemas, UnknownKind
from tests import waiting
from tests.commands.local.kubernetes.application import STORE, claim, config, manifest
from tests.commands.local.kubernetes.recording import install

STAYS = """#!/bin/sh
[ "$1" = --version ] && echo "Kubernetes v1.36.2" && exit
echo "$(basename "$0") $*" >> "$STAND_IN"
exec sleep 600
"""
KUBECTL = """#!/bin/sh
shift 2
echo "kubectl $* $(cat | tr -d '\\n')" >> "$STAND_IN"
case "$*" in *"${STAND_IN_FAILS:-nothing fails}"*) echo "${STAND_IN_WORDS}" >&2; exit 1;; esac
"""
SHOP = manifest("Namespace", "shop", namespace=None)


class StandIns:
    """The programs on PATH, and what they were asked."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.said, self._patch = folder / "said", patch
        self.said.touch()
        for name, text in (("etcd", STAYS), ("kube-apiserver", STAYS), ("kubectl", KUBECTL)):
            program = folder / name
            program.write_text(text)
            program.chmod(0o755)
        patch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        patch.setenv("STAND_IN", str(self.said))

    def lines(self, program: str) -> list[str]:
        """The arguments, and for kubectl what it was given."""
        lines = self.said.read_text().splitlines()
        return [line.removeprefix(f"{program} ") for line in lines if line.startswith(f"{program} ")]

    def fail(self, verb: str, words: str) -> None:
        """Let kubectl fail with these words from now on."""
        self._patch.setenv("STAND_IN_FAILS", verb)
        self._patch.setenv("STAND_IN_WORDS", words)


@pytest.fixture
def stand_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    folder = tmp_path / "bin"
    folder.mkdir()
    return StandIns(folder, monkeypatch)


@pytest.fixture
def apis(stand_ins: StandIns, tmp_path: Path) -> Iterator[Apis]:
    made = Apis(tmp_path, issue=issue)
    yield made
    made.end("test")


def issue(address: str, certificate: Path, key: Path) -> Path:
    """Files as the emulator's authority writes them."""
    certificate.write_text(address)
    key.touch(mode=0o600)
    return certificate.parent.parent.parent / "authority.pem"


def served(apis: Apis) -> ApiServer:
    api = apis.of("test", version="1.36")
    assert isinstance(api, ApiServer)
    return api


@pytest.mark.parametrize("missing", ["etcd", "kube-apiserver", "kubectl"])
def test_without_one_of_the_programs_there_are_schemas(
    stand_ins: StandIns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert api_server.programs() is not None
    (tmp_path / "bin" / missing).unlink()
    assert api_server.programs() is None
    assert isinstance(Apis(tmp_path, issue=issue).of("test", version="1.36"), Schemas)


def test_a_server_of_another_version_than_the_cluster_is_not_asked(
    stand_ins: StandIns, tmp_path: Path
) -> None:
    api = Apis(tmp_path, issue=issue).of("test", version="1.35")
    assert api.name == "the schemas of Kubernetes 1.35 (kube-apiserver on PATH is v1.36.2)"
    assert stand_ins.lines("etcd") == []


def test_the_server_is_started_once_on_loopback_and_ends_with_its_cluster(
    apis: Apis, stand_ins: StandIns, tmp_path: Path
) -> None:
    api = served(apis)
    assert served(apis) is api
    assert api.name == "kube-apiserver v1.36.2"
    waiting.until(
        lambda: stand_ins.lines("etcd") and stand_ins.lines("kube-apiserver"), what="both run", seconds=10
    )
    (etcd,), (server,) = stand_ins.lines("etcd"), stand_ins.lines("kube-apiserver")
    (clients,) = [each.partition("=")[2] for each in etcd.split() if each.startswith("--listen-client")]
    assert f"--etcd-servers={clients}" in server.split()
    assert {"--bind-address=127.0.0.1", "--authorization-mode=RBAC"} <= set(server.split())
    folder = tmp_path / "clusters" / "test.server"
    access = json.loads((folder / "kubeconfig").read_text())
    assert access["clusters"][0]["cluster"]["certificate-authority"] == str(tmp_path / "authority.pem")
    for private in ("kubeconfig", "tokens.csv", "server.key", "accounts.key"):
        assert (folder / private).stat().st_mode & 0o077 == 0, private
    apis.end("test")
    assert not folder.exists()


def test_objects_of_kubernetes_go_there_and_those_of_charts_do_not(apis: Apis, stand_ins: StandIns) -> None:
    recorder = Recorder(
        Record(cluster="test", version="1.36"),
        served(apis),
        identities=[("kube-system", "external-secrets")],
    )
    install(recorder, "external-secrets")
    recorder.apply([SHOP, config(COLOUR="red"), STORE], owner="One")
    asked = [line for line in stand_ins.lines("kubectl") if not line.startswith("get")]
    checked = "apply --dry-run=server --validate=strict --warnings-as-errors -f -"
    kept = "apply --validate=strict --warnings-as-errors -f -"
    objects = (SHOP, config(COLOUR="red"))
    assert asked == [f"{verb} {json.dumps(each)}" for each in objects for verb in (checked, kept)]
    assert recorder.record.checked_by == "kube-apiserver v1.36.2"


def test_a_claim_counts_as_bound_to_what_it_asks_for(apis: Apis, stand_ins: StandIns) -> None:
    files = claim("files")
    served(apis).apply(files)
    bound = {"status": {"phase": "Bound", "capacity": {"storage": "20Gi"}}}
    patch = f"patch --subresource=status --type=merge --patch={json.dumps(bound)} -f - {json.dumps(files)}"
    assert stand_ins.lines("kubectl")[-1] == patch


def test_a_namespace_goes_after_its_contents_and_is_finalized(apis: Apis, stand_ins: StandIns) -> None:
    recorder = Recorder(Record(cluster="test", version="1.36"), served(apis))
    recorder.apply([SHOP, config(COLOUR="red")], owner="One")
    before = len(stand_ins.lines("kubectl"))
    recorder.delete([SHOP], owner="One")
    deleted = "delete --ignore-not-found --wait=false -f -"
    finalized = SHOP | {"spec": {"finalizers": []}}
    assert stand_ins.lines("kubectl")[before:] == [
        f"{deleted} {json.dumps(config(COLOUR='red'))}",
        f"{deleted} {json.dumps(SHOP)}",
        f"replace --raw /api/v1/namespaces/shop/finalize -f - {json.dumps(finalized)}",
    ]


UNKNOWN = 'strict decoding error: unknown field "spec.a", unknown field "spec.b"'


@pytest.mark.parametrize("verb", ["--dry-run=server", "apply --validate=strict"])
@pytest.mark.parametrize(
    ("said", "told"),
    [
        (f'The request is invalid: patch: Invalid value: "map[metadata:map[a:\n]]": {UNKNOWN}', UNKNOWN),
        (f'Error from server (BadRequest): error when creating "STDIN": {UNKNOWN}', UNKNOWN),
        (
            'The Namespace "shop" is invalid: \n* spec.a: wrong\n* spec.b: wrong',
            "spec.a: wrong; spec.b: wrong",
        ),
        ('The Namespace "shop" is invalid: spec: Forbidden\n@@ -1 +1 @@\n- a\n+ b', "spec: Forbidden"),
        ("Warning: would violate it\nerror: 1 warning received", "Warning: would violate it"),
    ],
)
def test_what_the_server_refuses_is_refused_in_one_line_of_its_words(
    apis: Apis, stand_ins: StandIns, verb: str, said: str, told: str
) -> None:
    recorder = Recorder(Record(cluster="test", version="1.36"), served(apis))
    stand_ins.fail(verb, said)
    with pytest.raises(Refused) as refused:
        recorder.apply([SHOP], owner="One")
    assert str(refused.value).removeprefix("Namespace shop is invalid: ") == told
    assert recorder.record.objects == {}


def test_a_kind_that_the_server_does_not_know_is_told_as_without_it(apis: Apis, stand_ins: StandIns) -> None:
    api = served(apis)
    stand_ins.fail("--dry-run=server", 'error: no matches for kind "SecretStore"')
    with pytest.raises(UnknownKind):
        api.check(STORE)


def test_a_call_that_does_not_end_is_told(
    apis: Apis, stand_ins: StandIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = served(apis)
    (stand_ins.said.parent / "kubectl").write_text("#!/bin/sh\nexec sleep 60\n")
    monkeypatch.setattr(api_server, "SECONDS_OF_A_CALL", 0.2)
    with pytest.raises(Refused, match=r"kubectl apply did not end within 0\.2 s"):
        api.apply(SHOP)


def test_a_server_that_does_not_answer_is_told(
    stand_ins: StandIns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_server, "SECONDS_TO_START", 0.0)
    stand_ins.fail("get --raw /readyz", "connection refused")
    with pytest.raises(Refused, match="kube-apiserver did not start: connection refused"):
        Apis(tmp_path, issue=issue).of("test", version="1.36")
    assert not (tmp_path / "clusters" / "test.server").exists()

"""What the API server is relied on for, asked of a real one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.local.emulator.kubernetes.api_server import ApiServer
from commands.local.emulator.kubernetes.recorder import Recorder, Refused
from commands.local.emulator.kubernetes.schemas import UnknownKind
from systems.aegisai_manifests import manifests
from tests.commands.fixed_fields import CHANGES, Change
from tests.commands.local.kubernetes.application import (
    APPLICATION,
    DEPLOYMENT,
    NAMESPACE,
    STORE,
    Manifest,
    claim,
    manifest,
)
from tests.commands.local.kubernetes.real import api_server
from tests.commands.local.kubernetes.recording import CLASS, GP3, OWNER, SHOP, install, recorder
from tests.k8s.aegisai.deployments import VARIANTS, example

pytestmark = [pytest.mark.wide, pytest.mark.slow, pytest.mark.xdist_group("real_api_server")]
GROWING = {**GP3, "allowVolumeExpansion": True}
RESTRICTED = manifest("Namespace", NAMESPACE, namespace=None)
RESTRICTED["metadata"]["labels"] = {"pod-security.kubernetes.io/warn": "restricted"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    with api_server(tmp_path_factory.mktemp("real")) as running:
        yield running


@pytest.fixture
def cluster(server: ApiServer) -> Iterator[Recorder]:
    """With what the application needs; all that a test applies is deleted."""
    made = recorder(api=server)
    install(made, "aws-load-balancer-controller", "external-secrets")
    made.apply([CLASS, GROWING, SHOP], owner="Before")
    yield made
    made.delete([SHOP, CLASS, GROWING], owner="Before")


def sized(size: str) -> Manifest:
    """A claim."""
    made = claim("files", storage_class="gp3")
    made["spec"]["resources"]["requests"]["storage"] = size
    return made


def test_an_application_is_taken_twice_and_again_when_it_was_gone(cluster: Recorder) -> None:
    for _ in range(2):
        cluster.apply(APPLICATION, owner=OWNER)
    before = set(cluster.record.objects)
    cluster.delete([SHOP], owner=OWNER)
    cluster.apply(APPLICATION, owner=OWNER)
    assert set(cluster.record.objects) == before


@pytest.mark.parametrize("is_there", [False, True])
def test_a_field_that_does_not_exist_is_told_in_one_line(cluster: Recorder, is_there: bool) -> None:
    cluster.apply(APPLICATION if is_there else APPLICATION[:6], owner=OWNER)
    wrong = {**DEPLOYMENT, "spec": {**DEPLOYMENT["spec"], "replica": 2}}
    with pytest.raises(Refused, match=r'strict decoding error: unknown field "spec.replica"$') as refused:
        cluster.apply([wrong], owner=OWNER)
    assert len(str(refused.value)) < 200


def test_pods_that_pod_security_would_not_let_in_are_refused(cluster: Recorder) -> None:
    cluster.apply([RESTRICTED, *APPLICATION[1:6]], owner=OWNER)
    with pytest.raises(Refused, match=r'would violate PodSecurity "restricted:latest"'):
        cluster.apply([DEPLOYMENT], owner=OWNER)


def test_a_claim_grows_does_not_shrink_and_goes(cluster: Recorder, server: ApiServer) -> None:
    cluster.apply([sized("20Gi"), sized("50Gi")], owner=OWNER)
    assert "less than" in str(server.check(sized("10Gi")))
    cluster.delete([sized("50Gi")], owner=OWNER)
    assert server._call("get", "pvc", "files", "-n", "shop") == 'persistentvolumeclaims "files" not found'


def test_a_kind_of_a_chart_is_not_known(server: ApiServer) -> None:
    with pytest.raises(UnknownKind):
        server.check(STORE)


@pytest.mark.parametrize("name", ["aegisai-local", "aegisai-dev", "aegisai-prod", *VARIANTS])
def test_no_manifest_is_refused_or_warned_of(server: ApiServer, name: str) -> None:
    settings = VARIANTS.get(name) or example(name)
    taken = []
    for each in manifests(settings):
        try:
            assert server.check(each) is None
        except UnknownKind:
            continue
        server.apply(each)
        taken.append(each)
    assert len(taken) > 30
    for each in reversed(taken):
        server.delete(each)


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_it_refuses_what_the_table_of_fixed_fields_says(server: ApiServer, change: Change) -> None:
    server.apply(SHOP)
    server.apply(change.before)
    assert bool(server.check(change.after)) is change.is_refused
    server.delete(change.before)


def test_nothing_is_left_of_it(tmp_path: Path) -> None:
    with api_server(tmp_path) as running:
        assert running.check(SHOP) is None
    assert list((tmp_path / "clusters").iterdir()) == []
    assert running.check(SHOP) is not None

"""AegisAI's manifests on the recorder: in the order in which they are applied, and backwards."""

import pytest

from commands.local.emulator.kubernetes.definitions import CHARTS, brings
from settings.aegisai_eks import AegisAIOnEks
from settings.data_stores import InClusterPostgresql
from systems.aegisai_manifests import firewall_class, manifests
from tests.commands.local.kubernetes.application import Manifest, manifest
from tests.commands.local.kubernetes.recording import CLASS, GP3, OWNER, install, recorder
from tests.k8s.aegisai.deployments import VARIANTS, example


def on_eks(name: str) -> AegisAIOnEks:
    """An example, or a variant that asks for what the examples leave out."""
    settings = VARIANTS[name] if name in VARIANTS else example(name)
    assert isinstance(settings, AegisAIOnEks)
    return settings


def applied(settings: AegisAIOnEks) -> list[Manifest]:
    """What the system's stack applies, or lets Argo CD apply."""
    firewall = settings.ingress.firewall
    return [
        *(firewall_class(settings.name, "arn:aws:wafv2:acl") if firewall else []),
        *manifests(settings),
    ]


@pytest.mark.parametrize("name", ["aegisai-dev", "aegisai-prod", "canary"])
def test_manifests_are_taken_in_their_order_and_go_backwards(name: str) -> None:
    settings = on_eks(name)
    objects = applied(settings)
    needed = {brings(each["kind"], each["apiVersion"].rpartition("/")[0]) or "" for each in objects}
    made = recorder(addons=("snapshot-controller",))
    install(made, "aws-load-balancer-controller", *sorted(needed & set(CHARTS)))
    made.apply([CLASS, GP3], owner="Classes")
    if settings.gitops is not None:
        made.apply([manifest("Namespace", settings.gitops.namespace, namespace=None)], owner="Argo")
    before = set(made.record.objects)
    for each in objects:  # as the stack does it: a resource for each
        made.apply([each], owner=OWNER)
    assert len(made.record.objects) >= len(before) + len(objects)
    assert made.record.open_ends == []
    for each in reversed(objects):
        made.delete([each], owner=OWNER)
    assert set(made.record.objects) == before
    for release in list(made.record.releases.values()):
        made.uninstall(name=release.name, namespace=release.namespace)


def test_the_database_s_volume_grows_while_its_pod_goes_on() -> None:
    settings = on_eks("aegisai-dev")
    larger = settings.model_copy(
        update={"postgresql": InClusterPostgresql(hosted="in_cluster", storage="50Gi")}
    )
    made = recorder(addons=("snapshot-controller",))
    before, after = (
        {(each["kind"], each["metadata"]["name"]): each for each in applied(one)}
        for one in (settings, larger)
    )
    changed = [key for key, each in after.items() if before[key] != each]
    assert changed == [("PersistentVolumeClaim", "postgres-data")]
    made.apply([GP3, manifest("Namespace", "aegisai", namespace=None)], owner="Classes")
    for stage in (before, after):
        made.apply([stage[changed[0]]], owner=OWNER)
    claim = made.record.objects["PersistentVolumeClaim", "aegisai", "postgres-data"].manifest
    assert claim["spec"]["resources"]["requests"]["storage"] == "50Gi"

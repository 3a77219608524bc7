"""What `make local` tells of clusters."""

from pathlib import Path

from commands.local.clusters import cluster_table, recorded
from commands.local.emulator.kubernetes.record import file_of
from commands.local.place import Place
from commands.local.steps import CONSOLE
from tests.commands.local.kubernetes.application import NAMESPACE, manifest
from tests.commands.local.kubernetes.recording import OWNER, applied


def test_what_would_exist_is_told_by_namespace_and_kind(tmp_path: Path) -> None:
    place = Place(state=tmp_path)
    recorder = applied()
    many = [manifest("ConfigMap", f"part-{number}", data={}) for number in range(9)]
    recorder.apply([*many, manifest("ConfigMap", "[a]", data={})], owner=OWNER)
    recorder.delete([manifest("Deployment", "web", version="apps/v1")], owner=OWNER)
    recorder.record.write(
        file_of(tmp_path, account=place.account, region=place.region, cluster=recorder.record.cluster)
    )
    recorder.record.write(file_of(tmp_path, account="9" * 12, region=place.region, cluster="another"))
    (cluster,) = recorded(place)
    with CONSOLE.capture() as printed:
        CONSOLE.print(cluster_table(cluster))
    said = " ".join(word for word in printed.get().split() if word != "│")
    for told in (
        "what would exist in cluster test",
        NAMESPACE,
        "ConfigMap web, part-0, part-1, part-2, part-3 and 6 more",
        "ServiceAccount web",
        "StorageClass efs",
        "Helm release aws-load-balancer-controller 1.2.3, external-secrets 1.2.3",
        "Service shop/web: selects no pods",
        "the schemas of Kubernetes 1.36",
        "Nothing of it runs",
    ):
        assert told in said, told
    assert "Deployment" not in said


def test_without_a_cluster_nothing_is_told(tmp_path: Path) -> None:
    assert recorded(Place(state=tmp_path)) == []

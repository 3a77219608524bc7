"""What the recorder takes, in which order, and what would wait for ever."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from commands.local.emulator.kubernetes.definitions import CHARTS
from commands.local.emulator.kubernetes.record import Release, file_of, left_of
from commands.local.emulator.kubernetes.recorder import Recorder, Refused
from tests.commands.local.kubernetes.application import (
    APPLICATION,
    BALANCED,
    DEPLOYMENT,
    INGRESS,
    NAMESPACE,
    SECRET,
    STORE,
    Manifest,
    claim,
    config,
    manifest,
    pods,
)
from tests.commands.local.kubernetes.recording import (
    CLASS,
    GP3,
    OWNER,
    SHOP,
    applied,
    install,
    ready,
    recorder,
    release,
)


def titles(of: Recorder) -> set[str]:
    return {f"{kind} {name}" for kind, _, name in of.record.objects}


def changed(before: Manifest, change: Callable[[Manifest], None]) -> Manifest:
    after: Manifest = json.loads(json.dumps(before))
    change(after)
    return after


def test_an_application_is_taken_in_its_order() -> None:
    made = applied()
    assert titles(made) == {f"{each['kind']} {each['metadata']['name']}" for each in (CLASS, *APPLICATION)}
    assert made.record.happenings[-1] == "made Ingress shop/web"
    assert made.record.open_ends == []


@pytest.mark.parametrize(
    ("missing", "first_refused", "why"),
    [
        ("Namespace", "ServiceAccount", "Namespace shop, which is not there"),
        ("ServiceAccount", "Deployment", "ServiceAccount shop/web, which is not there"),
        ("ConfigMap", "Deployment", "ConfigMap shop/web, which is not there"),
        ("SecretStore", "ExternalSecret", "SecretStore shop/aws, which is not there"),
        ("ExternalSecret", "Deployment", "Secret shop/web-secrets, which is not there"),
        ("PersistentVolumeClaim", "Deployment", "PersistentVolumeClaim shop/files, which is not there"),
        ("Service", "Ingress", "Service shop/web, which is not there"),
    ],
)
def test_what_an_object_names_must_be_there_before_it(missing: str, first_refused: str, why: str) -> None:
    without = [each for each in APPLICATION if each["kind"] != missing]
    with pytest.raises(Refused, match=why) as refused:
        ready().apply(without, owner=OWNER)
    assert str(refused.value).startswith(first_refused)


def test_a_storage_class_must_be_there_before_its_claim() -> None:
    made = recorder()
    with pytest.raises(Refused, match="StorageClass efs, which is not there"):
        made.apply([SHOP, claim("files")], owner=OWNER)


def test_a_claim_without_a_class_needs_a_default_one() -> None:
    made = ready()
    with pytest.raises(Refused, match="asks for the default storage class, and the cluster has none"):
        made.apply([SHOP, claim("files", storage_class=None)], owner=OWNER)
    default = manifest(
        "StorageClass", "gp3", version="storage.k8s.io/v1", namespace=None, provisioner="ebs.csi.aws.com"
    )
    default["metadata"]["annotations"] = {"storageclass.kubernetes.io/is-default-class": "true"}
    made.apply([default, SHOP, claim("files", storage_class=None)], owner=OWNER)
    assert "PersistentVolumeClaim files" in titles(made)


def test_a_key_that_a_config_map_lacks_is_missing() -> None:
    def ask(template: Manifest) -> None:
        reference = {"configMapKeyRef": {"name": "web", "key": "SIZE"}}
        (container,) = template["spec"]["template"]["spec"]["containers"]
        container["env"] = [{"name": "SIZE", "valueFrom": reference}]

    made = applied()
    with pytest.raises(Refused, match="the key SIZE of ConfigMap shop/web, which has COLOUR"):
        made.apply([changed(DEPLOYMENT, ask)], owner=OWNER)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (config() | {"colour": "red"}, "'colour' was unexpected"),
        (
            changed(DEPLOYMENT, lambda each: each["spec"].update(replicas="two")),
            "spec.replicas: 'two' is not",
        ),
        (changed(DEPLOYMENT, lambda each: each.update(apiVersion="apps/v1beta1")), "no matches for kind"),
        ({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {}}, "resource name may not be empty"),
        ({"kind": "ConfigMap", "metadata": {"name": "web"}}, "apiVersion not set"),
        (config(LONG="x" * 300_000), "metadata.annotations takes 262144 at most"),
    ],
    ids=["unknown field", "wrong type", "unknown version", "no name", "no version", "too large"],
)
def test_wrong_objects_are_refused(wrong: Manifest, why: str) -> None:
    made = applied()
    before = dict(made.record.objects)
    with pytest.raises(Refused, match=why):
        made.apply([wrong], owner=OWNER)
    assert made.record.objects == before


def test_a_custom_kind_is_known_when_its_chart_is_installed() -> None:
    made = recorder()
    made.apply([SHOP], owner=OWNER)
    with pytest.raises(Refused, match=r'no matches for kind "SecretStore".*; install external-secrets first'):
        made.apply([STORE], owner=OWNER)
    install(made, "external-secrets")
    made.apply([STORE], owner=OWNER)
    old = STORE | {"apiVersion": "external-secrets.io/v1beta1"}
    with pytest.raises(Refused, match=r"external-secrets\.io/v1beta1"):
        made.apply([old], owner=OWNER)


def test_a_custom_kind_is_known_when_its_add_on_is_there() -> None:
    snapshot = manifest(
        "VolumeSnapshotClass",
        "ebs",
        version="snapshot.storage.k8s.io/v1",
        namespace=None,
        driver="ebs.csi.aws.com",
        deletionPolicy="Delete",
    )
    with pytest.raises(Refused, match="install snapshot-controller first"):
        recorder().apply([snapshot], owner=OWNER)
    made = recorder(addons=("snapshot-controller",))
    made.apply([snapshot], owner=OWNER)
    assert titles(made) == {"VolumeSnapshotClass ebs"}


def test_a_custom_kind_is_known_when_its_definition_is_applied() -> None:
    names = {"kind": "Shelf", "plural": "shelves", "singular": "shelf", "listKind": "ShelfList"}
    definition = manifest(
        "CustomResourceDefinition",
        "shelves.example.com",
        version="apiextensions.k8s.io/v1",
        namespace=None,
        spec={
            "group": "example.com",
            "names": names,
            "scope": "Cluster",
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": {"type": "object"}},
                }
            ],
        },
    )
    shelf = manifest("Shelf", "one", version="example.com/v1")
    made = recorder()
    for together in (
        [shelf],
        [definition, shelf],
    ):  # kubectl asks for the kinds before it applies the first object
        with pytest.raises(Refused, match="apply its CustomResourceDefinition first"):
            made.apply(together, owner=OWNER)
    made.apply([definition], owner=OWNER)
    made.apply([shelf], owner=OWNER)
    assert ("Shelf", None, "one") in made.record.objects, "a cluster's kind is in no namespace"


@pytest.mark.parametrize("balanced", [BALANCED, INGRESS], ids=lambda each: each["kind"])
def test_a_load_balancer_waits_for_its_controller(balanced: Manifest) -> None:
    made = recorder()
    plain = BALANCED | {"spec": {"ports": [{"name": "http", "port": 80}]}}
    made.apply([SHOP, plain], owner=OWNER)
    with pytest.raises(Refused, match=r"install aws-load-balancer-controller first|IngressClass alb"):
        made.apply([balanced], owner=OWNER)


def test_an_ingress_of_a_class_of_the_same_controller_is_held_too() -> None:
    ours = manifest(
        "IngressClass",
        "ours",
        version="networking.k8s.io/v1",
        namespace=None,
        spec={"controller": "ingress.k8s.aws/alb"},
    )
    made = applied()
    made.delete([INGRESS, BALANCED], owner=OWNER)
    plain = BALANCED | {"spec": {"ports": [{"name": "http", "port": 80}]}}
    ingress = INGRESS | {"spec": INGRESS["spec"] | {"ingressClassName": "ours"}}
    with pytest.raises(Refused, match="IngressClass ours, which is not there"):
        made.apply([plain, ingress], owner=OWNER)
    made.apply([ours, plain, ingress], owner=OWNER)
    with pytest.raises(Refused, match="would go before Ingress shop/web"):
        made.uninstall(name="aws-load-balancer-controller", namespace="kube-system")


def test_a_login_of_a_registry_is_somebody_elses_to_bring() -> None:
    def pull(deployment: Manifest) -> None:
        deployment["spec"]["template"]["spec"]["imagePullSecrets"] = [{"name": "registry"}]

    applied().apply([changed(DEPLOYMENT, pull)], owner=OWNER)


def test_a_service_selects_nothing_until_its_pods_are_there() -> None:
    made = ready()
    made.apply([SHOP, BALANCED], owner=OWNER)
    assert made.record.open_ends == ["Service shop/web: selects no pods"]
    made.apply([each for each in APPLICATION if each["kind"] != "Ingress"], owner=OWNER)
    assert made.record.open_ends == []


def test_create_refuses_what_is_there_and_apply_does_not() -> None:
    made = applied()
    made.apply([config(COLOUR="blue")], owner=OWNER)
    assert made.record.happenings[-1] == "changed ConfigMap shop/web"
    with pytest.raises(Refused, match="ConfigMap shop/web already exists"):
        made.apply([config()], owner=OWNER, must_be_new=True)


@pytest.mark.parametrize(
    ("before", "change", "path"),
    [
        (CLASS, {"reclaimPolicy": "Retain"}, "reclaimPolicy"),
        (
            DEPLOYMENT,
            {"spec": DEPLOYMENT["spec"] | {"selector": {"matchLabels": {"a": "b"}}}},
            "spec.selector",
        ),
        (
            claim("files"),
            {"spec": claim("files")["spec"] | {"accessModes": ["ReadWriteOnce"]}},
            "spec.accessModes",
        ),
    ],
    ids=["StorageClass", "Deployment", "PersistentVolumeClaim"],
)
def test_a_fixed_field_does_not_change(before: Manifest, change: dict[str, Any], path: str) -> None:
    with pytest.raises(Refused, match=f"{path} cannot change; delete it first"):
        applied().apply([before | change], owner=OWNER)


def test_an_object_without_a_namespace_is_in_the_default_one() -> None:
    made = ready()
    made.apply([manifest("ConfigMap", "here", namespace=None, data={})], owner=OWNER)
    assert ("ConfigMap", "default", "here") in made.record.objects


def test_the_class_of_a_load_balancer_does_not_change_while_it_is_one() -> None:
    made = applied()
    other = BALANCED | {"spec": BALANCED["spec"] | {"loadBalancerClass": "example.com/other"}}
    with pytest.raises(Refused, match=r"spec\.loadBalancerClass cannot change"):
        made.apply([other], owner=OWNER)
    made.apply([BALANCED | {"spec": {"ports": [{"name": "http", "port": 80}]}}], owner=OWNER)


def test_a_claim_grows() -> None:
    made = applied()
    larger = changed(
        claim("files"), lambda each: each["spec"]["resources"]["requests"].update(storage="40Gi")
    )
    made.apply([larger], owner=OWNER)
    kept = made.record.objects["PersistentVolumeClaim", NAMESPACE, "files"].manifest
    assert kept["spec"]["resources"]["requests"]["storage"] == "40Gi"


def test_an_update_leaves_what_it_no_longer_names_unless_it_prunes() -> None:
    made = applied()
    group = [config(COLOUR="red"), manifest("ConfigMap", "old", data={"A": "b"})]
    made.apply(group, owner=OWNER)
    made.replace(group, group[:1], owner=OWNER, prune=False)
    assert "ConfigMap old" in titles(made)
    assert made.record.happenings[-1] == "left ConfigMap shop/old: an update without prune deletes nothing"
    made.replace(group, group[:1], owner=OWNER, prune=True)
    assert "ConfigMap old" not in titles(made)


def test_a_deletion_takes_the_object_whoever_applied_it() -> None:
    """A construct that moves: the new resource applies the object, then the old one deletes it."""
    made = applied()
    made.apply([config(COLOUR="red")], owner="ManifestsTwo")
    made.delete([config(COLOUR="red")], owner=OWNER)
    assert "ConfigMap web" not in titles(made)
    assert made.record.happenings[-1] == "deleted ConfigMap shop/web, which ManifestsTwo had applied"


def test_what_is_not_there_is_deleted_without_failure() -> None:
    made = ready()
    before = list(made.record.happenings)
    made.delete([config()], owner=OWNER)
    assert made.record.happenings == before


def test_the_controller_stays_while_it_holds_a_load_balancer() -> None:
    made = applied()
    with pytest.raises(Refused, match="would go before Service shop/web, Ingress shop/web"):
        made.uninstall(name="aws-load-balancer-controller", namespace="kube-system")
    made.delete([INGRESS], owner=OWNER)
    with pytest.raises(Refused, match="would go before Service shop/web,"):
        made.uninstall(name="aws-load-balancer-controller", namespace="kube-system")
    made.delete([BALANCED], owner=OWNER)
    made.uninstall(name="aws-load-balancer-controller", namespace="kube-system")
    assert "kube-system/aws-load-balancer-controller" not in made.record.releases


def test_a_load_balancer_without_its_controller_is_never_gone() -> None:
    made = applied()
    del made.record.releases["kube-system/aws-load-balancer-controller"]
    for deleted in (BALANCED, SHOP):
        with pytest.raises(
            Refused, match="would wait for ever: release aws-load-balancer-controller is gone"
        ):
            made.delete([deleted], owner=OWNER)
    assert {"Service web", "Namespace shop"} <= titles(made)


def test_an_application_of_argo_cd_that_cascades_needs_its_controller() -> None:
    made = recorder()
    install(made, "argo-cd")
    cascading = manifest("Application", "web", version="argoproj.io/v1alpha1", namespace="kube-system")
    cascading["metadata"]["finalizers"] = ["resources-finalizer.argocd.argoproj.io/foreground"]
    made.apply([cascading], owner=OWNER)
    with pytest.raises(Refused, match="would go before Application kube-system/web"):
        made.uninstall(name="argo-cd", namespace="kube-system")


def test_a_claim_is_never_gone_while_pods_use_it() -> None:
    made = applied()
    with pytest.raises(Refused, match="Deployment shop/web still uses it"):
        made.delete([claim("files")], owner=OWNER)
    made.delete([claim("files"), DEPLOYMENT], owner=OWNER)
    assert not {"PersistentVolumeClaim files", "Deployment web"} & titles(made)


def test_claims_of_a_stateful_set_stay_until_their_namespace_goes() -> None:
    template = {"metadata": {"name": "data"}, "spec": claim("data")["spec"]}
    stateful = manifest(
        "StatefulSet",
        "db",
        version="apps/v1",
        spec={
            "replicas": 2,
            "serviceName": "db",
            "selector": {"matchLabels": {"a": "b"}},
            "template": pods() | {"metadata": {"labels": {"a": "b"}}},
            "volumeClaimTemplates": [template],
        },
    )
    headless = manifest("Service", "db", spec={"clusterIP": "None", "ports": [{"name": "sql", "port": 5432}]})
    made = applied()
    made.apply([headless, stateful], owner=OWNER)
    made.delete([stateful], owner=OWNER)
    assert {"PersistentVolumeClaim data-db-0", "PersistentVolumeClaim data-db-1"} <= titles(made)
    made.delete([SHOP], owner=OWNER)
    assert titles(made) == {"StorageClass efs"}


def test_a_release_needs_its_namespace_and_nodes() -> None:
    made = recorder(nodes=0)
    wanted = release("external-secrets", namespace="external-secrets")
    with pytest.raises(Refused, match="Namespace external-secrets is not there"):
        made.install(wanted, makes_namespace=False, waits=True)
    with pytest.raises(Refused, match="wait for a node, and the cluster has none"):
        made.install(wanted, makes_namespace=True, waits=True)
    made.install(wanted, makes_namespace=True, waits=False)
    assert "Namespace external-secrets" in titles(made)


def test_a_chart_that_calls_aws_needs_an_identity_before_its_pods() -> None:
    made = recorder()
    given = {"serviceAccount": {"name": "somebody"}}
    with pytest.raises(Refused, match="associate a role with service account kube-system/somebody first"):
        made.install(replace(release("cluster-autoscaler"), values=given), makes_namespace=False, waits=True)
    made.install(release("cluster-autoscaler"), makes_namespace=False, waits=True)


def test_a_release_does_not_move_to_another_namespace() -> None:
    made = recorder()
    install(made, "argo-cd")
    moved = release("argo-cd", namespace="elsewhere")
    with pytest.raises(Refused, match='must equal "elsewhere": current value is "kube-system"'):
        made.install(moved, makes_namespace=True, waits=True)
    made.uninstall(name="argo-cd", namespace="kube-system")
    made.install(moved, makes_namespace=True, waits=True)
    assert [each.namespace for each in made.record.releases.values()] == ["elsewhere"]


def test_volumes_outlive_claims_of_a_class_that_retains_them() -> None:
    made = applied()
    made.apply([manifest("ConfigMap", "other", data={})], owner=OWNER)
    made.delete([claim("files"), DEPLOYMENT], owner=OWNER)
    assert made.record.volumes == {}
    keeping = CLASS | {"metadata": {"name": "kept"}, "reclaimPolicy": "Retain"}
    made.apply([keeping, claim("files", storage_class="kept")], owner=OWNER)
    made.delete([SHOP], owner=OWNER)
    assert made.record.volumes == {"volume of claim shop/files in test, 20Gi": "its storage class retains it"}


def test_volumes_outlive_a_cluster_that_goes_before_its_claims(tmp_path: Path) -> None:
    made = applied()
    file = file_of(tmp_path, account="1" * 12, region="us-east-1", cluster="test")
    assert left_of(file) == {}
    made.record.end()
    made.record.write_left(file)
    assert left_of(file) == {
        "volume of claim shop/files in test, 20Gi": "its claim was still there when the cluster went"
    }


PROMETHEUS = {
    "prometheus": {
        "prometheusSpec": {
            "storageSpec": {"volumeClaimTemplate": {"spec": claim("data", storage_class="gp3")["spec"]}}
        }
    }
}
LOKI = {"singleBinary": {"persistence": {"size": "20Gi", "storageClass": "gp3"}}}
STORING = [
    ("kube-prometheus-stack", "prometheus", PROMETHEUS),
    ("loki", "loki", LOKI),
]


def storing(chart: str, name: str, values: Manifest) -> Release:
    return replace(release(chart, name=name, namespace=name), values=values)


@pytest.mark.parametrize(("chart", "name", "values"), STORING)
def test_a_claim_of_a_chart_holds_its_volume_until_the_namespace_goes(
    chart: str, name: str, values: Manifest
) -> None:
    made = recorder()
    made.apply([CLASS, GP3 | {"reclaimPolicy": "Retain"}], owner="Classes")
    made.install(storing(chart, name, values), makes_namespace=True, waits=True)
    ((_, _, held),) = [key for key in made.record.objects if key[0] == "PersistentVolumeClaim"]
    why = f"the volumes of PersistentVolumeClaim {name}/{held} would be waited for in vain"
    with pytest.raises(Refused, match=why):
        made.leave_no_volume()
    made.uninstall(name=name, namespace=name)
    with pytest.raises(Refused, match=why):
        made.leave_no_volume()
    made.delete([manifest("Namespace", name, namespace=None)], owner=OWNER)
    assert list(made.record.volumes) == [f"volume of claim {name}/{held} in test, 20Gi"]
    made.leave_no_volume()
    assert made.record.volumes == {}
    assert titles(made) == {"StorageClass efs", "StorageClass gp3"}


@pytest.mark.parametrize(("chart", "name", "values"), STORING)
def test_a_chart_with_a_claim_needs_the_class_and_leaves_nothing_without_it(
    chart: str, name: str, values: Manifest
) -> None:
    made = recorder()
    with pytest.raises(Refused, match="StorageClass gp3, which is not there"):
        made.install(storing(chart, name, values), makes_namespace=True, waits=True)
    assert (made.record.objects, made.record.releases) == ({}, {})


def test_another_version_of_a_chart_leaves_its_claim_as_it_is() -> None:
    made = recorder()
    made.apply([GP3], owner="Classes")
    made.install(storing("loki", "loki", LOKI), makes_namespace=True, waits=True)
    before = dict(made.record.objects)
    larger = {"singleBinary": {"persistence": {"size": "40Gi", "storageClass": "gp3"}}}
    made.install(storing("loki", "loki", larger), makes_namespace=True, waits=True)
    assert made.record.objects == before


def test_files_of_a_claim_hold_no_volume() -> None:
    applied().leave_no_volume()


def test_a_namespace_takes_its_releases() -> None:
    made = recorder()
    made.install(release("external-secrets", namespace="secrets"), makes_namespace=True, waits=True)
    made.delete([manifest("Namespace", "secrets", namespace=None)], owner=OWNER)
    assert made.record.releases == {}


def test_objects_that_outlive_their_chart_are_told() -> None:
    made = applied()
    made.uninstall(name="external-secrets", namespace="kube-system")
    assert made.record.happenings[-1].startswith("left without their controller: SecretStore shop/aws")
    with pytest.raises(Refused, match="install external-secrets first"):
        made.apply([SECRET], owner=OWNER)


def test_a_chart_that_the_table_does_not_know_brings_nothing() -> None:
    made = recorder()
    install(made, "somebody-elses")
    assert list(made.record.releases) == ["kube-system/somebody-elses"]


def test_a_kind_is_brought_once() -> None:
    kinds = [(each.kind, each.group) for brought in CHARTS.values() for each in brought.definitions]
    assert len(kinds) == len(set(kinds))


def test_the_record_keeps_no_secret(tmp_path: Path) -> None:
    made = applied()
    made.apply([manifest("Secret", "given", stringData={"PASSWORD": "hunter2"})], owner=OWNER)
    file = file_of(tmp_path, account="1" * 12, region="us-east-1", cluster="test")
    made.record.write(file)
    text = file.read_text()
    assert "PASSWORD" in text
    assert "hunter2" not in text
    assert json.loads(text)["checked_by"] == "the schemas of Kubernetes 1.36"
    assert not list(file.parent.glob("*.new"))

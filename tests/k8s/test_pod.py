"""The pod template that all workloads share."""

from typing import Any

import pytest

from k8s.config_map import ConfigMap
from k8s.container import Mount
from k8s.job import Job
from k8s.pod import Pod
from k8s.probe import Command, Health, HttpGet, TcpSocket
from k8s.volume import config_files, empty_folder
from k8s.workload import Deployment
from tests.k8s.shop import SHOP, WORKER, container, manifests, only, rendered


def template(of: Pod) -> Any:
    made = rendered(lambda chart: Deployment(chart, component=WORKER, pod=of, replicas=2))
    return only("Deployment", made)["spec"]["template"]


def spec(**more: Any) -> Any:
    return template(Pod(containers=[container(WORKER)], **more))["spec"]


def app(**more: Any) -> Any:
    return template(Pod(containers=[container(WORKER, **more)]))["spec"]["containers"][0]


def test_nobody_is_root() -> None:
    assert spec()["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": 10001,
        "runAsGroup": 10001,
        "fsGroup": 10001,
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert spec(user_id=999, group_id=70)["securityContext"]["runAsUser"] == 999
    assert spec(user_id=999, group_id=70)["securityContext"]["fsGroup"] == 70


def test_containers_can_do_nothing_but_their_work() -> None:
    assert app()["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_a_token_of_the_cluster_is_given_only_when_asked_for() -> None:
    assert spec()["automountServiceAccountToken"] is False
    assert spec(service_account_token=True)["automountServiceAccountToken"] is True
    assert "serviceAccountName" not in spec()
    assert spec(service_account="worker")["serviceAccountName"] == "worker"


def test_services_make_no_variables() -> None:
    assert spec()["enableServiceLinks"] is False


def test_requests_and_limits_stand_as_written() -> None:
    assert app()["resources"] == {
        "requests": {"cpu": "100m", "memory": "64Mi"},
        "limits": {"memory": "128Mi"},
    }


def test_alive_is_asked_more_slowly_than_ready() -> None:
    made = app(health=Health(ready=HttpGet(path="/ready", port="http"), alive=TcpSocket(port="http")))
    assert made["readinessProbe"] == {
        "httpGet": {"path": "/ready", "port": "http"},
        "periodSeconds": 10,
        "timeoutSeconds": 5,
        "failureThreshold": 3,
    }
    assert made["livenessProbe"] == {
        "tcpSocket": {"port": "http"},
        "periodSeconds": 20,
        "timeoutSeconds": 5,
        "failureThreshold": 3,
    }


def test_a_container_has_the_time_it_needs_to_start() -> None:
    made = app(health=Health(ready=Command(command=["ready"]), start_seconds=62))
    assert made["startupProbe"]["exec"] == {"command": ["ready"]}
    assert made["startupProbe"]["periodSeconds"] * made["startupProbe"]["failureThreshold"] == 65


@pytest.mark.parametrize("seconds", [5, 10])
def test_liveness_as_often_as_readiness_is_refused(seconds: int) -> None:
    with pytest.raises(
        ValueError, match="is not slower than readiness every 10 s; raise alive_every_seconds"
    ):
        Health(ready=TcpSocket(port="http"), alive_every_seconds=seconds)


def test_a_pod_leaves_its_services_before_it_stops() -> None:
    assert app()["lifecycle"] == {"preStop": {"sleep": {"seconds": 5}}}
    assert "lifecycle" not in app(drain_seconds=0)
    assert "lifecycle" not in app(health=None)


def test_the_drain_takes_nothing_of_the_time_to_stop() -> None:
    assert spec(termination_grace_seconds=90)["terminationGracePeriodSeconds"] == 95
    silent = Pod(containers=[container(WORKER, health=None)], termination_grace_seconds=90)
    assert template(silent)["spec"]["terminationGracePeriodSeconds"] == 90


def test_pods_of_one_revision_are_spread_over_zones_and_hosts() -> None:
    constraints = spec()["topologySpreadConstraints"]
    assert [each["topologyKey"] for each in constraints] == [
        "topology.kubernetes.io/zone",
        "kubernetes.io/hostname",
    ]
    for each in constraints:
        assert each["whenUnsatisfiable"] == "ScheduleAnyway"
        assert each["matchLabelKeys"] == ["pod-template-hash"]
        assert each["labelSelector"]["matchLabels"]["app.kubernetes.io/name"] == "worker"


def test_each_controller_tells_revisions_apart_by_its_own_label() -> None:
    labels = {
        kind: only(kind, manifests())["spec"]["template"]["spec"]["topologySpreadConstraints"][0][
            "matchLabelKeys"
        ]
        for kind in ("StatefulSet", "Rollout")
    }
    assert labels == {
        "StatefulSet": ["controller-revision-hash"],
        "Rollout": ["rollouts-pod-template-hash"],
    }


def test_nodes_are_chosen_preferred_and_tolerated() -> None:
    made = only("Deployment", manifests())["spec"]["template"]["spec"]
    [preferred] = made["affinity"]["nodeAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"]
    assert preferred["preference"]["matchExpressions"] == [
        {"key": "pergola/group", "operator": "In", "values": ["spot"]}
    ]
    assert made["tolerations"] == [
        {"key": "spot", "operator": "Equal", "value": "true", "effect": "NoSchedule"}
    ]
    assert made["imagePullSecrets"] == [{"name": "registry"}]


def test_variables_come_from_where_they_stand() -> None:
    made = only("Rollout", manifests())["spec"]["template"]["spec"]["containers"][0]
    assert made["env"] == [
        {"name": "MODE", "value": "live"},
        {"name": "LEVEL", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "LOG_LEVEL"}}},
        {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "PASSWORD"}}},
        {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
    ]
    assert made["envFrom"] == [{"configMapRef": {"name": "settings"}}, {"secretRef": {"name": "login"}}]


def test_a_pod_has_the_volumes_that_are_mounted_once() -> None:
    tmp = empty_folder("tmp", size_limit="64Mi")
    first = container(WORKER, mounts=[Mount(volume=tmp, path="/tmp")])
    made = template(
        Pod(
            containers=[first],
            init_containers=[
                container(
                    WORKER,
                    name="before",
                    health=None,
                    mounts=[Mount(volume=tmp, path="/work", read_only=True)],
                )
            ],
        )
    )["spec"]
    assert made["volumes"] == [{"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}}]
    assert made["containers"][0]["volumeMounts"] == [{"name": "tmp", "mountPath": "/tmp"}]
    assert made["initContainers"][0]["volumeMounts"] == [
        {"name": "tmp", "mountPath": "/work", "readOnly": True}
    ]


def test_configuration_is_files_that_cannot_be_written() -> None:
    made = only("Rollout", manifests())["spec"]["template"]["spec"]
    [volume] = made["volumes"]
    assert volume == {"name": "settings", "configMap": {"name": "settings", "defaultMode": 0o444}}
    assert made["containers"][0]["volumeMounts"] == [
        {"name": "settings", "mountPath": "/etc/shop", "readOnly": True}
    ]


def test_commands_and_arguments_stand_as_given() -> None:
    made = app(command=["serve"], arguments=["--fast"])
    assert (made["command"], made["args"]) == (["serve"], ["--fast"])
    assert not {"command", "args"} & set(app())


def checksum(data: dict[str, str], *, by: str) -> Any:
    def chart(scope: Any) -> None:
        config = ConfigMap(scope, component=SHOP.component("settings", role="configuration"), data=data)
        ways: dict[str, dict[str, Any]] = {
            "variables": {"config_maps": [config]},
            "files": {"mounts": [Mount(volume=config_files(config, executable=True), path="/etc/app")]},
        }
        pod = Pod(containers=[container(WORKER, **ways[by])])
        Deployment(scope, component=WORKER, pod=pod, replicas=2)

    found = only("Deployment", rendered(chart))["spec"]["template"]
    return found["metadata"]["annotations"]["checksum/settings"]


@pytest.mark.parametrize("by", ["variables", "files"])
def test_pods_roll_when_their_configuration_changes(by: str) -> None:
    first = checksum({"A": "1", "B": "2"}, by=by)
    assert checksum({"B": "2", "A": "1"}, by=by) == first
    assert checksum({"A": "1", "B": "3"}, by=by) != first


def test_what_runs_to_its_end_is_not_spread() -> None:
    pod = Pod(containers=[container(WORKER, health=None)])
    made = rendered(lambda chart: Job(chart, component=WORKER, pod=pod, deadline_seconds=60))
    found = only("Job", made)["spec"]["template"]["spec"]
    assert "topologySpreadConstraints" not in found
    assert found["restartPolicy"] == "Never"

"""Each control of Pod Security `restricted` lets a good pod pass and names what is wrong in a bad one."""

from copy import deepcopy
from typing import Any

import pytest

from k8s.checks import pod_security
from k8s.checks.pod_security import CONTROLS, Control
from k8s.checks.pods import PodTemplate, pods_of

GOOD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "good", "namespace": "shop"},
    "spec": {
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [
            {
                "name": "app",
                "image": "registry.example/app:1",
                "securityContext": {
                    "allowPrivilegeEscalation": False,
                    "capabilities": {"drop": ["ALL"]},
                },
            }
        ],
        "volumes": [{"name": "tmp", "emptyDir": {}}],
    },
}
POD = ("securityContext",)
APP = ("containers", 0)
CONTEXT = (*APP, "securityContext")
BAD: list[tuple[str, tuple[Any, ...], Any]] = [
    ("host_process", (*POD, "windowsOptions"), {"hostProcess": True}),
    ("host_process", (*CONTEXT, "windowsOptions"), {"hostProcess": True}),
    ("host_namespaces", ("hostNetwork",), True),
    ("host_namespaces", ("hostPID",), True),
    ("host_namespaces", ("hostIPC",), True),
    ("privileged_containers", (*CONTEXT, "privileged"), True),
    ("capabilities", (*CONTEXT, "capabilities"), {}),
    ("capabilities", (*CONTEXT, "capabilities"), {"drop": ["NET_RAW"]}),
    ("capabilities", (*CONTEXT, "capabilities", "add"), ["SYS_ADMIN"]),
    ("host_path_volumes", ("volumes",), [{"name": "host", "hostPath": {"path": "/"}}]),
    ("host_ports", (*APP, "ports"), [{"containerPort": 80, "hostPort": 80}]),
    ("host_probes", (*APP, "livenessProbe"), {"httpGet": {"host": "169.254.169.254", "port": 80}}),
    ("host_probes", (*APP, "readinessProbe"), {"tcpSocket": {"host": "10.0.0.1", "port": 80}}),
    ("host_probes", (*APP, "lifecycle"), {"preStop": {"httpGet": {"host": "10.0.0.1", "port": 80}}}),
    ("app_armor", (*POD, "appArmorProfile"), {"type": "Unconfined"}),
    ("app_armor", (*CONTEXT, "appArmorProfile"), {"type": "Unconfined"}),
    ("selinux", (*POD, "seLinuxOptions"), {"type": "spc_t"}),
    ("selinux", (*CONTEXT, "seLinuxOptions"), {"user": "system_u"}),
    ("selinux", (*CONTEXT, "seLinuxOptions"), {"role": "system_r"}),
    ("proc_mount_type", (*CONTEXT, "procMount"), "Unmasked"),
    ("sysctls", (*POD, "sysctls"), [{"name": "kernel.msgmax", "value": "1"}]),
    ("volume_types", ("volumes",), [{"name": "nfs", "nfs": {"server": "a", "path": "/"}}]),
    ("privilege_escalation", (*CONTEXT, "allowPrivilegeEscalation"), True),
    ("privilege_escalation", CONTEXT, {}),
    ("running_as_non_root", (*POD, "runAsNonRoot"), False),
    ("running_as_non_root", (*CONTEXT, "runAsNonRoot"), False),
    ("running_as_non_root_user", (*POD, "runAsUser"), 0),
    ("running_as_non_root_user", (*CONTEXT, "runAsUser"), 0),
    ("seccomp", (*POD, "seccompProfile"), {"type": "Unconfined"}),
    ("seccomp", (*CONTEXT, "seccompProfile"), {"type": "Unconfined"}),
    ("seccomp", POD, {"runAsNonRoot": True}),
]
ALLOWED: list[tuple[tuple[Any, ...], Any]] = [
    ((*CONTEXT, "capabilities", "add"), ["NET_BIND_SERVICE"]),
    ((*POD, "sysctls"), [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]),
    ((*POD, "seLinuxOptions"), {"type": "container_t"}),
    ((*CONTEXT, "appArmorProfile"), {"type": "Localhost", "localhostProfile": "app"}),
    ((*CONTEXT, "seccompProfile"), {"type": "Localhost", "localhostProfile": "app.json"}),
    ((*APP, "livenessProbe"), {"httpGet": {"path": "/", "port": 80}}),
    (("volumes",), [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]),
]


def changed(path: tuple[Any, ...], value: Any) -> PodTemplate:
    manifest = deepcopy(GOOD)
    node: Any = manifest["spec"]
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    return pods_of([manifest])[0]


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.__name__)
def test_a_good_pod_passes(control: Control) -> None:
    assert not list(control(pods_of([GOOD])[0]))


@pytest.mark.parametrize(("control", "path", "value"), BAD)
def test_a_bad_pod_is_named(control: str, path: tuple[Any, ...], value: Any) -> None:
    assert list(getattr(pod_security, control)(changed(path, value)))


@pytest.mark.parametrize(("path", "value"), ALLOWED)
def test_what_the_standard_allows_passes(path: tuple[Any, ...], value: Any) -> None:
    assert not [found for control in CONTROLS for found in control(changed(path, value))]


def test_every_control_has_a_bad_example() -> None:
    assert {control.__name__ for control in CONTROLS} == {name for name, _, _ in BAD}


def test_an_app_armor_annotation_counts() -> None:
    manifest = deepcopy(GOOD)
    key = "container.apparmor.security.beta.kubernetes.io/app"
    manifest["metadata"] = {**GOOD["metadata"], "annotations": {key: "unconfined"}}  # type: ignore[dict-item]
    assert list(pod_security.app_armor(pods_of([manifest])[0]))


@pytest.mark.parametrize("kind", ["initContainers", "ephemeralContainers"])
def test_containers_of_every_kind_are_looked_at(kind: str) -> None:
    pod = changed((kind,), [{"name": "other", "image": "registry.example/app:1"}])
    assert [found for found in pod_security.privilege_escalation(pod) if "other" in found]

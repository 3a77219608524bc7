"""The Pod Security Standard `restricted`: every control of the standard, the ones of `baseline` among them.

Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/ as of Kubernetes 1.36. The
relaxations for pods of Windows and for pods with user namespaces are left out: no pod here is one.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from k8s.checks.pods import PodTemplate

Control = Callable[[PodTemplate], Iterator[str]]
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
VOLUMES = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
}
SELINUX_TYPES = {"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}
SYSCTLS = {
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_wmem",
}
APPARMOR_ANNOTATION = "container.apparmor.security.beta.kubernetes.io/"


def host_process(pod: PodTemplate) -> Iterator[str]:
    for where, context in _contexts(pod):
        if context.get("windowsOptions", {}).get("hostProcess"):
            yield f"{where} is a process of the host"


def host_namespaces(pod: PodTemplate) -> Iterator[str]:
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.spec.get(field):
            yield f"{field} is true"


def privileged_containers(pod: PodTemplate) -> Iterator[str]:
    for where, context in _container_contexts(pod):
        if context.get("privileged"):
            yield f"{where} is privileged"


def capabilities(pod: PodTemplate) -> Iterator[str]:
    for where, context in _container_contexts(pod):
        asked = context.get("capabilities", {})
        if "ALL" not in asked.get("drop", []):
            yield f"{where} does not drop ALL capabilities"
        for name in asked.get("add", []):
            if name != "NET_BIND_SERVICE":
                yield f"{where} adds the capability {name}"


def host_path_volumes(pod: PodTemplate) -> Iterator[str]:
    for volume in pod.spec.get("volumes", []):
        if "hostPath" in volume:
            yield f"volume {volume['name']} is a folder of the host"


def host_ports(pod: PodTemplate) -> Iterator[str]:
    for container in pod.containers:
        for port in container.get("ports", []):
            if port.get("hostPort"):
                yield f"{container['name']} takes port {port['hostPort']} of the host"


def host_probes(pod: PodTemplate) -> Iterator[str]:
    for container in pod.containers:
        hooks = container.get("lifecycle", {})
        actions = [container.get(name, {}) for name in PROBES]
        actions += [hooks.get(name, {}) for name in ("postStart", "preStop")]
        for action in actions:
            for kind in ("httpGet", "tcpSocket"):
                if action.get(kind, {}).get("host"):
                    yield f"{container['name']} asks the host {action[kind]['host']} in a probe or hook"


def app_armor(pod: PodTemplate) -> Iterator[str]:
    for where, context in _contexts(pod):
        profile = context.get("appArmorProfile", {}).get("type", "RuntimeDefault")
        if profile not in ("RuntimeDefault", "Localhost"):
            yield f"{where} has the AppArmor profile {profile}"
    for key, value in pod.annotations.items():
        allowed = value in ("", "runtime/default") or value.startswith("localhost/")
        if key.startswith(APPARMOR_ANNOTATION) and not allowed:
            yield f"annotation {key} is {value}"


def selinux(pod: PodTemplate) -> Iterator[str]:
    for where, context in _contexts(pod):
        options = context.get("seLinuxOptions", {})
        if options.get("type", "") not in SELINUX_TYPES:
            yield f"{where} has the SELinux type {options['type']}"
        for field in ("user", "role"):
            if options.get(field):
                yield f"{where} sets the SELinux {field}"


def proc_mount_type(pod: PodTemplate) -> Iterator[str]:
    for where, context in _container_contexts(pod):
        if context.get("procMount", "Default") != "Default":
            yield f"{where} mounts /proc as {context['procMount']}"


def sysctls(pod: PodTemplate) -> Iterator[str]:
    for each in pod.spec.get("securityContext", {}).get("sysctls", []):
        if each["name"] not in SYSCTLS:
            yield f"sets {each['name']}"


def volume_types(pod: PodTemplate) -> Iterator[str]:
    for volume in pod.spec.get("volumes", []):
        for kind in sorted(volume.keys() - {"name"} - VOLUMES):
            yield f"volume {volume['name']} is of the type {kind}"


def privilege_escalation(pod: PodTemplate) -> Iterator[str]:
    for where, context in _container_contexts(pod):
        if context.get("allowPrivilegeEscalation") is not False:
            yield f"{where} does not refuse privilege escalation"


def running_as_non_root(pod: PodTemplate) -> Iterator[str]:
    whole = pod.spec.get("securityContext", {}).get("runAsNonRoot")
    for where, context in _container_contexts(pod):
        if context.get("runAsNonRoot", whole) is not True:
            yield f"{where} may run as root"


def running_as_non_root_user(pod: PodTemplate) -> Iterator[str]:
    for where, context in _contexts(pod):
        if context.get("runAsUser") == 0:
            yield f"{where} runs as user 0"


def seccomp(pod: PodTemplate) -> Iterator[str]:
    whole = pod.spec.get("securityContext", {}).get("seccompProfile", {}).get("type")
    if whole not in (None, "RuntimeDefault", "Localhost"):
        yield f"the pod has the seccomp profile {whole}"
    for where, context in _container_contexts(pod):
        profile = context.get("seccompProfile", {}).get("type", whole)
        if profile not in ("RuntimeDefault", "Localhost"):
            yield f"{where} has {f'the seccomp profile {profile}' if profile else 'no seccomp profile'}"


CONTROLS: tuple[Control, ...] = (
    host_process,
    host_namespaces,
    privileged_containers,
    capabilities,
    host_path_volumes,
    host_ports,
    host_probes,
    app_armor,
    selinux,
    proc_mount_type,
    sysctls,
    volume_types,
    privilege_escalation,
    running_as_non_root,
    running_as_non_root_user,
    seccomp,
)


def _container_contexts(pod: PodTemplate) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for container in pod.containers:
        yield f"container {container['name']}", container.get("securityContext", {})


def _contexts(pod: PodTemplate) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield "the pod", pod.spec.get("securityContext", {})
    yield from _container_contexts(pod)

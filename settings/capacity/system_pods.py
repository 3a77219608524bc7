"""What a cluster runs before the application: requests as its add-ons and charts have them.

Sources: the EKS add-ons' default configurations, for VPC CNI with its network policy agent, EBS and EFS CSI driver, Pod
Identity agent and metrics-server the charts of the pinned versions, rendered. What we install as a release asks for
what we set: every container of a pod, its sidecars too. Where an add-on asks for nothing its pods still count as pods.
"""

from settings.capacity.workloads import DaemonSet, Workload, workload
from settings.quantity import UNITS

MIB = UNITS["Mi"]
EKS_DAEMON_SETS = (
    DaemonSet(name="aws-node", cpu=50),
    DaemonSet(name="kube-proxy", cpu=100),
    DaemonSet(name="ebs-csi-node", cpu=30, memory=104 * MIB),
    DaemonSet(name="efs-csi-node"),
    DaemonSet(name="eks-pod-identity-agent"),
)
EKS_WORKLOADS: tuple[Workload, ...] = (
    workload("coredns", "100m", "70Mi", replicas=2, system=True),
    workload("ebs-csi-controller", "60m", "232Mi", replicas=2, system=True),
    workload("efs-csi-controller", None, None, replicas=2, system=True),
    workload("snapshot-controller", None, None, replicas=2, system=True),
    workload("metrics-server", "100m", "200Mi", replicas=2, system=True),
    workload("aws-load-balancer-controller", "50m", "256Mi", replicas=2, system=True),
    workload("external-secrets", "20m", "128Mi", system=True),
    workload("external-secrets-webhook", "10m", "64Mi", system=True),
    workload("external-secrets-cert-controller", "10m", "128Mi", system=True),
    workload("cluster-autoscaler", "50m", "300Mi", system=True),
)
K3S_WORKLOADS: tuple[Workload, ...] = (
    workload("coredns", "100m", "70Mi", system=True),
    workload("local-path-provisioner", None, None, system=True),
    workload("metrics-server", "100m", "70Mi", system=True),
    workload("traefik", None, None, system=True),
)
PROMETHEUS_DAEMON_SETS = (DaemonSet(name="node-exporter", cpu=25, memory=64 * MIB),)
PROMETHEUS_WORKLOADS: tuple[Workload, ...] = (
    workload("prometheus", "210m", "1088Mi", volumes=1, system=True),
    workload("alertmanager", "30m", "128Mi", system=True),
    workload("grafana", "120m", "512Mi", system=True),
    workload("prometheus-operator", "50m", "128Mi", system=True),
    workload("kube-state-metrics", "20m", "128Mi", system=True),
)
"""What we set in the releases of `observability.prometheus: installed`."""
LOKI_DAEMON_SETS = (DaemonSet(name="log-collector", cpu=50, memory=128 * MIB),)
LOKI_WORKLOADS: tuple[Workload, ...] = (workload("loki", "100m", "512Mi", volumes=1, system=True),)
"""The same of `observability.logs: installed`."""
TRACING_WORKLOADS: tuple[Workload, ...] = (
    workload("otel-collector", "100m", "256Mi", system=True),
    workload("jaeger", "100m", "512Mi", system=True),
)
"""The same of `observability.tracing: installed`."""
ROLLOUTS_WORKLOADS: tuple[Workload, ...] = (
    workload("argo-rollouts", "50m", "128Mi", replicas=2, system=True),
)
"""The controller of `rollout.strategy: blue_green` and `canary`."""
ARGO_CD_WORKLOADS: tuple[Workload, ...] = (
    workload("argocd-application-controller", "100m", "512Mi", system=True),
    workload("argocd-server", "50m", "128Mi", system=True),
    workload("argocd-repo-server", "50m", "256Mi", system=True),
    workload("argocd-redis", "20m", "64Mi", system=True),
)
"""What `gitops` installs."""
RECOMMENDER_WORKLOADS: tuple[Workload, ...] = (workload("vpa-recommender", "50m", "256Mi", system=True),)
"""What `vertical_recommendations` installs."""

# ruff: noqa: E501 -- lines as they are printed
"""Every kind of bad file of AegisAI, with the very lines that are printed for it."""

from pathlib import Path

import pytest

from settings.load import BadDeploymentFile, load_deployment
from tests.settings.test_aegisai import ANYWHERE, ON_EKS

DEV = ON_EKS.format("dev")
KEY = "sk-" + "a1B2" * 8


def refused(folder: Path, text: str) -> list[str]:
    path = folder / "demo.yaml"
    path.write_text(text)
    with pytest.raises(BadDeploymentFile) as error:
        load_deployment(path)
    return str(error.value).replace(f"{path}:", "").split("\n")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("services: {gateway: {replicas: 11}}\n", "5: services.gateway.replicas: replicas 11 exceeds max_replicas 10; lower the one or raise the other"),
        ("services: {gateway: {max_replicas: 101}}\n", "5: services.gateway.max_replicas: 101 is too large; use 1 to 100"),
        ("services:\n  gateway:\n    memory: {request: 2Gi}\n", "7: services.gateway.memory.request: request 2Gi exceeds limit 1Gi; lower the one or raise the other"),
        ("services: {gateway: {cpu: {limit: 100m}}}\n", "5: services.gateway.cpu.request: request 250m exceeds limit 100m; lower the one or raise the other"),
        ("services: {gateway: {memory: {limit: 1GB}}}\n", "5: services.gateway.memory.limit: '1GB' is not an amount of bytes in Kubernetes; write 1G or 1Gi"),
        ("services: {gateway: {cpu: {limit: 1}}}\n", "5: services.gateway.cpu.limit: 1 is read as a number and text is needed; put it in quotes: '1'"),
        ("services:\n  transcode: {port: 9001}\n", "6: services.transcode.port: 9001 is the port of validation too; give each its own"),
        ("services: {gateway: {port: 5432}}\n", "5: services.gateway.port: 5432 is the port of PostgreSQL too; give each its own"),
        ("services: {gateway: {port: 80}}\n", "5: services.gateway.port: 80 is too small; use 1024 to 65535"),
        ("services: {orchestrator: {calls: [validator]}}\n", "5: services.orchestrator.calls: validator is no service; use some of gateway, validation, extract-metadata, extract-content, ai-service"),
        ("services: {orchestrator: {calls: [validation]}, validation: {enabled: false}}\n", "5: services.orchestrator.calls: validation is disabled; take it out, or enable it"),
        ("services: {orchestrator: {calls: [orchestrator]}}\n", "5: services.orchestrator.calls: orchestrator calls itself; take it out"),
        ("services: {gatway: {replicas: 3}}\n", "5: services.gatway.port: is missing; give it, such as 9010 (port that the container listens on, and its Service; each service has its own)"),
        ("services: {transcode: {port: 9010, role: gateway}}\n", "5: services.transcode.role: is gateway, which gateway is already; a further service is a worker"),
        ("services: {Trans_Code: {port: 9010}}\n", "5: services.Trans_Code: 'Trans_Code' has the wrong form; write one like transcode"),
        ("services: {gateway: }\n", "5: services.gateway: is empty; give its settings below it, or take the line out"),
        ("services: [gateway]\n", "5: services: a list of one value is not a section; write its settings on lines of their own below it"),
        ("services: {gateway: {image: {tag: latest}}}\n", "5: services.gateway.image.tag: 'latest' is a tag that moves; give an exact one such as 1.4.2"),
        ("services: {gateway: {health_path: health}}\n", "5: services.gateway.health_path: 'health' has the wrong form; write one like /health"),
        ("shared_storage: {storage_class: gp3}\n", "5: shared_storage.storage_class: gp3 is block storage, which one node mounts at a time (ReadWriteOnce), and the shared storage is ReadWriteMany; use a class of a network file system such as efs"),
        ("redis: {hosted: in_cluster, storage_class: efs}\n", "5: redis.storage_class: efs is a network file system, which is no place for a database; use a block storage class such as gp3"),
        ("shared_storage: {storage: 20GB}\n", "5: shared_storage.storage: '20GB' is not an amount of bytes in Kubernetes; write 20G or 20Gi"),
        ("secret: {source: existing}\n", "5: secret: is not a setting; did you mean secrets?"),
        ("openai_api_key: abc\n", "5: openai_api_key: looks like a secret, and this file is read by many; take it out, secrets belong in the Secret app-secrets"),
        (f"configuration: {{openai_model: {KEY}}}\n", "5: configuration.openai_model: holds a key, token or password, and this file is read by many; take it out, secrets belong in the Secret app-secrets"),
        (f"configuration: {{environment: {{FOO: {KEY}}}}}\n", "5: configuration.environment.FOO: holds a key, token or password, and this file is read by many; take it out, secrets belong in the Secret app-secrets"),
        ("configuration: {environment: {PINECONE_API_KEY: x}}\n", "5: configuration.environment.PINECONE_API_KEY: PINECONE_API_KEY looks like a secret, and this file and the ConfigMap can be read; take it out"),
        ("network: {cidr: 10.0.0.0/16}\n", "5: network: is a setting with hosting: eks alone, and hosting is any; take one of the two out"),
        ("monitoring: {email: ops@our-company.org}\n", "5: monitoring: is a setting with hosting: eks alone, and hosting is any; take one of the two out"),
        ("postgresql: {hosted: aurora}\n", "5: postgresql.hosted: 'aurora' is not allowed; use in_cluster"),
        ("namespace: kube-system\n", "5: namespace: 'kube-system' is the cluster's own namespace; give one of the application, such as aegisai"),
        ("kubernetes_version: 1.36\n", "5: kubernetes_version: 1.36 is read as a number and text is needed; put it in quotes: '1.36'"),
        ("rollout: {strategy: canary}\n", "5: rollout.strategy: is canary, which watches the error rate, and observability.prometheus is none; use prometheus: existing, or strategy: rolling"),
        ("rollout: {canary_weights: [30, 10]}\n", "5: rollout.canary_weights: 30, 10 do not rise; give each step more than the one before"),
        ("probes: {liveness_period_seconds: 5}\n", "5: probes.liveness_period_seconds: 5 is not more than readiness_period_seconds 5, and a slow pod would be killed before it is spared; raise it"),
        ("backup_job: {schedule: daily}\n", "5: backup_job.schedule: 'daily' has 1 fields, a schedule has five; write one like 0 2 * * *"),
        ("backup_job: {schedule: 0 24 * * *}\n", "5: backup_job.schedule: '24' is no hour of a schedule; use 0 to 23, *, or */2"),
        ("observability: {tracing: existing}\n", "5: observability.otlp_endpoint: is missing, and tracing is existing; give the collector's address"),
        ("nodes: {count: 2, zones: 3}\n", "5: nodes.zones: 3 zones need as many nodes, and count is 2; lower it, or raise count"),
        ("services: {redis: {port: 9010}}\n", "5: services.redis: redis is the name of another part of the system; choose another"),
        ("services: {gateway-preview: {port: 9010}}\n", "5: services.gateway-preview: gateway-preview is the name of another part of the system; choose another"),
        ("ingress: {host: a.our-company.org}\n", "5: ingress.host: works with type: ingress alone; use it, or remove this"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_line_field_and_remedy(tmp_path: Path, text: str, line: str) -> None:
    assert refused(tmp_path, ANYWHERE + text) == [line]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (DEV + "nodes: {count: 3}\n", "9: nodes: is a setting with hosting: any alone, and hosting is eks; take one of the two out"),
        (DEV + "database: {reader: true}\n", "9: database: is not a setting; known here are environment, account, region, tags, termination_protection, keep_data, network, system, hosting, namespace, kubernetes_version, images, services, configuration, postgresql, redis, shared_storage, ingress, secrets, autoscaling, probes, rollout, vertical_recommendations, backup_job, volume_snapshots, observability, gitops, cluster, monitoring, backup"),
        (DEV.replace("account: '111122223333'\n", ""), "4: images.registry: is missing, and account and region, which would name the Amazon ECR repositories, are not both given; name the registry of the images"),
        (DEV.replace("{allow_plain_http: true}", "{}"), "7: ingress.certificate_arn: is missing, and nothing says how clients get TLS; give the certificate's ARN, or write ingress.allow_plain_http: true"),
        (DEV.replace("true}", "true, firewall: {}}"), "7: ingress.firewall: works with type: alb alone; use it, or remove the firewall"),
        (DEV.replace("hosting: eks", "hosting: eck"), "3: hosting: 'eck' is not allowed; did you mean eks? Use one of eks, any"),
        (DEV.replace("hosting: eks\n", ""), "1: hosting: is missing; give it, one of eks, any"),
        (DEV.replace("hosting: eks", "hosting: true"), "3: hosting: true is not allowed; use one of eks, any"),
        (DEV + "postgresql: {storage: 20Gi}\n", "9: postgresql: hosted is missing; use one of in_cluster, aurora"),
        (DEV + "network: {egress: isolated}\n", "9: network.egress: is isolated, and charts and images come from public registries; use nat or single_nat"),
        (DEV.replace("region: eu-west-1\n", ""), "1: region: is missing, and the cluster's pods are told in which region their secrets are; name it"),
        (DEV + "postgresql: {hosted: aurora, rotation_days: 30}\n", "9: postgresql.rotation_days: needs tasks that restart with the new password, and these are pods; remove it"),
        (DEV.replace("allow_plain_http: true", "idle_timeout_seconds: 60, certificate_arn: 'arn:aws:acm:eu-west-1:111122223333:certificate/01234567-89ab-cdef-0123-456789abcdef'"), "7: ingress.idle_timeout_seconds: is always 350 on a network load balancer with a certificate; use type: alb, or remove this"),
        (DEV + "password: hunter2\n", "9: password: looks like a secret, and this file is read by many; take it out, secrets belong in AWS Secrets Manager"),
        (DEV + "kubernetes_version: '1.35'\n", "9: cluster.addon_versions.kube_proxy: kube_proxy v1.36.0-eksbuild.17 is not of Kubernetes 1.35; name one that starts with v1.35."),
        (DEV + "cluster: {node_groups: [{name: all, instance_types: [c6i.xlarg]}]}\n", "9: cluster.node_groups[0].instance_types[0]: 'c6i.xlarg' has the wrong form; write one like c6i.xlarge"),
        (DEV + "cluster: {node_groups: [{name: all, instance_types: [c9i.xlarge]}]}\n", "9: cluster.node_groups[0].instance_types: the capacity of c9i.xlarge is not known; did you mean c8i.xlarge? (settings/capacity/instance_types.csv)"),
    ],
)  # fmt: skip
def test_what_is_wrong_on_eks_is_told_with_line_field_and_remedy(
    tmp_path: Path, text: str, line: str
) -> None:
    assert line in refused(tmp_path, text)


def test_a_secret_is_never_printed(tmp_path: Path) -> None:
    text = f"{ANYWHERE}gitops: {{repository: 'https://me:{KEY}@our-company.org/x', path: x}}\nnodes: {{cpu: {KEY}}}\n"
    lines = refused(tmp_path, text)
    assert len(lines) == 2
    assert not [line for line in lines if KEY in line]


def test_pods_that_do_not_fit_are_refused_with_the_numbers(tmp_path: Path) -> None:
    assert refused(tmp_path, ANYWHERE + "nodes: {count: 1}\n") == [
        "5: nodes: the fewest pods do not fit: 19 pods request 3.95 CPU and 7.14 GiB and have 1 node of 3.90 CPU and "
        "5.79 GiB; 2 of extract-metadata, 1 of postgres-backup, 1 of redis, 2 of validation wait; allow more "
        "or larger nodes, or request less"
    ]


def test_every_service_disabled_is_no_application(tmp_path: Path) -> None:
    names = ("gateway", "orchestrator", "validation", "extract-metadata", "extract-content", "ai-service")
    text = "".join(f"  {name}: {{enabled: false}}\n" for name in names)
    assert refused(tmp_path, f"{ANYWHERE}services:\n{text}") == [
        "5: services: every service is disabled; enable one"
    ]

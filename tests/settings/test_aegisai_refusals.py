# ruff: noqa: E501 -- lines as they are printed
"""Every kind of bad file of AegisAI, with the very lines that are printed for it."""

from pathlib import Path

import pytest

from settings.load import BadDeploymentFile, load_deployment
from tests.settings.test_aegisai import ANYWHERE, ON_EKS

DEV = ON_EKS.format("dev")
KEY = "sk-" + "a1B2" * 8
GITOPS = "gitops: {repository: 'https://git.our-company.org/x', path: x, namespace: %s}\n"
IMAGES = "images: {registry: localhost:5000/ours, tag: 1.0.0}"
DIGEST = "sha256:" + "0f" * 32
HOSTING = "eks (a cluster on Amazon EKS that is made), any (manifests for a cluster of your own, such as K3s, kind or GKE)"


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
        ("services: {gatway: {replicas: 3}}\n", "5: services.gatway.port: is missing; give it, such as 9010 (port that the container listens on, and its Service; each service has its own); or did you mean gateway?"),
        ("services: {gatway: {replicas: 3}, gateway: {replicas: 3}}\n", "5: services.gatway.port: is missing; give it, such as 9010 (port that the container listens on, and its Service; each service has its own)"),
        ("services: {gateway: {memory: {limit: 1024}}}\n", "5: services.gateway.memory.limit: '1024' has no unit; write 1024Mi or 1024Gi"),
        ("services: {gateway: {memory: {limit: '1024'}}}\n", "5: services.gateway.memory.limit: '1024' has no unit; write 1024Mi or 1024Gi"),
        ("nodes: {memory: 16}\n", "5: nodes.memory: '16' has no unit; write 16Mi or 16Gi"),
        ("services: {gateway: {environment: {OPENAI_API_KEY: x}}}\n", "5: services.gateway.environment.OPENAI_API_KEY: OPENAI_API_KEY looks like a secret, and this file and the manifests can be read; take it out"),
        (f"services: {{gateway: {{environment: {{FOO: {KEY}}}}}}}\n", "5: services.gateway.environment.FOO: holds a key, token or password, and this file is read by many; take it out, secrets belong in the Secret app-secrets"),
        ("services: {gateway: {environment: {PORT: '80'}}}\n", "5: services.gateway.environment.PORT: PORT is what services.NAME.port sets; use that"),
        ("services: {gateway: {environment: {AI_SERVICE_URL: x}}}\n", "5: services.gateway.environment.AI_SERVICE_URL: AI_SERVICE_URL is set by the deployment; take it out"),
        ("configuration: {environment: {OPENAI_MODEL: x}}\n", "5: configuration.environment.OPENAI_MODEL: OPENAI_MODEL is what configuration.openai_model sets; use that"),
        ("configuration: {environment: {REDIS_URL: x}}\n", "5: configuration.environment.REDIS_URL: REDIS_URL is set by the deployment; take it out"),
        ("gitops: {repository: 'https://git.our-company.org/x', path: x}\n", "5: secrets.source: is generated, and gitops wants the manifests in Git, passwords among them; make app-secrets yourself and use existing, or leave gitops out"),
        ("services: {transcode: {port: 9010, role: gateway}}\n", "5: services.transcode.role: is gateway, which gateway is already; a further service is a worker"),
        ("services: {Trans_Code: {port: 9010}}\n", "5: services.Trans_Code: 'Trans_Code' has the wrong form; write one like transcode"),
        ("services: {gateway: }\n", "5: services.gateway: is empty; give its settings below it, or take the line out"),
        ("services: [gateway]\n", "5: services: a list of one value is not a section; write its settings on lines of their own below it"),
        ("services: {gateway: {image: {tag: latest}}}\n", "5: services.gateway.image.tag: 'latest' is a tag that moves; give an exact one such as 1.4.2"),
        ("services: {gateway: {health_path: health}}\n", "5: services.gateway.health_path: 'health' has the wrong form; write one like /health"),
        ("shared_storage: {storage_class: gp3}\n", "5: shared_storage.storage_class: gp3 is block storage, which one node mounts at a time (ReadWriteOnce), and the shared storage is ReadWriteMany; use a class of a network file system such as nfs, or access_mode: ReadWriteOnce, with all workers on one node"),
        ("redis: {hosted: in_cluster, storage_class: efs}\n", "5: redis.storage_class: efs is a network file system, which is no place for a database; use a block storage class such as gp3"),
        ("shared_storage: {storage: 20GB}\n", "5: shared_storage.storage: '20GB' is not an amount of bytes in Kubernetes; write 20G or 20Gi"),
        ("secret: {source: existing}\n", "5: secret: is not a setting; did you mean secrets?"),
        ("openai_api_key: abc\n", "5: openai_api_key: looks like a secret, and this file is read by many; take it out, secrets belong in the Secret app-secrets"),
        (f"configuration: {{openai_model: {KEY}}}\n", "5: configuration.openai_model: holds a key, token or password, and this file is read by many; take it out, secrets belong in the Secret app-secrets"),
        (f"configuration: {{environment: {{FOO: {KEY}}}}}\n", "5: configuration.environment.FOO: holds a key, token or password, and this file is read by many; take it out, secrets belong in the Secret app-secrets"),
        ("configuration: {environment: {PINECONE_API_KEY: x}}\n", "5: configuration.environment.PINECONE_API_KEY: PINECONE_API_KEY looks like a secret, and this file and the manifests can be read; take it out"),
        ("network: {cidr: 10.0.0.0/16}\n", "5: network: is a setting with hosting: eks alone, and hosting is any; take one of the two out"),
        ("monitoring: {email: ops@our-company.org}\n", "5: monitoring: is a setting with hosting: eks alone, and hosting is any; take one of the two out"),
        ("postgresql: {hosted: aurora}\n", "5: postgresql.hosted: 'aurora' is not allowed; use in_cluster"),
        ("namespace: kube-system\n", "5: namespace: 'kube-system' is the cluster's own namespace; give one with another name"),
        ("observability: {prometheus: existing, namespace: aegisai}\n", "5: observability.namespace: aegisai is given as namespace too; give each a namespace of its own"),
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
        ("ingress: {controller_namespace: traefik}\n", "5: ingress.controller_namespace: works with type: ingress alone; use it, or remove this"),
        ("ingress: {type: none, annotations: {a: b}}\n", "5: ingress.annotations: are given, and type is none, so nothing carries them; remove them, or use another type"),
        ("ingress: {annotations: {metallb.io/address-pool: 1}}\n", "5: ingress.annotations.\"metallb.io/address-pool\": 1 is read as a number and text is needed; put it in quotes: '1'"),
        ("ingress: {annotations: {a b: c}}\n", "5: ingress.annotations.\"a b\": 'a b' has the wrong form; write one like nginx.ingress.kubernetes.io/proxy-body-size"),
        ("ingress: {type: ingress, annotations: {kubernetes.io/ingress.class: nginx}}\n", "5: ingress.annotations: kubernetes.io/ingress.class follows from ingress.ingress_class; write that"),
        ("ingress: {annotations: {kubectl.kubernetes.io/last-applied-configuration: x}}\n", "5: ingress.annotations: kubectl.kubernetes.io/last-applied-configuration is what kubectl notes; take it out"),
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
        (DEV.replace("hosting: eks", "hosting: eck"), f"3: hosting: 'eck' is not allowed; use one of {HOSTING}"),
        (DEV.replace("hosting: eks", "hosting: k3s"), f"3: hosting: 'k3s' is not allowed; use one of {HOSTING}"),
        (DEV.replace("hosting: eks\n", ""), f"1: hosting: is missing; give it, one of {HOSTING}"),
        (DEV.replace("hosting: eks", "hosting: true"), f"3: hosting: true is not allowed; use one of {HOSTING}"),
        (DEV + "postgresql: {hosted: auror}\n", "9: postgresql: hosted 'auror' is not known; use one of in_cluster, aurora"),
        (DEV + "postgresql: {hosted: []}\n", "9: postgresql: hosted a list of 0 values is not known; use one of in_cluster, aurora"),
        (DEV + "postgresql: {hosted: }\n", "9: postgresql: hosted is missing; use one of in_cluster, aurora"),
        (DEV + "postgresql: {reader: true}\n", "9: postgresql.reader: is a setting with hosted: aurora alone; write that too, or take this out"),
        (DEV + "postgresql: {hosted: in_cluster, reader: true}\n", "9: postgresql.reader: is a setting with hosted: aurora alone, and hosted is in_cluster; take one of the two out"),
        (DEV + "postgresql: {storag: 20Gi}\n", "9: postgresql.storag: is not a setting; did you mean storage?"),
        (DEV + "network: {egress: isolated}\n", "9: network.egress: is isolated, and charts and images come from public registries; use nat or single_nat"),
        (DEV.replace("region: eu-west-1\n", ""), "1: region: is missing, and the cluster's pods are told in which region their secrets are; name it"),
        (DEV + "namespace: loki\n", "9: namespace: loki is the namespace of an operator that has this name; choose another"),
        (DEV + "observability: {namespace: external-secrets}\n", "9: observability.namespace: external-secrets is the namespace of an operator that has this name; choose another"),
        (DEV + "observability: {namespace: aegisai}\n", "9: observability.namespace: aegisai is given as namespace too; give each a namespace of its own"),
        (DEV + GITOPS % "aegisai", "9: gitops.namespace: aegisai is given as namespace too; give each a namespace of its own"),
        (DEV + GITOPS % "monitoring", "9: gitops.namespace: monitoring is given as observability.namespace too; give each a namespace of its own"),
        (DEV + GITOPS % "kube-system", "9: gitops.namespace: 'kube-system' is the cluster's own namespace; give one with another name"),
        (DEV + "tags: {'kubernetes.io/cluster': x}\n", "9: tags: kubernetes.io/cluster is a tag that controllers of the cluster set; choose another key"),
        (DEV + "tags: {a=b: x}\n", "9: tags: a=b has a key with = or text with a colon before a space, which controllers read as its end; write it without"),
        (DEV + "tags: {note: 'see: x'}\n", "9: tags: note has a key with = or text with a colon before a space, which controllers read as its end; write it without"),
        (DEV + "network: {existing: {cidrs: [10.0.0.1/16]}}\n", "9: network.existing.cidrs[0]: '10.0.0.1/16' is not the start of its range; write 10.0.0.0/16"),
        (DEV + "postgresql: {hosted: aurora, rotation_days: 30}\n", "9: postgresql.rotation_days: is not a setting; known here are engine_version, min_capacity, max_capacity, pause_after_seconds, reader, backup_retention_days, deletion_protection, hosted"),
        (DEV + "shared_storage: {storage_class: my-gp3}\n", "9: shared_storage.storage_class: my-gp3 is block storage, which one node mounts at a time (ReadWriteOnce), and the shared storage is ReadWriteMany; use a class of a network file system such as efs"),
        (DEV + "shared_storage: {access_mode: ReadWriteOnce}\n", "9: shared_storage.access_mode: is not a setting; known here are storage, storage_class"),
        (DEV.replace("allow_plain_http: true", "idle_timeout_seconds: 60, certificate_arn: 'arn:aws:acm:eu-west-1:111122223333:certificate/01234567-89ab-cdef-0123-456789abcdef'"), "7: ingress.idle_timeout_seconds: is always 350 on a network load balancer with a certificate; use type: alb, or remove this"),
        (DEV.replace("true}", "true, annotations: {service.beta.kubernetes.io/aws-load-balancer-scheme: internal}}"), "7: ingress.annotations: service.beta.kubernetes.io/aws-load-balancer-scheme follows from ingress.scheme; write that"),
        (DEV.replace("true}", "true, annotations: {service.beta.kubernetes.io/aws-load-balancer-listener-attributes.TCP-8000: x}}"), "7: ingress.annotations: service.beta.kubernetes.io/aws-load-balancer-listener-attributes.TCP-8000 follows from ingress.idle_timeout_seconds; write that"),
        (DEV.replace("true}", "true, annotations: {service.beta.kubernetes.io/aws-load-balancer-attributes: x}}"), "7: ingress.annotations: service.beta.kubernetes.io/aws-load-balancer-attributes is the same always; take it out"),
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


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ("mirrors: {docker.io: 'https://x.example/hub'}", "4: images.mirrors.\"docker.io\": 'https://x.example/hub' is not how images name a registry: without https:// and without a slash at the end; write 'x.example/hub'"),
        ("mirrors: {dockerio: x.example/hub}", "4: images.mirrors.dockerio: 'dockerio' is not allowed; did you mean docker.io? Use one of docker.io, public.ecr.aws"),
        ("mirrors: x.example/hub", "4: images.mirrors: 'x.example/hub' is not a section; write its settings on lines of their own below it"),
        ("digests: {busybox: sha256:0f}", "4: images.digests.busybox: 'busybox' has the wrong form; write one like docker.io/library/busybox:1.36.1"),
        ("digests: {'docker.io/library/busybox:1.36.1': sha256:0f}", "4: images.digests.\"docker.io/library/busybox:1.36.1\": 'sha256:0f' has the wrong form; write one like sha256:0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"),
        (f"digests: {{'docker.io/library/busybox:1.35.0': {DIGEST}}}", "4: images.digests: docker.io/library/busybox:1.35.0 takes no digest here; name one of public.ecr.aws/aws-cli/aws-cli:2.36.44, docker.io/library/busybox:1.36.1, or give those of the stores in the cluster as postgresql.image_digest and redis.image_digest"),
    ],
)  # fmt: skip
def test_where_images_of_others_come_from_is_checked(tmp_path: Path, given: str, line: str) -> None:
    assert IMAGES in ANYWHERE
    assert line in refused(tmp_path, ANYWHERE.replace(IMAGES, f"{IMAGES[:-1]}, {given}}}"))


@pytest.mark.parametrize("written", ["https://x.example/hub/", "http://x.example/hub", "x.example/hub/"])
def test_a_registry_is_no_address(tmp_path: Path, written: str) -> None:
    assert refused(tmp_path, ANYWHERE.replace("localhost:5000/ours", f"'{written}'")) == [
        f"4: images.registry: '{written}' is not how images name a registry: without https:// and without a slash at the "
        "end; write 'x.example/hub'"
    ]


def test_passwords_in_the_manifests_are_refused_in_production(tmp_path: Path) -> None:
    assert refused(tmp_path, ANYWHERE.replace("dev", "prod")) == [
        "2: secrets.source: is generated, which is for trials: the values stand in the manifests and in one checkout; "
        "make app-secrets yourself and use existing"
    ]


def test_a_dump_that_fits_on_no_disk_is_refused(tmp_path: Path) -> None:
    text = DEV + "backup_job: {work_storage: %s}\n"
    assert refused(tmp_path, text % "44Gi") == [
        "9: backup_job.work_storage: 44Gi is more than the largest disk of a node, 50 GiB, has for pods; "
        "raise disk_gib of a node group, or lower it (node_groups is the dev preset's)"
    ]
    path = tmp_path / "demo.yaml"
    path.write_text(text % "43Gi")
    load_deployment(path)


def test_a_volume_for_dumps_that_is_smaller_than_one_may_be_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, ANYWHERE + "backup_job: {work_storage: 50Gi}\n") == [
        "5: backup_job.storage: 40Gi is less than work_storage 50Gi, and one dump may fill the volume; "
        "raise it, or name a bucket"
    ]


def test_what_nobody_makes_is_not_refused(tmp_path: Path) -> None:
    path = tmp_path / "demo.yaml"
    for text in (
        "backup_job: {enabled: false, work_storage: 50Gi}\n",
        "services:\n  ai-service: {enabled: false}\n"
        "  orchestrator: {calls: [validation], environment: {AI_SERVICE_URL: 'http://ai.other.svc:9004'}}\n",
    ):
        path.write_text(ANYWHERE + text)
        load_deployment(path)


def test_a_secret_is_never_printed(tmp_path: Path) -> None:
    text = f"{ANYWHERE}gitops: {{repository: 'https://me:{KEY}@our-company.org/x', path: x}}\nnodes: {{cpu: {KEY}}}\n"
    lines = refused(tmp_path, text)
    assert len(lines) == 2
    assert not [line for line in lines if KEY in line]


def test_pods_that_do_not_fit_are_refused_with_the_numbers(tmp_path: Path) -> None:
    assert refused(tmp_path, ANYWHERE + "nodes: {count: 1}\n") == [
        "5: nodes: the fewest pods do not fit: 19 pods request 3.95 CPU and 7.14 GiB and have 1 node of 3.90 CPU and "
        "5.79 GiB; 2 of extract-metadata, 1 of postgres-backup, 1 of redis, 2 of validation wait: too "
        "little memory on 1 of 1 node (at most 0.15 GiB left); allow more or larger nodes, or fewer or smaller pods"
    ]


def test_every_service_disabled_is_no_application(tmp_path: Path) -> None:
    names = ("gateway", "orchestrator", "validation", "extract-metadata", "extract-content", "ai-service")
    text = "".join(f"  {name}: {{enabled: false}}\n" for name in names)
    assert refused(tmp_path, f"{ANYWHERE}services:\n{text}") == [
        "5: services: every service is disabled; enable one"
    ]

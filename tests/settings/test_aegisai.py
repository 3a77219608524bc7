"""What a deployment of AegisAI says: the document's tables, and what a file makes of them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from cfnlint.jsonschema import StandardValidator  # type: ignore[import-untyped]
from ruamel.yaml import YAML

from commands import schema
from commands.settings import as_yaml
from settings.aegisai import SERVICES, AegisAIAnywhere
from settings.aegisai_eks import AegisAIOnEks
from settings.data_stores import AuroraPostgresql, InClusterRedis, RedisMemory
from settings.load import BadDeploymentFile, Loaded, load_deployment

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deployments"
FILES = sorted(FOLDER.glob("aegisai-*.yaml"))
SEED = next(
    (file for above in ROOT.parents if (file := above / "shared/seeds/003_99d2ebaa2373252c.txt").exists()),
    None,
)
ANYWHERE = (
    "system: aegisai\nenvironment: dev\nhosting: any\nimages: {registry: localhost:5000/ours, tag: 1.0.0}\n"
)
ON_EKS = (
    "system: aegisai\nenvironment: {}\nhosting: eks\naccount: '111122223333'\nregion: eu-west-1\n"
    "images: {{tag: 1.0.0}}\ningress: {{allow_plain_http: true}}\nmonitoring: {{email: ops@our-company.org}}\n"
)
TABLE = {
    "gateway": (8000, 2, 10, "512Mi", "1Gi", "250m", "500m", "/health"),
    "orchestrator": (9000, 2, 8, "512Mi", "1Gi", "250m", "500m", "/docs"),
    "validation": (9001, 2, 8, "256Mi", "512Mi", "200m", "500m", "/docs"),
    "extract-metadata": (9002, 2, 8, "256Mi", "512Mi", "200m", "500m", "/docs"),
    "extract-content": (9003, 2, 8, "512Mi", "1Gi", "250m", "500m", "/docs"),
    "ai-service": (9004, 2, 6, "1Gi", "2Gi", "500m", "1000m", "/docs"),
}
"""The document's own: port, replicas from and to, memory and CPU from and to, health path (workers name none)."""


def loaded(folder: Path, text: str) -> Loaded:
    (folder / "demo.yaml").write_text(text)
    return load_deployment(folder / "demo.yaml")


def anywhere(folder: Path, text: str = "") -> AegisAIAnywhere:
    one = loaded(folder, ANYWHERE + text).deployment
    assert isinstance(one, AegisAIAnywhere)
    return one


def on_eks(folder: Path, text: str = "", *, environment: str = "dev") -> AegisAIOnEks:
    one = loaded(folder, ON_EKS.format(environment) + text).deployment
    assert isinstance(one, AegisAIOnEks)
    return one


@pytest.mark.row("A1")
def test_the_services_are_those_of_the_document(tmp_path: Path) -> None:
    one = anywhere(tmp_path)
    assert one.namespace == "aegisai"
    assert {
        name: (
            each.port,
            each.replicas,
            each.max_replicas,
            each.memory.request,
            each.memory.limit,
            each.cpu.request,
            each.cpu.limit,
            each.health_path,
        )
        for name, each in one.services.items()
    } == TABLE


@pytest.mark.row("A1")
@pytest.mark.skipif(SEED is None, reason="the document is not beside the checkout")
def test_the_table_is_what_the_text_of_the_document_says() -> None:
    assert SEED is not None
    text = SEED.read_text(encoding="utf-8")
    ports = {
        title: int(port) for title, port in re.findall(r"^\| ([A-Za-z ]+?) \| (\d{4}) \|", text, re.MULTILINE)
    }
    titles = {
        "API Gateway": "gateway",
        "Workflow Orchestrator": "orchestrator",
        "Validation Service": "validation",
        "Extract Metadata": "extract-metadata",
        "Extract Content": "extract-content",
        "AI Service": "ai-service",
    }
    assert {titles[title]: port for title, port in ports.items() if title in titles} == {
        name: row[0] for name, row in TABLE.items()
    }
    pattern = (
        r"^\d\. \*\*(?P<title>[A-Za-z ]+?)\*\*.*?(?P<replicas>\d) replicas \(scales \d-(?P<most>\d+)\)"
        r".*?limits: (?P<request>\w+)-(?P<limit>\w+) RAM, (?P<cpu>\w+)-(?P<cpus>\w+) CPU"
    )
    found = {}
    for part in re.split(r"(?m)^(?=\d\. \*\*)", text.split("## Resource Requirements")[0]):
        match = re.search(pattern, part, re.DOTALL)
        if match:
            name = titles[
                match["title"] if match["title"] in titles else match["title"].removesuffix(" Service")
            ]
            numbers = int(match["replicas"]), int(match["most"])
            found[name] = (*numbers, match["request"], match["limit"], match["cpu"], match["cpus"])
    assert found == {name: row[1:7] for name, row in TABLE.items()}


@pytest.mark.row("A2")
def test_data_is_kept_on_volumes_of_the_documents_sizes(tmp_path: Path) -> None:
    one = anywhere(tmp_path)
    assert one.postgresql.image_tag.startswith("15.")
    assert (one.postgresql.storage, one.redis.storage, one.shared_storage.storage) == ("10Gi", "5Gi", "20Gi")
    assert (one.postgresql.database, one.postgresql.user) == ("aegisai_db", "postgres_user")


@pytest.mark.row("A3")
def test_scaling_aims_where_the_document_says(tmp_path: Path) -> None:
    one = anywhere(tmp_path)
    assert {each.cpu_target_percent for each in one.services.values()} == {70, 75}
    assert {each.memory_target_percent for each in one.services.values()} == {80, 85}
    assert (one.autoscaling.scale_up_window_seconds, one.autoscaling.scale_down_window_seconds) == (60, 300)


@pytest.mark.row("A7")
def test_who_calls_whom_follows_from_what_is_enabled(tmp_path: Path) -> None:
    one = anywhere(tmp_path, "services: {ai-service: {enabled: false}, transcode: {port: 9010}}\n")
    assert one.services["gateway"].calls == ("orchestrator",)
    assert one.services["orchestrator"].calls == (
        "validation",
        "extract-metadata",
        "extract-content",
        "transcode",
    )
    assert all(each.calls == () for each in one.services.values() if each.role == "worker")
    assert list(one.enabled_services) == [*(name for name in TABLE if name != "ai-service"), "transcode"]


def test_of_a_service_the_file_gives_what_differs(tmp_path: Path) -> None:
    one = loaded(tmp_path, ANYWHERE + "services: {gateway: {replicas: 3, memory: {limit: 2Gi}}}\n")
    assert isinstance(one.deployment, AegisAIAnywhere)
    gateway = one.deployment.services["gateway"]
    assert (gateway.replicas, gateway.max_replicas, gateway.port) == (3, 10, 8000)
    assert (gateway.memory.request, gateway.memory.limit) == ("512Mi", "2Gi")
    assert {path for path, origin in one.origins.items() if origin == "file" and "services" in path} == {
        "services.gateway.replicas",
        "services.gateway.memory.limit",
    }
    assert one.origins["services.ai-service.port"] == "default"


def test_of_a_store_the_file_gives_what_differs(tmp_path: Path) -> None:
    one = anywhere(
        tmp_path,
        "postgresql: {storage: 20Gi, cpu: {request: 300m}}\nredis: {memory: {request: 300Mi}, cpu: {limit: 200m}}\n",
    )
    assert (one.postgresql.hosted, one.postgresql.storage) == ("in_cluster", "20Gi")
    assert (one.postgresql.cpu.request, one.postgresql.cpu.limit) == ("300m", "1000m")
    assert (one.redis.memory.request, one.redis.memory.limit) == ("300Mi", "512Mi")
    assert (one.redis.cpu.request, one.redis.cpu.limit) == ("100m", "200m")
    assert on_eks(tmp_path, "redis: {storage: 6Gi, memory: {limit: 1Gi}}\n").redis == InClusterRedis(
        storage="6Gi", memory=RedisMemory(limit="1Gi")
    )
    assert RedisMemory().request == "256Mi"


def test_images_are_exact(tmp_path: Path) -> None:
    digest = "sha256:" + "0f" * 32
    one = anywhere(
        tmp_path, f"services: {{gateway: {{image: {{repository: edge/gw, digest: '{digest}'}}}}}}\n"
    )
    assert one.image_of("gateway") == f"localhost:5000/ours/edge/gw:1.0.0@{digest}"
    assert one.image_of("validation") == "localhost:5000/ours/validation:1.0.0"


@pytest.mark.row("A12")
def test_on_eks_images_come_from_repositories_of_the_deployment(tmp_path: Path) -> None:
    one = on_eks(tmp_path)
    assert one.makes_repositories
    assert one.image_of("gateway") == "111122223333.dkr.ecr.eu-west-1.amazonaws.com/demo/gateway:1.0.0"


@pytest.mark.row("A2")
def test_a_database_in_the_cluster_brings_no_setting_of_aurora(tmp_path: Path) -> None:
    in_cluster = set(loaded(tmp_path, ON_EKS.format("dev")).origins)
    assert not [path for path in in_cluster if path.startswith("database") or "capacity" in path]
    aurora = loaded(
        tmp_path, ON_EKS.format("dev") + "postgresql: {hosted: aurora}\nredis: {hosted: elasticache}\n"
    )
    assert aurora.origins["postgresql.min_capacity"] == "preset"
    assert not [path for path in aurora.origins if path in ("postgresql.storage", "redis.storage")]
    deployment = aurora.deployment
    assert isinstance(deployment, AegisAIOnEks)
    assert isinstance(deployment.postgresql, AuroraPostgresql)
    assert (deployment.postgresql.min_capacity, deployment.postgresql.max_capacity) == (0, 1)
    assert deployment.postgresql.client_image.startswith("docker.io/library/postgres:16.")


@pytest.mark.row("A12")
def test_prod_has_spot_nodes_for_workers_alone(tmp_path: Path) -> None:
    one = on_eks(tmp_path, environment="prod")
    assert [(group.name, group.spot, bool(group.taints)) for group in one.cluster.node_groups] == [
        ("general", False, False),
        ("spot-workers", True, True),
    ]
    assert {name for name in one.services if one.prefers_spot(name)} == {
        name for name, each in SERVICES.items() if each.get("role", "worker") == "worker"
    }
    never = on_eks(tmp_path, "services: {ai-service: {spot: false}}\n", environment="prod")
    assert not never.prefers_spot("ai-service")


@pytest.mark.row("C8")
def test_dev_leaves_nothing_and_prod_is_protected(tmp_path: Path) -> None:
    found = {}
    for environment in ("dev", "staging", "prod"):
        one = on_eks(tmp_path, environment=environment)
        found[environment] = (
            one.network.egress,
            one.keep_data,
            one.cluster.deletion_protection,
            one.backup_job.retention_days,
        )
    assert found == {
        "dev": ("single_nat", False, False, 3),
        "staging": ("single_nat", True, True, 14),
        "prod": ("nat", True, True, 35),
    }


def test_manifests_for_any_cluster_know_nothing_of_aws(tmp_path: Path) -> None:
    paths = loaded(tmp_path, ANYWHERE).origins
    of_aws = ("account", "region", "network", "monitoring", "backup.", "cluster", "keep_data", "termination")
    assert not [path for path in paths if path.startswith(of_aws)]


@pytest.mark.row("A14")
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_examples_load_and_fit_on_the_documents_three_nodes(file: Path) -> None:
    """Beside them prod has two for workers."""
    capacity = load_deployment(file).deployment.capacity()
    assert capacity is not None
    assert capacity.sentence.startswith("fits at minimum with ")
    assert f"left on {5 if file.stem == 'aegisai-prod' else 3} nodes;" in capacity.sentence
    assert not capacity.waiting_when_drained or file.stem == "aegisai-dev", (
        "two volumes in a zone of one node"
    )
    general = capacity.kinds[0]
    assert (general.start, general.cpu > 3500, general.memory > 5 * 2**30) == (3, True, True)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_yaml_is_a_complete_deployment_file_that_says_the_same(file: Path, tmp_path: Path) -> None:
    first = load_deployment(file)
    complete = tmp_path / file.name
    complete.write_text(as_yaml(first), encoding="utf-8")
    again = load_deployment(complete)
    assert again.deployment == first.deployment
    assert set(again.origins.values()) == {"file"}


def schema_errors(document: Any) -> list[str]:
    return [
        str(error.message)
        for error in StandardValidator(json.loads(schema.json_schema())).iter_errors(document)
    ]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_editor_finds_nothing_wrong_with_the_examples(file: Path) -> None:
    assert schema_errors(YAML(typ="safe", pure=True).load(file)) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"services": {"gateway": {"replica": 3}}}, "replica"),
        ({"services": {"gateway": {"memory": {"limit": "1GB"}}}}, "1GB"),
        ({"hosting": "ek"}, "ek"),
        ({"network": {"cidr": "10.0.0.0/16"}}, "network"),
        ({"postgresql": {"hosted": "aurora"}}, "in_cluster"),
        ({"system": "aegis"}, "aegis"),
    ],
)
def test_an_editor_sees_what_is_wrong(change: dict[str, Any], said: str) -> None:
    good = YAML(typ="safe", pure=True).load(FOLDER / "aegisai-local.yaml")
    assert any(said in error for error in schema_errors({**good, **change}))


def test_an_editor_takes_a_store_in_the_cluster_without_saying_where_it_is() -> None:
    good = YAML(typ="safe", pure=True).load(FOLDER / "aegisai-dev.yaml")
    assert schema_errors({**good, "postgresql": {"storage": "20Gi", "cpu": {"request": "300m"}}}) == []
    assert schema_errors({**good, "postgresql": {"reader": True}}) != []
    assert schema_errors({**good, "postgresql": {"storage": "20"}}) != []
    assert schema_errors({**good, "postgresql": {"hosted": "aurora", "reader": True}}) == []


def test_an_editor_takes_one_setting_of_a_known_service() -> None:
    good = YAML(typ="safe", pure=True).load(FOLDER / "aegisai-local.yaml")
    assert schema_errors({**good, "services": {"gateway": {"replicas": 3}}}) == []


def test_the_reference_shows_the_defaults_of_each_store() -> None:
    page = schema.reference()
    row = re.compile(r"^\| `(?:request|limit)` .*? \| `(.*?)` \|", re.MULTILINE)
    titles = ("postgresql.cpu", "postgresql.memory", "redis.cpu", "redis.memory")
    assert {title: row.findall(page.split(f"### `{title}`\n")[1])[:2] for title in titles} == {
        "postgresql.cpu": ["250m", "1000m"],
        "postgresql.memory": ["512Mi", "1Gi"],
        "redis.cpu": ["100m", "500m"],
        "redis.memory": ["256Mi", "512Mi"],
    }


def test_the_reference_shows_the_documents_table() -> None:
    page = schema.reference()
    assert "## `system: aegisai` with `hosting: eks`" in page
    assert "**required**<br>gateway: `8000`<br>orchestrator: `9000`" in page
    assert page.count("### `services.NAME`\n") == 1, "what is the same is said once"


SHARED = "shared_storage: {storage_class: nfs}\n"


def test_a_default_class_is_doubted_to_be_one_that_many_nodes_mount(tmp_path: Path) -> None:
    assert warnings(tmp_path, ANYWHERE) == [
        "1: shared_storage.storage_class: warning: is left out, and the default class of many clusters, such as K3s "
        "and kind, cannot ReadWriteMany: the claim would stay Pending; name a class that can, or use access_mode: "
        "ReadWriteOnce"
    ]
    assert (
        warnings(tmp_path, ANYWHERE + "shared_storage: {access_mode: ReadWriteOnce}\nnodes: {memory: 8Gi}\n")
        == []
    )
    [doubt] = load_deployment(FOLDER / "aegisai-local.yaml").warnings(packages=tmp_path)
    assert "shared_storage.storage_class: warning: is left out" in doubt


@pytest.mark.row("A2")
def test_one_node_has_to_have_room_for_all_workers(tmp_path: Path) -> None:
    text = ANYWHERE + "nodes: {count: 4, cpu: 2, memory: 4Gi}\n" + SHARED
    loaded(tmp_path, text)
    with pytest.raises(
        BadDeploymentFile,
        match=r"\d of validation wait: .*; those that share a volume have to be on one node",
    ):
        loaded(tmp_path, text.replace("storage_class: nfs", "access_mode: ReadWriteOnce"))


def warnings(folder: Path, text: str) -> list[str]:
    lines = loaded(folder, text).warnings(packages=folder)
    return [line.partition("demo.yaml:")[2] for line in lines]


def test_what_only_serves_trials_is_doubted_elsewhere(tmp_path: Path) -> None:
    assert warnings(tmp_path, ANYWHERE + SHARED) == []
    staging = (
        ANYWHERE.replace("dev", "staging")
        + "configuration: {debug: true}\nbackup_job: {schedule: 0 2 * * 0}\n"
        + SHARED
    )
    assert warnings(tmp_path, staging) == [
        "1: secrets.source: warning: is generated, which is for trials: the values stand in the manifests and in one "
        "checkout; make app-secrets yourself and use existing",
        "5: configuration.debug: warning: is true, and callers see the insides of errors; take it out",
        "6: backup_job.schedule: warning: '0 2 * * 0' is less often than once a day, and more than a day is lost in a "
        "disaster; use one like 0 2 * * *",
        "6: backup_job.bucket: warning: is left out, so dumps are lost with the cluster; name a bucket",
    ]


def test_a_service_that_nobody_reaches_is_doubted(tmp_path: Path) -> None:
    def off(*names: str, more: str = "") -> list[str]:
        services = ", ".join(f"{name}: {{enabled: false}}" for name in names)
        return warnings(tmp_path, f"{ANYWHERE}{SHARED}services: {{{services}{more}}}\n")

    gateway = (
        "6: services.gateway.enabled: warning: is false, and the network policies let clients reach nothing else; "
        "enable it"
    )
    workers = "validation, extract-metadata, extract-content, ai-service"
    orchestrator = (
        f"6: services.orchestrator.enabled: warning: is false, and nobody else calls {workers}; enable it, or name "
        "them as calls of another"
    )
    assert off("gateway") == [gateway]
    assert off("orchestrator") == [orchestrator]
    assert off("gateway", "orchestrator") == [gateway, orchestrator]
    assert off("ai-service", "validation") == []
    assert off("orchestrator", more=f", gateway: {{calls: [{workers}]}}") == []
    assert off(*(name for name in TABLE if name != "gateway")) == []


@pytest.mark.row("A12")
def test_a_cluster_that_nobody_administers_is_doubted(tmp_path: Path) -> None:
    text = ON_EKS.format("dev")
    assert warnings(tmp_path, text) == [
        "1: cluster.admin_role_arns: warning: is left out, so nobody may use kubectl, which a restore needs; name the "
        "roles of those who may"
    ]
    admin = "cluster: {admin_role_arns: ['arn:aws:iam::111122223333:role/platform-admin']}\n"
    assert warnings(tmp_path, text + admin) == []


def test_what_is_wrong_elsewhere_is_told_too(tmp_path: Path) -> None:
    with pytest.raises(BadDeploymentFile) as error:
        loaded(tmp_path, ANYWHERE + "namespce: x\nservices: {gateway: {replcas: 1}, transcode: {}}\n")
    assert [line.partition("demo.yaml")[2] for line in str(error.value).split("\n")] == [
        ":5: namespce: is not a setting; did you mean namespace?",
        ":6: services.gateway.replcas: is not a setting; did you mean replicas?",
        ":6: services.transcode.port: is missing; give it, such as 9010 (port that the container listens on, and its "
        "Service; each service has its own)",
    ]


def test_a_version_that_has_no_room_beside_the_old_one_is_doubted(tmp_path: Path) -> None:
    text = ANYWHERE + "nodes: {count: 2}\n" + SHARED
    assert warnings(tmp_path, text) == []
    [doubt] = warnings(
        tmp_path, text + "rollout: {strategy: blue_green}\nobservability: {prometheus: existing}\n"
    )
    assert doubt.startswith("5: nodes: warning: ")
    assert doubt.endswith(
        " wait while a new version rolls out, so it takes longer, or stops halfway; "
        "allow more or larger nodes, or fewer or smaller pods"
    )


def test_an_operator_of_somebody_else_is_in_no_new_cluster(tmp_path: Path) -> None:
    text = ON_EKS.format("dev").replace("example.", "our-company.")
    existing = "observability: {prometheus: existing}\n"
    [doubt] = [line for line in warnings(tmp_path, text + existing) if "prometheus" in line]
    assert doubt.startswith(
        "9: observability.prometheus: warning: is existing, and a new cluster has no Prometheus"
    )
    argo = "gitops: {repository: https://git.our-company.org/manifests, path: media}\n"
    assert not [line for line in warnings(tmp_path, text + existing + argo) if "prometheus" in line], (
        "it tries again"
    )
    assert not [line for line in warnings(tmp_path, text) if "prometheus" in line]


@pytest.mark.row("A2")
def test_a_class_that_the_new_cluster_lacks_is_doubted(tmp_path: Path) -> None:
    text = (FOLDER / "aegisai-dev.yaml").read_text()
    theirs = "shared_storage: {storage_class: theirs}\n"
    [doubt] = [line for line in warnings(tmp_path, text + theirs) if "storage_class" in line]
    assert doubt.endswith(
        "shared_storage.storage_class: warning: is theirs, which the new cluster does not have; leave it out, or make "
        "that class: pods wait until then"
    )
    ours = "shared_storage: {storage_class: efs}\n"
    assert not [line for line in warnings(tmp_path, text + ours) if "storage_class" in line]

"""What services read: the ConfigMap, the Secret, and where its values come from."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from k8s.folder import write
from k8s.local_secret import GENERATED
from k8s.manifests import Manifest
from settings.aegisai import SERVICES
from settings.aegisai_variables import SET_BY_DEPLOYMENT, address
from settings.inline_secrets import names_secret
from systems.aegisai_manifests import manifests
from tests.k8s.aegisai.deployments import anywhere, by_name, of_example, of_variant, on_eks

LOCAL = of_example("aegisai-local")
DOCUMENT = {
    "application settings": ("DEBUG", "DOCKER", "ENVIRONMENT"),
    "storage paths": ("STORAGE_PATH", "RAW_PATH", "PROCESSED_PATH", "TRANSCODED_PATH"),
    "service URLs": (
        "GATEWAY_URL",
        "ORCHESTRATOR_URL",
        "VALIDATION_URL",
        "EXTRACT_METADATA_URL",
        "EXTRACT_CONTENT_URL",
        "AI_SERVICE_URL",
    ),
    "database": ("POSTGRES_HOST", "POSTGRES_PORT", "POSTGRES_DB", "POSTGRES_USER"),
    "buckets": ("AWS_S3_INPUT_BUCKET", "AWS_S3_OUTPUT_BUCKET"),
    "AI": ("OPENAI_MODEL", "PINECONE_INDEX", "LANGSMITH_PROJECT"),
}
SECRETS = {
    "database password": ("POSTGRES_PASSWORD",),
    "secret keys": ("SECRET_KEY", "JWT_SECRET_KEY"),
    "AWS credentials": ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
    "providers": (
        "OPENAI_API_KEY",
        "LANGSMITH_API_KEY",
        "TAVILY_API_KEY",
        "PINECONE_API_KEY",
        "HUGGINGFACE_API_TOKEN",
    ),
}


def variables(name: str, made: list[Manifest], kind: str = "Deployment") -> dict[str, Any]:
    [container] = by_name(kind, made)[name]["spec"]["template"]["spec"]["containers"]
    return {each["name"]: each.get("value", each.get("valueFrom")) for each in container["env"]}


def secret_keys(name: str, made: list[Manifest]) -> set[str]:
    return {
        value["secretKeyRef"]["key"]
        for value in variables(name, made).values()
        if isinstance(value, dict) and value["secretKeyRef"]["name"] == "app-secrets"
    }


@pytest.mark.row("A6")
@pytest.mark.parametrize("group", DOCUMENT)
def test_the_config_map_has_the_documents_keys(group: str) -> None:
    assert set(DOCUMENT[group]) <= set(by_name("ConfigMap", LOCAL)["app-config"]["data"])


@pytest.mark.row("A6")
@pytest.mark.parametrize("group", SECRETS)
def test_the_secret_has_the_documents_keys(group: str) -> None:
    assert set(SECRETS[group]) <= set(by_name("Secret", LOCAL)["app-secrets"]["stringData"])


@pytest.mark.row("A6")
def test_a_changed_configuration_rolls_the_pods() -> None:
    changed = manifests(anywhere(configuration={"openai_model": "another-1"}))
    before, after = (
        by_name("Deployment", made)["gateway"]["spec"]["template"]["metadata"]["annotations"]
        for made in (manifests(anywhere()), changed)
    )
    assert before["checksum/app-config"] != after["checksum/app-config"]


@pytest.mark.row("A6", "C4")
def test_services_read_only_the_keys_that_their_connections_need() -> None:
    assert secret_keys("gateway", LOCAL) == {
        "POSTGRES_PASSWORD",
        "SECRET_KEY",
        "JWT_SECRET_KEY",
        "REDIS_PASSWORD",
    }
    assert secret_keys("validation", LOCAL) == {"REDIS_PASSWORD"}
    assert secret_keys("ai-service", LOCAL) == {"REDIS_PASSWORD", *SECRETS["providers"]}


@pytest.mark.row("A6")
def test_redis_is_addressed_with_the_password_before_it() -> None:
    [container] = by_name("Deployment", LOCAL)["validation"]["spec"]["template"]["spec"]["containers"]
    names = [each["name"] for each in container["env"]]
    assert names.index("REDIS_PASSWORD") < names.index("REDIS_URL")
    assert variables("validation", LOCAL)["REDIS_URL"] == "redis://:$(REDIS_PASSWORD)@redis:6379/0"


@pytest.mark.row("A6", "C4")
def test_no_manifest_of_a_cluster_on_aws_holds_a_secret() -> None:
    for name in ("aegisai-dev", "aegisai-prod"):
        assert not by_name("Secret", of_example(name))


@pytest.mark.row("A6")
def test_every_key_comes_from_secrets_manager_on_eks() -> None:
    external = by_name("ExternalSecret", of_example("aegisai-dev"))["app-secrets"]["spec"]
    places = {each["secretKey"]: each["remoteRef"] for each in external["data"]}
    assert set(places) == {
        "POSTGRES_PASSWORD",
        "REDIS_PASSWORD",
        *SECRETS["secret keys"],
        *SECRETS["providers"],
    }
    assert {place["key"].partition("/")[0] for place in places.values()} == {"aegisai-dev"}
    assert external["refreshInterval"] == "60m"
    store = by_name("SecretStore", of_example("aegisai-dev"))[external["secretStoreRef"]["name"]]
    assert store["spec"]["provider"]["aws"] == {"service": "SecretsManager", "region": "eu-west-1"}


@pytest.mark.row("A6")
def test_aws_credentials_are_nowhere_on_eks() -> None:
    assert "AWS_ACCESS_KEY_ID" not in json.dumps(of_variant("canary"))


@pytest.mark.row("A2", "A6")
def test_where_aurora_and_elasticache_are_stands_in_their_secrets() -> None:
    made = of_example("aegisai-prod")
    external = by_name("ExternalSecret", made)["app-secrets"]["spec"]["data"]
    places = {each["secretKey"]: each["remoteRef"] for each in external}
    assert places["POSTGRES_HOST"] == {"key": "aegisai-prod/postgres", "property": "host"}
    assert places["REDIS_URL"] == {"key": "aegisai-prod/redis", "property": "url"}
    assert "POSTGRES_HOST" not in by_name("ConfigMap", made)["app-config"]["data"]
    assert {"POSTGRES_HOST", "REDIS_URL"} <= secret_keys("gateway", made)
    assert not by_name("StatefulSet", made)


@pytest.mark.row("A2", "C3")
def test_the_gateway_knows_aurora_by_its_certificate() -> None:
    made = of_example("aegisai-prod")
    settings = by_name("ConfigMap", made)["app-config"]["data"]
    assert settings["POSTGRES_SSLMODE"] == "verify-full"
    [container] = by_name("Deployment", made)["gateway"]["spec"]["template"]["spec"]["containers"]
    [mount] = [each for each in container["volumeMounts"] if each["name"] == "database-certificate"]
    assert settings["POSTGRES_SSLROOTCERT"] == f"{mount['mountPath']}/rds.pem"
    pem = by_name("ConfigMap", made)["database-certificate"]["data"]["rds.pem"]
    assert pem.startswith("-----BEGIN CERTIFICATE-----")


@pytest.mark.row("A6")
def test_values_for_a_local_cluster_are_made_once_and_kept(tmp_path: Path) -> None:
    [secret] = [each for each in LOCAL if each["kind"] == "Secret"]
    assert GENERATED in secret["stringData"].values()
    for run in ("first", "second"):
        write(LOCAL, tmp_path / run, kept=tmp_path / "kept.json")
    first, second = ((tmp_path / run / "13-secret-aegisai.yaml").read_text() for run in ("first", "second"))
    assert first == second
    assert GENERATED not in first
    assert stat.S_IMODE((tmp_path / "kept.json").stat().st_mode) == 0o600


@pytest.mark.row("A6")
def test_a_secret_that_somebody_made_is_left_alone() -> None:
    assert not by_name("Secret", of_variant("bucket"))


@pytest.mark.row("A6")
def test_the_region_of_secrets_is_the_deployments() -> None:
    store = by_name("SecretStore", manifests(on_eks(region="eu-central-1")))["aws-secrets-manager"]
    assert store["spec"]["provider"]["aws"]["region"] == "eu-central-1"


@pytest.mark.row("A2", "A6")
def test_services_are_told_whether_redis_is_a_cluster() -> None:
    """ElastiCache Serverless is always one."""
    told = {
        name: by_name("ConfigMap", of_example(name))["app-config"]["data"]["REDIS_CLUSTER"]
        for name in ("aegisai-local", "aegisai-dev", "aegisai-prod")
    }
    assert told == {"aegisai-local": "false", "aegisai-dev": "false", "aegisai-prod": "true"}


@pytest.mark.row("A6")
def test_a_variable_of_one_service_is_its_own_wins_over_that_for_all_and_rolls_it_alone() -> None:
    model = "OPENAI_MODEL"
    common = {"configuration": {"environment": {"LOG_LEVEL": "info"}}}
    before = manifests(anywhere(**common))
    services = {"ai-service": {"environment": {model: "another-1", "LOG_LEVEL": "debug", "PRICE": "$(PORT)"}}}
    after = manifests(anywhere(**common, services=services))
    made = variables("ai-service", after)
    assert (made[model], made["LOG_LEVEL"]) == ("another-1", "debug"), "env wins over envFrom"
    assert made["PRICE"] == "$$(PORT)", "no reference to another variable"
    assert by_name("ConfigMap", after)["app-config"] == by_name("ConfigMap", before)["app-config"]
    assert [each["metadata"]["name"] for each in after if each not in before] == ["ai-service"]


def test_every_variable_that_is_set_is_refused_in_a_file() -> None:
    names = set()
    for made in (LOCAL, of_variant("canary"), of_variant("blue-green"), of_example("aegisai-prod")):
        names |= set(by_name("ConfigMap", made)["app-config"]["data"])
        names |= {name for kind in ("Deployment", "Rollout") for service in by_name(kind, made)
                  for name in variables(service, made, kind)}  # fmt: skip
    addresses = {name for name in names if name.endswith("_URL") and name != "REDIS_URL"}
    assert {address(name) for name in SERVICES} <= addresses
    assert {name for name in names - addresses if not names_secret(name)} == SET_BY_DEPLOYMENT

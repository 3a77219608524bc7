# ruff: noqa: E501 -- lines as they are printed
"""Settings that are well-formed one by one and wrong together: each combination with the very line that is printed."""

from pathlib import Path

import pytest

from settings.database import CERTIFIED_REGIONS
from settings.load import BadDeploymentFile, load_deployment
from settings.network import NetworkSettings

TLS = "load_balancer: {edge: cloudfront}\n"
ZONES = "availability_zones: [eu-west-1a, eu-west-1b], private_subnet_ids: [subnet-00000001, subnet-00000002]"
EXISTING = f"network: {{existing: {{vpc_id: vpc-00000001, {ZONES}"
CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/abc"
VAULT = "arn:aws:backup:eu-west-1:111122223333:backup-vault:standby"
SECRET = "arn:aws:secretsmanager:us-east-1:111122223333:secret:Key-AbC123"
SNAPSHOT = "arn:aws:rds:us-east-1:111122223333:cluster-snapshot:one"
TITAN = "{name: titan, model_id: 'amazon.titan-embed-text-v2:0', embedding: true}"
EMBEDDING = "embedding: {model: titan}"
KEY = "arn:aws:kms:us-east-1:111122223333:key/01234567-89ab-cdef-0123-456789abcdef"
SONNET = "{name: sonnet, model_id: us.anthropic.claude-sonnet-4-5-20250929-v1:0}"


def said(folder: Path, added: str, *, environment: str = "staging", name: str = "demo") -> list[str]:
    """What is printed for a file whose fourth line is `added`, each line without the file."""
    path = folder / f"{name}.yaml"
    path.write_text(
        f"system: open-webui\nenvironment: {environment}\nmonitoring: {{email: ops@example.com}}\n{added}"
    )
    try:
        load_deployment(path)
    except BadDeploymentFile as error:
        return str(error).replace(f"{path}:", "").split("\n")
    return []


@pytest.mark.row("C1", "F1")
@pytest.mark.parametrize(
    ("network", "line"),
    [
        ("cidr: 10.0.0.0/29", "4: network.cidr: '10.0.0.0/29' is a /29; a VPC takes /16 to /28"),
        (
            "cidr: 10.0.0.1/16",
            "4: network.cidr: '10.0.0.1/16' is not the start of its range; write 10.0.0.0/16",
        ),
        (
            "cidr: 10.0.0.0/255.255.0.0",
            "4: network.cidr: '10.0.0.0/255.255.0.0' is not an IPv4 range; write one like 10.0.0.0/16",
        ),
        (
            "cidr: 'fd00::/56'",
            "4: network.cidr: 'fd00::/56' is an IPv6 range; only IPv4 is supported, write one like 10.0.0.0/16",
        ),
        (
            "cidr: 127.0.0.0/16",
            "4: network.cidr: '127.0.0.0/16' is a range that Amazon VPC does not take; use one within 10.0.0.0/8 or 192.168.0.0/16",
        ),
        (
            "cidr: 10.1.0.0/16, private_subnets: [10.1.1.0/24, 10.1.2.0/24]",
            "4: network.public_subnets: public_subnets 10.0.1.0/24, 10.0.2.0/24 lie outside cidr 10.1.0.0/16; choose ranges inside it",
        ),
        (
            "public_subnets: [10.0.1.0/24, 10.0.1.128/25]",
            "4: network.public_subnets[1]: 10.0.1.128/25 overlaps 10.0.1.0/24 of the same list; choose ranges apart",
        ),
        (
            "public_subnets: [10.0.1.0/24, 10.0.11.0/25]",
            "4: network.private_subnets[0]: 10.0.11.0/24 overlaps 10.0.11.0/25 of public_subnets; choose ranges apart",
        ),
        (
            "public_subnets: [10.0.1.0/28, 10.0.2.0/24]",
            "4: network.public_subnets[0]: '10.0.1.0/28' is a /28; a subnet here takes /16 to /27",
        ),
        ("public_subnets: [10.0.1.0/24]", "4: network.public_subnets: has 1 value; give 2 to 6"),
        (
            "public_subnets: [10.0.1.0/24, 10.0.2.0/24, 10.0.3.0/24]",
            "4: network.private_subnets: public_subnets has 3 ranges and private_subnets 2; give one of each per zone",
        ),
        (
            "availability_zones: [eu-west-1a, eu-west-1b, eu-west-1c]",
            "4: network.availability_zones: has 3 zones for 2 subnets per tier; name one zone per subnet",
        ),
        (
            "availability_zones: [eu-west-1a, eu-west-1a]",
            "4: network.availability_zones: eu-west-1a, eu-west-1a names a zone twice; name each once",
        ),
        (
            "availability_zones: [eu-west-1a, eu-west-2b]",
            "4: network.availability_zones: eu-west-1a, eu-west-2b are zones of different regions; name zones of one region",
        ),
        (
            "availability_zones: [eu-west-1, eu-west-2]",
            "4: network.availability_zones[0]: 'eu-west-1' has the wrong form; write one like eu-west-1a",
        ),
        (
            "availability_zones: [euw1-az1, euw1-az2]",
            "4: network.availability_zones[0]: 'euw1-az1' has the wrong form; write one like eu-west-1a",
        ),
        (
            f"cidr: 10.9.0.0/16, existing: {{vpc_id: vpc-00000001, {ZONES}}}",
            "4: network.cidr: is for a new VPC, and network.existing names one; take one of the two out",
        ),
        (
            "existing: {vpc_id: vpc-00000001, availability_zones: [eu-west-1a, eu-west-1b, eu-west-1c], private_subnet_ids: [subnet-00000001, subnet-00000002]}",
            "4: network.existing.private_subnet_ids: has 2 subnets for 3 availability zones; give one per zone",
        ),
        (
            f"existing: {{vpc_id: vpc-00000001, {ZONES}, public_subnet_ids: [subnet-00000003, subnet-00000003]}}",
            "4: network.existing.public_subnet_ids: subnet-00000003, subnet-00000003 names a subnet twice; name each once",
        ),
        (
            f"existing: {{vpc_id: vpc-00000001, {ZONES}, public_subnet_ids: [subnet-00000001, subnet-00000003]}}",
            "4: network.existing.public_subnet_ids: subnet-00000001 is given as private too; give subnets routed to an internet gateway",
        ),
    ],
)
def test_a_network_that_cannot_be_made_is_refused(tmp_path: Path, network: str, line: str) -> None:
    assert line in said(tmp_path, f"network: {{{network}}}\n{TLS}")


@pytest.mark.parametrize(
    ("added", "line"),
    [
        (
            f"load_balancer: {{certificate_arn: {CERTIFICATE}, public_host: a.example.com}}\nregion: eu-west-1\n",
            "4: load_balancer.certificate_arn: is a certificate of us-east-1, and the deployment is in eu-west-1; a load balancer needs one of its own region",
        ),
        (
            f"load_balancer: {{certificate_arn: {CERTIFICATE}, public_host: a.example.com}}\naccount: '999988887777'\n",
            "4: load_balancer.certificate_arn: is a certificate of account 111122223333; give one of account 999988887777",
        ),
        (
            f"load_balancer: {{certificate_arn: {CERTIFICATE}}}\n",
            "4: load_balancer.certificate_arn: is given without the name that it is for; give load_balancer.domain or .public_host",
        ),
        (
            "load_balancer: {public_host: a.example.com}\nallow_plain_http: true\nsign_in: {method: password, admin_email: a@b.de}\n",
            "4: load_balancer.public_host: a.example.com needs the certificate_arn of its certificate; give it, or use domain",
        ),
        (
            "load_balancer: {domain: {name: a.example.org, hosted_zone_id: Z012345678, hosted_zone_name: example.com}}\n",
            "4: load_balancer.domain.name: a.example.org is not in the zone example.com; use a name that ends in .example.com",
        ),
        (
            "load_balancer: {edge: cloudfront, allowed_cidrs: [10.0.0.0/8]}\n",
            "4: load_balancer.allowed_cidrs: 10.0.0.0/8 cannot be enforced behind CloudFront; remove allowed_cidrs, or use edge: alb",
        ),
        (
            "load_balancer: {edge: cloudfront, public_host: a.example.com}\n",
            "4: load_balancer.public_host: is given, and CloudFront brings a name and certificate; remove it, or use edge: alb",
        ),
        (
            "load_balancer: {edge: cloudfront, firewall: {allowed_countries: [UK]}}\n",
            "4: load_balancer.firewall.allowed_countries[0]: 'UK' is not an ISO 3166 country code; write GB",
        ),
        (
            "load_balancer: {edge: cloudfront}\nallow_plain_http: true\n",
            "5: allow_plain_http: is true and HTTPS is configured; remove it",
        ),
        (
            "allow_plain_http: true\n",
            "4: sign_in.method: is cognito, which takes no http address; configure HTTPS, or use sign_in.method: password",
        ),
        (
            "allow_plain_http: true\nsign_in: {method: password}\n",
            "5: sign_in.admin_email: is missing, and sign_in.method is password; give the administrator's address",
        ),
        (
            "network: {egress: isolated}\nload_balancer: {edge: cloudfront}\n",
            "4: application.registry: is missing, and network.egress is isolated; name a mirror registry in the VPC's reach",
        ),
        (
            EXISTING + "}}\nallow_plain_http: true\nsign_in: {method: password, admin_email: a@b.de}\n",
            "4: network.existing.public_subnet_ids: is missing for an internet-facing load balancer; give one subnet per zone, or use load_balancer.edge: cloudfront",
        ),
        (
            "tasks: {cpu: 4096, memory_mib: 2048}\n" + TLS,
            "4: tasks.memory_mib: memory_mib 2048 is not sold with cpu 4096; use one of 8192, 16384, 30720",
        ),
        (
            f"application: {{{EMBEDDING}, litellm: {{models: [{SONNET}, {TITAN}], cpu: 4096}}}}\n" + TLS,
            "4: application.litellm.memory_mib: memory_mib 2048 is not sold with cpu 4096; use one of 8192, 16384, 30720",
        ),
        (
            f"application: {{{EMBEDDING}, litellm: {{models: [{SONNET}, {SONNET}, {TITAN}]}}}}\n" + TLS,
            "4: application.litellm.models: the name sonnet stands for two models; give each its own",
        ),
        (
            f"application: {{litellm: {{models: [{SONNET}]}}}}\n" + TLS,
            "4: application.litellm.models: no model has `embedding: true`, and nobody could upload a document; add one and name it in embedding.model, or give embedding.url",
        ),
        (
            f"application: {{litellm: {{models: [{SONNET}, {TITAN}]}}}}\n" + TLS,
            "4: application.embedding.model: 'text-embedding-3-small' is not an embedding model of litellm.models; use titan, or give embedding.url",
        ),
        (
            "application: {embedding: {engine: ollama}}\n" + TLS,
            "4: application.embedding.engine: is ollama, and neither embedding.url nor ollama_urls says where; give one of them",
        ),
        (
            "tasks: {office_hours: {start: 20:00, stop: 07:00}}\n" + TLS,
            "4: tasks.office_hours.start: start 20:00 is not before stop 07:00; hours over midnight are not supported, choose a later stop",
        ),
        (
            "tasks: {office_hours: {start: 07:00, stop: 20:00, timezone: Europe/Berln}}\n" + TLS,
            "4: tasks.office_hours.timezone: 'Europe/Berln' is not an IANA time zone; did you mean Europe/Berlin?",
        ),
        (
            "database: {engine_version: '16.2', min_capacity: 0}\n" + TLS,
            "4: database.engine_version: engine_version 16.2 does not take min_capacity 0; use 16.3 or later, or min_capacity: 0.5",
        ),
        (
            "files: {throughput: provisioned}\n" + TLS,
            "4: files.provisioned_mibps: throughput is provisioned and provisioned_mibps is missing; give the MiB/s, or use elastic",
        ),
        (
            "files: {provisioned_mibps: 5}\n" + TLS,
            "4: files.provisioned_mibps: provisioned_mibps is 5 and throughput elastic; remove it, or use throughput: provisioned",
        ),
        (
            "region: mx-central-1\n" + TLS,
            "4: region: mx-central-1 has no certificate authority of Amazon RDS in assets/certificates/rds, "
            f"and the database could not be trusted; add it there, or use one of {', '.join(sorted(CERTIFIED_REGIONS))}",
        ),
        (
            f"backup: {{copy_vault_arn: {VAULT}}}\nregion: eu-west-1\n" + TLS,
            "4: backup.copy_vault_arn: is a vault of eu-west-1, the region of the deployment; name a vault of another region",
        ),
        (
            "backup: {retention_days: 5, lock: {min_retention_days: 6}}\n" + TLS,
            "4: backup.lock.min_retention_days: 6 exceeds retention_days 5, and every backup job would fail; lower the one or raise the other",
        ),
        (
            "backup: {enabled: false, lock: {}}\n" + TLS,
            "4: backup.lock: is given, and backup.enabled is false; remove one of them",
        ),
        (
            f"replicate_keys_to: {{region: eu-west-1, key_arn: {KEY}}}\n" + TLS,
            "4: replicate_keys_to.key_arn: is a key of us-east-1; give one of eu-west-1, where the replicas go",
        ),
        (
            "secondary_of: {deployment: main, region: eu-west-1}\nregion: eu-west-1\n" + TLS,
            "4: secondary_of.region: eu-west-1 is the region of this deployment too; a standby is in another one",
        ),
        (
            f"secondary_of: {{deployment: main, region: eu-west-1, session_key_arn: {SECRET}}}\n" + TLS,
            "4: secondary_of.session_key_arn: is given without restore; give both when the standby takes over, none before",
        ),
        (
            f"secondary_of: {{deployment: main, region: eu-west-1, session_key_arn: {SECRET}}}\nrestore: {{cluster_snapshot_arn: {SNAPSHOT}}}\n"
            + TLS,
            "5: secondary_of.token_key_arn: is missing, and restore starts the standby; give the replica of the primary's secret",
        ),
        (
            f"secondary_of: {{deployment: main, region: eu-west-1, session_key_arn: {SECRET}, token_key_arn: {SECRET}}}\nrestore: {{cluster_snapshot_arn: {SNAPSHOT}}}\n"
            + TLS,
            "5: secondary_of.model_keys_arn: is missing, and restore starts the standby; give the replica of the primary's secret",
        ),
        (
            f"restore: {{cluster_snapshot_arn: {SNAPSHOT}}}\nregion: eu-west-1\n" + TLS,
            "4: restore.cluster_snapshot_arn: is a snapshot of us-east-1; copy it to eu-west-1, the deployment's region, first",
        ),
        (
            "network: {availability_zones: [eu-west-2a, eu-west-2b]}\nregion: eu-west-1\n" + TLS,
            "4: network.availability_zones: eu-west-2a is a zone of eu-west-2; name zones of eu-west-1, the deployment's region",
        ),
        (
            "sign_in: {group_map: {staff: Users}}\n" + TLS,
            "4: sign_in.group_map: has no provider that reads groups; give one groups_attribute or groups_claim, or remove it",
        ),
        (
            "tags: {Team: a, team: b}\n" + TLS,
            "4: tags: the keys Team, team differ in case only, which IAM refuses; keep one of them",
        ),
    ],
)
def test_settings_that_do_not_go_together_are_refused(tmp_path: Path, added: str, line: str) -> None:
    assert line in said(tmp_path, added)


def test_a_deployment_name_that_cognito_reserves_needs_a_prefix(tmp_path: Path) -> None:
    assert said(tmp_path, TLS, name="aws-chat") == [
        "1: sign_in.domain_prefix: is missing, and the name aws-chat holds 'aws', which Amazon Cognito reserves; give a prefix, or rename the file"
    ]
    assert said(tmp_path, TLS + "sign_in: {domain_prefix: our-chat}\n", name="aws-chat") == []


@pytest.mark.row("C8")
@pytest.mark.parametrize(
    ("environment", "added", "line"),
    [
        (
            "dev",
            "tasks: {min_tasks: 2}\n",
            "4: tasks.min_tasks: min_tasks 2 exceeds max_tasks 1; lower the one or raise the other (max_tasks is the dev preset's)",
        ),
        (
            "prod",
            "tasks: {max_tasks: 1}\n",
            "4: tasks.min_tasks: min_tasks 2 exceeds max_tasks 1; lower the one or raise the other (min_tasks is the prod preset's)",
        ),
        (
            "dev",
            "tasks: {cpu: 2048}\n",
            "4: tasks.memory_mib: memory_mib 1024 is not sold with cpu 2048; use one of 4096, 5120, 6144, 7168, 8192, 16384 (memory_mib is the dev preset's)",
        ),
        (
            "dev",
            "database: {min_capacity: 2}\n",
            "4: database.min_capacity: min_capacity 2 exceeds max_capacity 1; lower the one or raise the other (max_capacity is the dev preset's)",
        ),
    ],
)
def test_a_value_that_collides_with_a_preset_says_so(
    tmp_path: Path, environment: str, added: str, line: str
) -> None:
    assert said(tmp_path, added + TLS, environment=environment) == [line]


def test_models_made_in_python_refuse_too() -> None:
    with pytest.raises(
        ValueError, match=r"public_subnets 10\.0\.1\.0/24, 10\.0\.2\.0/24 lie outside cidr 10\.1\.0\.0/16"
    ):
        NetworkSettings(cidr="10.1.0.0/16")


@pytest.mark.row("F6")
@pytest.mark.parametrize(
    "other",
    [
        "embedding: {url: 'https://e.example.com/v1'}",
        "embedding: {engine: ollama}, ollama_urls: ['http://ollama.example.com']",
    ],
    ids=["address", "ollama"],
)
def test_bedrock_may_make_no_embeddings_if_something_else_does(tmp_path: Path, other: str) -> None:
    models = f"litellm: {{models: [{SONNET}]}}"
    assert said(tmp_path, f"application: {{{models}, {other}}}\n" + TLS) == []

"""Secrets of AegisAI in AWS Secrets Manager, under the names that the manifests ask for."""

from aws_cdk import aws_s3 as s3

from applications import aegisai
from k8s.aegisai.backup import STORE
from k8s.aegisai.parts import BACKUP
from settings.aegisai_eks import AegisAIOnEks
from stacks.secrets import Secrets
from systems.aegisai_identities import BACKUPS
from systems.aegisai_prometheus import GRAFANA
from systems.root_stack import RootStack


def define_secrets(root: RootStack, *, settings: AegisAIOnEks, backups: s3.IBucket | None) -> Secrets:
    """What `app-secrets` is filled from; the stores that AWS runs have made theirs."""
    secrets = Secrets(root, "Secrets", keep_data=settings.keep_data)
    for variable, name in aegisai.OWN_KEYS.items():
        secrets.add_key(
            name.title().replace("-", ""),
            name=settings.secret_name(name),
            field=variable,
            description=f"{variable} of the gateway",
        )
    for name, store in ((aegisai.POSTGRESQL, settings.postgresql), (aegisai.REDIS, settings.redis)):
        if store.hosted == "in_cluster":
            secrets.add_key(
                name.title(),
                name=settings.secret_name(name),
                field="password",
                description=f"Password of {name} in the cluster",
            )
    # Whether or not Grafana is installed: its name is fixed, and a secret that is kept would be there already when
    # Grafana comes back.
    grafana = secrets.add_key(
        "Grafana",
        name=settings.secret_name(GRAFANA),
        field="password",
        description="Password of Grafana's user admin",
    )
    if settings.observability.prometheus == "installed":
        root.add_output("GrafanaSecret", grafana.secret_arn, "Password of Grafana's user admin")
    provided = secrets.add_empty_secret(
        "ProviderKeys",
        name=settings.secret_name(aegisai.PROVIDER_KEYS_SECRET),
        fields=aegisai.PROVIDER_KEYS,
        description="Keys that other companies issue, such as OpenAI's",
    )
    root.add_output("ProviderKeysSecret", provided.secret_arn, "Put the keys of model providers here")
    if backups is not None:
        secrets.add_address(
            "BackupStore",
            name=settings.secret_name(BACKUP),
            values={STORE: f"s3://{backups.bucket_name}/{BACKUPS}"},
            description="Where the database's dumps go",
        )
    return secrets

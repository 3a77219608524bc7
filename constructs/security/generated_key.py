"""A secret text that nobody but the application needs to know."""

from collections.abc import Mapping

from aws_cdk import Acknowledgment, Validations
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as sm
from constructs import Construct

from constructs.data.retention import kept
from constructs.security.replicas import replica_regions

LENGTH = 64
"""Open WebUI takes a key of 44 characters for a Fernet key, and a random one of that length stops it."""


class GeneratedKey(Construct):
    """`secret`: 64 letters and digits under one JSON key, made once.

    They are letters and digits because values end up in URLs and shell lines. Rotation is a decision of people
    (it signs everyone out, or makes stored tokens unreadable): the runbook says how.
    """

    secret: sm.Secret

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        field: str,
        description: str,
        key: kms.IKey,
        keep_data: bool,
        name: str | None = None,
        replicas: Mapping[str, str] | None = None,
    ) -> None:
        """`field`: the JSON key. `replicas`: region → ARN of the key there. Left out: no replica.

        `name`: physical name of the secret, where something finds it by name alone.
        """
        super().__init__(scope, construct_id)
        self.secret = sm.Secret(
            self,
            "Resource",
            secret_name=name,
            description=description,
            encryption_key=key,
            generate_secret_string=sm.SecretStringGenerator(
                secret_string_template="{}",  # noqa: S106 (no password: the JSON that gets one)
                generate_string_key=field,
                password_length=LENGTH,
                exclude_punctuation=True,
            ),
            replica_regions=replica_regions(self, replicas or {}),
            removal_policy=kept(keep_data),
        )
        Validations.of(self.secret).acknowledge(
            Acknowledgment(
                id="AwsSolutions-SMG4",
                reason="A new value signs all out or makes stored tokens unreadable: people rotate it by the runbook.",
            )
        )

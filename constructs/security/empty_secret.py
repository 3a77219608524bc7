"""A secret that people fill."""

from collections.abc import Mapping, Sequence

from aws_cdk import Acknowledgment, SecretValue, Validations
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as sm
from constructs import Construct

from constructs.data.retention import kept
from constructs.security.replicas import replica_regions


class EmptySecret(Construct):
    """`secret` has the given JSON keys with empty values under a name that people know.

    The template's value never changes, so no update of the stack overwrites what people put in.
    """

    secret: sm.Secret

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        fields: Sequence[str],
        description: str,
        key: kms.IKey,
        keep_data: bool,
        replicas: Mapping[str, str] | None = None,
    ) -> None:
        """`name`: physical name of the secret. `replicas`: region → ARN of the key there. Left out: no replica."""
        super().__init__(scope, construct_id)
        empty = SecretValue.unsafe_plain_text("")  # nothing to hide: the value is that there is none
        self.secret = sm.Secret(
            self,
            "Resource",
            secret_name=name,
            description=description,
            encryption_key=key,
            secret_object_value=dict.fromkeys(fields, empty),
            replica_regions=replica_regions(self, replicas or {}),
            removal_policy=kept(keep_data),
        )
        Validations.of(self.secret).acknowledge(
            Acknowledgment(
                id="AwsSolutions-SMG4",
                reason="Holds keys that other companies issue: people rotate them there and put the new ones in here.",
            )
        )

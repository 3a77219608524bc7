"""Where something is that only CloudFormation knows."""

from collections.abc import Mapping

from aws_cdk import Acknowledgment, RemovalPolicy, SecretValue, Validations
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as sm
from constructs import Construct


class AddressSecret(Construct):
    """`secret`: names and addresses under JSON keys, for readers that know Secrets Manager and no stack."""

    secret: sm.Secret

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        values: Mapping[str, str],
        description: str,
        key: kms.IKey,
    ) -> None:
        """`name`: physical name of the secret. `values`: no secrets, tokens as a rule."""
        super().__init__(scope, construct_id)
        self.secret = sm.Secret(
            self,
            "Resource",
            secret_name=name,
            description=description,
            encryption_key=key,
            secret_object_value={key: SecretValue.unsafe_plain_text(value) for key, value in values.items()},
            removal_policy=RemovalPolicy.DESTROY,
        )
        Validations.of(self.secret).acknowledge(
            Acknowledgment(id="AwsSolutions-SMG4", reason="An address, which changes with what it leads to.")
        )

"""Secrets under names that something outside CloudFormation finds them by."""

from collections.abc import Mapping, Sequence

from aws_cdk import NestedStack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as sm
from constructs import Construct

from constructs.security.address_secret import AddressSecret
from constructs.security.deployment_key import DeploymentKey
from constructs.security.empty_secret import EmptySecret
from constructs.security.generated_key import GeneratedKey


class Secrets(NestedStack):
    """Random keys, and secrets that people fill; who reads them comes through Secrets Manager."""

    _key: kms.IKey

    def __init__(self, scope: Construct, construct_id: str, *, keep_data: bool) -> None:
        """`keep_data: False`: they go with the stack."""
        super().__init__(scope, construct_id, description="Secrets that pods read")
        self._keep_data = keep_data
        self._key = DeploymentKey(
            self,
            "Key",
            description="Secrets that pods read",
            keep_data=keep_data,
            via=("secretsmanager",),
        ).key

    def add_key(self, construct_id: str, *, name: str, field: str, description: str) -> sm.ISecret:
        """A random text under one JSON key."""
        return GeneratedKey(
            self,
            construct_id,
            name=name,
            field=field,
            description=description,
            key=self._key,
            keep_data=self._keep_data,
        ).secret

    def add_empty_secret(
        self, construct_id: str, *, name: str, fields: Sequence[str], description: str
    ) -> sm.ISecret:
        """JSON keys that people fill."""
        return EmptySecret(
            self,
            construct_id,
            name=name,
            fields=fields,
            description=description,
            key=self._key,
            keep_data=self._keep_data,
        ).secret

    def add_address(
        self, construct_id: str, *, name: str, values: Mapping[str, str], description: str
    ) -> sm.ISecret:
        """What only CloudFormation knows and pods have to."""
        return AddressSecret(
            self, construct_id, name=name, values=values, description=description, key=self._key
        ).secret

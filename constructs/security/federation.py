"""Identity providers beside the user pool's own passwords."""

from collections.abc import Sequence

from aws_cdk import Acknowledgment, SecretValue, Validations
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as sm
from constructs import Construct

from constructs.data.retention import kept

NO_ROTATION = "The providers issue these values; a person puts a new one here when a provider does."


class Federation(Construct):
    """Providers of one user pool; `providers`, in the order in which they were added."""

    providers: list[cognito.IUserPoolIdentityProvider]

    def __init__(
        self, scope: Construct, construct_id: str, *, pool: cognito.UserPool, groups_attribute: str
    ) -> None:
        """`groups_attribute`: custom attribute of the pool that takes a provider's groups."""
        super().__init__(scope, construct_id)
        self._pool, self._groups_attribute = pool, f"custom:{groups_attribute}"
        self.providers = []

    def add_saml(self, name: str, *, metadata_url: str, email: str, groups: str | None) -> None:
        """A SAML 2.0 provider; `email` and `groups` are attributes of its assertion."""
        provider = cognito.UserPoolIdentityProviderSaml(
            self,
            name,
            user_pool=self._pool,
            name=name,
            metadata=cognito.UserPoolIdentityProviderSamlMetadata.url(metadata_url),
            attribute_mapping=self._mapping(email, groups),
        )
        self.providers.append(provider)

    def add_oidc(
        self,
        name: str,
        *,
        issuer_url: str,
        client_id: str,
        client_secret: SecretValue,
        scopes: Sequence[str],
        groups: str | None,
    ) -> None:
        """An OpenID Connect provider; `groups` is a claim of its token."""
        provider = cognito.UserPoolIdentityProviderOidc(
            self,
            name,
            user_pool=self._pool,
            name=name,
            issuer_url=issuer_url,
            client_id=client_id,
            client_secret=client_secret.unsafe_unwrap(),
            scopes=list(scopes),
            attribute_request_method=cognito.OidcAttributeRequestMethod.GET,
            attribute_mapping=self._mapping("email", groups),
        )
        self.providers.append(provider)

    def _mapping(self, email: str, groups: str | None) -> cognito.AttributeMapping:
        custom = {} if groups is None else {self._groups_attribute: cognito.ProviderAttribute.other(groups)}
        return cognito.AttributeMapping(email=cognito.ProviderAttribute.other(email), custom=custom)


class FederationSecret(Construct):
    """A secret made empty; `secret`. Deployments never write to it: it stays as a person filled it."""

    secret: sm.Secret

    def __init__(self, scope: Construct, construct_id: str, *, key: kms.IKey, keep_data: bool) -> None:
        super().__init__(scope, construct_id)
        self.secret = sm.Secret(
            self,
            "Resource",
            description='Secrets that OpenID Connect providers gave: {"<provider>": "<client secret>"}',
            encryption_key=key,
            removal_policy=kept(keep_data),
        )
        resource = self.secret.node.default_child
        assert isinstance(resource, sm.CfnSecret)
        # The L2 generates a value where none is given.
        resource.generate_secret_string = None
        Validations.of(self.secret).acknowledge(Acknowledgment(id="AwsSolutions-SMG4", reason=NO_ROTATION))

"""Who may sign in, and what the application signs people in with."""

from collections.abc import Mapping

from aws_cdk import NestedStack, SecretValue
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as sm
from constructs import Construct

from constructs.security.deployment_key import DeploymentKey
from constructs.security.federation import Federation, FederationSecret
from constructs.security.pre_token_generation import PreTokenGeneration
from constructs.security.sign_in_client import SignInClient
from constructs.security.user_pool import PROVIDER_GROUPS, UserPool
from settings.sign_in import OidcProvider, SignInSettings

ADMINS, USERS = "Admins", "Users"


class Cognito(NestedStack):
    """`user_pool`, `client`, `client_secret`, `discovery_url`, `sign_out_url`, `federation_secret`.

    The client's secret is made here, where its value is known: only its ARN leaves this stack.
    `federation_secret` comes with OpenID Connect providers, empty until a person puts their secrets there
    (`{"<name>": "<secret>"}`). A provider follows in the deployment that names the version to read:
    CloudFormation would notice no other change of a secret, and of an empty one no provider can be made.
    """

    user_pool: cognito.UserPool
    client: cognito.UserPoolClient
    client_secret: sm.ISecret
    discovery_url: str
    sign_out_url: str
    federation_secret: sm.ISecret | None = None

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        origin: str,
        callback_path: str,
        sign_out_path: str,
        settings: SignInSettings,
        domain_prefix: str,
        session_hours: int,
        keep_data: bool,
        client_secret_versions: Mapping[str, str] | None = None,
    ) -> None:
        """`origin`: the public https address, without a path. `session_hours`: until one signs in again.

        `client_secret_versions`: OpenID Connect provider → version id in `federation_secret`. Left out for
        a provider: it is not made yet.
        """
        super().__init__(
            scope, construct_id, description="User pool, managed login and the application's client"
        )
        self._settings, self._keep_data = settings, keep_data
        self._key = self._define_key()
        self.user_pool = self._define_users(origin)
        self._decide_groups_of_tokens()
        federation = self._federate(client_secret_versions or {})
        sign_in = SignInClient(
            self,
            "SignIn",
            pool=self.user_pool,
            key=self._key,
            callback_url=f"{origin}{callback_path}",
            sign_out_callback_url=f"{origin}{sign_out_path}",
            domain_prefix=domain_prefix,
            session_hours=session_hours,
            providers=federation.providers,
            keep_data=keep_data,
        )
        self.client, self.client_secret = sign_in.client, sign_in.client_secret
        self.discovery_url, self.sign_out_url = sign_in.discovery_url, sign_in.sign_out_url

    def _define_key(self) -> kms.IKey:
        return DeploymentKey(
            self,
            "Key",
            description="Secrets of sign-in, log of the token function",
            keep_data=self._keep_data,
            via=("secretsmanager",),
            logs_access=True,
        ).key

    def _define_users(self, origin: str) -> cognito.UserPool:
        """The pool, its groups, and the first person."""
        settings = self._settings
        users = UserPool(
            self,
            "Users",
            origin=origin,
            mfa=settings.mfa,
            tier=settings.tier,
            password_min_length=settings.password_min_length,
            invitation_days=settings.invitation_days,
            deletion_protection=settings.deletion_protection,
            keep_data=self._keep_data,
        )
        admins = users.add_group(ADMINS, description="Administer the application", precedence=0)
        users.add_group(USERS, description="Use the application", precedence=1)
        if settings.admin_email is not None:
            users.invite(settings.admin_email, admins)
        return users.pool

    def _decide_groups_of_tokens(self) -> None:
        token = PreTokenGeneration(
            self, "Tokens", key=self._key, groups=(ADMINS, USERS), group_map=self._settings.group_map
        )
        self.user_pool.add_trigger(cognito.UserPoolOperation.PRE_TOKEN_GENERATION, token.function)

    def _federate(self, versions: Mapping[str, str]) -> Federation:
        providers = self._settings.providers
        federation = Federation(self, "Federation", pool=self.user_pool, groups_attribute=PROVIDER_GROUPS)
        if any(isinstance(provider, OidcProvider) for provider in providers):
            self.federation_secret = FederationSecret(
                self, "FederationSecret", key=self._key, keep_data=self._keep_data
            ).secret
        for provider in providers:
            if not isinstance(provider, OidcProvider):
                federation.add_saml(
                    provider.name,
                    metadata_url=provider.metadata_url,
                    email=provider.email_attribute,
                    groups=provider.groups_attribute,
                )
            elif self.federation_secret is not None and provider.name in versions:
                federation.add_oidc(
                    provider.name,
                    issuer_url=provider.issuer_url,
                    client_id=provider.client_id,
                    client_secret=SecretValue.secrets_manager(
                        self.federation_secret.secret_arn,
                        json_field=provider.name,
                        version_id=versions[provider.name],
                    ),
                    scopes=provider.scopes,
                    groups=provider.groups_claim,
                )
        return federation

"""What the application signs people in with."""

from collections.abc import Sequence

from aws_cdk import Acknowledgment, Aws, Duration, SecretValue, Validations
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as sm
from constructs import Construct

from constructs.data.retention import kept

NO_ROTATION = (
    "Amazon Cognito makes the secret with the client and never changes it; another needs a new client."
)


class SignInClient(Construct):
    """A confidential client (authorization code, PKCE works) with managed login and its branding.

    `client`; `client_secret` (`client_secret`); `discovery_url`: OpenID Connect's discovery document;
    `sign_out_url`: ends the session at Cognito and comes back. Open WebUI 0.12.4 sends browsers there and
    appends nothing (routers/auths.py:952).
    """

    client: cognito.UserPoolClient
    client_secret: sm.ISecret
    discovery_url: str
    sign_out_url: str

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        pool: cognito.UserPool,
        key: kms.IKey,
        callback_url: str,
        sign_out_callback_url: str,
        domain_prefix: str,
        session_hours: int,
        providers: Sequence[cognito.IUserPoolIdentityProvider],
        keep_data: bool,
    ) -> None:
        """`providers`: offered beside the pool's own passwords."""
        super().__init__(scope, construct_id)
        self.client = pool.add_client(
            "Application",
            generate_secret=True,
            # Managed login too signs in with the client's flows alone (developer guide, "Implement authentication
            # flows"); named, or Cognito adds custom ones. SRP sends no password; the API also asks for the secret.
            auth_flows=cognito.AuthFlow(user_srp=True),
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[cognito.OAuthScope.OPENID, cognito.OAuthScope.EMAIL, cognito.OAuthScope.PROFILE],
                callback_urls=[callback_url],
                logout_urls=[sign_out_callback_url],
            ),
            supported_identity_providers=[
                cognito.UserPoolClientIdentityProvider.COGNITO,
                *(cognito.UserPoolClientIdentityProvider.custom(each.provider_name) for each in providers),
            ],
            access_token_validity=Duration.hours(1),
            id_token_validity=Duration.hours(1),
            refresh_token_validity=Duration.hours(session_hours),
            enable_token_revocation=True,
            prevent_user_existence_errors=True,
        )
        domain = self._define_managed_login(pool, domain_prefix)
        self.client_secret = self._define_secret(key, keep_data)
        issuer = f"https://cognito-idp.{Aws.REGION}.{Aws.URL_SUFFIX}/{pool.user_pool_id}"
        self.discovery_url = f"{issuer}/.well-known/openid-configuration"
        # `urllib.parse.quote` would encode the tokens too; they stand for host names, which need no encoding.
        back = sign_out_callback_url.replace(":", "%3A").replace("/", "%2F")
        client_id = self.client.user_pool_client_id
        self.sign_out_url = f"{domain.base_url()}/logout?client_id={client_id}&logout_uri={back}"

    def _define_managed_login(self, pool: cognito.UserPool, domain_prefix: str) -> cognito.UserPoolDomain:
        domain = pool.add_domain(
            "Domain",
            cognito_domain=cognito.CognitoDomainOptions(domain_prefix=domain_prefix),
            managed_login_version=cognito.ManagedLoginVersion.NEWER_MANAGED_LOGIN,
        )
        # L1: the library has no L2. Without a style for its client managed login shows an error page.
        cognito.CfnManagedLoginBranding(
            self,
            "Branding",
            user_pool_id=pool.user_pool_id,
            client_id=self.client.user_pool_client_id,
            use_cognito_provided_values=True,
        )
        return domain

    def _define_secret(self, key: kms.IKey, keep_data: bool) -> sm.Secret:
        resource = self.client.node.default_child
        assert isinstance(resource, cognito.CfnUserPoolClient)
        # The L2's attribute would ask Cognito with a custom resource, and hand the secret out of it.
        value = SecretValue.resource_attribute(resource.attr_client_secret)
        secret = sm.Secret(
            self,
            "Secret",
            description="Secret of the application's client in the user pool",
            encryption_key=key,
            secret_object_value={"client_secret": value},
            removal_policy=kept(keep_data),
        )
        Validations.of(secret).acknowledge(Acknowledgment(id="AwsSolutions-SMG4", reason=NO_ROTATION))
        return secret

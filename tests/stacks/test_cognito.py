"""The Cognito stack: user pool, managed login, the application's client and its secret."""

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, CfnParameter, NestedStack, Stack, Validations
from aws_cdk.assertions import Template
from cdk_nag import AwsSolutionsChecks

from settings.sign_in import OidcProvider, SamlProvider, SignInSettings
from stacks.cognito import Cognito

CONTEXT = json.loads((Path(__file__).parents[2] / "cdk.json").read_text())["context"]
VERSION = "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"
SAML = SamlProvider(
    type="saml",
    name="Entra",
    metadata_url="https://login.example.com/metadata.xml",
    groups_attribute="http://schemas.example.com/groups",
)
OIDC = OidcProvider(
    type="oidc", name="Okta", issuer_url="https://okta.example.com", client_id="0oa1b2", groups_claim="groups"
)
UNMAPPED = SamlProvider(type="saml", name="Partner", metadata_url="https://partner.example.com/metadata.xml")


@dataclass(frozen=True, kw_only=True)
class Variant:
    """What a deployment file may say about sign-in."""

    settings: SignInSettings
    keep_data: bool = True
    versions: dict[str, str] = field(default_factory=dict)


VARIANTS = {
    "production": Variant(settings=SignInSettings(mfa="required", admin_email="first@example.com")),
    "development": Variant(settings=SignInSettings(deletion_protection=False), keep_data=False),
    "plus": Variant(
        settings=SignInSettings(tier="plus", mfa="off", invitation_days=3, password_min_length=20)
    ),
    "federated": Variant(
        settings=SignInSettings(
            providers=(SAML, OIDC, UNMAPPED), group_map={"platform": "Admins", "everyone": "Users"}
        ),
        versions={"Okta": VERSION},
    ),
    "secret not filled": Variant(settings=SignInSettings(providers=(OIDC,))),
}


def build(scope: Stack, variant: Variant) -> Cognito:
    edge = NestedStack(scope, "LoadBalancer")
    host = CfnParameter(edge, "HostOfTheEdge").value_as_string
    return Cognito(
        scope,
        "Cognito",
        origin=f"https://{host}",
        callback_path="/oauth/oidc/callback",
        sign_out_path="/auth",
        settings=variant.settings,
        domain_prefix=f"open-webui-{scope.account}",
        session_hours=12,
        keep_data=variant.keep_data,
        client_secret_versions=variant.versions,
    )


@cache
def synthesized(name: str) -> tuple[Cognito, dict[str, Any]]:
    cognito = build(Stack(App(context=CONTEXT), "Test"), VARIANTS[name])
    return cognito, dict(Template.from_stack(cognito).to_json())


def resources(name: str, resource_type: str) -> dict[str, Any]:
    found = synthesized(name)[1]["Resources"].items()
    return {logical_id: each for logical_id, each in found if each["Type"] == resource_type}


def the(name: str, resource_type: str) -> tuple[str, dict[str, Any]]:
    (found,) = resources(name, resource_type).items()
    return found


def properties(name: str, resource_type: str) -> dict[str, Any]:
    return the(name, resource_type)[1]["Properties"]  # type: ignore[no-any-return]


def pool(name: str = "production") -> dict[str, Any]:
    return properties(name, "AWS::Cognito::UserPool")


def client(name: str = "production") -> dict[str, Any]:
    return properties(name, "AWS::Cognito::UserPoolClient")


def secret(name: str, description: str) -> tuple[str, dict[str, Any]]:
    (found,) = [
        each
        for each in resources(name, "AWS::SecretsManager::Secret").items()
        if each[1]["Properties"]["Description"].startswith(description)
    ]
    return found


def key_arn(name: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [the(name, "AWS::KMS::Key")[0], "Arn"]}


def address(value: Any) -> str:
    """An address with the edge's host as HOST and other references by name."""
    if isinstance(value, str):
        return value
    if "Ref" in value:
        name = str(value["Ref"])
        return "HOST" if "HostOfTheEdge" in name or "LoadBalancer" in name else f"<{name}>"
    return "".join(address(part) for part in value["Fn::Join"][1])


# --- the pool


@pytest.mark.row("F4")
def test_nobody_signs_up_without_an_invitation() -> None:
    assert pool()["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True


@pytest.mark.row("F4")
def test_people_sign_in_by_address_in_any_case() -> None:
    assert pool()["UsernameAttributes"] == ["email"]
    assert pool()["UsernameConfiguration"] == {"CaseSensitive": False}


def test_changed_address_counts_once_it_is_confirmed() -> None:
    assert pool()["UserAttributeUpdateSettings"] == {"AttributesRequireVerificationBeforeUpdate": ["email"]}


@pytest.mark.row("F4")
@pytest.mark.parametrize(
    ("name", "mfa"), [("production", "ON"), ("development", "OPTIONAL"), ("plus", "OFF")]
)
def test_second_factor_is_by_setting(name: str, mfa: str) -> None:
    assert pool(name)["MfaConfiguration"] == mfa


@pytest.mark.row("F4")
def test_second_factor_is_an_authenticator_and_never_a_text_message() -> None:
    assert pool()["EnabledMfas"] == ["SOFTWARE_TOKEN_MFA"]


@pytest.mark.row("F4")
@pytest.mark.parametrize(("name", "length"), [("production", 14), ("plus", 20)])
def test_passwords_are_long(name: str, length: int) -> None:
    assert pool(name)["Policies"]["PasswordPolicy"]["MinimumLength"] == length


@pytest.mark.row("F4")
@pytest.mark.parametrize("kind", ["Lowercase", "Uppercase", "Numbers", "Symbols"])
def test_passwords_hold_every_kind_of_character(kind: str) -> None:
    assert pool()["Policies"]["PasswordPolicy"][f"Require{kind}"] is True


@pytest.mark.parametrize(("name", "days"), [("production", 7), ("plus", 3)])
def test_invitations_expire(name: str, days: int) -> None:
    assert pool(name)["Policies"]["PasswordPolicy"]["TemporaryPasswordValidityDays"] == days


def test_invitation_names_the_public_address_and_what_to_type() -> None:
    text = address(pool()["AdminCreateUserConfig"]["InviteMessageTemplate"]["EmailMessage"])
    assert "https://HOST" in text
    assert "{username}" in text
    assert "{####}" in text


@pytest.mark.row("F4")
def test_forgotten_passwords_are_recovered_by_mail_only() -> None:
    assert pool()["AccountRecoverySetting"]["RecoveryMechanisms"] == [
        {"Name": "verified_email", "Priority": 1}
    ]


@pytest.mark.row("F4")
def test_essentials_tier_is_the_default_without_paid_threat_protection() -> None:
    assert pool()["UserPoolTier"] == "ESSENTIALS"
    assert "UserPoolAddOns" not in pool()


@pytest.mark.row("F4")
def test_plus_tier_enforces_threat_protection() -> None:
    assert pool("plus")["UserPoolTier"] == "PLUS"
    assert pool("plus")["UserPoolAddOns"] == {"AdvancedSecurityMode": "ENFORCED"}


@pytest.mark.row("F4", "C8")
@pytest.mark.parametrize(("name", "state"), [("production", "ACTIVE"), ("development", "INACTIVE")])
def test_pool_is_protected_from_deletion_by_setting(name: str, state: str) -> None:
    assert pool(name)["DeletionProtection"] == state


@pytest.mark.row("C8")
@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        ("AWS::Cognito::UserPool", "Retain"),
        ("AWS::KMS::Key", "RetainExceptOnCreate"),
        ("AWS::SecretsManager::Secret", "RetainExceptOnCreate"),
    ],
)
def test_people_and_secrets_stay_where_data_is_kept(kind: str, kept: str) -> None:
    assert the("production", kind)[1]["DeletionPolicy"] == kept
    assert the("development", kind)[1]["DeletionPolicy"] == "Delete"


def test_logical_ids_are_the_same_in_every_variant() -> None:
    for kind in ("UserPool", "UserPoolClient", "UserPoolDomain", "ManagedLoginBranding"):
        assert len({the(name, f"AWS::Cognito::{kind}")[0] for name in VARIANTS}) == 1, kind
    assert len({secret(name, "Secret of the application")[0] for name in VARIANTS}) == 1
    assert len({the(name, "AWS::KMS::Key")[0] for name in VARIANTS}) == 1


def test_schema_is_the_same_in_every_variant_since_a_pool_never_loses_an_attribute() -> None:
    assert all(pool(name)["Schema"] == pool()["Schema"] for name in VARIANTS)


# --- groups and the first person


@pytest.mark.row("F4")
def test_groups_are_admins_before_users() -> None:
    groups = [each["Properties"] for each in resources("production", "AWS::Cognito::UserPoolGroup").values()]
    assert {each["GroupName"]: each["Precedence"] for each in groups} == {"Admins": 0, "Users": 1}


@pytest.mark.row("F4")
def test_first_person_is_invited_by_mail() -> None:
    person = properties("production", "AWS::Cognito::UserPoolUser")
    assert person["Username"] == "first@example.com"
    assert person["DesiredDeliveryMediums"] == ["EMAIL"]
    assert {"Name": "email_verified", "Value": "true"} in person["UserAttributes"]


@pytest.mark.row("F4")
def test_first_person_is_in_admins() -> None:
    attachment = properties("production", "AWS::Cognito::UserPoolUserToGroupAttachment")
    (admins,) = [
        logical_id
        for logical_id, each in resources("production", "AWS::Cognito::UserPoolGroup").items()
        if each["Properties"]["GroupName"] == "Admins"
    ]
    assert attachment["GroupName"] == {"Ref": admins}
    assert attachment["Username"] == {"Ref": the("production", "AWS::Cognito::UserPoolUser")[0]}


def test_nobody_is_invited_where_the_file_names_nobody() -> None:
    assert not resources("development", "AWS::Cognito::UserPoolUser")


# --- the token function


@pytest.mark.row("F4")
def test_tokens_get_their_groups_from_the_function() -> None:
    logical_id, _ = the("production", "AWS::Lambda::Function")
    assert pool()["LambdaConfig"] == {"PreTokenGeneration": {"Fn::GetAtt": [logical_id, "Arn"]}}


@pytest.mark.row("F4")
def test_token_function_knows_the_groups_and_the_providers_groups() -> None:
    variables = properties("federated", "AWS::Lambda::Function")["Environment"]["Variables"]
    assert variables["ALLOWED_GROUPS"] == "Admins,Users"
    assert json.loads(variables["GROUP_MAP"]) == {"platform": "Admins", "everyone": "Users"}


def test_token_function_may_be_called_by_this_pool_only() -> None:
    permission = properties("production", "AWS::Lambda::Permission")
    assert permission["Principal"] == "cognito-idp.amazonaws.com"
    assert permission["SourceArn"] == {"Fn::GetAtt": [the("production", "AWS::Cognito::UserPool")[0], "Arn"]}


def test_token_function_may_write_its_log_and_nothing_else() -> None:
    (statement,) = properties("production", "AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert statement["Resource"] == {"Fn::GetAtt": [the("production", "AWS::Logs::LogGroup")[0], "Arn"]}


@pytest.mark.row("C3", "C5")
def test_token_functions_log_has_key_and_retention() -> None:
    group = properties("production", "AWS::Logs::LogGroup")
    assert (group["KmsKeyId"], group["RetentionInDays"]) == (key_arn("production"), 30)


# --- the client


@pytest.mark.row("F4", "F9")
def test_client_is_confidential_with_the_authorization_code_only() -> None:
    assert client()["GenerateSecret"] is True
    assert client()["AllowedOAuthFlows"] == ["code"]


@pytest.mark.row("F9")
def test_client_asks_for_address_and_profile_and_never_for_cognitos_own_api() -> None:
    assert client()["AllowedOAuthScopes"] == ["openid", "email", "profile"]


@pytest.mark.row("F4", "F9")
def test_callback_is_open_webuis_at_the_public_address() -> None:
    assert [address(each) for each in client()["CallbackURLs"]] == ["https://HOST/oauth/oidc/callback"]


@pytest.mark.row("F4", "F9")
def test_sign_out_comes_back_to_the_public_address() -> None:
    assert [address(each) for each in client()["LogoutURLs"]] == ["https://HOST/auth"]


@pytest.mark.row("F9")
def test_session_at_cognito_ends_with_the_applications() -> None:
    assert (client()["RefreshTokenValidity"], client()["TokenValidityUnits"]["RefreshToken"]) == (
        720,
        "minutes",
    )


def test_tokens_can_be_revoked() -> None:
    assert client()["EnableTokenRevocation"] is True


def test_sign_in_tells_nobody_which_addresses_exist() -> None:
    assert client()["PreventUserExistenceErrors"] == "ENABLED"


def test_client_takes_no_plain_password_over_the_api() -> None:
    assert client()["ExplicitAuthFlows"] == ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]


@pytest.mark.row("F4")
def test_managed_login_is_the_newer_one_under_the_given_prefix() -> None:
    domain = properties("production", "AWS::Cognito::UserPoolDomain")
    assert domain["ManagedLoginVersion"] == 2
    assert address(domain["Domain"]) == "open-webui-<AWS::AccountId>"


@pytest.mark.row("F4")
def test_managed_login_has_a_style_for_the_client() -> None:
    branding = properties("production", "AWS::Cognito::ManagedLoginBranding")
    assert branding["ClientId"] == {"Ref": the("production", "AWS::Cognito::UserPoolClient")[0]}
    assert branding["UseCognitoProvidedValues"] is True


@pytest.mark.row("C4", "F4")
def test_client_secret_goes_from_cognito_to_secrets_manager_inside_the_template() -> None:
    _, found = secret("production", "Secret of the application")
    reference = {"Fn::GetAtt": [the("production", "AWS::Cognito::UserPoolClient")[0], "ClientSecret"]}
    assert found["Properties"]["SecretString"] == {"Fn::Join": ["", ['{"client_secret":"', reference, '"}']]}


@pytest.mark.row("C3", "C4")
def test_client_secret_is_encrypted_with_the_stacks_key() -> None:
    assert secret("production", "Secret of the application")[1]["Properties"]["KmsKeyId"] == key_arn(
        "production"
    )


@pytest.mark.row("C4")
def test_nothing_but_the_secrets_arn_leaves_the_stack() -> None:
    cognito, _ = synthesized("production")
    stack = Stack(App(context=CONTEXT), "Test")
    built, other = build(stack, VARIANTS["production"]), NestedStack(stack, "Fargate")
    CfnParameter(other, "Reads", default=built.client_secret.secret_arn)
    outputs = Template.from_stack(built).to_json()["Outputs"].values()
    assert [each["Value"] for each in outputs] == [
        {"Ref": secret("production", "Secret of the application")[0]}
    ]
    assert cognito.client_secret.secret_arn


@pytest.mark.row("F9")
def test_discovery_document_is_the_pools() -> None:
    cognito, _ = synthesized("production")
    (users,) = resources("production", "AWS::Cognito::UserPool")
    assert address(cognito.resolve(cognito.discovery_url)) == (
        f"https://cognito-idp.<AWS::Region>.<AWS::URLSuffix>/<{users}>/.well-known/openid-configuration"
    )


@pytest.mark.row("F9")
def test_sign_out_ends_the_session_at_cognito_and_names_an_allowed_address() -> None:
    cognito, _ = synthesized("production")
    (users,) = resources("production", "AWS::Cognito::UserPoolClient")
    (domain,) = resources("production", "AWS::Cognito::UserPoolDomain")
    assert address(cognito.resolve(cognito.sign_out_url)) == (
        f"https://<{domain}>.auth.<AWS::Region>.amazoncognito.com/logout"
        f"?client_id=<{users}>&logout_uri=https%3A%2F%2FHOST%2Fauth"
    )


# --- federation


def provider(name: str) -> dict[str, Any]:
    providers = resources("federated", "AWS::Cognito::UserPoolIdentityProvider").values()
    (found,) = [each["Properties"] for each in providers if each["Properties"]["ProviderName"] == name]
    return found  # type: ignore[no-any-return]


@pytest.mark.row("F4")
def test_saml_provider_is_read_from_its_metadata() -> None:
    assert provider("Entra")["ProviderType"] == "SAML"
    assert provider("Entra")["ProviderDetails"]["MetadataURL"] == SAML.metadata_url


@pytest.mark.row("F4")
@pytest.mark.parametrize(
    ("name", "mapping"),
    [
        ("Entra", {"email": SAML.email_attribute, "custom:groups": SAML.groups_attribute}),
        ("Okta", {"email": "email", "custom:groups": "groups"}),
        ("Partner", {"email": UNMAPPED.email_attribute}),
    ],
)
def test_provider_brings_address_and_groups(name: str, mapping: dict[str, str]) -> None:
    assert provider(name)["AttributeMapping"] == mapping


@pytest.mark.row("F4")
def test_oidc_provider_is_reached_with_the_files_client() -> None:
    details = provider("Okta")["ProviderDetails"]
    assert (details["oidc_issuer"], details["client_id"]) == (OIDC.issuer_url, OIDC.client_id)
    assert details["authorize_scopes"] == "openid email profile"


@pytest.mark.row("C4", "F4")
def test_oidc_client_secret_is_the_named_version_of_the_federation_secret() -> None:
    logical_id, _ = secret("federated", "Secrets that OpenID Connect providers gave")
    assert provider("Okta")["ProviderDetails"]["client_secret"] == {
        "Fn::Join": [
            "",
            ["{{resolve:secretsmanager:", {"Ref": logical_id}, f":SecretString:Okta::{VERSION}}}}}"],
        ]
    }


@pytest.mark.row("C4")
@pytest.mark.parametrize("name", ["federated", "secret not filled"])
def test_federation_secret_is_made_empty_so_that_no_deployment_overwrites_it(name: str) -> None:
    _, found = secret(name, "Secrets that OpenID Connect providers gave")
    assert set(found["Properties"]) == {"Description", "KmsKeyId"}


@pytest.mark.row("F4")
def test_oidc_provider_waits_for_its_secret() -> None:
    assert not resources("secret not filled", "AWS::Cognito::UserPoolIdentityProvider")
    assert client("secret not filled")["SupportedIdentityProviders"] == ["COGNITO"]


@pytest.mark.row("F4")
def test_client_offers_the_providers_beside_the_pool() -> None:
    providers = [{"Ref": each} for each in resources("federated", "AWS::Cognito::UserPoolIdentityProvider")]
    assert client("federated")["SupportedIdentityProviders"] == ["COGNITO", *providers]


def test_no_federation_secret_is_made_for_saml_or_without_providers() -> None:
    cognito, _ = synthesized("production")
    assert cognito.federation_secret is None


@pytest.mark.parametrize("name", VARIANTS)
def test_cdk_nag_finds_nothing(name: str, tmp_path: Path) -> None:
    app = App(context=CONTEXT, outdir=str(tmp_path))
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    build(Stack(app, "Test"), VARIANTS[name])
    app.synth()

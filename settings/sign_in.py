"""Who may sign in, and how."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from settings.model import Model, Refusal
from settings.problems import shown
from settings.text import Email, HttpsUrl

DOMAIN_PREFIX = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
RESERVED_IN_PREFIX = ("aws", "amazon", "cognito")
"""Words that Amazon Cognito refuses in a domain prefix."""
DISCOVERY = "/.well-known/openid-configuration"
AttributeName = Annotated[str, Field(pattern=r"^\S+$", max_length=256, examples=["groups"])]
Scope = Annotated[str, Field(pattern=r"^[!#-\[\]-~]+$", max_length=256, examples=["openid"])]


def _no_own_name(value: str) -> str:
    if value.lower() == "cognito":
        raise ValueError(
            f"{shown(value)} is the name of the user pool itself; choose another one, such as Company"
        )
    return value


def _no_reserved_word(value: str) -> str:
    for word in RESERVED_IN_PREFIX:
        if word in value:
            raise ValueError(
                f"{shown(value)} holds {word!r}, which Amazon Cognito reserves; choose another prefix"
            )
    return value


def _no_discovery_path(value: str) -> str:
    if value.rstrip("/").endswith(DISCOVERY):
        raise ValueError(
            f"{shown(value)} is the discovery document; write {value.rstrip('/').removesuffix(DISCOVERY)}"
        )
    return value


ProviderName = Annotated[
    str,
    Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{2,31}$", max_length=32, examples=["Company"]),
    AfterValidator(_no_own_name),
]
DomainPrefix = Annotated[
    str,
    Field(pattern=DOMAIN_PREFIX, max_length=63, examples=["chat-example"]),
    AfterValidator(_no_reserved_word),
]


class SamlProvider(Model):
    """A SAML 2.0 identity provider."""

    type: Literal["saml"]
    """Protocol of the provider."""
    name: ProviderName
    """What the button on the sign-in page says."""
    metadata_url: Annotated[HttpsUrl, Field(examples=["https://id.example.com/metadata.xml"])]
    """Address of the provider's metadata document."""
    email_attribute: AttributeName = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"
    """Attribute of the assertion that holds the e-mail address."""
    groups_attribute: AttributeName | None = None
    """Attribute that holds the user's groups. Left out: groups are given in the user pool by hand."""


class OidcProvider(Model):
    """An OpenID Connect identity provider."""

    type: Literal["oidc"]
    """Protocol of the provider."""
    name: ProviderName
    """What the button on the sign-in page says."""
    issuer_url: Annotated[
        HttpsUrl, AfterValidator(_no_discovery_path), Field(examples=["https://id.example.com"])
    ]
    """Issuer, without `/.well-known/openid-configuration`."""
    client_id: Annotated[str, Field(pattern=r"^\S+$", max_length=255, examples=["0123456789abcdef"])]
    """Client id that the provider gave; its secret goes to the secret that the output `FederationSecret`
    names."""
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1, max_length=20)] = ("openid", "email", "profile")
    """Scopes that are asked for; `openid` among them."""
    client_secret_version: (
        Annotated[
            str,
            Field(
                pattern=r"^[0-9A-Za-z-]{32,64}$",
                examples=["a1b2c3d4-5678-90ab-cdef-111111111111"],
            ),
        ]
        | None
    ) = None
    """Version id that `put-secret-value` printed when the client's secret was put there. Left out: the
    provider is not made yet."""
    groups_claim: AttributeName | None = None
    """Claim that holds the user's groups. Left out: groups are given in the user pool by hand."""

    def refusals(self) -> Iterator[Refusal]:
        if "openid" not in self.scopes:
            yield Refusal(
                f"{shown(' '.join(self.scopes))} lacks openid, which Amazon Cognito demands; add it", "scopes"
            )


Provider = Annotated[SamlProvider | OidcProvider, Field(discriminator="type")]


class SignInSettings(Model):
    """Amazon Cognito with managed login, or Open WebUI's own passwords."""

    method: Literal["cognito", "password"] = "cognito"
    """`password` is for plain HTTP and for isolated networks, where Cognito's sign-in cannot work."""
    admin_email: Email | None = None
    """First person: invited by e-mail as a member of Admins; with `password`, the administrator's address."""
    mfa: Literal["off", "optional", "required"] = "optional"
    """Time-based one-time passwords as a second factor."""
    tier: Literal["essentials", "plus"] = "essentials"
    """`plus` adds threat protection (compromised passwords, adaptive sign-in) at about 0.02 USD per monthly
    user."""
    password_min_length: Annotated[int, Field(ge=8, le=99)] = 14
    """Least characters of a password."""
    invitation_days: Annotated[int, Field(ge=1, le=365)] = 7
    """Days that the password of an invitation is valid."""
    domain_prefix: DomainPrefix | None = None
    """First label of the managed-login domain; create-only, see the runbook. Left out: the deployment's name and the
    account id."""
    providers: Annotated[tuple[Provider, ...], Field(max_length=50)] = ()
    """Identity providers beside the user pool's own passwords."""
    group_map: Annotated[
        dict[Annotated[str, Field(min_length=1, max_length=256)], Literal["Admins", "Users"]],
        Field(max_length=100),
    ] = Field(default_factory=dict)
    """A provider's group → the group here."""
    deletion_protection: bool = True
    """Refuse deletion of the user pool until it is switched off."""

    @property
    def invites_nobody(self) -> bool:
        """Whether the user pool starts without anybody, and no provider says who belongs to which group."""
        return self.method == "cognito" and self.admin_email is None and not any(map(_groups, self.providers))

    def refusals(self) -> Iterator[Refusal]:
        names = [provider.name for provider in self.providers]
        for index, name in enumerate(names):
            if name in names[:index]:
                yield Refusal(
                    f"{name} is the name of another provider too; give each its own",
                    f"providers.{index}.name",
                )
        if self.group_map and not any(map(_groups, self.providers)):
            message = (
                "has no provider that reads groups; give one groups_attribute or groups_claim, or remove it"
            )
            yield Refusal(message, "group_map", "providers")


def _groups(provider: SamlProvider | OidcProvider) -> str | None:
    return provider.groups_attribute if isinstance(provider, SamlProvider) else provider.groups_claim

"""Sign-in through the emulated Cognito: its pages, our client and our trigger, as Open WebUI and a browser use them."""

import base64
import hashlib
import http.client
import json
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

from tests.commands.local.emulated import Emulated, Template

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stores")]
ORIGIN = "https://d123.cloudfront.localhost:8443"
CALLBACK, SIGN_OUT = f"{ORIGIN}/oauth/oidc/callback", f"{ORIGIN}/auth"
PASSWORD = "Word-of-the-tests-1"
PEOPLE = {"admin@example.com": "Admins", "user@example.com": "Users", "nobody@example.com": None}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def _template() -> Template:
    """Pool, client and trigger with the properties that constructs/security gives them."""
    pool = {
        "UsernameAttributes": ["email"],
        "UsernameConfiguration": {"CaseSensitive": False},
        "AutoVerifiedAttributes": ["email"],
        "MfaConfiguration": "ON",
        "EnabledMfas": ["SOFTWARE_TOKEN_MFA"],
        "Policies": {
            "PasswordPolicy": {
                "MinimumLength": 14,
                "RequireLowercase": True,
                "RequireUppercase": True,
                "RequireNumbers": True,
                "RequireSymbols": True,
            }
        },
        "LambdaConfig": {"PreTokenGeneration": {"Fn::GetAtt": ["Trigger", "Arn"]}},
    }
    client = {
        "UserPoolId": {"Ref": "Pool"},
        "GenerateSecret": True,
        "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        "AllowedOAuthFlowsUserPoolClient": True,
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid", "email", "profile"],
        "CallbackURLs": [CALLBACK],
        "LogoutURLs": [SIGN_OUT],
        "SupportedIdentityProviders": ["COGNITO"],
    }
    trigger = {
        "Code": {"ZipFile": Path("assets/lambda/pre_token_generation/index.py").read_text()},
        "Handler": "index.handler",
        "Runtime": "python3.13",
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
    }
    trust = {"Version": "2012-10-17", "Statement": []}
    groups = {
        f"{name}Group": {
            "Type": "AWS::Cognito::UserPoolGroup",
            "Properties": {"UserPoolId": {"Ref": "Pool"}, "GroupName": name},
        }
        for name in ("Admins", "Users")
    }
    return {
        "Resources": {
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}},
            "Trigger": {"Type": "AWS::Lambda::Function", "Properties": trigger},
            "Pool": {"Type": "AWS::Cognito::UserPool", "Properties": pool},
            "Client": {"Type": "AWS::Cognito::UserPoolClient", "Properties": client},
            **groups,
        },
        "Outputs": {
            "Pool": {"Value": {"Ref": "Pool"}},
            "Client": {"Value": {"Ref": "Client"}},
            "Secret": {"Value": {"Fn::GetAtt": ["Client", "ClientSecret"]}},
        },
    }


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the emulator said."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(frozen=True, kw_only=True)
class Cognito:
    """Open WebUI and a browser before the emulated Cognito."""

    emulated: Emulated
    pool: str
    client: str
    secret: str

    def ask(self, method: str, path: str, fields: Mapping[str, str] | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("localhost", self.emulated.server.port, timeout=10)
        body = urlencode(fields) if fields else None
        connection.request(method, path, body, {**(FORM if fields else {}), **headers})
        answer = connection.getresponse()
        return Answer(status=answer.status, headers=dict(answer.getheaders()), text=answer.read().decode())

    def discovery(self) -> dict[str, Any]:
        found = self.ask("GET", f"/{self.pool}/.well-known/openid-configuration").json
        assert isinstance(found, dict)
        return found

    def page(self, verifier: str, **changed: str) -> Answer:
        """The sign-in page, as authlib asks for it."""
        digest = hashlib.sha256(verifier.encode()).digest()
        wanted = {
            "response_type": "code",
            "client_id": self.client,
            "redirect_uri": CALLBACK,
            "scope": "openid email profile",
            "state": "a state",
            "nonce": "a nonce",
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        endpoint = urlsplit(self.discovery()["authorization_endpoint"])
        assert endpoint.netloc == f"localhost:{self.emulated.server.port}"
        return self.ask("GET", f"{endpoint.path}?{urlencode({**wanted, **changed})}")

    def submit(self, page: Answer, **typed: str) -> Answer:
        """Send the page's form."""
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
        (action,) = re.findall(r'<form method="POST" action="([^"]+)"', page.text)
        return self.ask("POST", action, {**{name: unescape(value) for name, value in hidden}, **typed})

    def code(self, username: str, verifier: str) -> str:
        """The code that a person's browser brings back."""
        sent = self.submit(self.page(verifier), username=username, password=PASSWORD)
        assert sent.status == 302, sent.text
        back = urlsplit(sent.headers["Location"])
        assert f"{back.scheme}://{back.netloc}{back.path}" == CALLBACK
        brought = parse_qs(back.query)
        assert brought["state"] == ["a state"]
        return brought["code"][0]

    def token(self, *, secret: str | None = None, **fields: str) -> Answer:
        basic = base64.b64encode(f"{self.client}:{secret or self.secret}".encode()).decode()
        return self.ask("POST", "/oauth2/token", fields, Authorization=f"Basic {basic}")

    def sign_in(self, username: str) -> Any:
        """The tokens that Open WebUI gets for a person."""
        verifier = secrets.token_urlsafe(48)
        code = self.code(username, verifier)
        answer = self.token(
            grant_type="authorization_code", code=code, redirect_uri=CALLBACK, code_verifier=verifier
        )
        assert answer.status == 200, answer.text
        return answer.json

    def claims(self, token: str) -> dict[str, Any]:
        """What is in an id token, checked as authlib does: key, issuer, audience."""
        document = self.discovery()
        header, content, signature = token.split(".")
        keys = {key["kid"]: key for key in self.ask("GET", urlsplit(document["jwks_uri"]).path).json["keys"]}
        key = keys[json.loads(_bytes(header))["kid"]]
        numbers = RSAPublicNumbers(n=_number(key["n"]), e=_number(key["e"]))
        numbers.public_key().verify(_bytes(signature), f"{header}.{content}".encode(), PKCS1v15(), SHA256())
        claims: dict[str, Any] = json.loads(_bytes(content))
        assert (claims["iss"], claims["aud"]) == (document["issuer"], self.client)
        return claims


@pytest.fixture(scope="module")
def cognito(emulated: Emulated) -> Iterator[Cognito]:
    assert emulated.deploy("sign-in", _template()) == "CREATE_COMPLETE", emulated.failures("sign-in")
    told = emulated.outputs("sign-in")
    api = emulated.client("cognito-idp")
    for email, group in PEOPLE.items():
        person = {"UserPoolId": told["Pool"], "Username": email}
        api.admin_create_user(
            **person,
            MessageAction="SUPPRESS",
            UserAttributes=[
                {"Name": "email", "Value": email},
                {"Name": "email_verified", "Value": "true"},
            ],
        )
        api.admin_set_user_password(**person, Password=PASSWORD, Permanent=True)
        if group:
            api.admin_add_user_to_group(**person, GroupName=group)
    yield Cognito(emulated=emulated, pool=told["Pool"], client=told["Client"], secret=told["Secret"])
    emulated.delete("sign-in")


@pytest.mark.parametrize(("email", "group"), PEOPLE.items())
def test_a_token_carries_the_groups_that_the_trigger_gives(
    cognito: Cognito, email: str, group: str | None
) -> None:
    tokens = cognito.sign_in(email)
    claims = cognito.claims(tokens["id_token"])
    assert claims["cognito:groups"] == [group or "NoAccess"]
    assert claims["email"] == email
    assert claims["email_verified"] is True
    assert claims["nonce"] == "a nonce"


def test_a_refreshed_token_carries_the_same_groups(cognito: Cognito) -> None:
    tokens = cognito.sign_in("admin@example.com")
    again = cognito.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"]).json
    assert cognito.claims(again["id_token"])["cognito:groups"] == ["Admins"]


def test_a_name_counts_in_any_case(cognito: Cognito) -> None:
    claims = cognito.claims(cognito.sign_in("Admin@Example.COM")["id_token"])
    assert claims["email"] == "admin@example.com"


def test_a_wrong_password_brings_the_page_again(cognito: Cognito) -> None:
    page = cognito.page("verifier" * 6)
    answer = cognito.submit(page, username="admin@example.com", password="wrong")
    assert answer.status == 200
    assert "Incorrect username or password" in answer.text


def test_an_invited_person_chooses_a_password(cognito: Cognito) -> None:
    api = cognito.emulated.client("cognito-idp")
    api.admin_create_user(
        UserPoolId=cognito.pool,
        Username="invited@example.com",
        TemporaryPassword=PASSWORD,
        MessageAction="SUPPRESS",
    )
    typed = {"username": "invited@example.com", "password": PASSWORD}
    page = cognito.submit(cognito.page("verifier" * 6), **typed)
    assert page.status == 200
    chosen = "Another-word-of-them-2"
    sent = cognito.submit(page, new_password=chosen, confirm_password=chosen)
    assert sent.headers["Location"].startswith(CALLBACK)


@pytest.mark.parametrize(
    "changed",
    [{"redirect_uri": "https://elsewhere.example.com"}, {"client_id": "another"}],
    ids=lambda changed: next(iter(changed)),
)
def test_no_page_for_another_client(cognito: Cognito, changed: Mapping[str, str]) -> None:
    assert cognito.page("verifier" * 6, **changed).status == 400


@pytest.mark.parametrize("wrong", ["secret", "code_verifier"])
def test_no_token_without_what_belongs_to_the_code(cognito: Cognito, wrong: str) -> None:
    code = cognito.code("user@example.com", "verifier" * 6)
    given = {"code": code, "redirect_uri": CALLBACK, "code_verifier": "verifier" * 6, wrong: "another"}
    assert cognito.token(grant_type="authorization_code", **given).status == 400


def test_signing_out_comes_back_to_the_application_alone(cognito: Cognito) -> None:
    def sign_out(back: str) -> Answer:
        return cognito.ask("GET", f"/logout?{urlencode({'client_id': cognito.client, 'logout_uri': back})}")

    assert sign_out(SIGN_OUT).headers["Location"] == SIGN_OUT
    assert sign_out("https://elsewhere.example.com").status == 400


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


def _number(text: str) -> int:
    return int.from_bytes(_bytes(text), "big")

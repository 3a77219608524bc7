"""E-mail that people get from the user pool."""

from collections.abc import Iterator
from typing import Any

from commands.account.reading import Account
from commands.preflight.findings import Finding, failed, ok, warning
from commands.preflight.needs import Needs
from commands.preflight.run import Check

NAME = "e-mail of the user pool"
OWN_SENDER = 50
"""Messages a day and account that Amazon Cognito sends itself (Amazon Cognito developer guide, "Quotas")."""


def sender(account: Account, needs: Needs) -> Iterator[Finding]:
    """Who sends invitations and codes, and how many."""
    for _, pool in needs.of("AWS::Cognito::UserPool"):
        configured = pool.get("EmailConfiguration", {})
        if configured.get("EmailSendingAccount") == "DEVELOPER":
            yield from _through_ses(account, needs, configured)
        else:
            yield ok(
                NAME, f"sent by Amazon Cognito itself, {OWN_SENDER} messages a day in the account at most"
            )


def _through_ses(account: Account, needs: Needs, configured: dict[str, Any]) -> Iterator[Finding]:
    identity = (needs.text(configured.get("SourceArn")) or "").rpartition("/")[2]
    found = account.read(
        "sesv2", "get_email_identity", missing=("NotFoundException",), EmailIdentity=identity
    )
    if found is None or not found.get("VerifiedForSendingStatus"):
        yield failed(
            NAME, f"{identity} is not verified in Amazon SES", "verify it in the SES console of the region"
        )
        return
    limits = account.read("sesv2", "get_account")
    most = limits.get("SendQuota", {}).get("Max24HourSend", 0)
    if not limits.get("ProductionAccessEnabled"):
        remedy = "ask for production access in the SES console"
        yield warning(
            NAME, f"Amazon SES is in the sandbox: to verified addresses alone, {most:g} a day", remedy
        )
    else:
        yield ok(NAME, f"{identity} through Amazon SES, {most:g} messages a day at most")


CHECKS = (Check(NAME, sender),)

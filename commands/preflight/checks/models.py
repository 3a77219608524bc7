"""Models of Amazon Bedrock that the deployment may call: offered in the region, and open to the account."""

import re
from collections.abc import Iterator
from typing import Any

from commands.account.reading import Account
from commands.preflight.findings import Finding, failed, ok, warning
from commands.preflight.needs import Needs
from commands.preflight.run import Check

MODEL = re.compile(r"^arn:[\w-]+:bedrock:([a-z0-9-]+):\d*:(foundation-model|inference-profile)/([^*]+)$")
ABSENT = ("ResourceNotFoundException", "ValidationException")
CHOOSE = "choose a model that `aws bedrock {}` prints for the region"


def models(account: Account, needs: Needs) -> Iterator[Finding]:
    """Every model and inference profile that a role of the deployment may invoke by name."""
    for kind, model in sorted({found.group(2, 3) for text in needs.texts if (found := MODEL.match(text))}):
        name = f"model {model}"
        if kind == "inference-profile":
            yield from _profile(account, name, model)
        else:
            yield from _model(account, name, model)


def _profile(account: Account, name: str, profile: str) -> Iterator[Finding]:
    answer = account.read(
        "bedrock", "get_inference_profile", missing=ABSENT, inferenceProfileIdentifier=profile
    )
    if answer is None:
        found = f"{account.region} has no such inference profile"
        yield failed(name, found, CHOOSE.format("list-inference-profiles"))
        return
    targets = [each["modelArn"].split("/")[-1] for each in answer.get("models", []) if "modelArn" in each]
    if answer.get("status", "ACTIVE") != "ACTIVE" or not targets:
        yield failed(name, f"the profile is {answer.get('status')}", CHOOSE.format("list-inference-profiles"))
        return
    yield from _model(account, name, targets[0])


def _model(account: Account, name: str, model: str) -> Iterator[Finding]:
    open_ = account.read("bedrock", "get_foundation_model_availability", missing=ABSENT, modelId=model)
    if open_ is None or open_["regionAvailability"] == "NOT_AVAILABLE":
        yield failed(name, f"{account.region} has no such model", CHOOSE.format("list-foundation-models"))
        return
    agreement = open_.get("agreementAvailability", {}).get("status", "AVAILABLE")
    if open_["authorizationStatus"] == "NOT_AUTHORIZED":
        yield failed(name, "the account is not authorized for it", "ask AWS Support, or choose another model")
    elif "NOT_AVAILABLE" in (agreement, open_.get("entitlementAvailability")):
        remedy = "open it once in the Bedrock console and accept the provider's terms"
        yield warning(name, "the account has not accepted its terms yet", remedy)
    else:
        yield _of_age(account, name, model)


def _of_age(account: Account, name: str, model: str) -> Finding:
    details: Any = (
        account.read("bedrock", "get_foundation_model", missing=ABSENT, modelIdentifier=model) or {}
    )
    if details.get("modelDetails", {}).get("modelLifecycle", {}).get("status") == "LEGACY":
        return warning(name, "is open, and a legacy model that its provider will end", "plan its successor")
    return ok(name, "is open to the account")


CHECKS = (Check("Bedrock models", models),)

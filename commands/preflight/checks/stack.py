"""The stack that may be there already, and what the CDK CLI needs beside it."""

from collections.abc import Iterator
from shlex import quote

from commands.account.reading import Account
from commands.bundle.protections import COMMANDS
from commands.bundle.rollback import obstacles, remains
from commands.preflight.findings import Finding, failed, ok, unchecked
from commands.preflight.needs import Needs
from commands.preflight.run import Check

DELETE = "look at its events, then delete it: aws cloudformation delete-stack --stack-name {}"
BLOCKS = {
    "CREATE_FAILED": DELETE,
    "DELETE_FAILED": "end its deletion: aws cloudformation delete-stack --stack-name {} with --retain-resources",
    "ROLLBACK_COMPLETE": DELETE,
    "ROLLBACK_FAILED": DELETE,
    "UPDATE_FAILED": "aws cloudformation rollback-stack --stack-name {}",
    "UPDATE_ROLLBACK_FAILED": "aws cloudformation continue-update-rollback --stack-name {}",
}
"""States from which CloudFormation takes no update, each with the way out."""


def state(_: Account, needs: Needs) -> Iterator[Finding]:
    """CloudFormation would take a deployment now."""
    name, deployed = "stack", needs.deployed
    if needs.unread:
        said = f"{needs.unread}; everything is counted as new"
        yield unchecked(name, said, needs.unread.remedy, needs.unread.needs)
    elif deployed.status is None:
        yield ok(name, f"{needs.name} does not exist yet")
    elif deployed.status in BLOCKS:
        found = f"{needs.name} is in {deployed.status}" + (f": {deployed.reason}" * bool(deployed.reason))
        yield failed(name, found, _way_out(needs))
    elif deployed.status == "REVIEW_IN_PROGRESS":
        yield ok(name, f"{needs.name} waits for the change set of its first deployment")
    elif deployed.status.endswith("_IN_PROGRESS"):
        yield failed(name, f"{needs.name} is in {deployed.status}", "wait until it has ended")
    else:
        made = len(deployed.resources)
        yield ok(name, f"{needs.name} is in {deployed.status} with {made} resources; it is updated")


def _way_out(needs: Needs) -> str:
    """What makes CloudFormation take the next deployment; a roll-back stops at what is protected."""
    status = str(needs.deployed.status)
    delete = BLOCKS[status].format(needs.name)
    if status != "ROLLBACK_FAILED":
        return delete
    made = ((each, needs.deployed.physical_id(each.address)) for each in obstacles(needs.template))
    first = [COMMANDS[each.kind].format(quote(id_)) for each, id_ in made if id_]
    stays = [address for address, _ in remains(needs.template) if needs.exists(address)]
    parts = [*(["switch deletion protection off: " + "; ".join(first)] if first else []), delete]
    left = f"; what stays is yours to delete: {', '.join(stays)}" if stays else ""
    return "; then ".join(parts) + left


def bootstrap(account: Account, needs: Needs) -> Iterator[Finding]:
    """The CDK's bootstrap stack is there, and new enough for the pinned CLI."""
    name, wanted = "CDK bootstrap", needs.bootstrap
    if needs.bundle:
        yield ok(name, "not needed: a bundle is deployed with the AWS CLI alone")
        return
    remedy = f"cdk bootstrap aws://{account.id}/{account.region}; a bundle (make bundle) needs none"
    found = account.read("ssm", "get_parameter", missing=("ParameterNotFound",), Name=wanted.parameter)
    if found is None:
        yield failed(name, f"{account.region} has none, and cdk deploy needs it", remedy)
        return
    version = int(found["Parameter"]["Value"])
    if version < wanted.version:
        yield failed(name, f"version {version}, and the CDK CLI needs {wanted.version}", remedy)
    else:
        yield ok(name, f"version {version}; {wanted.version} is needed")


CHECKS = (Check("stack", state), Check("CDK bootstrap", bootstrap))

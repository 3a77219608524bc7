"""What is in the account of stacks that are gone."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from commands.destroy_check.asked import Account, NotThereError
from commands.destroy_check.deployed import Deployed
from commands.destroy_check.existing import SNAPSHOT, TAG, VAULT, measured, points, snapshots, tags_of
from commands.destroy_check.model import Left
from commands.destroy_check.readers import READERS
from commands.destroy_check.remains import Remains, remains
from commands.preflight.unanswered import Unanswered

LOG_GROUP, SECRET = "AWS::Logs::LogGroup", "AWS::SecretsManager::Secret"
STACK_ID = "aws:cloudformation:stack-id"
GONE, UNSURE = "its stack is gone", "carries the tag; whether it is still there was not looked up"
ARNS = (
    (r":backup-vault:(.+)$", VAULT),
    (r":userpool/(.+)$", "AWS::Cognito::UserPool"),
    (r":file-system/(.+)$", "AWS::EFS::FileSystem"),
    (r":kms:.*:key/(.+)$", "AWS::KMS::Key"),
    (r":log-group:(.+?)(?::\*)?$", "AWS::Logs::LogGroup"),
    (r":rds:.*:cluster:(.+)$", "AWS::RDS::DBCluster"),
    (r":rds:.*:cluster-snapshot:(.+)$", SNAPSHOT),
    (r":s3:::([^/]+)$", "AWS::S3::Bucket"),
    (r"^(arn:[\w-]+:secretsmanager:.*)$", SECRET),
)
"""What an ARN names, in the words of `READERS`."""


def of_the_past(account: Account, deployment: str, stack: Deployed | None) -> list[Left]:
    """What belonged to the deployment and belongs to no stack that exists: by its tag, and by deletions.

    CloudFormation remembers deleted stacks for 90 days.
    """
    taken = set(stack.identifiers.values()) if stack else set()
    deleted = Remains({}, frozenset(), frozenset())
    with _told(account, "stacks that were deleted"):
        deleted = _deleted(account, deployment)
    things = {**dict.fromkeys(deleted.log_groups, LOG_GROUP), **deleted.retained}
    with _told(account, "what carries the deployment's tag"):
        things |= dict(_tagged(account, deployment, stack))
    found: list[Left] = []
    for identifier, kind in things.items():
        if identifier not in taken:
            found += _existing(account, _left(identifier, kind))
    with _told(account, "secrets that are pending deletion"):
        found += _pending_secrets(account, deployment)
    if not stack:  # else they are told with it
        with _told(account, "cluster snapshots"):
            found += snapshots(account, deployment, deleted.clusters)
    once = {each.name: each for each in found}
    return sorted(once.values(), key=lambda each: (each.kind, each.name))


@contextmanager
def _told(account: Account, what: str) -> Iterator[None]:
    """What cannot be read in the block is told, and the rest goes on."""
    try:
        yield
    except Unanswered as error:
        account.skip(what, error)
    except NotThereError as error:
        account.skip(what, Unanswered(str(error)))


def _existing(account: Account, left: Left) -> list[Left]:
    """It and what is in it; nothing if it is gone."""
    try:
        found = measured(account, left)
    except NotThereError:
        return []
    except Unanswered as error:
        account.skip(left.name, error)
        return [left]
    inside: list[Left] = []
    if left.kind == VAULT:
        with _told(account, f"recovery points in {left.name}"):
            inside = points(account, left.identifier)
    return [found, *inside]


def _left(identifier: str, kind: str) -> Left:
    why = GONE if kind in READERS else UNSURE
    return Left(name=identifier, kind=kind, why=why, identifier=identifier)


def _deleted(account: Account, deployment: str) -> Remains:
    mine = re.compile(rf"{re.escape(deployment)}(-[A-Za-z0-9]+NestedStack.*)?")
    answer = account.ask("cloudformation", "list_stacks", StackStatusFilter=["DELETE_COMPLETE"])
    gone = [each["StackId"] for each in answer["StackSummaries"] if mine.fullmatch(each["StackName"])]
    events = [account.ask("cloudformation", "describe_stack_events", StackName=stack) for stack in gone]
    return remains(event for answer in events for event in answer["StackEvents"])


def _tagged(account: Account, deployment: str, stack: Deployed | None) -> Iterator[tuple[str, str]]:
    """Name and type of what carries the tag and is not of the stack that exists."""
    filters = [{"Key": TAG, "Values": [deployment]}]
    answer = account.ask("resourcegroupstaggingapi", "get_resources", TagFilters=filters)
    live = stack.stacks if stack else frozenset()
    taken = set(stack.identifiers.values()) if stack else set()
    for each in answer["ResourceTagMappingList"]:
        arn = each["ResourceARN"]
        kind, identifier = named_by(arn)
        if arn not in taken and tags_of(each["Tags"]).get(STACK_ID) not in live and kind != SNAPSHOT:
            yield identifier, kind


def _pending_secrets(account: Account, deployment: str) -> Iterator[Left]:
    """Their names are taken until the end of the window."""
    filters = [{"Key": "tag-key", "Values": [TAG]}, {"Key": "tag-value", "Values": [deployment]}]
    answer = account.ask("secretsmanager", "list_secrets", IncludePlannedDeletion=True, Filters=filters)
    for each in answer["SecretList"]:
        if "DeletedDate" in each and tags_of(each.get("Tags", [])).get(TAG) == deployment:
            yield Left(
                name=each["ARN"],
                kind=SECRET,
                why="its name is taken until it is gone",
                identifier=each["ARN"],
                size=f"pending deletion since {each['DeletedDate']:%Y-%m-%d}",
            )


def named_by(arn: str) -> tuple[str, str]:
    """Resource type and the name by which its service knows it; the ARN itself where we have no reader."""
    for pattern, kind in ARNS:
        if match := re.search(pattern, arn):
            return kind, match[1]
    return arn.split(":")[2], arn

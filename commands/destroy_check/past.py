"""What is in the account of stacks that are gone."""

import re
from collections.abc import Iterator

from commands.account.deployed import Deployed
from commands.account.reading import Account
from commands.account.unanswered import NotThere, Unanswered
from commands.destroy_check.existing import SNAPSHOT, TAG, VAULT, measured, points, snapshots, tags_of
from commands.destroy_check.model import Left, Unread
from commands.destroy_check.readers import READERS
from commands.destroy_check.remains import Remains, remains

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


def of_the_past(account: Account, deployment: str, stack: Deployed, unread: Unread) -> list[Left]:
    """What belonged to the deployment and belongs to no stack that exists: by its tag, and by deletions.

    CloudFormation remembers deleted stacks for 90 days.
    """
    deleted = Remains({}, frozenset(), frozenset())
    with unread.while_reading("stacks that were deleted"):
        deleted = _deleted(account, deployment)
    things = {**dict.fromkeys(deleted.log_groups, LOG_GROUP), **deleted.retained}
    with unread.while_reading("what carries the deployment's tag"):
        things |= dict(_tagged(account, deployment, stack))
    found: list[Left] = []
    for identifier, kind in things.items():
        if identifier not in stack.physical_ids:
            found += _existing(account, _left(identifier, kind), unread)
    with unread.while_reading("secrets that are pending deletion"):
        found += _pending_secrets(account, deployment)
    if not stack.is_there:  # else they are told with it
        with unread.while_reading("cluster snapshots"):
            found += snapshots(account, deployment, deleted.clusters)
    once = {each.name: each for each in found}
    return sorted(once.values(), key=lambda each: (each.kind, each.name))


def _existing(account: Account, left: Left, unread: Unread) -> list[Left]:
    """It and what is in it; nothing if it is gone."""
    try:
        found = measured(account, left)
    except NotThere:
        return []
    except Unanswered as error:
        unread.add(left.name, error)
        return [left]
    inside: list[Left] = []
    if left.kind == VAULT:
        with unread.while_reading(f"recovery points in {left.name}"):
            inside = points(account, left.identifier)
    return [found, *inside]


def _left(identifier: str, kind: str) -> Left:
    why = GONE if kind in READERS else UNSURE
    return Left(name=identifier, kind=kind, why=why, identifier=identifier)


def _deleted(account: Account, deployment: str) -> Remains:
    mine = re.compile(rf"{re.escape(deployment)}(-[A-Za-z0-9]+NestedStack.*)?")
    listed = account.each(
        "cloudformation", "list_stacks", "StackSummaries", StackStatusFilter=["DELETE_COMPLETE"]
    )
    gone = [each["StackId"] for each in listed if mine.fullmatch(each["StackName"])]
    return remains(
        event
        for stack in gone
        for event in account.each("cloudformation", "describe_stack_events", "StackEvents", StackName=stack)
    )


def _tagged(account: Account, deployment: str, stack: Deployed) -> Iterator[tuple[str, str]]:
    """Name and type of what carries the tag and is not of the stack that exists."""
    filters = [{"Key": TAG, "Values": [deployment]}]
    found = account.each(
        "resourcegroupstaggingapi", "get_resources", "ResourceTagMappingList", TagFilters=filters
    )
    live = set(stack.stacks.values())
    for each in found:
        arn = each["ResourceARN"]
        kind, identifier = named_by(arn)
        if (
            arn not in stack.physical_ids
            and tags_of(each["Tags"]).get(STACK_ID) not in live
            and kind != SNAPSHOT
        ):
            yield identifier, kind


def _pending_secrets(account: Account, deployment: str) -> Iterator[Left]:
    """Their names are taken until the end of the window."""
    filters = [{"Key": "tag-key", "Values": [TAG]}, {"Key": "tag-value", "Values": [deployment]}]
    found = account.each(
        "secretsmanager", "list_secrets", "SecretList", IncludePlannedDeletion=True, Filters=filters
    )
    for each in found:
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

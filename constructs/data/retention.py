"""What becomes of a resource that is no longer part of its stack."""

from aws_cdk import RemovalPolicy


def kept(keep_data: bool) -> RemovalPolicy:
    """Outlive the stack, or go with it. What the first deployment made and rolled back goes in either case.

    It is empty then, and whatever has a name that AWS demands would stand in the way of the second attempt.
    """
    return RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if keep_data else RemovalPolicy.DESTROY


def kept_as_made(keep_data: bool) -> RemovalPolicy:
    """The same for what cannot be deleted when the first deployment is rolled back, which would fail the roll-back.

    A bucket that a service wrote to already, a protected user pool: their names are generated, so they may stay.
    """
    return RemovalPolicy.RETAIN if keep_data else RemovalPolicy.DESTROY

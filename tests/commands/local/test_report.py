"""What `make local` prints at its end."""

from commands.local.account import DeployedStack
from commands.local.report import output_table
from commands.local.steps import CONSOLE

ARN = "arn:aws:secretsmanager:us-east-1:111122223333:secret:key-[a]-AbCdEf"


def test_an_arn_is_printed_as_it_is() -> None:
    """`:secret:` is an emoji to rich, and `[a]` a style."""
    stack = DeployedStack(name="chat", status="CREATE_COMPLETE", is_root=True, types=(), outputs={"Key": ARN})
    with CONSOLE.capture() as printed:
        CONSOLE.print(output_table(stack), width=200)
    assert ARN in printed.get()

"""What `make local` prints at its end."""

from commands.local.account import DeployedStack, Left
from commands.local.report import left_table, output_table
from commands.local.steps import CONSOLE

ARN = "arn:aws:secretsmanager:us-east-1:111122223333:secret:key-[a]-AbCdEf"


def test_an_arn_is_printed_as_it_is() -> None:
    """`:secret:` is an emoji to rich, and `[a]` a style."""
    stack = DeployedStack(
        name="chat", status="CREATE_COMPLETE", is_root=True, resources=(), outputs={"Key": ARN}
    )
    with CONSOLE.capture() as printed:
        CONSOLE.print(output_table(stack), width=200)
    assert ARN in printed.get()


def test_what_is_left_is_told_with_the_reason() -> None:
    left = [Left(name=":secret:[a]", type="AWS::SecretsManager::Secret", why="the template retains it")]
    with CONSOLE.capture() as printed:
        CONSOLE.print(left_table(left), width=200)
    for told in (":secret:[a]", "AWS::SecretsManager::Secret", "the template retains it"):
        assert told in printed.get()

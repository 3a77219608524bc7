"""The templates of a deployed stack as one."""

from ruamel.yaml import YAML

from commands.account.deployed import Deployed
from commands.account.reading import Account
from commands.account.unanswered import Unanswered
from commands.assembly import NESTED, construct, in_stack
from commands.flattened import Template, as_one


def deployed_template(account: Account, deployed: Deployed) -> Template:
    """What CloudFormation made the stack and its nested ones from, as `commands.flattened` has it.

    Raises:
        Unanswered: The account does not let templates be read, or a nested stack is not there.
    """
    stacks = {path: _template(account, stack) for path, stack in deployed.stacks.items()}
    for path, template in stacks.items():
        for logical_id, resource in template["Resources"].items():
            if resource["Type"] == NESTED and in_stack(path, construct(logical_id)) not in stacks:
                raise Unanswered(f"nested stack {in_stack(path, logical_id)} is gone, or was never made")
    return as_one(stacks)


def _template(account: Account, stack: str) -> Template:
    answer = account.read("cloudformation", "get_template", StackName=stack, TemplateStage="Processed")
    body: Template | str = answer["TemplateBody"]
    if isinstance(body, str):  # as `aws cloudformation package` writes it
        loaded: Template = YAML(typ="safe", pure=True).load(body)
        return loaded
    return body

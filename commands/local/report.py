"""What `make local` prints at its end: stacks, outputs, and what of it is real."""

from collections import Counter
from collections.abc import Mapping

from rich.markup import escape
from rich.table import Table

from commands.assembly import construct
from commands.local.account import DeployedStack, Left
from commands.local.emulator.table.depth import Depth, depth, remark

DEPTH_WIDTH = 22
REMARKED = (Depth.RUNS, Depth.CHECKED)
DEPTH_HINT = "what of it is real, and what is not: [bold]make local VERBOSE=1[/]"
NOT_THERE = "containers, networks, mail, IAM's decisions: tasks count as running, anyone may call"


def stack_table(stacks: list[DeployedStack]) -> Table:
    """A row per stack."""
    table = Table(title="stacks")
    for column in ("stack", "status"):
        table.add_column(column, overflow="fold")
    table.add_column("resources", justify="right")
    root = stacks[0].name
    for stack in stacks:
        status = (
            f"[green]{stack.status}[/]" if stack.status.endswith("_COMPLETE") else f"[red]{stack.status}[/]"
        )
        table.add_row(
            stack.name if stack.is_root else f"  {short_name(stack.name, root)}",
            status,
            str(len(stack.types)),
        )
    return table


def output_table(root: DeployedStack) -> Table:
    """A row per output of the root stack."""
    table = Table(title="outputs")
    table.add_column("output")
    table.add_column("value", overflow="fold")
    for name, value in sorted(root.outputs.items()):
        table.add_row(name, escape(value))
    return table


def depth_table(stacks: list[DeployedStack]) -> Table:
    """What is real and what is not, by the table of the emulator, for the types that are deployed."""
    types = Counter(each for stack in stacks for each in stack.types)
    table = Table(title="what is behind it")
    table.add_column("depth", overflow="fold", max_width=DEPTH_WIDTH)
    table.add_column("resources", overflow="fold")
    for level in Depth:
        here = {each: types[each] for each in sorted(types) if depth(each) is level}
        if here:
            table.add_row(level.value, _remarked(here) if level in REMARKED else _by_service(here))
    table.add_row("not there", NOT_THERE)
    return table


def left_table(left: list[Left]) -> Table:
    """A row for each thing that a deletion left."""
    table = Table(title="left in the account")
    table.add_column("resource", overflow="fold")
    table.add_column("type", overflow="fold")
    table.add_column("why", overflow="fold")
    for each in left:
        table.add_row(escape(each.name), each.type, each.why)
    return table


def short_name(name: str, root: str) -> str:
    """The nested stack's construct ids, without what CloudFormation and the CDK put around them."""
    parts = name.removeprefix(f"{root}-").split("-")
    return ".".join(construct(part) for part in parts if "NestedStack" in part)


def _remarked(types: Mapping[str, int]) -> str:
    """A line for all that is real in the same way."""
    lines: dict[str, list[str]] = {}
    for each, count in types.items():
        lines.setdefault(remark(each), []).append(_times(each.removeprefix("AWS::"), count))
    return "\n".join(f"[bold]{', '.join(names)}[/] {words}" for words, names in lines.items())


def _by_service(types: Mapping[str, int]) -> str:
    """A line per service."""
    lines: dict[str, list[str]] = {}
    for each, count in types.items():
        _, service, name = each.split("::")
        lines.setdefault(service, []).append(_times(name, count))
    return "\n".join(f"[bold]{service}[/] {', '.join(names)}" for service, names in lines.items())


def _times(name: str, count: int) -> str:
    return f"{name} × {count}" if count > 1 else name

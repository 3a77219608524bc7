"""Template rules: combinations of task parameters that CloudFormation refuses before it changes anything."""

from aws_cdk import CfnRule, CfnRuleAssertion, Fn, Stack

from settings.tasks import HIGHEST_MINIMUM, MEMORY_OF_CPU


def add_task_rules(stack: Stack, *, cached: bool) -> None:
    """Refuse what Fargate does not sell, a minimum over the maximum, and more than one task without a cache."""
    for cpu, memory in MEMORY_OF_CPU.items():
        _rule(
            stack,
            f"MemoryOf{cpu}Cpu",
            when=("TaskCpu", str(cpu)),
            parameter="TaskMemory",
            allowed=[str(value) for value in memory],
            says=f"with TaskCpu {cpu} Fargate sells TaskMemory {', '.join(map(str, memory))}",
        )
    if not cached:
        for parameter in ("MinTasks", "MaxTasks"):
            _rule(
                stack,
                f"{parameter}WithoutCache",
                when=None,
                parameter=parameter,
                allowed=["1"],
                says=f"{parameter} over 1 needs the cache: set tasks.max_tasks in the deployment file and synthesize "
                "again",
            )
        return
    for least in range(2, HIGHEST_MINIMUM + 1):
        _rule(
            stack,
            f"MaxTasksFrom{least}",
            when=("MinTasks", str(least)),
            parameter="MaxTasks",
            refused=[str(value) for value in range(1, least)],
            says=f"MinTasks is {least}, so MaxTasks must be at least {least}",
        )


def _rule(
    stack: Stack,
    rule_id: str,
    *,
    when: tuple[str, str] | None,
    parameter: str,
    allowed: list[str] | None = None,
    refused: list[str] | None = None,
    says: str,
) -> None:
    """`allowed`, or else all but `refused`: the shorter list."""
    if allowed is not None:
        holds = Fn.condition_contains(allowed, Fn.ref(parameter))
    else:
        holds = Fn.condition_not(Fn.condition_contains(refused or [], Fn.ref(parameter)))
    CfnRule(
        stack,
        rule_id,
        rule_condition=Fn.condition_equals(Fn.ref(when[0]), when[1]) if when else None,
        assertions=[CfnRuleAssertion(assert_=holds, assert_description=says)],
    )

"""Defect: conditions see no function but Ref and Select.

ministack compares `{"Fn::Join": …}` as it is written, so that a condition over a joined list or a pseudo parameter is
always false. Here its own resolver of property values works out the operands first.
"""

from typing import Any

from ministack.services.cloudformation import engine

from commands.local.emulator.rebinding import rebind

STACK = ("", "")
"""Conditions are evaluated before a stack has a name or an id."""


def evaluate(template: dict[str, Any], parameters: dict[str, Any]) -> dict[str, bool]:
    """The value of each condition, whatever functions it is made of."""
    definitions: dict[str, Any] = template.get("Conditions") or {}
    mappings: dict[str, Any] = template.get("Mappings") or {}
    values: dict[str, bool] = {}

    def condition(name: str) -> bool:
        if name not in definitions:
            raise ValueError(
                f"Template error: unresolved condition dependency {name} in the Conditions block"
            )
        if name not in values:
            values[name] = truth(definitions[name])
        return values[name]

    def truth(expression: Any) -> bool:
        match expression:
            case {"Fn::Equals": [left, right]}:
                return operand(left) == operand(right)
            case {"Fn::And": list(terms)}:
                return all(truth(term) for term in terms)
            case {"Fn::Or": list(terms)}:
                return any(truth(term) for term in terms)
            case {"Fn::Not": [term]}:
                return not truth(term)
            case {"Condition": str(name)}:
                return condition(name)
        raise ValueError(f"Template format error: {expression} is no condition")

    def operand(value: Any) -> str:
        if isinstance(value, dict) and "Fn::If" in value:
            name, yes, no = value["Fn::If"]
            return operand(yes if condition(name) else no)
        return str(engine._resolve_refs(value, {}, parameters, values, mappings, *STACK))

    for name in definitions:
        condition(name)
    return values


def install() -> None:
    rebind(engine._evaluate_conditions, evaluate)

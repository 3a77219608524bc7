"""Quantities as the API server keeps them: what it writes otherwise looks changed each time it is applied again."""

from fractions import Fraction

from cdk8s_plus_27 import k8s

from settings.quantity import BINARY, DECIMAL

_BINARY = {"": Fraction(1)} | {unit: Fraction(size) for unit, size in BINARY.items()}
_DECIMAL = {"m": Fraction(1, 1000)} | {unit: Fraction(size) for unit, size in DECIMAL.items()}


def canonical(amount: str) -> str:
    """A whole number with the largest unit of its kind: `1000m` is `1`, `1.5Gi` is `1536Mi`."""
    number = amount.rstrip("kmMGTKi")
    given = amount.removeprefix(number)
    units = _BINARY if given in BINARY else _DECIMAL
    exact = Fraction(number) * units[given]
    unit = max((each for each in units if exact % units[each] == 0), key=units.__getitem__)
    return f"{exact / units[unit]}{unit}"


def quantity(amount: str) -> k8s.Quantity:
    """The same as the API takes it."""
    return k8s.Quantity.from_string(canonical(amount))

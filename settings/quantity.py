"""Quantities as Kubernetes writes them, kept as they are written and counted exactly."""

import re
from fractions import Fraction
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from settings.problems import nearest, shown

BINARY = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}
DECIMAL = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
UNITS = BINARY | DECIMAL
MOST_BYTES = 64 * 2**40
MOST_MILLICORES = 1_000_000
_MOST_LIKELY = 65_536
"""Of a number without unit, as Mi or Gi."""
_SMALLER = {"Ti": "Gi", "Gi": "Mi", "Mi": "Ki", "T": "G", "G": "M", "M": "k"}
_PARTS = re.compile(r"(?P<number>[0-9]+(\.[0-9]+)?)\s*(?P<unit>[A-Za-z]*)", re.ASCII)


def millicores(cpu: str) -> int:
    """Thousandths of a CPU in `250m`, `1` or `0.5`; raises `ValueError` with the remedy."""
    parts = _PARTS.fullmatch(cpu)
    if parts is None or parts["unit"] not in ("", "m") or " " in cpu:
        raise ValueError(
            f"{shown(cpu)} is not an amount of CPU; write thousandths such as 250m, or cores such as 1"
        )
    exact = Fraction(parts["number"]) * (1 if parts["unit"] else 1000)
    if exact.denominator != 1:
        raise ValueError(f"{shown(cpu)} is finer than a thousandth of a CPU; write {max(1, round(exact))}m")
    if not 0 < exact <= MOST_MILLICORES:
        raise ValueError(f"{shown(cpu)} is no CPU that a pod could have; use 1m to {MOST_MILLICORES // 1000}")
    return int(exact)


def bytes_of(amount: str) -> int:
    """Bytes in `512Mi`, `10Gi` or `1G`; raises `ValueError` with the remedy."""
    parts = _PARTS.fullmatch(amount)
    if parts is None:
        raise ValueError(f"{shown(amount)} is not an amount of bytes; write one like 512Mi or 10Gi")
    number, unit = parts["number"], parts["unit"]
    if unit not in UNITS or " " in amount:
        raise ValueError(f"{shown(amount)} is not an amount of bytes in Kubernetes; {_meant(number, unit)}")
    exact = Fraction(number) * UNITS[unit]
    if exact.denominator != 1:
        smaller = _SMALLER.get(unit, unit)
        whole = f"write {max(1, round(exact / UNITS[smaller]))}{smaller}"
        raise ValueError(
            f"{shown(amount)} is no whole number of bytes; {whole if unit else _with_unit(number)}"
        )
    if not 0 < exact <= MOST_BYTES:
        raise ValueError(
            f"{shown(amount)} is out of range; use more than 0, at most {MOST_BYTES // UNITS['Ti']}Ti"
        )
    return int(exact)


def _meant(number: str, unit: str) -> str:
    """What a unit that Kubernetes does not know was meant to be."""
    if unit == "m":
        return f"m are thousandths of a byte, write {number}Mi"
    letter = unit[:1].upper()
    if letter in ("K", "M", "G", "T"):
        decimal = letter.lower() if letter == "K" else letter
        if unit.lower().endswith("b") and "i" not in unit.lower():
            return f"write {number}{decimal} or {number}{letter}i"
        if unit.lower() in (f"{letter.lower()}i", f"{letter.lower()}ib"):
            return f"write {number}{letter}i"
        return f"write {number}{decimal} or {number}{letter}i"
    if not unit:
        return _with_unit(number)
    close = nearest(unit, sorted(UNITS.keys() - {""}))
    return f"write {number}{close}" if close else "write one like 512Mi or 10Gi"


def _with_unit(number: str) -> str:
    """What an amount without unit was meant to be: hardly so few bytes."""
    likely = 0 < Fraction(number) <= _MOST_LIKELY
    return f"write {number}Mi or {number}Gi" if likely else "write one like 512Mi or 10Gi"


def _cpu(value: str) -> str:
    millicores(value)
    return value


def _bytes(value: str) -> str:
    bytes_of(value)
    if value[-1].isdigit():
        raise ValueError(f"{shown(value)} has no unit; {_with_unit(value)}")
    return value


def _no_number(value: Any) -> Any:
    """Said before that text is needed: in quotes it would be no better."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return _bytes(shown(value)) if is_number else value


CpuQuantity = Annotated[
    str,
    AfterValidator(_cpu),
    Field(max_length=20, examples=["250m"], json_schema_extra={"pattern": r"^[0-9]+(m|\.[0-9]{1,3})?$"}),
]
"""CPU: thousandths such as `250m`, or cores such as `1`."""
ByteQuantity = Annotated[
    str,
    AfterValidator(_bytes),
    BeforeValidator(_no_number),
    Field(
        max_length=20,
        examples=["512Mi"],
        json_schema_extra={"pattern": r"^[0-9]+(\.[0-9]+)?([KMGT]i|[kMGT])$"},
    ),
]
"""Memory or storage: `512Mi`, `10Gi`, `1G`."""

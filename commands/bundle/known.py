"""What a template's values come to before anybody has deployed it."""

from commands.flattened import Template
from commands.preflight.values import Values, defaults

PSEUDO = ("AWS::AccountId", "AWS::Partition", "AWS::Region", "AWS::URLSuffix")
ZONES = tuple(f"zone {number}" for number in range(1, 7))
"""More than a region has; which ones they are counts for nothing here."""


def values(template: Template) -> Values:
    """Parameters as they are by default, and for account and region their names."""
    return Values(
        pseudo={name: name for name in PSEUDO},
        parameters=defaults(template),
        zones=ZONES,
        mappings=template.get("Mappings", {}),
    )

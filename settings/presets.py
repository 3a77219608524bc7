"""What an environment means where the deployment file is silent; a preset names only what differs from the
default."""

from collections.abc import Collection, Mapping
from typing import Any

from settings.services import SPOT_TAINT

PRESETS: dict[str, dict[str, Any]] = {
    "dev": {
        "termination_protection": False,
        "keep_data": False,
        "network": {"egress": "single_nat"},
        "database": {
            "min_capacity": 0,
            "max_capacity": 1,
            "deletion_protection": False,
            "backup_retention_days": 1,
        },
        "monitoring": {"log_retention_days": 7},
        "load_balancer": {"access_log_retention_days": 7},
        "sign_in": {"deletion_protection": False},
        "tasks": {"cpu": 512, "memory_mib": 1024, "max_tasks": 1, "spot": True, "container_insights": False},
        "files": {"throughput": "bursting"},
    },
    "staging": {
        "network": {"egress": "single_nat"},
        "monitoring": {"log_retention_days": 30},
        "tasks": {"spot": True},
    },
    "prod": {
        "database": {"min_capacity": 1, "max_capacity": 8, "reader": True, "backup_retention_days": 35},
        "load_balancer": {"firewall": {}, "deletion_protection": True},
        "sign_in": {"mfa": "required"},
        "tasks": {"min_tasks": 2},
        "backup": {"restore_testing": True},
    },
}

_SAME_SIZE = ("c6i.xlarge", "c6a.xlarge", "c5.xlarge", "c5a.xlarge")
"""Types of 4 vCPU and 8 GiB, so that EC2 Spot has a choice."""
OF_SYSTEM: dict[str, dict[str, dict[str, Any]]] = {
    "aegisai": {
        "dev": {
            "cluster": {
                "deletion_protection": False,
                "node_groups": (
                    {
                        "name": "general",
                        "instance_types": _SAME_SIZE,
                        "min_nodes": 3,
                        "max_nodes": 6,
                        "spot": True,
                    },
                ),
            },
            "backup_job": {"retention_days": 3},
        },
        "staging": {},
        "prod": {
            "cluster": {
                "node_groups": (
                    {"name": "general", "instance_types": ("c6i.xlarge",), "min_nodes": 3, "max_nodes": 6},
                    {
                        "name": "spot-workers",
                        "instance_types": _SAME_SIZE,
                        "min_nodes": 2,
                        "max_nodes": 8,
                        "spot": True,
                        "taints": ({"key": SPOT_TAINT.key, "value": SPOT_TAINT.value},),
                    },
                )
            },
            "backup_job": {"retention_days": 35},
        },
    }
}
"""What a preset says of one system alone."""


def preset_of(environment: str, sections: Collection[str], values: Mapping[str, Any]) -> dict[str, Any]:
    """What an environment means for one deployment file.

    sections: what the system has. values: what the file gives; a database of Aurora in `postgresql` has the preset of
    `database`.
    """
    preset = with_preset(
        PRESETS[environment], OF_SYSTEM.get(str(values.get("system")), {}).get(environment, {})
    )
    postgresql = values.get("postgresql") if values.get("hosting") != "any" else None
    if isinstance(postgresql, Mapping) and postgresql.get("hosted") == "aurora" and "database" in preset:
        preset["postgresql"] = preset["database"]
    return {key: value for key, value in preset.items() if key in sections}


def with_preset(preset: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """What the file gives, and the preset where it is silent; a list or null in the file replaces, a section
    is merged."""
    merged = dict(given)
    for key, value in preset.items():
        if key not in given:
            merged[key] = with_preset(value, {}) if isinstance(value, dict) else value
        elif isinstance(value, dict) and isinstance(given[key], dict):
            merged[key] = with_preset(value, given[key])
    return merged

"""What an environment means where the deployment file is silent; a preset names only what differs from the
default."""

from typing import Any

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

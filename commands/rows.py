"""The rows of the systems' table and the tests that show each."""

import subprocess
import sys
from collections import defaultdict

import typer
from rich.table import Table

from commands.assembly import ROOT
from commands.console import console

ROWS = {
    "C1": "network: own or existing VPC",
    "C2": "security groups",
    "C3": "encryption at rest and in transit",
    "C4": "secrets",
    "C5": "logs, alarms, dashboard",
    "C6": "backup",
    "C7": "disaster recovery",
    "C8": "environments",
    "C9": "CloudFormation parameters",
    "C10": "tags, descriptions, outputs",
    "C11": "cost levers",
    "F1": "open-webui: network",
    "F2": "open-webui: security groups",
    "F3": "open-webui: load balancer",
    "F4": "open-webui: Cognito",
    "F5": "open-webui: storage",
    "F6": "open-webui: compute",
    "F7": "open-webui: monitoring",
    "F8": "open-webui: disaster recovery",
    "F9": "open-webui: sign-in flow",
    "A1": "aegisai: services, ports, replicas, resources",
    "A2": "aegisai: PostgreSQL, Redis, shared storage",
    "A3": "aegisai: autoscaling",
    "A4": "aegisai: disruption budgets",
    "A5": "aegisai: probes",
    "A6": "aegisai: configuration and secrets",
    "A7": "aegisai: network policies",
    "A8": "aegisai: roll-out strategies",
    "A9": "aegisai: pod security",
    "A10": "aegisai: backup and restore",
    "A11": "aegisai: metrics, logs, traces",
    "A12": "aegisai: images, right-sizing, Spot, storage classes",
    "A13": "aegisai: GitOps",
    "A14": "aegisai: cluster and capacity",
}


def rows() -> None:
    """Print each row with its tests; exit 1 if one has none."""
    tests = _tests_by_row()
    table = Table()
    table.add_column("row")
    table.add_column("what")
    table.add_column("tests", justify="right")
    table.add_column("shown by", overflow="fold")
    for row, what in ROWS.items():
        found = sorted(tests[row])
        table.add_row(row, what, str(len(found)), found[0] if found else "[bold red]none[/]")
        for test in found[1:]:
            table.add_row(row, "", "", test)
    console().print(table)
    if missing := [row for row in ROWS if not tests[row]]:
        typer.echo(f"no test shows {', '.join(missing)}", err=True)
        raise typer.Exit(1)


def _tests_by_row() -> dict[str, set[str]]:
    """Ask pytest, which knows every marker, without running a test."""
    listed = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "--quiet", "--list-rows"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode != 0:
        said = (listed.stdout + listed.stderr).splitlines()
        typer.echo("\n".join(line for line in said if not line.startswith("row\t")), err=True)
        raise typer.Exit(1)
    tests: defaultdict[str, set[str]] = defaultdict(set)
    for line in listed.stdout.splitlines():
        if line.startswith("row\t"):
            _, row, test = line.split("\t")
            tests[row].add(test)
    return tests

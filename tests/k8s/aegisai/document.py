"""What the document says of services and volumes; the same as a table, where the document is not there."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).parents[3]
SEED = next(
    (file for above in ROOT.parents if (file := above / "shared/seeds/003_99d2ebaa2373252c.txt").exists()),
    None,
)
NAMES = {
    "API Gateway": "gateway",
    "Workflow Orchestrator": "orchestrator",
    "Validation Service": "validation",
    "Extract Metadata Service": "extract-metadata",
    "Extract Content Service": "extract-content",
    "Extract Metadata": "extract-metadata",
    "Extract Content": "extract-content",
    "AI Service": "ai-service",
    "PostgreSQL": "postgres",
    "Redis": "redis",
}
HEADING = re.compile(r"^\d\. \*\*(?P<name>[^*]+)\*\*.*\n(?P<lines>(?:   - .*\n)+)", re.MULTILINE)
ROW = re.compile(
    r"^\| (?P<name>[^|]+) \| (?P<port>\d+) \| (?P<outside>\d+|-) \| (?P<type>\w+) \|$", re.MULTILINE
)
SIZE = re.compile(r"^- (?P<name>.+) PVC: (?P<size>\d+) GB \((?P<mode>\w+)\)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the document says of one service; None: it says nothing."""

    port: int
    external_port: int | None = None
    type: str = "ClusterIP"
    replicas: int | None = None
    scales: tuple[int, int] | None = None
    memory: tuple[str, str] | None = None
    cpu: tuple[str, str] | None = None
    health: str | None = None


TABLE = {
    "gateway": Said(
        port=8000,
        external_port=8000,
        type="LoadBalancer",
        replicas=2,
        scales=(2, 10),
        health="/health",
        memory=("512Mi", "1Gi"),
        cpu=("250m", "500m"),
    ),
    "orchestrator": Said(
        port=9000, replicas=2, scales=(2, 8), health="/docs", memory=("512Mi", "1Gi"), cpu=("250m", "500m")
    ),
    "validation": Said(port=9001, replicas=2, scales=(2, 8), memory=("256Mi", "512Mi"), cpu=("200m", "500m")),
    "extract-metadata": Said(
        port=9002, replicas=2, scales=(2, 8), memory=("256Mi", "512Mi"), cpu=("200m", "500m")
    ),
    "extract-content": Said(
        port=9003, replicas=2, scales=(2, 8), memory=("512Mi", "1Gi"), cpu=("250m", "500m")
    ),
    "ai-service": Said(port=9004, replicas=2, scales=(2, 6), memory=("1Gi", "2Gi"), cpu=("500m", "1000m")),
    "postgres": Said(port=5432),
    "redis": Said(port=6379),
}
VOLUMES = {
    "Shared Storage": ("20Gi", "ReadWriteMany"),
    "PostgreSQL": ("10Gi", "ReadWriteOnce"),
    "Redis": ("5Gi", "ReadWriteOnce"),
}


def services(text: str) -> dict[str, Said]:
    """Read out of the document: the table of ports, then what stands under each heading."""
    found = {
        NAMES[row["name"]]: Said(
            port=int(row["port"]),
            external_port=None if row["outside"] == "-" else int(row["outside"]),
            type=row["type"],
        )
        for row in ROW.finditer(text)
    }
    for heading in HEADING.finditer(text):
        if (name := NAMES.get(heading["name"])) is not None:
            found[name] = _with_lines(found[name], heading["lines"])
    return found


def volumes(text: str) -> dict[str, tuple[str, str]]:
    """Size and access mode of each volume; the document's GB are the Gi of its components."""
    return {row["name"]: (f"{row['size']}Gi", row["mode"]) for row in SIZE.finditer(text)}


def _with_lines(said: Said, lines: str) -> Said:
    if scales := re.search(r"(\d+) replicas \(scales (\d+)-(\d+)\)", lines):
        replicas, least, most = map(int, scales.groups())
        said = replace(said, replicas=replicas, scales=(least, most))
    if limits := re.search(r"Resource limits: (\w+)-(\w+) RAM, (\w+)-(\w+) CPU", lines):
        said = replace(said, memory=(limits[1], limits[2]), cpu=(limits[3], limits[4]))
    if health := re.search(r"Health check: (\S+) endpoint", lines):
        said = replace(said, health=health[1])
    return said

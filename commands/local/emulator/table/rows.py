"""The whole table."""

from commands.local.emulator.rows import Row
from commands.local.emulator.table import compute, data, kubernetes, network, observability, sign_in

ROWS: list[Row] = [
    *network.ROWS,
    *data.ROWS,
    *sign_in.ROWS,
    *compute.ROWS,
    *kubernetes.ROWS,
    *observability.ROWS,
]

"""Starts the embedded AWS: ministack with the extension, on one port of loopback.

    python -m commands.local.emulator PORT STATE_FOLDER [--plain]

`--plain` leaves the extension out: the tests see there whether ministack still has the defects that it works around.
"""

import atexit
import os
import sys
from pathlib import Path

LOOPBACK = "127.0.0.1"
PLAIN = "--plain"


def environment(*, port: int, state: Path) -> dict[str, str]:
    """What ministack reads at import."""
    temporary = state / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    return {
        "BIND_HOST": LOOPBACK,  # it listens on every interface otherwise
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": "localhost",
        "AWS_ENDPOINT_URL": f"http://localhost:{port}",
        "MINISTACK_COGNITO_PRETOKEN_STRICT": "1",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "LAMBDA_EXECUTOR": "local",
        "TMPDIR": str(temporary),
        "NO_PROXY": "localhost,127.0.0.1",
        "no_proxy": "localhost,127.0.0.1",
    }


def main() -> None:
    port, state = int(sys.argv[1]), Path(sys.argv[2]).resolve()
    os.environ.update(environment(port=port, state=state))
    # Imported only now: ministack reads its environment at import.
    from ministack import app  # noqa: PLC0415

    if PLAIN not in sys.argv:
        from commands.local.emulator import extension, supervision  # noqa: PLC0415
        from commands.local.emulator.edge import server  # noqa: PLC0415

        # Registered first, it comes last: tasks end before the stores that they use.
        atexit.register(supervision.stop_all)
        server.start(state)
        extension.install(state)
    sys.argv = ["ministack"]
    app.main()


if __name__ == "__main__":
    main()

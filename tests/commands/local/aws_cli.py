"""The AWS CLI, loaded once: a command is a fork of it, which takes a tenth of a start.

    python -m tests.commands.local.aws_cli SOCKET

serves; what `client` writes is an `aws` for a shell, which passes its arguments, folder and streams on.
"""

import json
import os
import signal
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen

ROOT = Path(__file__).parents[3]
STREAMS = (0, 1, 2)
CLIENT = """#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    asked = json.dumps([os.getcwd(), sys.argv[1:]]).encode()
    socket.send_fds(server, [asked], [0, 1, 2])
    sys.exit(int(server.recv(16) or 255))
"""


@contextmanager
def aws_cli(folder: Path, *, environment: Mapping[str, str]) -> Iterator[Path]:
    """A folder for the PATH with an `aws` in it, which works in this environment."""
    address, program = folder / "aws.socket", folder / "aws"
    program.write_text(CLIENT.format(python=sys.executable, address=str(address)))
    program.chmod(0o755)
    command = [sys.executable, "-m", "tests.commands.local.aws_cli", str(address)]
    with Popen(command, cwd=ROOT, env=dict(environment), stdout=PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            assert server.stdout.readline() == "ready\n"
            yield folder
        finally:
            server.terminate()


def serve(address: str) -> None:
    from awscli.clidriver import create_clidriver  # noqa: PLC0415 - a client would wait for it

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a fork
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        print("ready", flush=True)
        while True:
            client, _ = listener.accept()
            with client:
                asked, streams, _, _ = socket.recv_fds(client, 1 << 16, len(STREAMS))
                if os.fork():
                    for stream in streams:
                        os.close(stream)
                    continue
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for stream, own in zip(streams, STREAMS, strict=True):
                    os.dup2(stream, own)
                folder, arguments = json.loads(asked)
                os.chdir(folder)
                # Version 1 asks AWS itself for a few operations of RDS unless it is told here.
                code = create_clidriver().main(["--endpoint-url", os.environ["AWS_ENDPOINT_URL"], *arguments])
                sys.stdout.flush()
                client.send(str(code).encode())
                os._exit(0)


if __name__ == "__main__":
    serve(sys.argv[1])

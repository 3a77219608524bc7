"""A web application of the standard library alone: says how it does, and what its container is like."""

import json
import os
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class Answer(BaseHTTPRequestHandler):
    """`/health`, `/environment`, `/write?path=`, `/read?path=`, `/identity`."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        path = parse_qs(parts.query).get("path", [""])[0]
        status, answer = 200, ""
        if parts.path == "/health":
            status = 503 if os.path.exists("/tmp/ill") or time.time() < ILL_UNTIL else 200
        elif parts.path == "/environment":
            answer = json.dumps(dict(os.environ))
        elif parts.path == "/identity":
            answer = json.dumps(
                {
                    "uid": os.getuid(),
                    "pid": os.getpid(),
                    "processes": sum(n.isdecimal() for n in os.listdir("/proc")),
                }
            )
        else:
            try:
                if parts.path == "/write":
                    with open(path, "w") as file:
                        file.write(os.environ.get("VERSION", ""))
                elif parts.path == "/read":
                    with open(path) as file:
                        answer = file.read()
            except OSError as error:
                status, answer = 500, f"{type(error).__name__} {error.errno}"
        self.send_response(status)
        self.end_headers()
        self.wfile.write(answer.encode())

    def log_message(self, *_: object) -> None:
        """Not each request."""


def end(*_: object) -> None:
    """Take a while, as an application does that ends its requests."""
    time.sleep(float(os.environ.get("LINGER", "0")))
    print(f"version {os.environ.get('VERSION', '')} has ended", flush=True)
    sys.exit(0)


ILL_UNTIL = time.time() + float(os.environ.get("ILL_SECONDS", "0"))

if __name__ == "__main__":
    print(f"version {os.environ.get('VERSION', '')} starts", flush=True)
    if os.environ.get("STUBBORN"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    else:
        signal.signal(signal.SIGTERM, end)
    if "CRASH" in os.environ:
        sys.exit(int(os.environ["CRASH"]))
    server = ThreadingHTTPServer((sys.argv[1], int(os.environ.get("PORT", sys.argv[2]))), Answer)
    server.serve_forever(poll_interval=0.05)

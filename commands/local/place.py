"""Where one embedded AWS lives: its folder, and the programs of the checkout that it uses."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from commands.local.emulator.clients import client
from commands.local.steps import LocalError

ROOT = Path(__file__).parent.parent.parent
STATE = ROOT / ".local"
ACCOUNT = "111122223333"
REGION = "us-east-1"
REMEDY = "run `make setup` first (make local does)"
REAL_AWS = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)
"""What could lead a command to an account that exists."""
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


@dataclass(frozen=True, kw_only=True)
class Place:
    """An embedded AWS's own folder below the checkout; two of them live side by side."""

    state: Path = STATE
    account: str = ACCOUNT
    region: str = REGION

    @property
    def log(self) -> Path:
        return self.state / "emulator.log"

    @property
    def cdk_log(self) -> Path:
        return self.state / "cdk.log"

    @property
    def assembly(self) -> Path:
        return self.state / "cdk.out"

    @property
    def programs(self) -> Path:
        """The table of images that run as programs of this machine; while it is there, tasks run."""
        return self.state / "programs.json"

    @property
    def tasks(self) -> Path:
        """What the tasks keep: logs, volumes, and `status.json`."""
        return self.state / "tasks"

    @property
    def authority(self) -> Path:
        """The certificate of the authority that signs what listens here."""
        return self.state / "authority.pem"

    @property
    def edge(self) -> Path:
        """The ports at which load balancers and distributions answer."""
        return self.state / "edge.json"

    @property
    def models(self) -> Path:
        """Port and key of the echo."""
        return self.state / "models.json"

    @property
    def filled_secrets(self) -> Path:
        """What is put into secrets when they are made."""
        return self.state / "secrets.json"

    def cdk(self) -> list[str]:
        """The CDK CLI of the checkout."""
        node, cli = ROOT / ".venv" / "bin" / "node", ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"
        for tool in (node, cli):
            if not tool.exists():
                raise LocalError(f"{tool.relative_to(ROOT)} is missing; {REMEDY}")
        return [str(node), str(cli)]

    def client(self, service: str, *, url: str) -> Any:
        """A boto3 client of the emulator that answers there."""
        return client(service, url=url, account=self.account, region=self.region)

    def environment(self, *, port: int | None) -> dict[str, str]:
        """An environment in which nothing but the emulator on this port can be reached with AWS's tools."""
        kept = {name: value for name, value in os.environ.items() if name not in (*REAL_AWS, *PROXIES)}
        endpoint = {"AWS_ENDPOINT_URL": f"http://localhost:{port}"} if port else {}
        return {
            **kept,
            **endpoint,
            "PATH": f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "AWS_ACCESS_KEY_ID": self.account,  # ministack takes twelve digits for the account
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "CDK_DISABLE_CLI_TELEMETRY": "true",
        }

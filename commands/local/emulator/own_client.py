"""The emulator as its own caller, in the account and region of the request that is being served."""

import os
from typing import Any

from ministack.core.responses import get_account_id, get_region

from commands.local.emulator.clients import client


def own_client(service: str) -> Any:
    """A client of this very process; for threads beside the server's loop, which has to answer it."""
    return client(service, url=os.environ["AWS_ENDPOINT_URL"], account=get_account_id(), region=get_region())

"""Why a task did not start, in the words of ECS."""


class StartError(Exception):
    """The task cannot start; the text is its `stoppedReason`.

    `container` and `detail` are what ECS writes beside the container itself.
    """

    def __init__(self, reason: str, *, container: str | None = None, detail: str | None = None) -> None:
        super().__init__(reason)
        self.container = container
        self.detail = detail


def resource_initialization(what: str) -> StartError:
    """Something that the agent prepares before it starts a container."""
    return StartError(f"ResourceInitializationError: {what}")

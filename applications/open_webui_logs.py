"""Lines in the log of Open WebUI, and of what prepares its start, that somebody has to act upon."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class LogPattern:
    """Lines that a CloudWatch Logs pattern finds; more than `threshold` in five minutes are an alarm."""

    name: str
    pattern: str
    meaning: str
    first_step: str
    threshold: int


FAILURES = (
    LogPattern(
        name="MigrationFailed",
        pattern='{ ($.caller = "prepare") && ($.level = "error") }',  # assets/ecs/prepare.py
        meaning="A task could not prepare the database for its version, and was stopped.",
        first_step="read the line in the log: it names the other version that still runs, or says that the "
        "schema is newer than the image.",
        threshold=0,
    ),
    LogPattern(
        name="SignInFailed",
        pattern='{ $.msg = "Error during OAuth process: *" }',  # utils/oauth.py, once for each that fails
        meaning="More than 5 sign-ins in five minutes came back from the identity provider and failed.",
        first_step="read the lines in the log; a changed client secret or callback is the usual cause.",
        threshold=5,
    ),
)

"""What the commands share that look at one deployment: its assembly in a folder that goes, and how they refuse."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from commands.account.session import NoAccount
from commands.chosen import context
from commands.console import ended
from commands.synthesis import SynthesisFailed, synthesize
from settings.load import BadDeploymentFile, Loaded


@dataclass(frozen=True)
class Synthesized:
    """A cloud assembly with one deployment in it, and what synthesis warned of."""

    assembly: Path
    warnings: str


@contextmanager
def synthesized(loaded: Loaded, *, rules: bool = True) -> Iterator[Synthesized]:
    """The deployment's assembly, in a folder that is there until the block ends.

    Args:
        loaded: Its settings.
        rules: See `commands.synthesis.synthesize`.

    Raises:
        SynthesisFailed: The application refuses the deployment.
    """
    with tempfile.TemporaryDirectory() as folder:
        warnings = synthesize(Path(folder), context=context(loaded), rules=rules)
        yield Synthesized(Path(folder), warnings)


@contextmanager
def refusals(*told: type[Exception]) -> Iterator[None]:
    """Ends the command with a line where somebody can do something about it; anything else is a defect of ours.

    told: What else is told as it stands, beside a wrong file, an account that does not let in, and a failed synthesis.
    """
    try:
        yield
    except (BadDeploymentFile, NoAccount) as error:
        raise ended(error, code=2) from None
    except SynthesisFailed as error:
        raise ended(error, code=error.exit_code) from None
    except told as error:
        raise ended(error, code=1) from None


@contextmanager
def writing_to(output: Path) -> Iterator[None]:
    """Ends the command with a line where the folder cannot be written."""
    try:
        yield
    except OSError as error:
        said = f"{error.filename or output}: cannot be written ({error.strerror}); name another folder with --output"
        raise ended(said, code=1) from None

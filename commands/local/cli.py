"""`make local`: deploys with the real CDK CLI to an AWS inside this checkout, on loopback."""

import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from commands.local import account, assembly_cache, report, server, virtual_environment
from commands.local.cdk import Command, run
from commands.local.place import ACCOUNT, REGION, ROOT, STATE, Place
from commands.local.steps import CONSOLE, LocalError, step
from settings.load import BadDeploymentFile, deployment_files, load_deployment

app = typer.Typer(no_args_is_help=True, add_completion=False)
State = Annotated[Path, typer.Option(help="Folder of its own: one embedded AWS per folder.")]
DEFAULT = "open-webui-dev"
DEPLOYMENTS = ROOT / "deployments"


@app.command()
def up(
    deployment: Annotated[str, typer.Option(help="Name of a file in the folder of deployments.")] = DEFAULT,
    port: Annotated[int | None, typer.Option(help="Port of loopback. Left out: a free one.")] = None,
    deployments: Annotated[Path, typer.Option(help="Folder of the deployment files.")] = DEPLOYMENTS,
    state: State = STATE,
) -> None:
    """Start the embedded AWS, or take the one that runs, and deploy to it."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        place = _place(deployments, deployment, state)
        bring_up(place, deployment, port=port, deployments=deployments)
    except BadDeploymentFile as error:
        _fail(str(error), code=2)
    except LocalError as error:
        _fail(str(error), code=error.code)
    except KeyboardInterrupt:
        _fail("interrupted", code=130)


@app.command()
def destroy(
    deployment: Annotated[str, typer.Option(help="Name of the deployment.")] = DEFAULT,
    deployments: Annotated[Path, typer.Option(help="Folder of the deployment files.")] = DEPLOYMENTS,
    state: State = STATE,
) -> None:
    """Take the deployment down with `cdk destroy` and say what is left, which its templates retain."""
    try:
        place = _place(deployments, deployment, state)
        running = server.running(place)
        if running is None:
            raise LocalError("no embedded AWS is running; start one with make local")
        names = [stack.name for stack in account.stacks(place, deployment, url=running.url)]
        if not names:
            raise LocalError(f"{deployment} is not deployed; deploy it with make local")
        with step("cdk destroy"):
            run(place, "destroy", "--app", str(place.assembly), deployment, "--force", port=running.port)
        left = account.retained(place, names, url=running.url)
        CONSOLE.print(report.left_table(left) if left else "nothing is left of it")
    except BadDeploymentFile as error:
        _fail(str(error), code=2)
    except LocalError as error:
        _fail(str(error), code=error.code)


@app.command()
def stop(state: State = STATE) -> None:
    """End the embedded AWS with everything that it started."""
    place = Place(state=state.resolve())
    ended = server.stop(place)
    CONSOLE.print("the embedded AWS has ended" if ended else "no embedded AWS is running")


def bring_up(
    place: Place, deployment: str, *, port: int | None = None, deployments: Path = DEPLOYMENTS
) -> None:
    """Deploy; an emulator that was started for it ends again if that does not succeed."""
    began = time.monotonic()
    CONSOLE.print(f"[bold]{deployment}[/] on an embedded AWS (account {place.account}, {place.region})")
    place.cdk()
    place.cdk_log.unlink(missing_ok=True)
    before = server.running(place)
    if before and before.sources != server.sources():
        CONSOLE.print("  the emulator's sources have changed: it begins anew, and empty")
        server.stop(place)
        before = None
    if before and port and before.port != port:
        raise LocalError(
            f"the embedded AWS runs on port {before.port} already; leave --port out, or run make local-stop first"
        )
    # Synthesis needs no AWS: it goes on while the emulator is made ready.
    synthesis = _begin_synthesis(place, deployment, deployments)
    try:
        running = before or _start(place, port)
        CONSOLE.print(f"  the embedded AWS answers on {running.url}")
        if not account.is_bootstrapped(place, url=running.url):
            with step("cdk bootstrap"):
                run(place, "bootstrap", f"aws://{place.account}/{place.region}", port=running.port)
        if synthesis:
            with step("cdk synth"):
                synthesis.wait()
            assembly_cache.keep(place, deployment, deployments)
        with step("cdk deploy") as tell:
            _deploy(place, deployment, running, tell=tell)
    except BaseException:
        if synthesis:
            synthesis.end()
        if not before:
            server.stop(place)
        raise
    _tell(place, deployment, running)
    CONSOLE.print(
        f"deployed in {time.monotonic() - began:.0f} s; it goes on running until [bold]make local-stop[/]"
    )


def _begin_synthesis(place: Place, deployment: str, deployments: Path) -> Command | None:
    if assembly_cache.is_current(place, deployment, deployments):
        CONSOLE.print("  nothing has changed since the last synthesis")
        return None
    assembly_cache.forget(place)
    selected = ("-c", f"deployment={deployment}", "-c", f"deployments={deployments.resolve()}")
    return Command(place, "synth", "--quiet", *selected, "--output", str(place.assembly), port=None)


def _start(place: Place, port: int | None) -> server.Server:
    if not virtual_environment.is_current():
        with step("installing the emulator into .venv-emulator"):
            virtual_environment.install()
    with step("starting the emulator"):
        return server.start(place, port=port)


def _tell(place: Place, deployment: str, running: server.Server) -> None:
    stacks = account.stacks(place, deployment, url=running.url)
    for table in (report.stack_table(stacks), report.output_table(stacks[0]), report.depth_table(stacks)):
        CONSOLE.print(table)
    CONSOLE.print(
        f"export AWS_ENDPOINT_URL={running.url} AWS_ACCESS_KEY_ID={place.account} AWS_SECRET_ACCESS_KEY=local"
        f" AWS_REGION={place.region} AWS_DEFAULT_REGION={place.region}; aws cloudformation list-stacks",
        soft_wrap=True,
    )


def _deploy(place: Place, deployment: str, found: server.Server, *, tell: Callable[[str], None]) -> None:
    arguments = (
        "--app",
        str(place.assembly),
        deployment,
        "--require-approval",
        "never",
        "--progress",
        "events",
        "--no-previous-parameters",  # else a value that changed in the file keeps what the stack was made with
    )
    try:
        run(place, "deploy", *arguments, port=found.port, tell=tell)
    except LocalError as error:
        reason = account.first_failure(place, deployment, url=found.url)
        raise LocalError(
            f"{deployment} is not deployed: {reason}; see {place.cdk_log}" if reason else str(error)
        ) from None


def _place(folder: Path, name: str, state: Path) -> Place:
    (file,) = deployment_files(folder, only=name)
    settings = load_deployment(file).deployment
    return Place(state=state.resolve(), account=settings.account or ACCOUNT, region=settings.region or REGION)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _fail(message: str, *, code: int) -> None:
    print(message, file=sys.stderr)  # noqa: T201 - as it is: rich would wrap the line
    raise typer.Exit(code)

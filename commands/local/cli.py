"""`make local`: deploys with the real CDK CLI to an AWS inside this checkout, on loopback."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError
from rich.markup import escape

from commands.local import account, assembly_cache, clusters, interruption, lock, losses, report, server
from commands.local.cdk import Command, run
from commands.local.place import ACCOUNT, REGION, ROOT, STATE, Place
from commands.local.steps import CONSOLE, LocalError, step
from commands.local.trial import open_webui, programs, trial
from commands.local.trial.models import OLLAMA_URL, OPENAI_KEY, OPENAI_URL
from commands.local.virtual_environment import EMULATOR
from settings.load import BadDeploymentFile, deployment_files, load_deployment

app = typer.Typer(no_args_is_help=True, add_completion=False)
PortOfAws = Annotated[str, typer.Option(help="Port of the embedded AWS itself. Left out: a free one.")]
State = Annotated[Path, typer.Option(help="Folder of its own: one embedded AWS per folder.")]
DEFAULT = "open-webui-dev"
WENT = "this deployment took data with it; make diff fails on it:"
LEFT = "what held data left the deployment:"
DEPLOYMENTS = ROOT / "deployments"
VARIABLES = ": application.environment."
"""What a warning is about that counts here as well as in an account."""


@app.command()
def up(
    deployment: Annotated[str, typer.Option(help="Name of a file in the folder of deployments.")] = DEFAULT,
    port: PortOfAws = "",
    deployments: Annotated[Path, typer.Option(help="Folder of the deployment files.")] = DEPLOYMENTS,
    state: State = STATE,
    verbose: Annotated[bool, typer.Option(help="Say what of it is real, each time.")] = False,
) -> None:
    """Start the embedded AWS, or take the one that runs, and deploy to it."""
    with spoken():
        place = _place(deployments, deployment, state, warned=True)
        with lock.held(place):
            trial.leave(place)
            bring_up(
                place, deployment, port=trial.port_number(port), deployments=deployments, verbose=verbose
            )


@app.command("try")
def try_(
    deployment: Annotated[str, typer.Option(help="Name of a file in the folder of deployments.")] = DEFAULT,
    tasks: Annotated[str, typer.Option(help="How many tasks run. Left out: as the file says.")] = "",
    port: PortOfAws = "",
    deployments: Annotated[Path, typer.Option(help="Folder of the deployment files.")] = DEPLOYMENTS,
    state: State = STATE,
    openai_url: Annotated[
        str, typer.Option(envvar=OPENAI_URL, help="Models of your own. Left out: the echo.")
    ] = "",
    openai_key: Annotated[str, typer.Option(envvar=OPENAI_KEY, help="Their key.")] = "",
    ollama_url: Annotated[str, typer.Option(envvar=OLLAMA_URL, help="Models of Ollama.")] = "",
    new_passwords: Annotated[bool, typer.Option(help="New passwords for those who may sign in.")] = False,
) -> None:
    """Deploy to the embedded AWS and run the application there, for a browser on this machine."""
    with spoken():
        wishes = trial.Wishes(
            name=deployment,
            folder=deployments,
            tasks=trial.number(tasks),
            openai_url=trial.address(OPENAI_URL, openai_url, example="https://api.openai.com/v1"),
            openai_key=openai_key or None,
            ollama_url=trial.address(OLLAMA_URL, ollama_url, example="http://localhost:11434"),
            new_passwords=new_passwords,
        )
        place = _place(deployments, deployment, state, warned=True)
        with lock.held(place):
            try_out(place, wishes, port=trial.port_number(port))


@app.command()
def install(
    deployment: Annotated[str, typer.Option(help="Name of a file in the folder of deployments.")] = DEFAULT,
    deployments: Annotated[Path, typer.Option(help="Folder of the deployment files.")] = DEPLOYMENTS,
) -> None:
    """Install the application that a deployment runs, which make try does as well."""
    with spoken():
        trial.install(trial.version(deployments, deployment))


@app.command()
def destroy(
    deployment: Annotated[str, typer.Option(help="Name of the deployment.")] = DEFAULT,
    deployments: Annotated[Path, typer.Option(help="Folder of the deployment files.")] = DEPLOYMENTS,
    state: State = STATE,
) -> None:
    """Take the deployment down with `cdk destroy` and say what is left of it in the account."""
    with spoken():
        place = _place(deployments, deployment, state)
        with lock.held(place):
            take_down(place, deployment)


@app.command()
def stop(state: State = STATE) -> None:
    """End the embedded AWS with everything that it started."""
    place = Place(state=state.resolve())
    with spoken(), lock.held(place):
        ended = server.stop(place)
        CONSOLE.print(f"{ended} has ended" if ended else "no embedded AWS is running")


def take_down(place: Place, deployment: str) -> None:
    """Destroy the deployment with the CLI; raises `LocalError` if there is none."""
    running = server.running(place)
    if running is None:
        raise LocalError("no embedded AWS is running; start one with make local")
    names = [stack.name for stack in account.stacks(place, deployment, url=running.url)]
    if not names:
        raise LocalError(f"{deployment} is not deployed; deploy it with make local")
    with step("cdk destroy"):
        run(place, "destroy", "--app", str(place.assembly), deployment, "--force", port=running.port)
    left = account.left(place, names, url=running.url)
    CONSOLE.print(report.left_table(left) if left else "nothing is left of it")


def try_out(place: Place, wishes: trial.Wishes, *, port: int | None = None) -> None:
    """Deploy, and wait until a person can sign in; an emulator that was started for it ends if that fails."""
    began = time.monotonic()
    place.cdk()
    wanted = trial.check(place, wishes)
    trial.install(wanted)
    before = _found(place, port)
    try:
        # Its ports are in what is deployed.
        running = before or _start(place, port)
        trial.run(
            place,
            wishes,
            running,
            wanted=wanted,
            deploy=lambda folder: bring_up(place, wishes.name, deployments=folder, tables=False),
        )
    except BaseException:
        if not before:
            _end(place)
            programs.switch_off(place)
        raise
    CONSOLE.print(
        f"ready in {time.monotonic() - began:.0f} s; it goes on running until [bold]make local-stop[/]"
    )


def bring_up(
    place: Place,
    deployment: str,
    *,
    port: int | None = None,
    deployments: Path = DEPLOYMENTS,
    verbose: bool = False,
    tables: bool = True,
) -> None:
    """Deploy; an emulator that was started for it ends again if that does not succeed.

    What of it is real is told at the first deployment; later only when `verbose`. `tables`: tell what was deployed.
    """
    began = time.monotonic()
    CONSOLE.print(f"[bold]{deployment}[/] on an embedded AWS (account {place.account}, {place.region})")
    place.cdk()
    place.cdk_log.unlink(missing_ok=True)
    before = _found(place, port)
    synthesis = None
    try:
        # Synthesis needs no AWS: it goes on while the emulator is made ready.
        with interruption.held_back():
            synthesis = _begin_synthesis(place, deployment, deployments)
        running = before or _start(place, port)
        CONSOLE.print(f"  the embedded AWS answers on {running.url}")
        first = not account.is_bootstrapped(place, url=running.url)
        if first:
            with step("cdk bootstrap"):
                run(place, "bootstrap", f"aws://{place.account}/{place.region}", port=running.port)
        if synthesis:
            with step("cdk synth"):
                synthesis.wait()
            assembly_cache.keep(place, deployment, deployments)
        stacks = account.stacks(place, deployment, url=running.url)
        held = losses.holders(stacks, clusters.recorded(place))
        with step("cdk deploy") as tell:
            changed = _deploy(place, deployment, running, tell=tell)
    except BaseException:
        if synthesis:
            synthesis.end()
        if not before:
            _end(place)
        raise
    if tables:
        _tell(place, deployment, running, verbose=verbose or first)
    if changed:
        _tell_lost(place, deployment, running, held, [stack.name for stack in stacks])
    done = "deployed" if changed else "nothing to deploy; checked"
    CONSOLE.print(
        f"{done} in {time.monotonic() - began:.0f} s; it goes on running until [bold]make local-stop[/]"
    )


def _end(place: Place) -> None:
    """End what was started for a command that does not succeed; that takes seconds, so it is said."""
    if server.running(place):
        CONSOLE.print("  ending the embedded AWS, which was started for this")
    server.stop(place)


def _found(place: Place, port: int | None) -> server.Server | None:
    """The emulator that runs already, unless it must begin anew; raises `LocalError` if it has another port."""
    before = server.running(place)
    if before and before.sources != server.sources():
        CONSOLE.print("  the emulator's sources have changed: it begins anew, and empty")
        server.stop(place)
        before = None
    if before and port and before.port != port:
        raise LocalError(
            f"the embedded AWS runs on port {before.port} already; "
            "leave PORT or --port out, or run make local-stop first"
        )
    return before


def _begin_synthesis(place: Place, deployment: str, deployments: Path) -> Command | None:
    if assembly_cache.is_current(place, deployment, deployments):
        CONSOLE.print("  nothing has changed since the last synthesis")
        return None
    assembly_cache.forget(place)
    selected = ("-c", f"deployment={deployment}", "-c", f"deployments={deployments.resolve()}")
    return Command(place, "synth", "--quiet", *selected, "--output", str(place.assembly), port=None)


def _start(place: Place, port: int | None) -> server.Server:
    if not EMULATOR.is_current:
        with step("installing the emulator into .venv-emulator") as tell:
            EMULATOR.install(tell=tell)
    with step("starting the emulator"):
        return server.start(place, port=port)


def _tell(place: Place, deployment: str, running: server.Server, *, verbose: bool) -> None:
    stacks = account.stacks(place, deployment, url=running.url)
    CONSOLE.print(report.stack_table(stacks))
    CONSOLE.print(report.output_table(stacks[0]))
    for cluster in clusters.recorded(place):
        CONSOLE.print(clusters.cluster_table(cluster))
    CONSOLE.print(report.depth_table(stacks) if verbose else report.DEPTH_HINT)
    CONSOLE.print(
        f"export AWS_ENDPOINT_URL={running.url} AWS_ACCESS_KEY_ID={place.account} AWS_SECRET_ACCESS_KEY=local"
        f" AWS_REGION={place.region} AWS_DEFAULT_REGION={place.region}; aws cloudformation list-stacks",
        soft_wrap=True,
    )


def _tell_lost(
    place: Place, deployment: str, running: server.Server, held: losses.Holders, names: list[str]
) -> None:
    """What data went; `names` are those of the stacks before."""
    now = losses.holders(account.stacks(place, deployment, url=running.url), clusters.recorded(place))
    if not any(losses.lost(held, now)):
        return
    retained = [each.name for each in account.left(place, names, url=running.url)]
    found = list(losses.lost(held, now, retained=retained))
    CONSOLE.print(LEFT if all(stays for _, stays in found) else f"[bold red]{WENT}[/]")
    for line, _ in found:
        CONSOLE.print(f"  {escape(line)}", emoji=False, soft_wrap=True)


def _deploy(place: Place, deployment: str, found: server.Server, *, tell: Callable[[str], None]) -> bool:
    """Whether anything was to be deployed."""
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
        output = run(place, "deploy", *arguments, port=found.port, tell=tell)
    except LocalError as error:
        reason = account.first_failure(place, deployment, url=found.url)
        raise LocalError(
            f"{deployment} is not deployed: {reason}; see {place.cdk_log}" if reason else str(error)
        ) from None
    return not any("(no changes)" in line for line in output)


def _place(folder: Path, name: str, state: Path, *, warned: bool = False) -> Place:
    (file,) = deployment_files(folder, only=name)
    loaded = load_deployment(file)
    if warned:
        for warning in loaded.warnings(packages=open_webui.FOLDER):
            if VARIABLES not in warning:
                continue  # mail, for one: nobody gets any here
            print(warning, file=sys.stderr)  # noqa: T201 - as it is: rich would wrap the line
    settings = loaded.on_aws
    return Place(state=state.resolve(), account=settings.account or ACCOUNT, region=settings.region or REGION)


@contextmanager
def spoken() -> Iterator[None]:
    """What goes wrong in the block is one line and an exit code; what interrupts it does so once."""
    interruption.listen()
    try:
        yield
    except BadDeploymentFile as error:
        _fail(str(error), code=2)
    except LocalError as error:
        _fail(str(error), code=error.code)
    except (EndpointConnectionError, ConnectionClosedError):
        _fail(
            "the embedded AWS answers no more; its last words are in emulator.log of the state folder (.local), "
            "and make local-stop clears up what is left of it",
            code=1,
        )
    except KeyboardInterrupt:
        _fail("interrupted", code=130)


def _fail(message: str, *, code: int) -> None:
    print(message, file=sys.stderr)  # noqa: T201 - as it is: rich would wrap the line
    raise typer.Exit(code)

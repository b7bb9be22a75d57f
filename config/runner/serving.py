"""`./run` and `./run --live`: a state with all its processes, until Ctrl-C."""

from functools import partial

from config.runner.console import complain, say
from config.runner.errors import CANNOT_RUN, AlreadyRunning, RunnerError
from config.runner.household import Household, household
from config.runner.npm import collect_design_system
from config.runner.ports import LOOPBACK
from config.runner.processes import PROCESSES
from config.runner.state import ROOT, Kind, State, home_folder, open_state
from config.runner.state_file import StateFile


def serve(kind: Kind) -> int:
    """Run the state of `kind` until this process is asked to end. Returns 0 when the state runs already."""
    state = open_state(kind, home_folder())
    say(f"Daybook, {kind} state in {state.directory}")
    try:
        with household(state, say) as home:
            collect_design_system(say, for_tests=False)
            home.start_engines()
            home.choose_ports(PROCESSES)
            # Where all is there already this takes as long as Django takes to begin, and so does the web.
            home.start_processes(PROCESSES, meanwhile=partial(fill_demo, home) if kind is Kind.DEMO else lambda: None)
            home.file.address = f"http://{LOOPBACK}:{home.file.ports['web']}"
            home.file.write()
            if "public" in home.file.ports and kind is Kind.LIVE:
                say(f"\n  public face: http://{LOOPBACK}:{home.file.ports['public']}")
            say(f"\n  {home.file.address}\n\nCtrl-C ends it. Logs: {state.logs}")
            if home.waits_for_set_up():
                code = state.secrets.code_file("setup-code").read_text()
                say(f"\nThis state is empty. Open the address above and type the setup code:\n\n  {code}\n")
            home.watch()
    except AlreadyRunning as error:
        return _tell_of_other(state, error)
    return 0


def fill_demo(home: Household) -> None:
    """Give a demo state its people and its sandbox account, and show the logins; done before, it changes nothing."""
    if not any(ROOT.glob("*/management/commands/demo_state.py")):
        return
    code = home.run([str(ROOT / "manage.py"), "demo_state"])
    if code:
        raise RunnerError(f"The demo state could not be filled (exit code {code}); see above.")


def _tell_of_other(state: State, error: AlreadyRunning) -> int:
    other = StateFile.read(state.directory)
    if other.address and other.runner:
        say(f"Daybook already runs at {other.address} (process {other.runner.pid}).")
        return 0
    complain(f"{error} Wait until it has ended or started, and try again.")
    return CANNOT_RUN

"""The refusals of the runner: each is a sentence that says what to do next, and an exit code."""

CANNOT_RUN = 2


class RunnerError(Exception):
    """Something could not be started or done; the message is shown to the person as it is, without a traceback."""

    exit_code = CANNOT_RUN


class AlreadyRunning(RunnerError):
    """Another process holds this state."""


class EngineFailed(RunnerError):
    """PostgreSQL or Valkey did not start, or stopped while it was needed."""


class UpgradeNeeded(RunnerError):
    """The cluster was written by another major version of PostgreSQL than the one that is installed."""

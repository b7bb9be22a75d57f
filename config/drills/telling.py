"""The lines of a drill: what was looked at, in a sentence, and whether it held."""


class CannotRun(Exception):
    """This machine or account lacks what the drill needs; it was not run, which is not to say that it held."""


def told(name: str, sentence: str, *, held: bool) -> bool:
    """Print one line and return `held`, so that a drill can go on and remember."""
    print(f"  {'held' if held else 'LOST':<5} {name:<16} {sentence}", flush=True)
    return held


def noted(sentence: str) -> None:
    """Print what is no verdict: what was done, or what the drill does not show."""
    print(f"        {sentence}", flush=True)

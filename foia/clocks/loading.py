"""Rule files read into rulebooks, refused when anything in them is unclear."""

from functools import cache
from pathlib import Path

from foia.clocks.rulebook import (
    Agreement,
    Anchor,
    Counted,
    EventKind,
    Extension,
    Reason,
    Rulebook,
    Step,
    Tolling,
    Track,
    Window,
)
from retention.rules.citations import Citation, Mark
from retention.rules.rulefile import Section, read_rule_file

RULES = Path(__file__).parent / "rules"


@cache
def rulebook(name: str) -> Rulebook:
    """Return the rulebook shipped under `name` (`illinois`, `federal`). Raises `RuleFileError`."""
    return read_rulebook(read_rule_file(RULES / f"{name}.toml"))


def read_rulebook(file: Section) -> Rulebook:
    """Read a rulebook. Raises `RuleFileError` naming the place of what is wrong."""
    code = file.take_code("code")
    title = file.take_text("title")
    version = file.take_day("version")
    name = f"{code}/{version}"
    tracks = tuple(_track(section, name) for section in file.take_sections("track", least=1))
    windows = tuple(_window(section) for section in file.take_sections("window"))
    file.close()
    _refuse_overlaps(file, tracks)
    if len({window.code for window in windows}) != len(windows):
        raise file.refuse("two windows have the same code")
    return Rulebook(code, title, version, tracks, windows)


def _track(section: Section, name: str) -> Track:
    steps = tuple(_step(part) for part in section.take_sections("step"))
    track = Track(
        rules=name,
        code=section.take_code("code"),
        label=section.take_text("label"),
        valid_from=section.take_day("valid_from"),
        valid_to=section.take_optional_day("valid_to"),
        steps=steps,
        extensions=tuple(_extension(part) for part in section.take_sections("extension")),
        agreement=_agreement(section.take_section("agreement")) if section.has("agreement") else None,
        tolling=tuple(_tolling(part) for part in section.take_sections("tolling")),
        barred=section.take_texts("barred", ()),
        standard=section.take_text("standard", ""),
        citation=steps[0].citation if steps else section.take_citation(),
    )
    if track.valid_to is not None and track.valid_to < track.valid_from:
        raise section.refuse("valid_to lies before valid_from")
    if bool(steps) == bool(track.standard):
        raise section.refuse("give steps, or the standard where the law names no number of days, and not both")
    _refuse_broken_steps(section, track)
    return track


def _refuse_broken_steps(section: Section, track: Track) -> None:
    known: set[str] = set()
    for step in track.steps:
        if step.code in known:
            raise section.refuse(f"two steps have the code {step.code}")
        for anchor in step.after:
            if anchor.step is not None and anchor.step not in known:
                raise section.refuse(f"step {step.code} counts from {anchor.step}, which is not a step before it")
        if not any(anchor.event is None for anchor in step.after):
            raise section.refuse(f"step {step.code} needs an anchor that is always known: received or a step")
        if step.counted is Counted.HOURS and step.after != (Anchor(),):
            raise section.refuse(f"step {step.code} is in hours and can count only from received")
        known.add(step.code)
    if track.steps and sum(step.answer for step in track.steps) != 1:
        raise section.refuse("exactly one step must be the answer")
    codes = [extension.code for extension in track.extensions]
    if len(set(codes)) != len(codes):
        raise section.refuse("two extensions have the same code")
    if any(extension.counted is Counted.HOURS for extension in track.extensions):
        raise section.refuse("an extension cannot be counted in hours")


def _refuse_overlaps(file: Section, tracks: tuple[Track, ...]) -> None:
    latest: dict[str, Track] = {}
    for track in sorted(tracks, key=lambda track: track.valid_from):
        before = latest.get(track.code)
        if before is not None and (before.valid_to is None or track.valid_from <= before.valid_to):
            raise file.refuse(f"two tracks {track.code} are in force on {track.valid_from}")
        latest[track.code] = track


def _step(section: Section) -> Step:
    return Step(
        code=section.take_code("code"),
        label=section.take_text("label"),
        after=tuple(_anchor(section, text) for text in section.take_texts("after")),
        amount=section.take_count("amount"),
        counted=section.take_choice("counted", Counted),
        rolls=section.take_flag("rolls", False),
        met_by=frozenset(_event(section, text) for text in section.take_texts("met_by", ())),
        silence=section.take_flag("silence_is_denial", False),
        answer=section.take_flag("answer", False),
        citation=section.take_citation(),
    )


def _anchor(section: Section, text: str) -> Anchor:
    if text == "received":
        return Anchor()
    kind, _, name = text.partition(":")
    if kind == "event":
        return Anchor(event=_event(section, name))
    if kind == "step" and name:
        return Anchor(step=name)
    raise section.refuse(f"after must hold received, event:… or step:…, not {text!r}")


def _event(section: Section, text: str) -> EventKind:
    try:
        return EventKind(text)
    except ValueError:
        raise section.refuse(f"unknown event {text!r}") from None


def _extension(section: Section) -> Extension:
    citation = section.take_citation()
    return Extension(
        code=section.take_code("code"),
        amount=section.take_count("amount"),
        counted=section.take_choice("counted", Counted),
        maximum=section.take_count("maximum", 1),
        reasons=tuple(_reason(part, citation) for part in section.take_sections("reason")),
        citation=citation,
    )


def _reason(section: Section, extension: Citation) -> Reason:
    code = section.take_code("code")
    text = section.take_text("text")
    source = extension.text if not section.has("citation") else section.take_text("citation")
    return Reason(code, text, Citation(source, section.take_choice("mark", Mark)))


def _agreement(section: Section) -> Agreement:
    agreement = Agreement(section.take_flag("in_writing"), section.take_citation())
    section.close()
    return agreement


def _tolling(section: Section) -> Tolling:
    return Tolling(
        starts=section.take_choice("starts", EventKind),
        ends=section.take_choice("ends", EventKind),
        times=section.take_count("times"),
        valid_from=section.take_day("valid_from"),
        citation=section.take_citation(),
    )


def _window(section: Section) -> Window:
    return Window(
        code=section.take_code("code"),
        label=section.take_text("label"),
        amount=section.take_count("amount"),
        counted=section.take_choice("counted", Counted),
        rolls=section.take_flag("rolls", False),
        citation=section.take_citation(),
    )

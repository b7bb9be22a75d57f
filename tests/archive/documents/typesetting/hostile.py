"""Hostile texts for hypothesis, which shrinks those that break a rule."""

from hypothesis import strategies as st

from benchmarks.hostile import CONTROLS, EMOJI, ENDS, NO_CHARACTERS, SCRIPTS

HOSTILE_TEXT = st.lists(
    st.one_of(
        *(st.sampled_from(kind) for kind in (EMOJI, CONTROLS, SCRIPTS, ENDS, NO_CHARACTERS)),
        st.characters(codec=None),
        st.characters(codec="ascii"),
        st.characters(categories=["Mn", "Me", "Mc"]).map(lambda mark: mark * 9),
    ),
    max_size=40,
).map("".join)

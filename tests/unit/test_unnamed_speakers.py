"""Who speaks where no label stands: marks of change, calls by name, and two voices told apart by their small words."""

from __future__ import annotations

from itertools import pairwise

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.catalog.catalog import Alias, Catalog, Entity, Show
from orchestration.schemas.copy_shows import CopyShows
from orchestration.schemas.episode_copies import EpisodeCopies
from orchestration.schemas.passages import Passages
from orchestration.schemas.segments import Segments
from orchestration.schemas.speaker_spans import SpeakerSpans
from orchestration.transforms.person_names import Name, NameFinder
from orchestration.transforms.two_voices import is_conversation_of_two, styles_of
from orchestration.transforms.unnamed_speakers import change_probabilities, speech_units, unnamed_speakers
from orchestration.transforms.voice_clues import Clue, ClueReader, Participant, SpeechUnit, is_misheard
from orchestration.transforms.voice_model import posteriors
from orchestration.transforms.voice_names import voice_names

ADA, BOB = Name("Ada Byte", 0, 0), Name("Bob Lowe", 0, 0)
NO_CATALOG = Catalog({}, (), {}, "empty")


def catalog() -> Catalog:
    people = {"person:ada-byte": "Ada Byte", "person:bob-lowe": "Bob Lowe"}
    entities = {key: Entity(key, "person", name) for key, name in people.items()}
    entities["show:two-lamps"] = Entity("show:two-lamps", "show", "Two Lamps")
    aliases = tuple(Alias(entity.name, key, "exact") for key, entity in entities.items())
    return Catalog(entities, aliases, {"show:two-lamps": Show("show:two-lamps", "Two Lamps", tuple(people))}, "test")


def units(*lines: str) -> list[SpeechUnit]:
    """A line that begins with `- ` is marked."""
    found, at = [], 0
    for line in lines:
        text = line.removeprefix("- ")
        found.append(SpeechUnit(text, at, at + len(text), line.startswith("- ")))
        at += len(text) + 1
    return found


def clues_of(*lines: str) -> set[tuple[int, str, str]]:
    reader = ClueReader(units(*lines), NameFinder(NO_CATALOG))
    people = (ADA, BOB)
    return {(clue.unit, people[clue.person].text.split()[0], clue.kind) for clue in reader.clues(people)}


def spans_of(*lines: str) -> pl.DataFrame:
    segments = [
        {
            "copy_id": "c",
            "segment_index": number,
            "document_id": "d",
            "text": unit.text,
            "is_speech": True,
            "is_speaker_change": unit.is_marked,
            "is_paragraph_start": False,
            "locator": "",
            "char_start": unit.char_start,
            "char_end": unit.char_end,
        }
        for number, unit in enumerate(units(*lines))
    ]
    copy = {"copy_id": "c", "document_id": "d", "copy_index": 0}
    shows = {"copy_id": "c", "show_id": "show:two-lamps", "show_name": "Two Lamps", "is_primary": True, "rule": "r"}
    return unnamed_speakers(
        pl.DataFrame([copy], schema=EpisodeCopies.create_empty().schema),
        pl.DataFrame(segments, schema=Segments.create_empty().schema),
        Passages.create_empty(),
        pl.DataFrame([shows | {"score": 1.0}], schema=CopyShows.create_empty().schema),
        catalog(),
    )


def interview(turns: int) -> list[str]:
    lines = ["- Welcome to Two Lamps, I'm Ada Byte.", "- Thanks, Ada, I'm Bob Lowe."]
    for number in range(turns):
        lines.append(f"- So what would you say about your part {number} and do you think that it was on your list?")
        lines.append(
            f"- I mean, um, I just like it, like, I know part {number} was like the one I have, um, in my bag."
        )
    return lines


def test_introduction_is_the_speakers_own() -> None:
    assert (0, "Ada", "self_introduction") in clues_of("- Hello, I'm Ada Byte.", "- Hi.")
    assert (0, "Bob", "self_introduction") not in clues_of("- I was like, I'm Bob Lowe, let me in.", "- Hi.")
    assert (0, "Bob", "self_introduction") not in clues_of("- This is Bob, who joined last week.", "- Hi.")


def test_who_is_asked_by_name_speaks_next() -> None:
    assert (1, "Bob", "asked") in clues_of("- What do you think, Bob?", "- I like it.")
    assert (2, "Bob", "asked") in clues_of("- Bob, what is it", "that you do all day?", "- I sleep.")


def test_who_is_talked_about_does_not_speak() -> None:
    found = clues_of("- I met Bob at the station.", "- Did you?")
    assert found == {(0, "Bob", "not_speaking_of")}


def test_somebody_elses_surname_is_somebody_else() -> None:
    assert clues_of("- What do you think, Bob Hill?", "- Nothing.") == set()


def test_first_names_as_a_recogniser_hears_them() -> None:
    assert is_misheard("Elad", "Alad")
    assert is_misheard("Jonn", "John")
    assert not is_misheard("Alan", "Elad")
    assert not is_misheard("Bob", "Rob")


def test_two_who_take_turns_are_named_throughout() -> None:
    spans = spans_of(*interview(20))
    named = dict(spans.group_by("person_name").len().iter_rows())
    assert named == {"Ada Byte": 21, "Bob Lowe": 21}
    assert spans["confidence"].is_between(0.9, 1.0).all()
    assert spans["label_copy_id"].is_null().all()


def test_without_a_name_nobody_is_named() -> None:
    assert spans_of(*interview(20)[2:]).is_empty()


def test_without_marks_nobody_is_named() -> None:
    assert spans_of(*(line.removeprefix("- ") for line in interview(20))).is_empty()


def test_three_voices_are_no_conversation_of_two() -> None:
    ask, tell = interview(1)[2:]
    other = "- We are all here because they would not be there, right, and we can not really be as we were."
    assert not is_conversation_of_two(styles_of([ask, tell, other] * 16))
    assert is_conversation_of_two(styles_of([ask, tell] * 24))


def test_a_mark_inside_a_line_begins_a_unit() -> None:
    line = {"text": "Yeah. - Then what?", "char_start": 10, "char_end": 28, "is_speaker_change": False}
    segments = pl.DataFrame([line | {"speaker_label": None}])
    found = [(unit.text, unit.char_start, unit.char_end, unit.is_marked) for unit in speech_units(segments)]
    assert found == [("Yeah.", 10, 15, False), ("Then what?", 18, 28, True)]


def test_marks_that_answers_miss_are_missing() -> None:
    kept = change_probabilities(units(*["- Do you?", "- Yeah, I do."] * 20))
    dropped = change_probabilities(units("- So.", *["Do you?", "Yeah, I do."] * 20))
    assert min(kept[1:]) > 0.9
    assert max(dropped) > 0.5


def test_voices_get_each_person_once_and_the_last_one_is_left() -> None:
    people = [Participant(ADA, True, 0.9), Participant(BOB, False, 0.95)]
    clues = [(0, Clue(0, 0, "self_introduction"), 1.0), (1, Clue(1, 0, "not_speaking_to"), 1.0)]
    names, _ = voice_names(clues, 2, people, 0.05)
    assert [name.person if name else None for name in names] == [0, 1]
    assert names[1] is not None and names[1].rule == "only_one_left"


def test_contradicting_clues_name_nobody() -> None:
    people = [Participant(ADA, True, 0.9), Participant(BOB, True, 0.9)]
    clues = [(voice, Clue(voice, 0, "asked"), 1.0) for voice in (0, 1)]
    names, candidates = voice_names(clues, 2, people, 0.3)
    assert names == [None, None]
    assert 0 in candidates[0] and 0 in candidates[1]


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(-9, 9), st.floats(-9, 9)), max_size=40))
def test_posteriors_are_shares(rows: list[tuple[float, float, float]]) -> None:
    found = posteriors([row[0] for row in rows], [[row[1], row[2], 0.0] for row in rows], [1.0, 0.5, 0.1])
    assert len(found) == len(rows)
    assert all(abs(sum(shares) - 1) < 1e-6 and min(shares) >= 0 for shares in found)


_WORDS = st.sampled_from(
    ["Ada", "Bob,", "I'm", "you?", "yeah", "what", "welcome to Two Lamps", "-", "thanks", ".", "Byte"]
)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.booleans(), st.lists(_WORDS, min_size=1, max_size=9).map(" ".join)), max_size=30))
def test_stretches_are_ordered_disjoint_and_within_the_copy(lines: list[tuple[bool, str]]) -> None:
    written = [f"- {text}" if is_marked else text.removeprefix("- ") or "so" for is_marked, text in lines]
    spans = spans_of(*written)
    SpeakerSpans.validate(spans)
    ranges = spans.sort("char_start").select("char_start", "char_end").rows()
    end = max((unit.char_end for unit in units(*written)), default=0)
    assert all(0 <= a < b <= end for a, b in ranges)
    assert all(before[1] <= after[0] for before, after in pairwise(ranges))
    assert spans.equals(spans_of(*written))

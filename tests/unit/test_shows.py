"""The shows of a copy: what names one, what only mentions one, and which is the primary one."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.catalog.catalog import Alias, Catalog, Entity, Show
from orchestration.formats.display import tidy
from orchestration.schemas.episode_copies import EpisodeCopies
from orchestration.schemas.passages import Passages
from orchestration.schemas.segments import Segments
from orchestration.transforms.show_names import ShowNames, show_name_of
from orchestration.transforms.show_patterns import CROSSOVER, WELCOME, may_cross, may_welcome
from orchestration.transforms.shows import copy_shows

PIECES = (
    "Night",
    "Build",
    "Build's",
    "The",
    "the",
    "Pivot",
    "Table",
    "Static",
    "static",
    "Podcast",
    "Nïght",
    "Tabl\u0065\u0301",
)
GLUE = st.sampled_from([" ", "  ", "-", "/", ", ", "’s ", "'s ", ". ", "_", " “", "(", "\n"])

Frames = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]


def catalog() -> Catalog:
    entities = {
        "person:ada-byte": Entity("person:ada-byte", "person", "Ada Byte"),
        "person:bob-low": Entity("person:bob-low", "person", "Bob Low"),
        "company:initech": Entity("company:initech", "company", "Initech"),
        "show:night-build": Entity("show:night-build", "show", "Night Build"),
        "show:pivot-table": Entity("show:pivot-table", "show", "The Pivot Table"),
        "show:static": Entity("show:static", "show", "Static"),
    }
    shows = {
        "show:night-build": Show(
            "show:night-build", "Night Build", ("person:ada-byte", "person:bob-low"), ("night.build", "@nightbuildpod")
        ),
        "show:pivot-table": Show("show:pivot-table", "The Pivot Table", (), ("pivottable.fm",)),
        "show:static": Show("show:static", "Static"),
    }
    aliases = tuple(Alias(e.name, e.entity_id, "case_sensitive") for e in entities.values() if e.name != "Static")
    aliases += (
        Alias("Static", "show:static", "needs_context"),
        Alias("Daily Pivot", "show:pivot-table", "case_sensitive"),
        Alias("abyte", "person:ada-byte", "case_sensitive"),
    )
    return Catalog(entities, aliases, shows, "test")


def frames(
    notes: str = "", speech: list[tuple[str | None, str]] | None = None, show_name: str | None = None, title: str = ""
) -> Frames:
    """Return the frames of one copy whose document is its title, notes and speech, a line each."""
    text = ""
    passages: list[dict[str, object]] = []
    segments: list[dict[str, object]] = []
    for field, passage in (("title", title), ("description", notes)):
        if passage:
            start = len(text)
            text += passage + "\n"
            passages.append(
                {
                    "passage_id": f"p{start}",
                    "document_id": "d",
                    "copy_id": "c",
                    "passage_index": len(passages),
                    "field": field,
                    "text": tidy(passage),
                    "char_start": start,
                    "char_end": start + len(passage),
                }
            )
    for label, said in speech or []:
        label_start = len(text)
        text += f"{label}: " if label else ""
        start = len(text)
        text += said + "\n"
        segments.append(
            {
                "copy_id": "c",
                "segment_index": len(segments),
                "document_id": "d",
                "speaker_label": label,
                "label_char_start": label_start if label else None,
                "label_char_end": label_start + len(label) if label else None,
                "text": tidy(said),
                "is_speech": True,
                "is_speaker_change": bool(label),
                "is_paragraph_start": True,
                "locator": "",
                "char_start": start,
                "char_end": start + len(said),
            }
        )
    copy = {
        "copy_id": "c",
        "document_id": "d",
        "copy_index": 0,
        "format": "test",
        "char_start": 0,
        "char_end": len(text),
        "locator": "",
        "show_name": show_name,
        "date_source": "none",
        "is_truncated": False,
        "has_transcript": bool(segments),
        "has_speakers": any(label for label, _ in speech or []),
        "has_timestamps": False,
        "segment_count": len(segments),
        "word_count": 0,
    }
    return (
        pl.DataFrame([copy], schema=EpisodeCopies.create_empty().schema),
        pl.DataFrame(passages, schema=Passages.create_empty().schema),
        pl.DataFrame(segments, schema=Segments.create_empty().schema),
        pl.DataFrame({"document_id": ["d"], "text": [text]}),
    )


def shows_of(*args: object, **kwargs: object) -> list[tuple[str, bool, str]]:
    copies, passages, segments, texts = frames(*args, **kwargs)  # type: ignore[arg-type]
    found = copy_shows(copies, passages, segments, catalog(), texts)
    return found.sort("is_primary", "show_id", descending=[True, False]).select("show_id", "is_primary", "rule").rows()


@pytest.mark.parametrize(
    ("notes", "show", "rule"),
    [
        ("In episode 12 of Night Build, we look at kernels.", "show:night-build", "notes_phrase"),
        ("In this special episode of The Pivot Table, rows meet columns.", "show:pivot-table", "notes_phrase"),
        ("Cara Quill joins Night Build to talk about kernels.", "show:night-build", "notes_phrase"),
        ("Cara Quill returns to the Night Build podcast.", "show:night-build", "notes_phrase"),
        ("Kernels. Listen to Night Build on Spotify.", "show:night-build", "feed_phrase"),
        ("Kernels. More at https://www.night.build/p/12Next line", "show:night-build", "notes_address"),
        ("Kernels. Write to hello@pivottable.fm and say hello.", "show:pivot-table", "notes_address"),
        ("Kernels. Follow @NightBuildPod now.", "show:night-build", "notes_address"),
        ("Daily Pivot is a podcast about tables.", "show:pivot-table", "definition"),
        ("In this episode of The Copper Kettle, Cara Quill tells us of tea.", "show:the-copper-kettle", "notes_phrase"),
    ],
)
def test_notes_name_the_show(notes: str, show: str, rule: str) -> None:
    assert shows_of(notes) == [(show, True, rule)]


@pytest.mark.parametrize(
    "notes",
    [
        "Cara Quill, host of Night Build, tells us about kernels.",
        "We speak of shows such as Night Build and many more.",
        "The machine was static and the episode of noise went on.",
        "Visit midnight.build or not.night.buildings for more.",
    ],
)
def test_a_show_talked_about_is_no_show_of_the_copy(notes: str) -> None:
    assert shows_of(notes) == []


@pytest.mark.parametrize(
    ("said", "show"),
    [
        ("Hey everyone, welcome to the Night Build podcast. I'm Ada.", "show:night-build"),
        ("Welcome back to another episode of the pivot table, folks.", "show:pivot-table"),
        ("You're listening to Night Build.", "show:night-build"),
        ("On today's Daily Pivot, two tables.", "show:pivot-table"),
        ("Hello and welcome to Copper Kettle. I'm Cara Quill.", "show:copper-kettle"),
    ],
)
def test_speech_welcomes_to_the_show(said: str, show: str) -> None:
    assert shows_of("", [(None, said)]) == [(show, True, "welcome")]


@pytest.mark.parametrize(
    "said",
    ["Welcome to the show.", "Welcome to Initech.", "This is Cara Quill.", "Welcome, Bob.", "Welcome to Ada Byte."],
)
def test_other_welcomes_name_no_show(said: str) -> None:
    assert shows_of("", [(None, said)]) == []


def test_a_name_that_says_it_is_a_show_needs_no_welcome() -> None:
    assert shows_of("", [(None, "I'm Cara Quill, this is the Copper Kettle Podcast.")]) == [
        ("show:copper-kettle-podcast", True, "welcome")
    ]


@pytest.mark.parametrize("said", ["Bienvenidos a Copper Kettle.", "Willkommen bei Copper Kettle, dem Tee."])
def test_other_languages_welcome_too(said: str) -> None:
    assert shows_of("", [(None, said)]) == [("show:copper-kettle", True, "welcome")]


def test_who_speaks_of_their_own_channel_makes_the_show() -> None:
    assert shows_of("We think of a second channel for Night Build.") == [("show:night-build", True, "own_channel")]
    assert shows_of("They think of a second channel for Night Build.") == []


def test_stated_name_comes_first_and_leads_to_the_catalogue() -> None:
    found = shows_of("Cara joins The Pivot Table to talk.", show_name="Night Build: Code | Kernels | Sleep")
    assert found == [("show:night-build", True, "stated_name"), ("show:pivot-table", False, "notes_phrase")]
    assert shows_of(show_name="Copper Kettle: Tea and Talk") == [("show:copper-kettle", True, "stated_name")]


def test_two_hosts_tell_the_show_and_one_only_where_it_is_named() -> None:
    assert shows_of("", [("Ada", "Hi."), ("Bob", "Hi.")]) == [("show:night-build", True, "host_labels")]
    assert shows_of("", [("Ada", "Hi."), ("Cara", "Hi.")]) == []
    assert shows_of("", [("abyte", "Hi."), ("Cara", "Hi.")]) == []
    assert shows_of("Night Build is back.", [("abyte", "Hi.")]) == [("show:night-build", True, "host_labels")]


def test_a_passed_on_recording_keeps_the_feed_primary() -> None:
    found = shows_of("This episode originally aired on the Night Build Podcast. See https://pivottable.fm/9 for more.")
    assert [(show, primary) for show, primary, _ in found] == [("show:pivot-table", True), ("show:night-build", False)]
    found = shows_of("", [("Ada Byte", "Welcome to a crossover episode of Night Build and The Pivot Table.")])
    assert [(show, primary) for show, primary, _ in found] == [("show:night-build", True), ("show:pivot-table", False)]


def test_the_show_of_a_guest_is_no_show_of_the_copy_for_its_link() -> None:
    found = shows_of("I'm joined by Ada Byte, co-host of the Night Build podcast. See https://night.build/ for more.")
    assert found == []


def test_a_show_that_one_copy_states_is_known_to_the_others_even_misheard() -> None:
    copies, passages, segments, texts = frames(
        "In this episode of Copper Kettle, tea.", [(None, "This is Copper Kettle.")]
    )
    other, _, _, _ = frames()
    more = segments.with_columns(copy_id=pl.lit("b"))
    misheard = more.with_columns(copy_id=pl.lit("a"), text=pl.lit("Welcome to Cooper Kettle."))
    every_copy = pl.concat([copies, *(other.with_columns(copy_id=pl.lit(copy)) for copy in "ab")])
    found = copy_shows(every_copy, passages, pl.concat([segments, more, misheard]), catalog(), None)
    assert found.select("copy_id", "show_id").sort("copy_id").rows() == [(c, "show:copper-kettle") for c in "abc"]
    assert copy_shows(copies, passages.clear(), segments, catalog(), texts).is_empty()


def test_place_of_the_evidence_is_the_name_in_the_document() -> None:
    copies, passages, segments, texts = frames("Tea &amp; talk.In episode 3 of  Night\nBuild, kernels.")
    found = copy_shows(copies, passages, segments, catalog(), texts).row(0, named=True)
    assert tidy(texts["text"][0][found["char_start"] : found["char_end"]]) == "Night Build"


@pytest.mark.parametrize(
    "name", ["", "   ", "a lower case phrase", "!!!", "One Two Three Four Five Six Seven Eight Nine"]
)
def test_implausible_names_are_no_shows(name: str) -> None:
    assert show_name_of(name, ShowNames(catalog())) is None


@given(st.text(max_size=300), st.text(max_size=300), st.none() | st.text(max_size=60))
def test_any_text_gives_one_primary_show_at_most(notes: str, said: str, show_name: str | None) -> None:
    copies, passages, segments, texts = frames(notes.replace("\n", " "), [(None, said)], show_name)
    found = copy_shows(copies, passages, segments, catalog(), texts)
    assert found["is_primary"].sum() == min(1, found.height)


def test_empty_frames_give_an_empty_table() -> None:
    copies, passages, segments, _ = (frame.clear() for frame in frames())
    assert copy_shows(copies, passages, segments, catalog()).is_empty()


@given(st.lists(st.tuples(GLUE, st.sampled_from(PIECES)), max_size=6), st.integers(0, 40))
def test_a_show_is_found_whether_or_not_its_first_word_is_looked_at_first(pieces, start):
    text = "".join(glue + piece for glue, piece in pieces)
    names = ShowNames(catalog()).with_learnt({"show:le-pain": "Tablé (and) Build"})
    with pytest.MonkeyPatch.context() as patch:
        found = names.at(text, start)
        patch.setattr(ShowNames, "_may_begin", lambda self, text, start: True)
        assert names.at(text, start) == found


@pytest.mark.parametrize(
    "text", ["at NIGHT.BUILD now", "Nıght.build", "n\u0130ght.build", "@nightbuildpod", "", "x.night.build.io"]
)
def test_an_address_is_found_as_its_pattern_finds_it(text):
    names = ShowNames(catalog())
    expected = [(address, show) for address, (show, pattern) in names.by_address.items() if pattern.search(text)]
    assert [(address, show) for address, show, _ in names.addresses_in(text)] == expected


def test_names_learnt_from_a_corpus_are_not_those_of_the_catalogue():
    names = ShowNames(catalog())
    learnt = names.with_learnt({"show:quiet-tin": "Quiet Tin"})
    assert (learnt.of("Quiet Tin"), names.of("Quiet Tin")) == ("show:quiet-tin", None)
    assert learnt.at("on Quiet Tin", 3) == ("show:quiet-tin", 3, 12)


@given(
    st.text(),
    st.sampled_from(
        [
            "CROSSOVER",
            "croſs-post",
            "Kollab",
            "\u212aollab",
            "a collaboration",
            "Willkommen bei",
            "Willkommen be\u0131",
            "w\u0131llkommen zur",
            "Tod\u0130ay",
            "You’re watching ",
            "THİS IS ",
            "this epiſode of ",
        ]
    ),
    st.text(),
)
def test_texts_that_are_passed_over_have_nothing_to_find(before, cue, after):
    text = f"{before} {cue} {after}"
    assert may_welcome(text) or not (WELCOME.search(text) or CROSSOVER.search(text))
    assert may_cross(text) or not CROSSOVER.search(text)

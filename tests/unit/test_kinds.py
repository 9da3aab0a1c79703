from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.formats.display import tidy
from orchestration.ingest import ingest
from orchestration.scan import scan
from orchestration.schemas.kind_spans import KindSpans
from orchestration.schemas.tables import INGEST_TABLES
from orchestration.transforms.kinds import kind_spans
from orchestration.transforms.sponsor_notes import credits, opens_item

FILLER = "We talk of bees and of the people who keep them in the hills. " * 40


def table(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=INGEST_TABLES[name].create_empty().schema, strict=False)


Speech = list[tuple[str | None, str] | tuple[str | None, str, float]]


def spans(
    speech: Speech | None = None,
    notes: list[str] | None = None,
    chapters: list[tuple[str, float | None, float | None]] | None = None,
    is_truncated: bool = False,
) -> list[tuple[str, str, str | None, str]]:
    """Return kind, form, sponsor and text of the spans of one copy, in order."""
    text = ""
    key = {"copy_id": "c", "document_id": "d"}
    rows: dict[str, list[dict[str, Any]]] = {"segments": [], "passages": [], "chapters": []}

    def placed(raw: str) -> dict[str, Any]:
        nonlocal text
        text += "\n§ "
        start = len(text)
        text += raw
        return key | {"text": tidy(raw), "char_start": start, "char_end": len(text)}

    for index, note in enumerate(notes or []):
        passage = {"passage_id": str(index), "passage_index": index, "field": "description"}
        rows["passages"].append(placed(note) | passage)
    for index, (title, start_s, end_s) in enumerate(chapters or []):
        chapter = {"chapter_id": str(index), "chapter_index": index, "title": title, "start_s": start_s}
        rows["chapters"].append(placed(title) | chapter | {"end_s": end_s})
    for index, (label, raw, *times) in enumerate(speech or []):
        segment = {"segment_index": index, "speaker_label": label, "is_speech": True, "is_speaker_change": False}
        rows["segments"].append(placed(raw) | segment | {"start_s": times[0] if times else None})
    frame = kind_spans(
        table("episode_copies", [key | {"is_truncated": is_truncated}]),
        table("segments", rows["segments"]),
        table("passages", rows["passages"]),
        table("chapters", rows["chapters"]),
        table("document_texts", [{"document_id": "d", "text": text}]),
    )
    assert KindSpans.is_valid(frame)
    assert (frame["char_end"].shift(1).fill_null(0) <= frame["char_start"]).all()
    found = frame.select("segment_kind", "form", "sponsor_name", "char_start", "char_end").iter_rows()
    return [(kind, form, name, text[start:end]) for kind, form, name, start, end in found]


def kinds_of_several(speeches: list[str]) -> list[tuple[str, str]]:
    """Return kind and text of the spans of copies that are episodes of their own, in order."""
    ids = [f"c{index}" for index in range(len(speeches))]
    segment = {"segment_index": 0, "is_speech": True, "is_speaker_change": False, "char_start": 0}
    frame = kind_spans(
        table("episode_copies", [{"copy_id": i, "document_id": i, "is_truncated": False} for i in ids]),
        table(
            "segments",
            [
                segment | {"copy_id": i, "document_id": i, "char_end": len(text), "text": text}
                for i, text in zip(ids, speeches, strict=True)
            ],
        ),
        table("passages", []),
        table("chapters", []),
        table("document_texts", [{"document_id": i, "text": t} for i, t in zip(ids, speeches, strict=True)]),
    )
    texts = dict(zip(ids, speeches, strict=True))
    columns = frame.select("segment_kind", "copy_id", "char_start", "char_end")
    return [(kind, texts[copy_id][start:end]) for kind, copy_id, start, end in columns.iter_rows()]


def test_a_copy_without_anything_has_no_spans():
    assert spans() == []


def test_a_read_ends_with_the_words_that_lead_back():
    speech = (
        f"{FILLER}This episode is brought to you by Acme Tools. They make hammers. Nails too. "
        f"Go to acme.example to learn more. Now back to the show. So where were we? {FILLER}"
    )
    ((kind, form, name, text),) = spans([("Brida", speech)])
    assert (kind, form, name) == ("sponsor", "read", "Acme Tools")
    assert text.startswith("This episode is brought")
    assert text.endswith("Now back to the show.")


@pytest.mark.parametrize(
    "opening",
    [
        "This episode of Night Bees is brought to you by Acme Tools, who make hammers.",
        "This crossover is brought to you by Acme Tools, who make hammers.",
        "Today's hive is sponsored by Acme Tools, who make hammers.",
        "Support for Night Bees comes from Acme Tools, who make hammers.",
    ],
)
def test_a_read_may_open_with_the_shows_own_words(opening):
    ((kind, form, name, text),) = spans([("Brida", f"{FILLER}{opening} {FILLER}")])
    assert (kind, form, name, text) == ("sponsor", "read", "Acme Tools", opening)


def test_a_read_without_such_words_ends_with_the_last_sentence_that_sells():
    speech = (
        f"{FILLER}Today's sponsor is Acme. Acme makes hammers. Use code BEES for 20% off. "
        f"You said that mites are a plague. Tell us more of it. {FILLER}"
    )
    ((_, _, name, text),) = spans([("Brida", speech)])
    assert name == "Acme"
    assert text.endswith("20% off.")


def test_a_read_ends_where_another_speaks_of_something_else_and_after_two_minutes():
    opening = "Support for this show comes from Acme."
    found = spans([("Brida", FILLER), ("Brida", opening), ("Tomas", "Visit the hills."), ("Tomas", FILLER)])
    assert [text for *_, text in found] == [opening]
    found = spans([("Brida", FILLER, 0.0), ("Brida", opening, 300.0), ("Brida", "Visit acme.example.", 430.0)])
    assert [text for *_, text in found] == [opening]


def test_hosts_may_talk_a_read_over_with_each_other():
    opening = "Support for this show comes from Acme."
    answer = "I have three hammers by Acme at home."
    ((kind, _, name, text),) = spans([(None, FILLER), ("Brida", opening), ("Tomas", answer), ("Brida", FILLER)])
    assert (kind, name) == ("sponsor", "Acme")
    assert text.endswith(answer)


def test_a_known_sponsor_of_the_notes_is_found_where_its_address_is_spoken():
    read = "Let me tell you of Acme Tools. Their hammers are the best. Go to acme dot com slash hive today."
    speech = f"{FILLER}{read} {FILLER}"
    (_, (kind, form, name, text)) = spans(
        [("Brida", speech)], notes=["Brought to you by:", "Acme Tools - Hammers for all - https://acme.com/hive"]
    )
    assert (kind, form, name) == ("sponsor", "read", "Acme Tools")
    assert text == read
    assert not [span for span in spans([("Brida", speech.replace("slash hive", "and ask"))]) if span[0] == "sponsor"]


def test_an_offer_with_an_address_is_a_read_from_the_first_word_of_its_brand():
    offer = "Acme hammers never bend. Go to acme.com and use the promo code HIVE for 20% off."
    ((kind, _, _, text),) = spans([("Brida", f"{FILLER}{offer} {FILLER}")])
    assert (kind, text) == ("sponsor", offer)


@pytest.mark.parametrize(
    ("read", "name"),
    [
        ("Hive Talk is supported by Acme. Nails need hammers. Go to acme.com to see them all.", "Acme"),
        (
            "First I want to take a second to thank today's sponsor, Acme. They make hammers. Learn more at acme.com.",
            None,
        ),
        ("Are your nails loose? Acme fixes them. Go to acme.com/hive to start. That's acme.com/hive.", None),
        ("Now to a discussion about our sponsors. Acme makes it easy to hit nails. Visit acme.com today.", None),
        ("Thanks for sponsoring us, Acme. Their hammers help teams of all sizes. Visit acme.com today.", None),
        ("Acme is the sponsor of this episode. Their hammers help teams of all sizes. Visit acme.com today.", None),
        (
            "Stay with us, we'll be right back after this message. Acme makes it easy to hit nails. Visit acme.com.",
            None,
        ),
    ],
)
def test_reads_open_in_many_ways(read: str, name: str | None):
    found = [span for span in spans([("Brida", f"{FILLER}{read} {FILLER}")]) if span[0] == "sponsor"]
    ((_, form, found_name, text),) = found
    assert form == "read"
    assert read.endswith(text) or read.startswith(text)
    assert name is None or found_name == name


def test_another_voice_reads_after_the_host_hands_over():
    read = "Acme makes it easy to hit nails. Visit acme.com to learn more."
    speech: Speech = [("Brida", f"{FILLER}And now a word from our sponsors."), ("Voice", read), ("Brida", FILLER)]
    (span,) = spans(speech)
    assert span[0] == "sponsor"
    assert span[3].endswith(read)


def test_what_is_supported_by_its_maker_is_no_sponsor():
    assert spans([("Brida", f"{FILLER}The library is supported by Acme. It does well in tests. {FILLER}")]) == []


def test_a_guest_who_names_an_address_sells_nothing():
    assert spans([("Tomas", f"{FILLER}If you go to acme.com, we show all our numbers. You can try it. {FILLER}")]) == []


@pytest.mark.parametrize("heading", ["Acme - Sponsor", "Sponsor: Acme", "Sponsored by Acme", "Acme (sponsor)"])
def test_a_heading_that_names_a_sponsor_opens_a_block(heading: str):
    body = "Hammers of all kinds that never bend."
    ((kind, form, name, text),) = spans(notes=["We talk of bees.", heading, body, "Show Notes", "Bees are loud."])
    assert (kind, form, name) == ("sponsor", "credit", "Acme")
    assert text.startswith(heading)
    assert text.endswith(body)


def test_what_other_episodes_repeat_is_no_conversation():
    read = "Acme makes hammers that help teams to hit nails. Visit acme.com to learn more. It is free for 3 days."
    own = "Every month the Hive paper prints pictures of old queens. Go to hivetalk.com and get your own copy of it."
    talk = [" ".join(f"bee{episode}{place}" for place in range(300)) + ". " for episode in range(2)]
    found = kinds_of_several([f"We are Hive Talk. {plain}{read} {plain}{own} {plain}" for plain in talk])
    assert found == [("sponsor", read), ("promo", own)] * 2


def test_a_conversation_that_two_feeds_tell_is_no_script():
    words = " ".join(f"bee{place}" for place in range(900))
    assert kinds_of_several([f"One. {words}.", f"Two. {words}."]) == []


def test_a_read_may_run_over_cues_and_begin_inside_one():
    cues: list[tuple[str | None, str, float]] = [
        (None, "and that was that. This episode", 10.0),
        (None, "is sponsored by Acme. Visit", 12.0),
        (None, "acme.example today. So, bees.", 14.0),
    ]
    ((_, _, name, text),) = spans([(None, FILLER, 0.0), *cues, (None, FILLER, 20.0)])
    assert name == "Acme"
    assert text.startswith("This episode\n")
    assert text.endswith("acme.example today.")


@pytest.mark.parametrize(
    "sentence",
    [
        "The hackathon was sponsored by Acme.",
        "We sell to sponsors of events.",
        "You can use code complete in the editor.",
        "That is good for our partners.",
        "It was brought to you by hard work.",
    ],
)
def test_talk_of_sponsors_is_no_read(sentence):
    assert spans([("Brida", f"{FILLER}{sentence} {FILLER}")]) == []


def test_the_show_speaks_of_itself_at_the_ends_alone():
    promo = "Subscribe to our channel wherever you listen."
    found = spans(
        [
            ("Brida", "Hello, and welcome to Hive Talk. I'm Brida Kost. Today we talk of mites."),
            ("Tomas", f"{FILLER} {promo} {FILLER}"),
            ("Brida", f"{FILLER} {promo} Thanks for listening. Bye!"),
            ("Tomas", "Bye."),
        ]
    )
    assert [kind for kind, *_ in found] == ["intro", "promo", "outro"]
    assert found[0][3] == "Hello, and welcome to Hive Talk. I'm Brida Kost. Today we talk of mites."
    assert found[1][3] == promo
    assert found[2][3].startswith("Thanks for listening.")
    assert found[2][3].endswith("Bye.")


def test_a_guest_who_is_welcomed_is_no_intro_and_a_cut_copy_has_no_end():
    assert spans([("Brida", f"Welcome back to the show, Tomas. {FILLER}")]) == []
    assert spans([("Brida", f"{FILLER} Thanks for listening.")], is_truncated=True) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Sponsors: Acme: Acme makes hammers. Buy at https://acme.example Initech: Paper.", ["Acme", "Initech"]),
        ("Brought to you by:• Acme—Hammers for all• Initech—Paper—Where to find Brida:• X: https://x.com/b", None),
        ("Brought to you by:Acme - Hammers - https://acme.example/showInitech - Paper https://initech.example", None),
        ("SPONSORS: Acme: Hammers. https://acme.example PRODUCED BY: https://x.example", ["Acme"]),
        ("Mites! This episode is brought to you by Acme and Initech Labs.", ["Acme", "Initech Labs"]),
        ("(20:19) Sponsors: Acme | Initech (22:35) Of Mites", ["Acme", "Initech"]),
        ("Thanks to our sponsor Acme for the hammers.", ["Acme"]),
        ("Use code BEES20 at the shop.", [None]),
        ("The event was brought to you by hard work.", []),
        ("We talk of sponsors and partners.", []),
    ],
)
def test_sponsors_named_in_notes(text, names):
    expected = ["Acme", "Initech"] if names is None else names
    assert [credit.name for credit in credits(text)] == expected


def test_a_name_glued_to_an_address_begins_at_the_capital_that_its_own_address_confirms():
    text = (
        "Brought to you by: Acme - Hammers https://acme.example/AIshowInitechAI - Paper https://www.initechai.example"
    )
    first, second = credits(text)
    assert text[first.start : first.end] == "Acme - Hammers https://acme.example/AIshow"
    assert second.name == "InitechAI"


def test_items_may_be_paragraphs_below_a_heading():
    notes = [
        "Bees.",
        "Brought to you by:",
        "Acme - Hammers.",
        "Now with nails.",
        "Initech—Paper",
        "We like bees.",
        "End.",
    ]
    found = spans(notes=notes)
    assert [(kind, form, name) for kind, form, name, _ in found] == [
        ("sponsor", "credit", "Acme"),
        ("sponsor", "credit", "Initech"),
    ]
    assert found[0][3].endswith("Now with nails.")
    assert found[1][3] == "Initech—Paper"
    assert not opens_item("LinkedIn: https://example.org")


def test_chapters_of_sponsors_name_them_and_mark_the_speech_inside():
    chapters: list[tuple[str, float | None, float | None]] = [
        ("Bees", 0.0, 60.0),
        ("Sponsor: Acme", 60.0, 90.0),
        ("Sponsors in sport", 90.0, 200.0),
        ("Sponsors: Acme | Initech", 200.0, None),
    ]
    speech: Speech = [
        (None, "Of bees.", 10.0),
        (None, "Hammers!", 60.0),
        (None, "Nails!", 80.0),
        (None, "Sport.", 95.0),
    ]
    found = spans(speech, chapters=chapters)
    assert [(form, name) for _, form, name, _ in found] == [
        ("credit", "Acme"),
        ("credit", "Acme"),
        ("credit", "Initech"),
        ("read", "Acme"),
    ]
    assert found[3][3].startswith("Hammers!")
    assert found[3][3].endswith("Nails!")


def test_notes_in_which_the_show_promotes_itself():
    found = spans(notes=["Of bees. Follow us on Twitter: @hive Get full access to Hive.Talk at www.hive.example/x"])
    assert {kind for kind, *_ in found} == {"promo"}


PIECES = [
    "Sponsors:", "Acme", " - ", "—", ": ", "https://acme.example/x", "Initech", "\n", ". ", "• ", "&amp;",
    "welcome to ",
    "this episode is brought to you by ", "use code BEES ", "thanks for listening", "12:30 ", "bees", " ", "AB CD:",
]  # fmt: skip


@settings(max_examples=150)
@given(st.lists(st.sampled_from(PIECES), max_size=40), st.lists(st.sampled_from(PIECES), max_size=40), st.booleans())
def test_any_text_gives_spans_apart_within_it(notes, speech, is_truncated):
    found = spans([("Brida", "".join(speech))], ["".join(notes), "".join(reversed(notes))], is_truncated=is_truncated)
    for *_, text in found:
        assert text.strip() == text
        assert text


@pytest.mark.parametrize(
    "piece", ["A ", "A b ", "Sponsors: ", "Acme - ", "sponsors ", "https://a", "A&", "use code A "]
)
def test_hostile_notes_are_read_to_their_end(piece):
    text = piece * 20_000
    assert all(0 <= credit.start < credit.end <= len(text) for credit in credits(text))


@pytest.mark.acceptance
def test_sponsors_of_the_seeds_are_credited(shared):
    raw = shared / "seeds"
    files = [file for file in scan(raw, 1 << 30) if file.path.startswith("002")]
    frames = ingest(raw, files, None, datetime(2025, 1, 1, tzinfo=UTC)).frames
    names = ("episode_copies", "segments", "passages", "chapters", "document_texts")
    found = kind_spans(*(frames[name] for name in names))
    (text,) = frames["document_texts"]["text"]
    starts = dict(frames["episode_copies"].select("copy_id", "char_start").iter_rows())
    credited: dict[int, list[str]] = {}
    for copy_id, name in found.filter(pl.col("rule") == "notes_credit").select("copy_id", "sponsor_name").iter_rows():
        credited.setdefault(text.count("\n", 0, starts[copy_id]), []).append(name)
    assert credited == {
        24: ["Blitzy", "Framer", "Serval", "Tasklet"],
        36: [
            "KPMG",
            "AssemblyAI",
            "Blitzy.com",
            "Robots & Pencils",
            "The Agent Readiness Audit from Superintelligent",
        ],
        43: ["WorkOS", "Attio", "OneSchema"],
        45: ["KPMG", "Vanta", "Plumb", "The Agent Readiness Audit from Superintelligent"],
        47: ["Oracle Cloud Infrastructure (OCI)", "Shopify", "NetSuite"],
    }

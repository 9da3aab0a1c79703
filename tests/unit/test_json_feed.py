"""Tests of `orchestration.formats.json_feed`: feeds and directories' answers in JSON."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.formats import json_feed, registry
from orchestration.formats.display import tidy
from orchestration.formats.document import Copy, ParsedDocument

JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "The Hive Hour",
    "language": "en-US",
    "feed_url": "https://hive.example/feed.json",
    "items": [
        {
            "id": "hive-0012-a7f3",
            "title": "12: Wax &amp; wane",
            "url": "https://hive.example/12",
            "content_html": "<p>Ada asks <b>Bo</b> about wax.</p><ul><li>00:00 Hello</li><li>01:10 Wax</li></ul>",
            "content_text": "Of wax.",
            "date_published": "2026-03-03T23:30:00-05:00",
            "authors": [{"name": "Nobody Heard"}],
            "attachments": [
                {"url": "https://cdn.example/12.png", "mime_type": "image/png"},
                {"url": "https://cdn.example/12", "mime_type": "audio/mpeg", "duration_in_seconds": 3723},
            ],
        }
    ],
}
LOOKUP = {
    "resultCount": 2,
    "results": [
        {
            "kind": "podcast",
            "trackName": "The Hive Hour",
            "collectionName": "The Hive Hour",
            "feedUrl": "https://x.example",
        },
        {
            "kind": "podcast-episode",
            "trackName": "12: Wax & wane",
            "collectionName": "The Hive Hour",
            "trackViewUrl": "https://podcasts.example/id1?i=12",
            "episodeUrl": "https://cdn.example/12.mp3?from=lookup",
            "episodeGuid": "hive-0012-a7f3",
            "releaseDate": "2026-03-04T04:30:00Z",
            "trackTimeMillis": 3723000,
            "description": "Ada asks Bo about wax.",
        },
    ],
}
INDEX: dict[str, Any] = {
    "status": "true",
    "items": [
        {
            "id": 16795089,
            "title": "12: Wax & wane",
            "link": "https://hive.example/12",
            "description": "Ada asks Bo about wax.",
            "guid": "hive-0012-a7f3",
            "datePublished": 1772598600,
            "enclosureUrl": "https://cdn.example/12.mp3",
            "duration": 3723,
            "episode": 12,
            "season": 2,
            "feedTitle": "The Hive Hour",
            "chaptersUrl": "https://hive.example/12.json",
            "transcripts": [{"url": "https://hive.example/12.vtt", "type": "text/vtt"}],
            "persons": [
                {"name": "Ada Bee", "role": "host", "group": "cast", "href": "https://ada.example"},
                {"name": "Bo Wax", "role": "guest", "group": "cast"},
                {"name": "Ed Itor", "role": "audio editor", "group": "audio post-production"},
            ],
        }
    ],
}


def read(value: Any) -> ParsedDocument:
    text = json.dumps(value)
    known = registry.recognise(text)
    assert known is not None and known.FORMAT == "json_feed"
    document = json_feed.parse(text)
    check(document)
    return document


def check(document: ParsedDocument) -> None:
    for copy in document.copies:
        spans: list[Any] = [*copy.passages, *copy.people, *copy.chapters, *copy.links]
        assert all(copy.char_start <= span.char_start <= span.char_end <= copy.char_end for span in spans)
        for passage in copy.passages:
            assert tidy(document.text[passage.char_start : passage.char_end]) == passage.text
        for person in copy.people:
            assert tidy(document.text[person.char_start : person.char_end]) == person.name


def one(value: Any) -> Copy:
    (copy,) = read(value).copies
    return copy


@pytest.mark.parametrize(("value", "place"), [(JSON_FEED, "/items/0"), (LOOKUP, "/results/1"), (INDEX, "/items/0")])
def test_feeds_and_answers_of_directories_tell_the_same(value: Any, place: str) -> None:
    copy = one(value)
    assert copy.locator == place
    assert (copy.show_name, copy.guid, copy.duration_s) == ("The Hive Hour", "hive-0012-a7f3", 3723.0)
    assert copy.published_on is not None and copy.published_on.isoformat() in ("2026-03-03", "2026-03-04")
    assert copy.enclosure_url is not None and copy.enclosure_url.startswith("https://cdn.example/12")
    assert [(passage.field, passage.text) for passage in copy.passages] == [
        ("title", "12: Wax & wane"),
        ("description", "Ada asks Bo about wax."),
    ]
    assert copy.segments == ()


def test_what_json_feed_has_beside() -> None:
    copy = one(JSON_FEED)
    assert [(chapter.title, chapter.start_s) for chapter in copy.chapters] == [("Hello", 0.0), ("Wax", 70.0)]
    # Whoever wrote the notes is not thereby heard.
    assert copy.people == ()
    assert (copy.language, copy.url, copy.published_on) == ("en", "https://hive.example/12", date(2026, 3, 3))
    assert copy.show_guid is not None


def test_what_podcast_index_has_beside() -> None:
    copy = one(INDEX)
    assert [(person.name, person.role) for person in copy.people] == [("Ada Bee", "host"), ("Bo Wax", "guest")]
    assert {(link.url, link.rel) for link in copy.links} == {
        ("https://hive.example/12", None),
        ("https://cdn.example/12.mp3", "enclosure"),
        ("https://hive.example/12.vtt", "transcript"),
        ("https://hive.example/12.json", "chapters"),
        ("https://ada.example", "person"),
    }
    assert (copy.season, copy.episode_number) == (2, 12.0)


def test_a_list_of_nobodys_format() -> None:
    episodes = [
        {
            "Title": f"Wax {n}",
            "audio": f"https://cdn.example/{n}.mp3",
            "guests": "Bo Wax, Cy Comb",
            "Date": "March 3, 2026",
        }
        for n in (1, 2)
    ]
    document = read({"podcast": "The Hive Hour", "episodes": episodes})
    assert [copy.locator for copy in document.copies] == ["/episodes/0", "/episodes/1"]
    for copy in document.copies:
        assert copy.show_name == "The Hive Hour"
        assert copy.published_on == date(2026, 3, 3)
        assert [(person.name, person.role) for person in copy.people] == [("Bo Wax", "guest"), ("Cy Comb", "guest")]
    alone = one(episodes[0])
    assert (alone.locator, alone.passages[0].text) == ("", "Wax 1")


def test_several_shows_in_one_answer_keep_their_names() -> None:
    episodes = [
        {
            "title": f"{n}",
            "show": {"name": f"Show {n}"},
            "enclosure": {"url": f"https://c.example/{n}"},
            "summary": "Of wax.",
        }
        for n in (1, 2)
    ]
    assert [copy.show_name for copy in read(episodes).copies] == ["Show 1", "Show 2"]


def test_a_guid_or_an_address_of_several_episodes_is_that_of_none() -> None:
    episode = {
        "title": "Wax",
        "guid": "g",
        "link": "https://hive.example",
        "audio": "https://c.example/1.mp3",
        "date": "2026-03-03",
    }
    document = read([episode, episode | {"title": "Comb"}])
    assert [(copy.guid, copy.url) for copy in document.copies] == [(None, None), (None, None)]
    assert [problem.locator for problem in document.problems] == ["/0", "/1"]


@pytest.mark.parametrize(
    "value",
    [
        [{"title": "Wax", "artist": "The Combs", "url": "https://c.example/1.mp3", "duration": 200}],
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "A blog",
            "items": [{"id": "1", "title": "On wax", "content_text": "Of wax."}],
        },
        {
            "title": "Wax",
            "audio": "https://c.example/1.mp3",
            "date": "2026-03-03",
            "bits": [{"x": n} for n in range(201)],
        },
        {
            "results": [
                {"trackName": "Wax", "kind": "podcast", "releaseDate": "2026-03-03", "feedUrl": "https://x.example"}
            ]
        },
        [
            {
                "title": "Wax",
                "media_url": "https://c.example/1.png",
                "enclosure": "https://c.example/1.jpg",
                "date": "2026-03-03",
            }
        ],
        [{"title": "Wax", "enclosure": {"link": "https://c.example/1", "type": "image/jpeg"}, "date": "2026-03-03"}],
        [{"title": "Wax", "episode_url": "https://hive.example/1", "description": "Of wax."}],
        [],
        {},
    ],
    ids=[
        "songs",
        "a blog",
        "what may be a transcript",
        "shows alone",
        "pictures",
        "a picture by its type",
        "pages",
        "nothing",
        "none",
    ],
)
def test_what_is_no_list_of_episodes_is_not_read_as_one(value: Any) -> None:
    assert json_feed.sniff(json.dumps(value)) == 0.0
    document = json_feed.parse(json.dumps(value))
    assert document.copies == () and len(document.problems) == 1


def test_a_list_with_transcripts_is_read_as_such() -> None:
    turns = ("Ada Bee: I think that you know what we said of wax.", "Bo Wax: I know, and you said that we would not.")
    said = "\n".join(turns * 20)
    episode = INDEX["items"][0] | {"transcript": said}
    known = registry.recognise(json.dumps([episode]))
    assert known is not None and known.FORMAT == "episode_records"


def test_many_episodes_are_no_transcript() -> None:
    (episode,) = INDEX["items"]
    published = range(1_600_000_000, 1_602_000_000, 50_000)
    episodes = [
        episode | {"guid": f"g{n}", "datePublished": day, "description": f"I talk to you of wax, and of day {n}."}
        for n, day in enumerate(published)
    ]
    assert len(read({"items": episodes}).copies) == len(published)


def test_a_transcript_that_is_described_stays_one() -> None:
    said = [{"start": 4.0 * n, "end": 4.0 * n + 4, "text": "You know, I think that this is wax."} for n in range(9)]
    text = json.dumps(INDEX["items"][0] | {"segments": said})
    known = registry.recognise(text)
    assert known is not None and known.FORMAT != "json_feed"
    assert sum(len(copy.segments) for copy in known.parse(text).copies) == len(said)


def test_strings_are_found_again() -> None:
    assert json_feed.resolve(json.dumps(INDEX), "/items/0/title") == "12: Wax & wane"
    with pytest.raises(ValueError, match="leads to no string"):
        json_feed.resolve(json.dumps(INDEX), "/items/7/title")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["https://c.example/1.mp3", "2026-03-03", "audio/mpeg", "<p>Wax</p>", "\ud800"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            ["title", "audio", "date", "description", "items", "persons", "name", "url", "attachments", "transcripts",
             "guests", "duration", "trackTimeMillis", "season", "episode", "feedTitle", "mime_type", "language"]
        ),
        inner,
        max_size=8,
    ),
    max_leaves=25,
)  # fmt: skip


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(VALUES)
def test_no_value_makes_it_raise(value: Any) -> None:
    text = json.dumps(value)
    assert json_feed.sniff(text) in (0.0, 0.8)
    check(json_feed.parse(text))

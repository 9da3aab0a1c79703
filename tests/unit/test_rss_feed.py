"""Tests of `orchestration.formats.rss_feed` and of what it is made of."""

from __future__ import annotations

from datetime import date
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.formats import registry, rss_feed
from orchestration.formats.display import tidy
from orchestration.formats.document import Copy, ParsedDocument
from orchestration.formats.html_notes import read_fragment
from orchestration.formats.rss_items import parse_duration, podcast_guid, read_feed
from orchestration.formats.xml_elements import MOST_DEPTH

QUICK = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
NAMESPACES = (
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:podcast="https://podcastindex.org/namespace/1.0" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:psc="http://podlove.org/simple-chapters" xmlns:media="http://search.yahoo.com/mrss/"'
)
ITEM = """
<title>12: Wax &amp; wane</title>
<link>https://hive.example/12</link>
<guid isPermaLink="false">hive-0012-a7f3</guid>
<pubDate>Tue, 03 Mar 2026 23:30:00 -0500</pubDate>
<itunes:duration>1:02:03</itunes:duration>
<itunes:season>2</itunes:season><podcast:episode>12.5</podcast:episode>
<enclosure url="https://cdn.example/12.mp3" length="1" type="audio/mpeg"/>
<podcast:transcript url="https://hive.example/12.vtt" type="text/vtt"/>
<podcast:transcript url="https://hive.example/12.es.vtt" type="text/vtt" language="es"/>
<podcast:chapters url="https://hive.example/12.chapters.json" type="application/json+chapters"/>
<description>Short.</description>
<content:encoded><![CDATA[<p>Ada asks <b>Bo</b> about wax,<br/>and about rain.</p>
<ul><li>See <a href="https://wax.example/?a=1&amp;b=2">the wax page</a></li><li>Or https://rain.example/x</li></ul>
<script>alert("no")</script><!-- nor this -->]]></content:encoded>
"""


def feed(*items: str, channel: str = "", name: str = "The Hive Hour") -> str:
    """Return a feed with these items."""
    inside = "".join(f"<item>{item}</item>" for item in items)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" {NAMESPACES}><channel><title>{name}</title>'
        f"<language>en-GB</language>{channel}{inside}</channel></rss>"
    )


def one(text: str) -> Copy:
    (copy,) = rss_feed.parse(text).copies
    return copy


def check(text: str, document: ParsedDocument) -> None:
    """Check all that a parsed feed promises about its ranges."""
    joined = document.text
    done = 0
    for copy in document.copies:
        assert done <= copy.char_start < copy.char_end <= len(joined)
        done = copy.char_end
        assert isinstance(rss_feed.resolve(text, copy.locator), str)
        assert copy.segments == ()
        for passage in copy.passages:
            assert tidy(joined[passage.char_start : passage.char_end]) == passage.text != ""
        for chapter in copy.chapters:
            assert tidy(joined[chapter.char_start : chapter.char_end]) == chapter.title != ""
        for link in copy.links:
            assert joined[link.char_start : link.char_end] == link.url
        for person in copy.people:
            assert tidy(joined[person.char_start : person.char_end]) == person.name != ""
        parts: list[Any] = [*copy.passages, *copy.chapters, *copy.links, *copy.people]
        assert all(copy.char_start <= part.char_start <= part.char_end <= copy.char_end for part in parts)


def test_an_item_is_a_copy_without_segments() -> None:
    text = feed(ITEM)
    document = rss_feed.parse(text)
    check(text, document)
    (copy,) = document.copies
    assert document.problems == ()
    assert [(p.field, p.text) for p in copy.passages] == [
        ("title", "12: Wax & wane"),
        ("description", "Ada asks Bo about wax,"),
        ("description", "and about rain."),
        ("description", "See the wax page"),
        ("description", "Or https://rain.example/x"),
    ]
    assert (copy.show_name, copy.guid, copy.url) == ("The Hive Hour", "hive-0012-a7f3", "https://hive.example/12")
    # The day on the clock that the feed states, not in Greenwich.
    assert (copy.published_on, copy.date_source) == (date(2026, 3, 3), "stated")
    assert (copy.duration_s, copy.language, copy.season, copy.episode_number) == (3723.0, "en", 2, 12.5)
    assert copy.enclosure_url == "https://cdn.example/12.mp3"
    assert [(link.rel, link.url) for link in copy.links] == [
        (None, "https://rain.example/x"),
        (None, "https://hive.example/12"),
        ("enclosure", "https://cdn.example/12.mp3"),
        ("transcript", "https://hive.example/12.vtt"),
        ("transcript", "https://hive.example/12.es.vtt"),
        ("chapters", "https://hive.example/12.chapters.json"),
        (None, "https://wax.example/?a=1&b=2"),
    ]
    assert copy.locator == "/rss/channel/item[1]"
    assert rss_feed.resolve(text, "/rss/channel/item/title") == "12: Wax & wane"


def test_items_name_their_transcripts_with_language() -> None:
    (item,) = read_feed(feed(ITEM)).items
    assert [(t.media_type, t.language) for t in item.transcripts] == [("text/vtt", None), ("text/vtt", "es")]


@pytest.mark.parametrize(
    ("persons", "expected"),
    [
        ("", [("Ada Bee", "host"), ("Kim Wax", "guest")]),
        ("<podcast:person>Bo Drone</podcast:person>", [("Bo Drone", "host")]),
        ('<podcast:person role="Co-Host">Bo Drone</podcast:person>', [("Bo Drone", "host")]),
        ('<podcast:person role="narrator" group="cast">Bo Drone</podcast:person>', [("Bo Drone", "unknown")]),
        # Those behind the scenes are not heard, but they replace the channel's people all the same.
        ('<podcast:person group="visuals" role="cover art designer">Bo Drone</podcast:person>', []),
    ],
)
def test_an_items_people_replace_those_of_the_channel(persons: str, expected: list[tuple[str, str]]) -> None:
    channel = '<podcast:person>Ada Bee</podcast:person><podcast:person role="guest">Kim Wax</podcast:person>'
    text = feed(f"<title>One</title>{persons}", channel=channel)
    check(text, rss_feed.parse(text))
    assert [(person.name, person.role) for person in one(text).people] == expected


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("3723", 3723.0),
        ("3723.5", 3723.5),
        ("1:02:03", 3723.0),
        ("01:02:03.250", 3723.25),
        ("62:03", 3723.0),
        ("0:75:30", 4530.0),
        ("1h 2m 3s", 3723.0),
        ("62 min", 3720.0),
        ("PT1H2M3S", 3723.0),
        ("1 hour, 2 minutes", 3720.0),
        ("45 mins", 2700.0),
        ("0", None),
        ("00:00:00", None),
        ("", None),
        ("PT", None),
        ("an hour", None),
        ("-5", None),
        ("99999999", None),
        ("1:2:3:4", None),
        ("٣٧٢٣", None),
    ],
)
def test_durations(written: str, seconds: float | None) -> None:
    assert parse_duration(written) == seconds


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("Tue, 03 Mar 2026 10:00:00 GMT", date(2026, 3, 3)),
        ("3 Mar 2026 10:00:00 EST", date(2026, 3, 3)),
        ("2026-03-03T23:59:00Z", date(2026, 3, 3)),
        ("2026-02-30", None),
        ("Tue, 99 Mar 2026 10:00:00 GMT", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates(written: str, day: date | None) -> None:
    copy = one(feed(f"<title>One</title><pubDate>{written}</pubDate>"))
    assert (copy.published_on, copy.date_source) == (day, "stated" if day else "none")


def test_simple_chapters_are_chapters() -> None:
    psc = (
        '<psc:chapters version="1.2"><psc:chapter start="00:00:00.000" title="Hello"/>'
        '<psc:chapter start="02:05" title="Wax" href="https://wax.example"/><psc:chapter start="300.5" title="Bye"/>'
        "</psc:chapters><itunes:duration>400</itunes:duration>"
    )
    copy = one(feed(f"<title>One</title>{psc}"))
    assert [(c.title, c.start_s, c.end_s) for c in copy.chapters] == [
        ("Hello", 0.0, 125.0),
        ("Wax", 125.0, 300.5),
        ("Bye", 300.5, 400.0),
    ]
    assert "https://wax.example" in [link.url for link in copy.links]


def test_chapters_in_the_notes_are_chapters() -> None:
    notes = "<p>What we say:</p><p>(00:00) Hello<br>(02:05) - Wax<br>1:00:10 Bye</p><p>Thanks to all.</p>"
    copy = one(feed(f"<title>One</title><description>{escape(notes)}</description>"))
    assert [(c.title, c.start_s, c.end_s) for c in copy.chapters] == [
        ("Hello", 0.0, 125.0),
        ("Wax", 125.0, 3610.0),
        ("Bye", 3610.0, None),
    ]
    assert [p.text for p in copy.passages] == ["One", "What we say:", "Thanks to all."]


def test_a_guid_or_address_of_several_items_is_of_none() -> None:
    same = "<guid>1</guid><link>https://hive.example/</link>"
    document = rss_feed.parse(feed(f"<title>One</title>{same}", f"<title>Two</title>{same}"))
    assert [(copy.guid, copy.url) for copy in document.copies] == [(None, None)] * 2
    assert [problem.locator for problem in document.problems] == ["/rss/channel/item[1]", "/rss/channel/item[2]"]


def test_a_guid_that_is_an_address_stands_in_for_the_link() -> None:
    assert one(feed("<title>One</title><guid>https://hive.example/1</guid>")).url == "https://hive.example/1"
    assert one(feed('<title>One</title><guid isPermaLink="false">https://hive.example/1</guid>')).url is None


def test_the_guid_of_a_show() -> None:
    # The example that the namespace's documentation gives.
    assert podcast_guid("https://podnews.net/rss") == "9b024349-ccf0-5f69-a609-6b82873eab3c"
    assert podcast_guid("http://podnews.net/rss//") == podcast_guid("podnews.net/rss")
    channel = '<atom:link rel="self" href="https://podnews.net/rss"/>'
    assert one(feed("<title>One</title>", channel=channel)).show_guid == podcast_guid("https://podnews.net/rss")
    assert one(feed("<title>One</title>", channel=f"{channel}<podcast:guid>x-1</podcast:guid>")).show_guid == "x-1"
    assert one(feed("<title>One</title>")).show_guid is None


@pytest.mark.parametrize(
    ("markup", "lines"),
    [
        ("One.\n\nTwo.", ("One.", "Two.")),
        ("<p>One\ntwo</p><P CLASS='x'>Three", ("One two", "Three")),
        ("a < b and List<String> and 3 > 2", ("a < b and List<String> and 3 > 2",)),
        ("<b>One</b>\nTwo", ("One", "Two")),
        ("One<br/>Two<br >Three", ("One", "Two", "Three")),
        ("<style>p {}</style>One<script>no", ("One",)),
        ("One<!-- two --> three<!-- four", ("One three",)),
        ("&nbsp;<p>&#160;</p>", ()),
        ("<a title='a > b' href=x>One</a>", ("One",)),
        ("", ()),
    ],
)
def test_what_a_reader_sees_of_markup(markup: str, lines: tuple[str, ...]) -> None:
    assert read_fragment(markup).lines == lines


def test_only_web_addresses_are_links() -> None:
    markup = (
        "<a href='javascript:alert(1)'>a</a><a href=https://a.example/x>b</a><a data-href='https://b.example'>c</a>"
    )
    assert read_fragment(markup).addresses == ("https://a.example/x",)


def test_a_feed_cut_short_keeps_its_whole_items() -> None:
    text = feed("<title>One</title>", "<title>Two</title><description>and more")
    document = rss_feed.parse(text[: text.index(" more")])
    assert [copy.passages[0].text for copy in document.copies] == ["One", "Two"]
    assert ["read up to there" in problem.reason for problem in document.problems] == [True]


@pytest.mark.parametrize(
    ("broken", "title"),
    [
        ("<title>Wax & wane</title>", "Wax & wane"),
        ("<title>Wax&nbsp;and&hellip; wane</title>", "Wax and… wane"),
        ("<title>Wax\x0b and wane</title>", "Wax and wane"),
        ("<title>Wax</title><googleplay:image/>", "Wax"),
    ],
)
def test_what_is_not_well_formed_is_mended_and_told(broken: str, title: str) -> None:
    document = rss_feed.parse(feed(broken))
    assert [copy.passages[0].text for copy in document.copies] == [title]
    assert ["mended" in problem.reason for problem in document.problems] == [True]


def test_a_prefix_that_nobody_declared_is_known_all_the_same() -> None:
    item = "<item><title>One</title><itunes:duration>60</itunes:duration></item>"
    text = f"<rss><channel><title>T</title>{item}</channel></rss>"
    assert one(text).duration_s == 60.0


def test_entities_are_not_expanded() -> None:
    bomb = '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    document = rss_feed.parse(f"{bomb}<rss><channel><item><title>&b;</title></item></channel></rss>")
    assert document.copies == ()
    assert "EntitiesForbidden" in document.problems[0].reason
    external = '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    assert rss_feed.parse(f"{external}<rss><channel><item><title>&a;</title></item></channel></rss>").copies == ()


def test_depth_is_no_danger() -> None:
    deep = "<a>" * 200_000 + "wax" + "</a>" * 200_000
    document = rss_feed.parse(feed(f"<title>One</title><description>{deep}</description>"))
    assert document.copies[0].passages[1].text == "wax"
    assert [f"more than {MOST_DEPTH}" in problem.reason for problem in document.problems] == [True]


@pytest.mark.parametrize("path", ["/rss/channel/item[2]", "/rss/nothing", "char=0,1", "", "/rss/channel/item[0]"])
def test_a_path_that_leads_nowhere_is_an_error(path: str) -> None:
    with pytest.raises(ValueError):
        rss_feed.resolve(feed("<title>One</title>"), path)


@pytest.mark.parametrize(
    "text",
    [
        "<html><body><p>An rss and a channel.</p></body></html>",
        '<tt xmlns="http://www.w3.org/ns/ttml"><body/></tt>',
        "We talk about <rss> and <channel>.",
        "<?xml version='1.0'?><opml version='2.0'><body><outline type='rss'/></body></opml>",
        '{"rss": "<rss><channel>"}',
    ],
)
def test_what_is_no_feed_is_not_claimed(text: str) -> None:
    assert rss_feed.sniff(text) == 0.0


def test_a_feed_is_recognised_whatever_stands_in_front() -> None:
    for front in (
        "",
        "\n ",
        "<?xml version='1.0'?><!-- made-by --><?xml-stylesheet href='a.xsl'?>",
        "<!DOCTYPE rss>",
    ):
        text = front + "<rss version='2.0'><channel><title>T</title><item><title>One</title></item></channel></rss>"
        read = registry.read(text.encode())
        assert read.document is not None
        assert (read.document.format, len(read.document.copies), read.problems) == ("rss_feed", 1, ())


# --- properties

WORDS = st.text(st.sampled_from("abcdeé日 &<>'\"]"), min_size=1, max_size=30).filter(
    lambda text: any(c.isalnum() for c in text)
)
ITEMS = st.fixed_dictionaries(
    {
        "title": WORDS,
        "notes": st.lists(WORDS, max_size=4),
        "duration": st.integers(1, 20_000) | st.none(),
        "day": st.dates(date(1990, 1, 1), date(2089, 12, 31)) | st.none(),
        "people": st.lists(st.tuples(WORDS, st.sampled_from(["host", "guest"])), max_size=3),
        "transcripts": st.lists(st.integers(0, 99).map(lambda n: f"https://t.example/{n}.vtt?a=1&b={n}"), max_size=3),
    }
)


def written(number: int, item: dict) -> str:
    day = f"<pubDate>{item['day']:%d %b %Y} 12:00:00 +0000</pubDate>" if item["day"] else ""
    notes = escape("".join(f"<p>{escape(line)}</p>" for line in item["notes"]))
    people = "".join(f'<podcast:person role="{role}">{escape(name)}</podcast:person>' for name, role in item["people"])
    transcripts = "".join(f"<podcast:transcript url={quoteattr(url)} type='text/vtt'/>" for url in item["transcripts"])
    duration = f"<itunes:duration>{item['duration']}</itunes:duration>" if item["duration"] else ""
    return (
        f"<title>{escape(item['title'])}</title><guid>guid-{number}</guid><description>{notes}</description>"
        f"{day}{people}{transcripts}{duration}"
    )


@QUICK
@given(st.lists(ITEMS, max_size=6))
def test_what_was_written_is_read(items: list[dict]) -> None:
    text = feed(*(written(number, item) for number, item in enumerate(items)))
    document = rss_feed.parse(text)
    check(text, document)
    assert document.problems == ()
    assert [copy.guid for copy in document.copies] == [f"guid-{number}" for number in range(len(items))]
    for copy, item in zip(document.copies, items, strict=True):
        assert (copy.duration_s, copy.published_on) == (item["duration"], item["day"])
        assert copy.passages[0].text == tidy(" ".join(item["title"].split()))
        assert [(p.name, p.role) for p in copy.people] == [(tidy(" ".join(n.split())), r) for n, r in item["people"]]
        named = [link.url for link in copy.links if link.rel == "transcript"]
        assert named == list(dict.fromkeys(item["transcripts"]))


PIECES = (
    "<rss>;<rss version='2.0'><channel>;<channel>;</channel>;</rss>;<item>;</item>;<title>;</title>;Wax;&;&amp;;&nbsp;;"
    "<description>;</description>;<![CDATA[;]]>;<p>;<a href='https://a.example'>;</a>;<podcast:person role='guest'>;"
    "</podcast:person>;<podcast:transcript url='https://a.example/t'/>;<guid>;</guid>;<pubDate>;2026-03-03;</pubDate>;"
    "<itunes:duration>;1:2;</itunes:duration>;<!--;-->;<?xml version='1.0'?>;<!DOCTYPE rss [<!ENTITY a 'b'>]>;&a;;\x00;"
    '<;>;"; ;\n;0:00 Wax;0:05 Wane\n;https://b.example/x;é;'
    "<psc:chapters><psc:chapter start='1' title='x'/></psc:chapters>"
)
FRAGMENTS = st.lists(st.sampled_from(PIECES.split(";")) | st.text(max_size=3), max_size=60).map("".join)


@settings(QUICK, max_examples=300)
@given(FRAGMENTS | st.text() | FRAGMENTS.map(lambda text: feed(text)) | st.text().map(lambda text: feed(text)))
def test_no_text_makes_it_raise(text: str) -> None:
    assert 0.0 <= rss_feed.sniff(text) <= 1.0
    check(text, rss_feed.parse(text))


@QUICK
@given(st.text(st.sampled_from("<>/ab!-\"'= \n&p;[]:"), max_size=200))
def test_no_markup_makes_reading_raise(markup: str) -> None:
    assert all(tidy(line) for line in read_fragment(markup).lines)


@pytest.mark.parametrize(
    "unit",
    ['<a href="', "<a '", "<!--", "<p", "<![CDATA[", "&nbsp", "0:00 a\n", "<p>x</p>", "(", "https://a.example/", "- "],
)
def test_hostile_notes_are_read_to_their_end(unit: str) -> None:
    markup = unit * (200_000 // len(unit))
    document = rss_feed.parse(feed(f"<title>One</title><description>{escape(markup)}</description>"))
    assert len(document.copies) == 1


@pytest.mark.acceptance
def test_the_example_of_the_namespace(shared) -> None:
    text = (shared / "samples" / "podcast_namespace" / "example.xml").read_text(encoding="utf-8")
    document = rss_feed.parse(text)
    check(text, document)
    assert registry.recognise(text) is rss_feed
    assert document.problems == ()
    assert [copy.episode_number for copy in document.copies] == [3.0, 2.0, 1.0]
    assert [len([link for link in copy.links if link.rel == "transcript"]) for copy in document.copies] == [2, 1, 1]
    assert [[person.role for person in copy.people] for copy in document.copies] == [["host", "guest"]] * 3
    assert all(copy.published_on and copy.guid and copy.enclosure_url for copy in document.copies)


ATOM = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" xml:lang="de-DE"
  xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:podcast="https://podcastindex.org/namespace/1.0">
  <title>Wind and String</title><link rel="self" href="https://kites.example/atom.xml"/>
  <link href="https://kites.example/"/>
  <entry><id>tag:kites.example,2025:12</id><title>Kites</title><updated>2025-03-11T09:00:00Z</updated>
    <published>2025-03-10T23:30:00-05:00</published><link href="https://kites.example/12"/>
    <link rel="enclosure" type="audio/mpeg" href="https://kites.example/12.mp3"/>
    <content type="html">&lt;p&gt;Of lines.&lt;/p&gt;</content><itunes:duration>62:03</itunes:duration>
    <podcast:person role="guest">Bo Rae</podcast:person></entry>
  <entry><id>yt:video:abcdefghijk</id><title>Hills</title>
    <link rel="alternate" href="https://www.youtube.com/watch?v=abcdefghijk"/>
    <media:group><media:description>0:00 Up
0:40 Down
1:10 Home</media:description></media:group></entry>
</feed>
"""


def test_entries_of_atom_are_items() -> None:
    assert registry.recognise(ATOM) is rss_feed  # type: ignore[comparison-overlap]
    first, second = rss_feed.parse(ATOM).copies
    assert (first.show_name, first.language, first.guid) == ("Wind and String", "de", "tag:kites.example,2025:12")
    assert (first.url, first.enclosure_url) == ("https://kites.example/12", "https://kites.example/12.mp3")
    assert (first.published_on, first.duration_s) == (date(2025, 3, 10), 3723.0)
    assert [(one.field, one.text) for one in first.passages] == [("title", "Kites"), ("description", "Of lines.")]
    assert [(one.name, one.role) for one in first.people] == [("Bo Rae", "guest")]
    assert first.show_guid == podcast_guid("https://kites.example/atom.xml")
    assert rss_feed.resolve(ATOM, f"{first.locator}/atom:title") == "Kites"
    assert second.video_id == "abcdefghijk"
    assert [(one.title, one.start_s) for one in second.chapters] == [("Up", 0.0), ("Down", 40.0), ("Home", 70.0)]

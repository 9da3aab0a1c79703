"""Tests of `orchestration.formats.html_page`: episodes as web pages."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.formats import html_page, registry
from orchestration.formats.display import tidy
from orchestration.formats.document import Copy
from tests.unit.test_formats_properties import NAMES, SENTENCES

HEAD = (
    '<!DOCTYPE html><html lang="en-US"><head><title>Bees &amp; wax</title>'
    '<meta property="og:site_name" content="The Hive">'
    '<link rel="canonical" href="https://hive.example/12"><meta name="description" content="All about bees.">'
    '<script type="application/ld+json">{"@graph": [{"@type": "PodcastEpisode", "datePublished": "2025-03-10",'
    '"partOfSeries": {"name": "The Hive Show"}}]}</script><style>p {}</style></head><body>'
    '<nav><a href="/">Home</a><p>Ada: menu</p></nav><main><h1>Bees</h1><p>An hour with <a href="https://wax.example">Bo</a>.</p>'
)
FOOT = "</main><footer><p>Ada: footer</p></footer></body></html>"
SAID = [
    ("Ada Byrne", 0, "How are you?"),
    ("Bo Wax", 12, "I am well."),
    ("Ada Byrne", 75, "Do you know why?"),
    ("Bo Wax", 90, "No."),
]
STYLES = {
    "paragraphs": ("<p><strong>{name}:</strong> {text}</p>", False),
    "colon outside": ("<p><b>{name}</b>: {text}</p>", False),
    "plain": ("<p>{name}: {text}</p>", False),
    "classes": ('<div><div class="speaker author">{name}</div><span class="ts">{at}</span><p>{text}</p></div>', True),
    "line breaks": ("<b>{name}</b> ({at}):<br>{text}<br>", True),
    "definition list": ("<dl><dt>{name}</dt><dd>{text}</dd></dl>", False),
    "times": ("<p><time>[{at}]</time> <strong>{name}:</strong> {text}</p>", True),
    "names in spans": ('<p><span class="speaker-name">{name}</span><span>{at}</span></p><p>{text}</p>', True),
    "classes in a line": ('<p><span class="speaker">{name}</span> <span class="text">{text}</span></p>', False),
    "class in front of words": ('<p><b class="speaker">{name}</b> {text}</p>', False),
    "headings": ("<h4>{name}</h4><p>{text}</p>", False),
    "headings with times": ("<h5>{name} <small>{at}</small></h5><p>{text}</p>", True),
    "cite": ("<p><cite>{name}</cite> {text}</p>", False),
    "time, then a class in a line": (
        '<p><span class="ts">{at}</span> <span class="name">{name}</span> {text}</p>',
        True,
    ),
    "attributes": ('<p data-speaker="{name}">{text}</p>', False),
    "table": ("<table><tr><td>[{at}]</td><td><b>{name}:</b></td><td>{text}</td></tr></table>", True),
}


def only_copy(text: str) -> Copy:
    document = html_page.parse(text)
    for copy in document.copies:
        for segment in copy.segments:
            raw = document.text[segment.char_start : segment.char_end]
            assert html_page.resolve(text, segment.locator) == raw
            assert tidy(raw) == segment.text
        for before, after in pairwise(copy.segments):
            assert before.char_end <= after.char_start
        for passage in copy.passages:
            assert tidy(document.text[passage.char_start : passage.char_end]) == passage.text
        for chapter in copy.chapters:
            assert tidy(document.text[chapter.char_start : chapter.char_end]) == chapter.title
        for link in copy.links:
            assert document.text[link.char_start : link.char_end] == link.url
    (copy,) = document.copies
    return copy


@pytest.mark.parametrize("style", STYLES)
def test_a_transcript_is_found_whatever_its_markup(style: str) -> None:
    form, has_times = STYLES[style]
    page = HEAD + "".join(form.format(name=n, at=f"{t // 60}:{t % 60:02d}", text=s) for n, t, s in SAID * 2) + FOOT
    assert registry.recognise(page) is html_page
    copy = only_copy(page)
    times = [float(at) if has_times else None for _, at, _ in SAID * 2]
    assert [(s.speaker_label, s.text) for s in copy.segments] == [(name, said) for name, _, said in SAID * 2]
    assert [s.start_s for s in copy.segments] == times


def test_a_time_may_be_an_attribute_too() -> None:
    rows = "".join(f'<p data-speaker="{name}" data-start="{at}.5">{text}</p>' for name, at, text in SAID)
    assert [(s.speaker_label, s.start_s, s.text) for s in only_copy(HEAD + rows + FOOT).segments] == [
        (name, at + 0.5, text) for name, at, text in SAID
    ]


TALK = [f"I say that you and I have seen it {n} times, you know." for n in range(12)]


def test_cells_of_a_row_are_time_name_and_words() -> None:
    rows = "".join(
        f"<tr><td>0:{n * 4:02}</td><td>{('Ada Bell', 'Bo Rae')[n % 2]}</td><td>{t}</td></tr>"
        for n, t in enumerate(TALK)
    )
    segments = only_copy(f"{HEAD}<table>{rows}</table>{FOOT}").segments
    assert [(s.speaker_label, s.start_s, s.text) for s in segments] == [
        (("Ada Bell", "Bo Rae")[n % 2], n * 4.0, text) for n, text in enumerate(TALK)
    ]


def test_captions_may_stand_in_a_page() -> None:
    said = [
        f"{opening} have you seen all that wax?"
        for opening in ["Well", "So", "And", "Now", "But", "Oh", "Look", "Then", "Yes", "Hm"]
    ]
    text = f"{HEAD}{''.join(f'<p><a>0:{n * 4:02}</a> {words}</p>' for n, words in enumerate(said))}{FOOT}"
    assert [(s.start_s, s.text) for s in only_copy(text).segments] == [(n * 4.0, words) for n, words in enumerate(said)]


def test_lines_of_preformatted_text_are_lines() -> None:
    lines = "\n".join(f"{('Ada Bell', 'Bo Rae')[n % 2]}: {text}" for n, text in enumerate(TALK))
    page = f"<?xml version='1.0'?>\n{HEAD}<pre>{lines}</pre>{FOOT}"
    assert registry.recognise(page) is html_page  # type: ignore[comparison-overlap]
    assert [s.text for s in only_copy(page).segments] == TALK


def test_a_heading_announces_prose_as_a_transcript() -> None:
    prose = "".join(f"<p>{' '.join(TALK)}</p>" for _ in range(4))
    page = f"<html><body><h1>Bees</h1><h2>Full Transcript</h2>{prose}</body></html>"
    assert registry.recognise(page) is html_page  # type: ignore[comparison-overlap]
    assert [s.text for s in only_copy(page).segments] == [" ".join(TALK)] * 4


def test_the_head_states_the_episode() -> None:
    copy = only_copy(HEAD + "".join(f"<p><b>{n}:</b> {s}</p>" for n, _, s in SAID) + FOOT)
    assert (copy.show_name, copy.published_on, copy.date_source) == ("The Hive Show", date(2025, 3, 10), "stated")
    assert (copy.url, copy.language) == ("https://hive.example/12", "en")
    assert [(p.field, p.text) for p in copy.passages] == [
        ("title", "Bees & wax"),
        ("description", "All about bees."),
        ("description", "An hour with Bo."),
    ]
    assert [link.url for link in copy.links] == ["https://wax.example"]


def test_notes_are_read_where_there_is_no_transcript() -> None:
    items = "<li>(0:00) Start</li><li>(2:10) The <b>wax</b></li><li>(5:00) End</li>"
    page = f"<h2>Show notes</h2><p>About bees.</p><ul>{items}</ul><p><a href='https://a.example/x.mp3'>Hear</a></p>"
    assert html_page.sniff(page) >= 0.5
    copy = only_copy(page)
    assert [(c.title, c.start_s) for c in copy.chapters] == [("Start", 0.0), ("The wax", 130.0), ("End", 300.0)]
    assert "About bees." in [p.text for p in copy.passages]
    assert copy.enclosure_url == "https://a.example/x.mp3"
    assert copy.segments == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<",
        "<p>",
        "<?xml version='1.0'?><rss></rss>",
        "<html><body><h1>Shop</h1><p>Price: 5</p><p>Size: L</p><p>Price: 6</p></body></html>",
        "<cite>Ada:</cite><time>0:00</time><p>Hello.</p>",
        "Ada: Hello.",
    ],
)
def test_other_pages_are_not_claimed(text: str) -> None:
    assert html_page.sniff(text) < 0.5
    assert html_page.parse(text).format == "html_page"


def test_a_locator_that_leads_nowhere_is_refused() -> None:
    for locator in ("text=0,999999", "char=0,1", "text=5,2", ""):
        with pytest.raises(ValueError, match="nowhere"):
            html_page.resolve(HEAD + FOOT, locator)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(NAMES, min_size=2, max_size=3, unique=True),
    st.lists(SENTENCES, min_size=6, max_size=12),
    st.sampled_from([form for style, (form, _) in STYLES.items() if style not in ("plain", "headings")]),
)
def test_what_was_written_is_read(names: list[str], said: list[str], form: str) -> None:
    said = [f"The {text} end." for text in said]
    turns = [(names[number % 2], text) for number, text in enumerate(said)]
    body = "".join(form.format(name=n, at=f"{i}:01", text=t) for i, (n, t) in enumerate(turns))
    found = only_copy(HEAD + body + FOOT).segments
    assert [(s.speaker_label, s.text) for s in found] == turns


TAGS = "<p>|</p>|<b>|</b>|Ada: |Bo: |<div class='speaker'>|</div>|0:12|<br>|<a href='https://a.b'>|<!--|-->|<h1>|<script>|{}|&amp;|&#0;|\x00"
MARKUP = st.lists(st.sampled_from(TAGS.split("|")) | st.text(max_size=3), max_size=40).map("".join)


@settings(max_examples=150)
@given(st.sampled_from(["", "<html>", HEAD]), MARKUP)
def test_no_markup_makes_it_raise(head: str, body: str) -> None:
    text = head + body
    assert 0.0 <= html_page.sniff(text) <= 1.0
    if html_page.parse(text).copies:
        only_copy(text)


@pytest.mark.parametrize(
    "unit", ["<div>", "<p><b>Ada:</b> Hello, you.</p>", "<b>", "<!--", "<p ", "<li>x", "&amp;", "<br>", "<dt>x"]
)
def test_hostile_pages_are_read_to_their_end(unit: str) -> None:
    text = "<html>" + unit * (160_000 // len(unit))
    assert 0 <= html_page.sniff(text) <= 1
    assert html_page.parse(text).text is not None

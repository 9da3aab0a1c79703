"""Tests of `orchestration.formats.ttml`."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.formats import registry, ttml
from orchestration.formats.document import Word
from tests.unit.caption_cases import QUICK, Said, check, facts, read_hostile, stamp, texts, transcripts

NAMESPACES = (
    'xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata" '
    'xmlns:ttp="http://www.w3.org/ns/ttml#parameter"'
)
FULL = f"""<?xml version="1.0" encoding="UTF-16"?>
<!-- by hand --><tt {NAMESPACES} ttp:frameRate="25" ttp:tickRate="1000" xml:lang="en-GB">
<head><metadata><ttm:title>Bees</ttm:title><ttm:desc>A talk.</ttm:desc>
<ttm:agent xml:id="a" type="person"><ttm:name type="full">Ada Bee</ttm:name></ttm:agent></metadata></head>
<body><div begin="10s"><p begin="00:00:01.5" dur="2s" ttm:agent="a">Good<br/>evening, <span>dear</span>
 friends &amp; all.</p>
<p begin="100f" end="5000t"><span ttm:agent="a">Hi.</span><br/><span ttm:agent="b">Hello.</span></p></div>
<div><p begin="00:00:20:12" end="21s">Bye</p>
<p><span begin="22s" end="23s">One.</span> <span begin="23s" end="24s">Two.</span></p>
<p begin="25s"/></div></body></tt>"""


def test_times_speakers_spans_and_breaks() -> None:
    assert ttml.sniff(FULL) > 0.9
    document = check(FULL, ttml)
    (copy,) = document.copies
    assert document.problems == ()
    assert [facts(s) for s in copy.segments] == [
        ("Good evening, dear friends & all.", 11.5, 13.5, "Ada Bee"),
        ("Hi.", 14.0, None, "Ada Bee"),
        ("Hello.", None, 15.0, "b"),
        ("Bye", 20.48, 21.0, None),
        ("One.", 22.0, 23.0, None),
        ("Two.", 23.0, 24.0, None),
    ]
    assert [s.is_paragraph_start for s in copy.segments] == [True, False, False, True, True, False]
    assert [(passage.field, passage.text) for passage in copy.passages] == [
        ("title", "Bees"),
        ("description", "A talk."),
    ]
    assert copy.language == "en"
    assert copy.segments[3].locator == "/tt/body[1]/div[2]/p[1]"
    assert ttml.resolve(FULL, copy.segments[3].locator) == "Bye"
    assert ttml.resolve(FULL, copy.segments[5].locator) == "Two."


def document_of(body: str, attributes: str = "") -> str:
    return f"<tt {NAMESPACES} {attributes}><body>{body}</body></tt>"


def times(raw: str) -> list[tuple[float | None, float | None]]:
    return [(s.start_s, s.end_s) for s in check(raw, ttml).copies[0].segments]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("01:02:03", 3723.0),
        ("01:02:03.25", 3723.25),
        ("01:02:03:15", 3723.5),
        ("01:02:03:15.1", 3723 + 15.5 / 30),
        ("1:02.5", 62.5),
        ("62.5", 62.5),
        ("2.5h", 9000.0),
        ("2m", 120.0),
        ("1500ms", 1.5),
        ("90f", 3.0),
        ("40t", 4.0),
        ("soon", None),
        ("", None),
    ],
)
def test_the_forms_of_a_time(value: str, seconds: float | None) -> None:
    raw = document_of(f'<p begin="{value}">One.</p>', 'ttp:frameRate="30" ttp:subFrameRate="2" ttp:tickRate="10"')
    found = times(raw)[0][0]
    assert found == (None if seconds is None else pytest.approx(seconds))


def test_rates_that_are_multiplied_or_wrong() -> None:
    rate = 'ttp:frameRate="30" ttp:frameRateMultiplier="1000 1001"'
    assert times(document_of('<p begin="30f" end="60f">One.</p>', rate)) == [
        (pytest.approx(1.001), pytest.approx(2.002))
    ]
    wrong = 'ttp:frameRate="0" ttp:frameRateMultiplier="0 0" ttp:tickRate="x"'
    assert times(document_of('<p begin="30f" end="2t">One.</p>', wrong)) == [(1.0, None)]


def test_times_count_from_the_element_around_unless_that_cannot_be_meant() -> None:
    assert times(document_of('<div begin="10s"><p begin="0s" end="1s">One.</p><p begin="12s">Two.</p></div>')) == [
        (10.0, 11.0),
        (22.0, None),
    ]
    assert times(document_of('<div begin="10s"><p begin="10s" end="11s">One.</p><p begin="12s">Two.</p></div>')) == [
        (10.0, 11.0),
        (12.0, None),
    ]


APPLE = """<tt xmlns="http://www.w3.org/ns/ttml" xmlns:podcasts="http://podcasts.apple.com/transcript-ttml-internal"
 xmlns:ttm="http://www.w3.org/ns/ttml#metadata"><body dur="9.0"><div><p begin="0.2" end="2.5" ttm:agent="SPEAKER_1">
<span podcasts:unit="sentence" begin="0.2" end="1.0"><span podcasts:unit="word" begin="0.2" end="0.5">Good</span><span
 podcasts:unit="word" begin="0.5" end="1.0">evening.</span></span><span podcasts:unit="sentence" begin="1.2"
 end="1:02.5"><span podcasts:unit="word" begin="1.2" end="1:02.5">Yes.</span></span></p></div></body></tt>"""


def test_sentences_and_words_of_apple() -> None:
    (copy,) = check(APPLE, ttml).copies
    assert [facts(s) for s in copy.segments] == [
        ("Good evening.", 0.2, 1.0, "SPEAKER_1"),
        ("Yes.", 1.2, 62.5, "SPEAKER_1"),
    ]
    assert copy.segments[0].words == (Word("Good", 0.2, 0.5), Word("evening.", 0.5, 1.0))
    assert [s.is_paragraph_start for s in copy.segments] == [True, False]


def test_names_and_marks_in_the_text() -> None:
    lines = ["Ada: Hello.", "Bo: Hi.", "- Ada: Oh.<br/>- Bo: So.", "&gt;&gt; Well."]
    (copy,) = check(document_of("".join(f'<p begin="{n}s">{line}</p>' for n, line in enumerate(lines))), ttml).copies
    assert [(s.text, s.speaker_label) for s in copy.segments] == [
        ("Hello.", "Ada"),
        ("Hi.", "Bo"),
        ("Oh.", "Ada"),
        ("So.", "Bo"),
        ("Well.", None),
    ]


@pytest.mark.parametrize("uri", ["http://www.w3.org/2006/10/ttaf1", "http://www.w3.org/2006/04/ttaf1"])
def test_older_namespaces_and_none(uri: str) -> None:
    raw = "<tt><body><div><p begin='1s'>One.</p></div></body></tt>"
    assert texts(check(raw, ttml)) == ["One."]
    assert texts(check(raw.replace("<tt", f"<tt xmlns='{uri}'"), ttml)) == ["One."]
    prefixed = f"<x:tt xmlns:x='{uri}'><x:body><x:p begin='1s'>One.</x:p></x:body></x:tt>"
    assert texts(check(prefixed, ttml)) == ["One."]


def test_a_file_that_breaks_off_is_used_up_to_there() -> None:
    document = check(FULL[: FULL.index("Bye")], ttml)
    (copy,) = document.copies
    assert len(copy.segments) == 3
    assert copy.truncation_reason
    assert "read up to" in document.problems[0].reason


def test_hostile_xml_is_a_problem() -> None:
    bomb = '<!DOCTYPE tt [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + document_of("<p begin='1s'>&b;</p>")
    document = check(bomb, ttml)
    assert document.problems
    deep = document_of("<div>" * 50_000 + "<p begin='1s'>One.</p>" + "</div>" * 50_000)
    assert check(deep, ttml).problems
    assert ttml.parse("").copies == ttml.parse("<tt").copies == ttml.parse("<html/>").copies == ()


@QUICK
@given(transcripts(), st.booleans(), st.sampled_from(["", "\n  "]))
def test_what_was_written_is_read(said: list[Said], has_agents: bool, gap: str) -> None:
    names = sorted({cue.label for cue in said if cue.label})
    head = "".join(
        f'<ttm:agent type="person" xml:id="p{n}"><ttm:name>{escape(name)}</ttm:name></ttm:agent>'
        for n, name in enumerate(names)
    )
    lines = []
    for cue in said:
        agent = f"p{names.index(cue.label or '')}" if has_agents else cue.label or ""
        text = escape(cue.text).replace(" ", "<br/>", 1)
        # An identifier holds no space.
        stated = f"ttm:agent={quoteattr(agent)}" if has_agents or " " not in agent else ""
        lines.append(f'<p begin="{stamp(cue.start_ms)}" end="{stamp(cue.end_ms)}" {stated}>{text}</p>')
    raw = f"<tt {NAMESPACES}><head>{head}</head><body><div>{gap}{gap.join(lines)}{gap}</div></body></tt>"
    assert registry.recognise(raw) is ttml
    document = check(raw, ttml)
    assert document.problems == ()
    found = [facts(s) for s in document.copies[0].segments]
    expected = [cue.facts for cue in said]
    if not has_agents:
        expected = [(*fact[:3], None if " " in (fact[3] or "") else fact[3]) for fact in expected]
    assert found == expected


PIECES = (
    "<p>;<p begin='1s'>;</p>;<br/>;<span begin='2s' end='3s'>;<span ttm:agent='b'>;</span>;<div begin='5s'>;</div>;"
    "</body>;</tt>;one two;Ada: ;- ;&amp;;&nbsp;;&#0;;<!--;-->;\n;<![CDATA[;]]>;\x00;\ud800;<metadata>;<p xmlns='u'>;"
    "<p podcasts:unit='word'>"
)
FRAGMENTS = st.lists(st.sampled_from(PIECES.split(";")) | st.text(max_size=3), max_size=40).map("".join)


@settings(QUICK, max_examples=200)
@given(FRAGMENTS | FRAGMENTS.map(document_of) | st.text())
def test_no_text_makes_it_raise(raw: str) -> None:
    assert 0.0 <= ttml.sniff(raw) <= 1.0
    check(raw, ttml)


@settings(QUICK, max_examples=100)
@given(st.data())
def test_no_mutation_makes_it_raise(data: st.DataObject) -> None:
    source = data.draw(st.sampled_from([FULL, APPLE]))
    start = data.draw(st.integers(0, len(source)))
    end = data.draw(st.integers(start, min(len(source), start + 60)))
    check(source[:start] + data.draw(FRAGMENTS) + source[end:], ttml)


@pytest.mark.parametrize(
    "piece", ["<p>", "<br/>", "<p begin='1s'>a</p>", "<!--", "<span begin='1s'/>", "<div begin='1s'>", " "]
)
def test_long_hostile_text_is_read_to_its_end(piece: str) -> None:
    raw = f"<tt {NAMESPACES}><body>{piece * (200_000 // len(piece))}"
    read_hostile(raw, ttml)

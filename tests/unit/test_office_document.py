"""Tests of `orchestration.formats.office_document`: what is typed into Word or OpenDocument."""

from __future__ import annotations

from datetime import date
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.formats import office_document, registry
from tests.unit.caption_cases import QUICK, Said, check, facts, read_hostile, texts, transcripts

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
ODF = "urn:oasis:names:tc:opendocument:xmlns:"
TALK = (
    ("Ada Byrne", "Do you know how bees sleep, and where?"),
    ("Bo Wax", "I think they do. You see, they hang on to each other."),
    ("Ada Byrne", "So you have seen that yourself?"),
    ("Bo Wax", "Yeah, I have. I was up all night, you know."),
)


def word(body: str) -> str:
    return f'<?xml version="1.0"?>\n<w:document xmlns:w="{W}"><w:body>{body}<w:sectPr/></w:body></w:document>'


def typed(*runs: str, style: str = "") -> str:
    """Return a paragraph of Word; what stands between stars is set in bold."""
    shown = "".join(
        f"<w:r><w:rPr><w:b/></w:rPr><w:t>{escape(run.strip('*'))}</w:t></w:r>"
        if run.startswith("*")
        else f'<w:r><w:t xml:space="preserve">{escape(run)}</w:t></w:r>'
        for run in runs
    )
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}{shown}</w:p>"


def open_document(body: str, styles: str = "") -> str:
    spaces = " ".join(f'xmlns:{name}="{ODF}{name}:1.0"' for name in ("office", "style", "text", "table"))
    return (
        f'<office:document-content {spaces} xmlns:fo="{ODF}xsl-fo-compatible:1.0" xmlns:draw="{ODF}drawing:1.0">'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )


def said(raw: str) -> list[tuple[str | None, str]]:
    assert registry.recognise(raw) is office_document  # type: ignore[comparison-overlap]
    (copy,) = check(raw, office_document).copies
    return [(segment.speaker_label, segment.text) for segment in copy.segments]


def test_a_word_document_keeps_title_page_and_names_in_bold() -> None:
    # Word cuts what is set alike into runs as it was typed.
    talk = "".join(typed(f"*{name[:2]}*", f"*{name[2:]}:*", f" {words}") for name, words in TALK)
    raw = word(
        typed("Bees at night", style="Title")
        + typed("Published: March 10, 2025")
        + typed("Two people who cannot sleep either.")
        + talk
    )
    assert said(raw) == list(TALK)
    (copy,) = office_document.parse(raw).copies
    assert [(one.field, one.text) for one in copy.passages] == [
        ("title", "Bees at night"),
        ("description", "Two people who cannot sleep either."),
    ]
    assert copy.published_on == date(2025, 3, 10)
    assert office_document.resolve(raw, copy.segments[0].locator) == TALK[0][1]
    assert office_document.resolve(raw, copy.locator).startswith("# Bees at night\n\n")
    with pytest.raises(ValueError, match="leads nowhere"):
        office_document.resolve(raw, "text=5,99999")


def test_times_beside_tabs_and_line_breaks() -> None:
    raw = word(
        "".join(
            f"<w:p><w:r><w:t>{name}</w:t><w:tab/><w:t>{at}:05</w:t><w:br/><w:t>{words}</w:t></w:r></w:p>"
            for at, (name, words) in enumerate(TALK)
        )
    )
    assert said(raw) == list(TALK)
    assert [segment.start_s for segment in office_document.parse(raw).copies[0].segments] == [5.0, 65.0, 125.0, 185.0]


def test_what_is_taken_back_hidden_drawn_or_a_code_is_left_out() -> None:
    extra = (
        "<w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:ins><w:r><w:t> there,</w:t></w:r></w:ins>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r><w:r><w:instrText>HYPERLINK x</w:instrText></w:r>"
        "<w:hyperlink><w:r><w:t> anywhere</w:t></w:r></w:hyperlink><w:r><w:drawing><w:p/></w:drawing></w:r>"
        '<w:r><w:rPr><w:b w:val="0"/></w:rPr><w:t> you</w:t><w:noBreakHyphen/><w:t>go?</w:t></w:r>'
    )
    lines = [f"<w:p><w:r><w:t>{name}: {words}</w:t></w:r></w:p>" for name, words in TALK]
    lines.append(f"<w:p><w:r><w:t>Ada Byrne: And</w:t></w:r>{extra}</w:p>")
    assert said(word("".join(lines)))[-1] == ("Ada Byrne", "And there, anywhere you-go?")


@pytest.mark.parametrize("has_header", [True, False])
def test_a_table_is_one_with_or_without_names_above_its_columns(has_header: bool) -> None:
    rows = [(f"0:{at * 4 + 5:02}", name, words) for at, (name, words) in enumerate(TALK * 2)]
    header = [("Timecode", "Who", "Dialogue")] if has_header else []
    cells = "".join(
        "<w:tr>" + "".join(f"<w:tc>{typed(cell)}</w:tc>" for cell in row) + "</w:tr>" for row in header + rows
    )
    raw = word(typed("Bees", style="Heading1") + f"<w:tbl><w:tblPr/>{cells}</w:tbl>" + typed("The end."))
    assert said(raw) == [(name, words) for _, name, words in rows]
    assert [segment.start_s for segment in office_document.parse(raw).copies[0].segments][:2] == [5.0, 9.0]


def test_an_open_document_has_its_headings_spaces_and_bold_styles() -> None:
    styles = (
        '<style:style style:name="T1"><style:text-properties fo:font-weight="bold"/></style:style>'
        '<style:style style:name="P1" style:parent-style-name="Title"/>'
    )
    talk = "".join(
        f'<text:p>\n  <text:span text:style-name="T1">{name}:</text:span><text:s text:c="3"/>{words}'
        "<office:annotation><text:p>Check this.</text:p></office:annotation></text:p>"
        for name, words in TALK
    )
    page = '<text:p text:style-name="P1">Bees</text:p><text:h text:outline-level="2">Part one</text:h>'
    raw = open_document(f"<text:tracked-changes><text:p>gone</text:p></text:tracked-changes>{page}{talk}", styles)
    assert said(raw) == list(TALK)
    (copy,) = office_document.parse(raw).copies
    assert [one.text for one in copy.passages if one.field == "title"] == ["Bees"]
    assert office_document.resolve(raw, copy.locator).startswith("# Bees\n\n## Part one\n\n**Ada Byrne:** Do")


def test_a_text_that_is_no_transcript_is_told() -> None:
    read = registry.read(word(typed("Dear Sir,") + typed("The goods were sent.") * 30).encode())
    assert [problem.reason for problem in read.problems] == [
        "recognised as office_document, but no episode was found in it"
    ]


def test_a_line_that_looks_like_a_heading_is_none() -> None:
    raw = word(typed("# 1 fan: Hello") + "".join(typed(f"{name}: {words}") for name, words in TALK))
    assert office_document.resolve(raw, "text=0,3") == "\\# "


def test_entities_are_not_unfolded() -> None:
    bomb = '<!DOCTYPE w:document [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + word(typed("x")).replace(
        '<?xml version="1.0"?>\n', ""
    ).replace("<w:t xml", "<w:t>&b;</w:t><w:t xml")
    assert "not safe" in office_document.parse(bomb).problems[0].reason


@QUICK
@given(transcripts())
def test_what_is_typed_is_read(spoken: list[Said]) -> None:
    rows = [(f"{one.start_ms // 1000}", one.label or "", one.text) for one in spoken]
    header = "<w:tr>" + "".join(f"<w:tc>{typed(cell)}</w:tc>" for cell in ("Start", "Speaker", "Text")) + "</w:tr>"
    cells = "".join("<w:tr>" + "".join(f"<w:tc>{typed(cell)}</w:tc>" for cell in row) + "</w:tr>" for row in rows)
    document = check(word(f"<w:tbl>{header}{cells}</w:tbl>"), office_document)
    for copy in document.copies:
        assert [facts(segment)[0] for segment in copy.segments] == [one.text for one in spoken]


_TAGS = "<w:p> </w:p> <w:r> </w:r> <w:t> </w:t> <w:tbl> </w:tbl> <w:tr> <w:tc> <w:b/> <w:rPr> </w:rPr> <text:p> <w:br/>"
PIECES = st.sampled_from(["Ada: Hi. ", "|", "\n", "# ", "&", *_TAGS.split()])


@settings(parent=QUICK, max_examples=80)
@given(st.lists(PIECES, max_size=60).map("".join))
def test_nothing_makes_it_raise(text: str) -> None:
    read_hostile(word(text), office_document)
    read_hostile(open_document(text.replace("w:", "text:")), office_document)


def test_deep_nesting_ends() -> None:
    raw = word("<w:sdt>" * 5_000 + typed("Ada: Hi.") + "</w:sdt>" * 5_000)
    document = office_document.parse(raw)
    assert any("deep" in problem.reason for problem in document.problems)
    assert texts(document) == []

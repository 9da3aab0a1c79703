"""What the tests of caption formats share: the promises of a document, and generated transcripts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from orchestration.formats.display import tidy
from orchestration.formats.document import ParsedDocument, Segment
from orchestration.formats.registry import Format

QUICK = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
VOCABULARY = (
    "bees hum at night we rest near Larkfield naïve Łódź 2 1984 don't so-called honey, rain. Is it? Yes! 日本 “quiet”"
)
SENTENCES = st.lists(st.sampled_from(VOCABULARY.split()), min_size=2, max_size=9).map(" ".join)
NAMES = st.sampled_from(
    ["Ada van der Bee", "Bo Wax", "José El-Amin", "Kaya", "SPEAKER_00", "Speaker 2", "Dr. Mo de la Cera"]
)


@dataclass(frozen=True)
class Said:
    """A cue: what is said, by whom, and from when to when in milliseconds."""

    text: str
    start_ms: int
    end_ms: int
    label: str | None = None

    @property
    def facts(self) -> tuple[str, float, float, str | None]:
        """Return what a segment must tell."""
        return self.text, self.start_ms / 1000, self.end_ms / 1000, self.label


def facts(segment: Segment) -> tuple[str, float | None, float | None, str | None]:
    """Return what a segment tells of what was said."""
    return segment.text, segment.start_s, segment.end_s, segment.speaker_label


@st.composite
def transcripts(draw: st.DrawFn, has_labels: bool = True) -> list[Said]:
    """Draw cues that follow each other; with labels, each speaker is heard twice at least."""
    names = draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
    order: list[str | None] = [None] * draw(st.integers(2, 20))
    if has_labels:
        order = [*names * 3, *draw(st.lists(st.sampled_from(names), max_size=12))]
    at = draw(st.integers(0, 4_000_000))
    said = []
    for name in order:
        length = draw(st.integers(1, 9_999))
        said.append(Said(draw(SENTENCES), at, at + length, name))
        at += length + draw(st.integers(0, 3_000))
    return said


def stamp(milliseconds: int, mark: str = ".", has_hours: bool = True) -> str:
    """Return a time as captions write it."""
    seconds, rest = divmod(milliseconds, 1000)
    minutes = f"{seconds // 60 % 60:02d}:{seconds % 60:02d}{mark}{rest:03d}"
    return f"{seconds // 3600:02d}:{minutes}" if has_hours or seconds >= 3600 else minutes


def check(raw: str, known: Format) -> ParsedDocument:
    """Return the document of a raw text when it keeps all that is promised about its ranges and locators."""
    document = known.parse(raw)
    text = document.text
    for copy in document.copies:
        assert (copy.char_start, copy.char_end) == (0, len(text))
        for segment in copy.segments:
            assert segment.text
            assert tidy(text[segment.char_start : segment.char_end]) == segment.text
            source = known.resolve(raw, segment.locator)
            assert source.strip()
            if segment.label_char_start is not None:
                assert segment.label_char_end is not None
                assert segment.label_char_end <= segment.char_start
                label = text[segment.label_char_start : segment.label_char_end]
                assert tidy(label) == segment.speaker_label
            assert segment.start_s is None or segment.start_s >= 0
            assert segment.words is None or all(word.word for word in segment.words)
        for before, after in pairwise(copy.segments):
            assert before.char_end <= after.char_start
        for passage in copy.passages:
            assert tidy(text[passage.char_start : passage.char_end]) == passage.text != ""
    for problem in document.problems:
        assert problem.locator and problem.reason and problem.remedy
    return document


def texts(document: ParsedDocument) -> list[str]:
    """Return the texts of all segments."""
    return [segment.text for copy in document.copies for segment in copy.segments]


def read_hostile(raw: str, known: Format) -> None:
    """Recognise and parse a text made to hurt: it must come to an end, and say what it could not use.

    A step that took time with the square of the length would hold the tests up for hours; how long a parser takes is
    printed by `python -m orchestration.benchmarks.parsers`.
    """
    assert 0 <= known.sniff(raw) <= 1
    assert isinstance(known.parse(raw), ParsedDocument)

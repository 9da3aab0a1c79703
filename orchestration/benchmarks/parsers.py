"""Measures the parsers on generated text of three sizes, one core: speed, growth with the size, segments and memory.

    python -m orchestration.benchmarks.parsers [--seconds 2] [FORMAT ...]

The text is our own: invented sentences, put into each format by a small generator. A parser whose time grows with the
square of the size would show a ratio of 16 between two sizes of which one is four times the other; 4 is linear.
Peak memory is what one parse of the largest text holds at once, as a multiple of the file's bytes, by `tracemalloc`:
all that Python allocates, expat's share included, without the text itself and what the interpreter keeps for later.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate

from orchestration.formats import (
    html_page,
    json_text,
    nist_text,
    office_document,
    registry,
    rich_text,
    ttml,
    youtube_captions,
)
from orchestration.formats.document import ParsedDocument
from orchestration.formats.registry import Format

SIZES = (60_000, 240_000, 960_000)
_SEED = 11
_NAMES = ("Ada van der Bee", "Bo Wax", "Kaya El-Amin")
_OPENINGS = ("I think", "You know,", "Well,", "So we found that", "And then", "Yeah, I guess", "Maybe")
_SUBJECTS = ("the bees", "a small hive", "my neighbour's garden", "the old compiler", "our weather station", "honey")
_VERBS = ("hums about", "waits for", "remembers", "was built near", "has no opinion on", "depends upon")
_OBJECTS = ("the rain in Larkfield", "a jar of wax", "the 20 lamps", "nobody in particular", "the café's clock")


@dataclass(frozen=True, slots=True)
class Said:
    """What a generated transcript says: a sentence, by whom, and from when to when in milliseconds."""

    text: str
    name: str
    is_change: bool
    start_ms: int
    end_ms: int


def sentences(size: int, seed: int = _SEED) -> list[Said]:
    """Return invented talk of about `size` characters."""
    chance = random.Random(seed)
    said: list[Said] = []
    name, at, length = _NAMES[0], 0, 0
    while length < size:
        is_change = not said or chance.random() < 0.3
        if is_change:
            name = chance.choice([other for other in _NAMES if other != name])
        text = " ".join(chance.choice(part) for part in (_OPENINGS, _SUBJECTS, _VERBS, _OBJECTS)) + "."
        end = at + chance.randint(1_500, 4_500)
        said.append(Said(text, name, is_change, at, end))
        at = end
        length += len(text)
    return said


def _stamp(milliseconds: int, mark: str = ".") -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{mark}{rest:03d}"


def _clock(milliseconds: int) -> str:
    return _stamp(milliseconds)[:8]


def _turns(said: Sequence[Said]) -> Iterator[tuple[Said, str]]:
    """Yield the first sentence of each turn, and all that is said in it."""
    begins = [index for index, one in enumerate(said) if one.is_change or index == 0]
    for begin, end in zip(begins, [*begins[1:], len(said)], strict=True):
        yield said[begin], " ".join(one.text for one in said[begin:end])


def _caption_page(said: Sequence[Said]) -> str:
    video = "https://youtu.be/abcdefghijk"
    cues = " ".join(f"{_clock(one.start_ms)}{'>> ' if one.is_change else ''}{one.text}" for one in said)
    return (
        f"# Bees **Source:** {video} **Duration:** {_clock(said[-1].end_ms)} ## Summary - One. - Two. ## Sections - "
        f"[00:00:00]({video}?t=0) **All** - All of it. ## Full Transcript\n{cues}"
    )


def _publisher_page(said: Sequence[Said]) -> str:
    lines = [f"{one.name}: {text}" for one, text in _turns(said)]
    return "\n".join(["A talk about bees.", "Published 2025-03-10", *lines, f"{_NAMES[0]}: See you next week."])


def _directory_page(said: Sequence[Said]) -> str:
    entries = ["INDEPENDENT"]
    # Two entries at least make a page.
    step = min(200, len(said) // 2 or 1)
    for start in range(0, len(said), step):
        some = said[start : start + step]
        turns = "".join(f"{one.name} [{_clock(one.start_ms - some[0].start_ms)}]: {text}" for one, text in _turns(some))
        entries.append(
            f"In this episode, host {_NAMES[0]} talks to {_NAMES[1]} about the hum of the hive.We discuss:* Honey* "
            f"Wax* Rain This podcast: https://bees.example/{start} Published on March 10, 2025Timestamps* 00:00 Hello* "
            f"00:40 Honey* 01:30 WaxTranscript{turns}"
        )
    return "\n".join(entries)


def _whisper_text(said: Sequence[Said]) -> str:
    return "".join(
        f"[{_stamp(s.start_ms)} --> {_stamp(s.end_ms)}]   {'- ' if s.is_change else ''}{s.text}\n" for s in said
    )


def _plain_transcript(said: Sequence[Said]) -> str:
    return "".join(f"{'- ' if one.is_change else ''}{one.text}\n" for one in said)


def _item(index: int, said: Sequence[Said]) -> str:
    address = f"https://bees.example/{index}"
    notes = "".join(f"<p>{escape(one.text)}</p>" for one in said)
    return (
        f"<item><title>Hum {index}</title><guid>bees-{index}</guid><link>{address}</link>"
        f'<enclosure url="{address}.mp3" length="1" type="audio/mpeg"/><itunes:duration>12:00</itunes:duration>'
        f'<podcast:person role="guest">{_NAMES[1]}</podcast:person>'
        f'<podcast:transcript url="{address}.vtt" type="text/vtt"/>'
        f"<description><![CDATA[{notes}]]></description></item>"
    )


def _rss_feed(said: Sequence[Said]) -> str:
    items = "\n".join(_item(start, said[start : start + 20]) for start in range(0, len(said), 20))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" '
        'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
        'xmlns:podcast="https://podcastindex.org/namespace/1.0">'
        f"<channel><title>The Hum</title><link>https://bees.example/</link>\n{items}\n</channel></rss>"
    )


def _webvtt(said: Sequence[Said]) -> str:
    cues = (f"{_stamp(s.start_ms)} --> {_stamp(s.end_ms)}\n<v {s.name}>{s.text}</v>\n" for s in said)
    return "\n".join(["WEBVTT\n", *cues])


def _subrip(said: Sequence[Said]) -> str:
    return "\n".join(
        f"{index}\n{_stamp(s.start_ms, ',')} --> {_stamp(s.end_ms, ',')}\n"
        f"{s.name + ': ' if s.is_change else ''}{s.text}\n"
        for index, s in enumerate(said, 1)
    )


def _sub_station(said: Sequence[Said]) -> str:
    def clock(milliseconds: int) -> str:
        seconds, rest = divmod(milliseconds, 1000)
        return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest // 10:02d}"

    rows = (f"Dialogue: 0,{clock(s.start_ms)},{clock(s.end_ms)},Default,{s.name},0,0,0,,{s.text}" for s in said)
    return "\n".join(("[Script Info]", "ScriptType: v4.00+", "", "[Events]", *rows))


def _ttml(said: Sequence[Said]) -> str:
    lines = "\n".join(
        f'<p begin="{_stamp(s.start_ms)}" end="{_stamp(s.end_ms)}">{escape(s.text, quote=False)}</p>' for s in said
    )
    return f'<tt xmlns="http://www.w3.org/ns/ttml" xml:lang="en"><body><div>\n{lines}\n</div></body></tt>'


def _youtube_captions(said: Sequence[Said]) -> str:
    events = [
        {"tStartMs": s.start_ms, "dDurationMs": s.end_ms - s.start_ms, "segs": [{"utf8": s.text + " "}]} for s in said
    ]
    return json.dumps({"wireMagic": "pb3", "events": events})


def _labelled_text(said: Sequence[Said]) -> str:
    turns = "\n\n".join(f"**{one.name}:** {text}" for one, text in _turns(said))
    return f"---\ntitle: The Hum\nshow: Bees\ndate: 2025-03-10\nguests: [{_NAMES[1]}]\n---\n\n{turns}\n"


def _show_notes_page(said: Sequence[Said]) -> str:
    # Chapters lie minutes apart; at the pace of speech they would be captions.
    chapters = "\n".join(f"- {_clock(10 * one.start_ms)} {one.text[:60]}" for one in said[::4])
    notes = "\n\n".join(
        f"{' '.join(one.text for one in said[start : start + 3])} See [the page](https://bees.example/{start})."
        for start in range(0, len(said), 4)
    )
    return (
        "---\ntitle: The Hum\nepisode: 12\npodcast: Bees\ndate: 2025-03-10\n---\n\n"
        f"# Episode 12: The Hum\n\nIn this episode we talk with {_NAMES[1]} about bees.\n\n{notes}\n\n"
        f"## Chapters\n\n{chapters}\n\n## Links\n\n- [Bees](https://bees.example/)\n"
    )


def _html_page(said: Sequence[Said]) -> str:
    turns = "\n".join(f"<p><strong>{one.name}:</strong> {escape(text)}</p>" for one, text in _turns(said))
    return (
        "<!DOCTYPE html>\n<html lang='en'><head><title>The Hum</title></head><body><nav>Home</nav><main>"
        f"<h1>The Hum</h1><h2>Transcript</h2>\n{turns}\n</main></body></html>"
    )


def _timed_text(said: Sequence[Said]) -> str:
    return "\n".join(f"{_clock(one.start_ms)}\n{one.text}" for one in said)


def _table_transcript(said: Sequence[Said]) -> str:
    rows = (f'{_stamp(one.start_ms)},{_stamp(one.end_ms)},{one.name},"{one.text}"' for one in said)
    return "\n".join(("Start,End,Speaker,Text", *rows))


def _episode_records(said: Sequence[Said]) -> str:
    episodes = []
    # Short episodes: a file of them holds many.
    step = min(100, len(said) // 2 or 1)
    for start in range(0, len(said), step):
        turns = "\n\n".join(f"**{one.name}:** {text}" for one, text in _turns(said[start : start + step]))
        episodes.append({"title": f"Hum {start}", "date": "2025-03-10", "guest": _NAMES[1], "transcript": turns})
    return json.dumps({"show": "The Hum", "episodes": episodes})


def _json_feed(said: Sequence[Said]) -> str:
    items = [
        {
            "id": f"hum-{start}",
            "title": f"Hum {start}",
            "url": f"https://bees.example/{start}",
            "date_published": "2025-03-10T06:00:00Z",
            "content_html": "".join(f"<p>{escape(one.text)}</p>" for one in said[start : start + 20]),
            "attachments": [{"url": f"https://bees.example/{start}.mp3", "mime_type": "audio/mpeg"}],
        }
        for start in range(0, len(said), 20)
    ]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "The Hum", "items": items})


def _office_document(said: Sequence[Said]) -> str:
    talk = "".join(
        f"<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>{one.name}:</w:t></w:r>"
        f'<w:r><w:t xml:space="preserve"> {escape(text, quote=False)}</w:t></w:r></w:p>'
        for one, text in _turns(said)
    )
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return f'<w:document xmlns:w="{space}"><w:body>{talk}</w:body></w:document>'


def _rich_text(said: Sequence[Said]) -> str:
    talk = "".join(rf"\pard{{\b {one.name}:}} {text}\par" + "\n" for one, text in _turns(said))
    encoded = "".join(c if c.isascii() else rf"\u{ord(c)}?" for c in talk)
    return "{\\rtf1\\ansi " + encoded + "}"


def _podcast_json(said: Sequence[Said]) -> str:
    segments = [
        {"speaker": s.name, "startTime": s.start_ms / 1000, "endTime": s.end_ms / 1000, "body": s.text} for s in said
    ]
    return json.dumps({"version": "1.0.0", "segments": segments})


def _podcast_chapters(said: Sequence[Said]) -> str:
    chapters = [{"startTime": one.start_ms / 1000, "title": one.text, "toc": True} for one in said]
    return json.dumps({"version": "1.2.0", "title": "The Hum", "chapters": chapters})


def _podcast_html(said: Sequence[Said]) -> str:
    return "\n".join(
        f"<cite>{one.name}:</cite>\n<time>{_clock(one.start_ms)}</time>\n<p>{escape(text)}</p>"
        for one, text in _turns(said)
    )


def _recogniser_json(said: Sequence[Said]) -> str:
    segments = []
    for index, one in enumerate(said):
        words = one.text.split()
        step = (one.end_ms - one.start_ms) / len(words) / 1000
        starts = list(accumulate([step] * len(words), initial=one.start_ms / 1000))
        timed = [
            {"word": word, "start": round(start, 3), "end": round(start + step, 3), "score": 0.9}
            for word, start in zip(words, starts, strict=False)
        ]
        times = {"start": one.start_ms / 1000, "end": one.end_ms / 1000}
        segments.append({"id": index, **times, "text": " " + one.text, "speaker": "SPEAKER_00", "words": timed})
    return json.dumps({"segments": segments, "language": "en"})


def _nist_text(said: Sequence[Said]) -> str:
    lines = []
    for one in said:
        words = one.text.split()
        step = (one.end_ms - one.start_ms) / len(words) / 1000
        lines += [f"hum 1 {one.start_ms / 1000 + n * step:.3f} {step:.3f} {word} 0.9" for n, word in enumerate(words)]
    return "\n".join(lines)


_WRITERS: dict[str, Callable[[Sequence[Said]], str]] = {
    "caption_page": _caption_page,
    "publisher_page": _publisher_page,
    "directory_page": _directory_page,
    "whisper_text": _whisper_text,
    "plain_transcript": _plain_transcript,
    "rss_feed": _rss_feed,
    "webvtt": _webvtt,
    "subrip": _subrip,
    "sub_station": _sub_station,
    "ttml": _ttml,
    "youtube_captions": _youtube_captions,
    "labelled_text": _labelled_text,
    "table_transcript": _table_transcript,
    "timed_text": _timed_text,
    "show_notes_page": _show_notes_page,
    "html_page": _html_page,
    "office_document": _office_document,
    "rich_text": _rich_text,
    "podcast_json": _podcast_json,
    "podcast_chapters": _podcast_chapters,
    "podcast_html": _podcast_html,
    "json_feed": _json_feed,
    "recogniser_json": _recogniser_json,
    "nist_text": _nist_text,
    "episode_records": _episode_records,
}


def generate(format_name: str, size: int, seed: int = _SEED) -> str:
    """Return a file of about `size` characters in a format; raises LookupError for a format without a generator."""
    if format_name not in _WRITERS:
        raise LookupError(f"{format_name} has no generator: add one to orchestration.benchmarks.parsers")
    write = _WRITERS[format_name]
    # What a format wraps around the talk differs much: a first try tells how much of the file is talk.
    sample = len(write(sentences(20_000, seed)))
    return write(sentences(size * 20_000 // sample, seed))


def count_found(document: ParsedDocument) -> int:
    """Return how much was found: segments; where a format holds none by its nature, passages and chapters."""
    segments = sum(len(copy.segments) for copy in document.copies)
    return segments or sum(len(copy.passages) + len(copy.chapters) for copy in document.copies)


def checked(known: Format, text: str) -> int:
    """Return how much `known` finds in its generated text; raises ValueError where it is not recognised or empty."""
    recognised = registry.recognise(text)
    if recognised is not known:
        raise ValueError(f"{known.FORMAT}: its text is taken for {recognised.FORMAT if recognised else 'nothing'}")
    found = count_found(known.parse(text))
    if not found:
        raise ValueError(f"{known.FORMAT}: nothing was found in its text")
    return found


def _forget() -> None:
    """Drop what the readers of JSON and markup keep of the last text, so that each round reads anew."""
    for module in (html_page, nist_text, office_document, rich_text, ttml, youtube_captions):
        module._read.cache_clear()
    json_text._load.cache_clear()


def parse_time(known: Format, text: str, seconds: float) -> float:
    """Return the best time of a parse in seconds of this process, over as many rounds as fit into `seconds`."""
    best, spent, rounds = float("inf"), 0.0, 0
    while rounds < 2 or spent < seconds:
        _forget()
        started = time.process_time()
        known.parse(text)
        taken = time.process_time() - started
        best, spent, rounds = min(best, taken), spent + taken, rounds + 1
    return best


def peak_memory(known: Format, text: str) -> float:
    """Return the most memory that a parse holds at once, as a multiple of the text's bytes."""
    _forget()
    tracemalloc.start()
    try:
        known.parse(text)
        return tracemalloc.get_traced_memory()[1] / len(text.encode())
    finally:
        tracemalloc.stop()


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one line for each format; return 1 where a format does not read its own text."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.benchmarks.parsers", description=__doc__)
    parser.add_argument("formats", nargs="*", help="names of formats; all where none is given")
    parser.add_argument("--seconds", type=float, default=2.0, help="time for each format, in seconds")
    options = parser.parse_args(arguments)
    heads = "".join(f"{f'{size / 1000:.0f} kB':>10}" for size in SIZES)
    print(f"{'MB/s of text':18}{heads}{'16x/4x':>10}{'found':>9}{'peak':>9}")
    is_good = True
    for known in registry.FORMATS:
        if options.formats and known.FORMAT not in options.formats:
            continue
        try:
            texts = [generate(known.FORMAT, size) for size in SIZES]
            found = [checked(known, text) for text in texts][-1]
        except (LookupError, ValueError) as error:
            print(f"error: {error}")
            is_good = False
            continue
        times = [parse_time(known, text, options.seconds / len(SIZES)) for text in texts]
        peak = peak_memory(known, texts[-1])
        speeds = "".join(f"{len(text.encode()) / 1e6 / took:10.2f}" for text, took in zip(texts, times, strict=True))
        ratio = times[2] / times[1] * len(texts[1]) / len(texts[2]) * 4
        print(f"{known.FORMAT:18}{speeds}{ratio:10.2f}{found:9}{peak:8.1f}x", flush=True)
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())

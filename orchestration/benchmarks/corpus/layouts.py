"""The same talk in the layouts of the main formats, with the place of every planted name in the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from email.utils import format_datetime
from itertools import accumulate

from orchestration.benchmarks.corpus.talk import Talk
from orchestration.benchmarks.corpus.world import Name

Planted = tuple[int, int, Name, str]


@dataclass(slots=True)
class Page:
    """A file while it is put together: pieces of text, and which of them are planted names."""

    pieces: list[str] = field(default_factory=list)
    marks: list[tuple[int, Name, str]] = field(default_factory=list)

    def add(self, text: str, name: Name | None = None, field_name: str = "description") -> None:
        """Add text; with `name`, each `@` in it becomes that name."""
        parts = text.split("@") if name else [text]
        for index, part in enumerate(parts):
            if index and name:
                self.marks.append((len(self.pieces), name, field_name))
                self.pieces.append(name.surface)
            self.pieces.append(part)

    def speak(self, talk: Talk, breaks: dict[int, str]) -> None:
        """Add all talk. breaks: what stands before a token, instead of a space."""
        first = len(self.pieces)
        pieces = [" "] * (2 * len(talk.tokens))
        pieces[1::2] = talk.tokens
        pieces[0] = ""
        for at, text in breaks.items():
            pieces[2 * at] = text
        self.pieces += pieces
        self.marks += [
            (first + 2 * at + 1, name, "sponsor" if is_sponsor else "transcript")
            for at, (name, is_sponsor) in talk.marks.items()
        ]

    def written(self) -> tuple[str, list[Planted]]:
        """Return the text, and where names stand in it: code points, half-open."""
        starts = list(accumulate(map(len, self.pieces), initial=0))
        planted = []
        for at, name, where in self.marks:
            start = starts[at] + self.pieces[at].index(name.surface)
            planted.append((start, start + len(name.surface), name, where))
        return "".join(self.pieces), planted


def _clock(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def _stamp(seconds: float, mark: str = ".") -> str:
    milliseconds = round(seconds * 1000)
    whole, rest = divmod(milliseconds, 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}{mark}{rest:03d}"


def _short(seconds: float) -> str:
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def _cues(talk: Talk, chars: int) -> list[tuple[int, str | None]]:
    """Return the first token of each cue of about `chars` characters, with who begins to speak in it."""
    turns = {at: person.name for at, person in talk.turns}
    cues: list[tuple[int, str | None]] = []
    length = chars
    for at, token in enumerate(talk.tokens):
        if at in turns:
            cues.append((at, turns[at]))
            length = 0
        elif length >= chars:
            cues.append((at, None))
            length = 0
        length += len(token) + 1
    return cues


def _notes(page: Page, talk: Talk, mark: str = "\n") -> None:
    hosts = " and ".join(person.name for person in talk.show.hosts)
    plural = "s" if len(talk.show.hosts) > 1 else ""
    verb = "sits down" if not plural else "sit down"
    page.add(f"On this episode of {talk.show.name}, host{plural} {hosts} {verb}")
    if talk.guest:
        page.add(" with ")
        page.add("@" if talk.guest.named else talk.guest.name, talk.guest.named)
        page.add(", an engineer at @,", talk.guest_company)
    page.add(f" to talk about {talk.title}.")
    if talk.sponsor:
        page.add(f"{mark}This episode is brought to you by @.", talk.sponsor, "sponsor")


def caption_page(talk: Talk, page: Page) -> None:
    """Add a learning library's page around captions."""
    starts = talk.starts_s()
    video = f"https://www.youtube.com/watch?v={talk.episode_id[-11:]}"
    page.add(
        f"# {talk.title} **Source:** [{video}]({video}) **Show:** {talk.show.name} **Published:** {talk.published_on} "
        f"**Duration:** {_clock(starts[-1])} ## Summary - "
    )
    _notes(page, talk, " - ")
    sections = "".join(
        f" - [{_clock(starts[at])}]({video}&t={int(starts[at])}s) **{title}** - The part called {title.lower()}."
        for at, title in talk.chapters
    )
    page.add(f" ## Sections{sections} ## Full Transcript\n")
    breaks = {at: f" {_short(starts[at])}" for at, _ in _cues(talk, 38)}
    breaks[0] = "0:00"
    page.speak(talk, breaks)


def publisher_page(talk: Talk, page: Page) -> None:
    """Add a publisher's page with paragraphs and full names."""
    _notes(page, talk)
    page.add(f"\nPublished {talk.published_on:%B} {talk.published_on.day}, {talk.published_on.year}")
    page.speak(talk, {at: f"\n{person.name}: " for at, person in talk.turns})
    page.add("\n")


def directory_entry(talk: Talk, page: Page, has_transcript: bool = True) -> None:
    """Add a line of a directory's topic page under the name of its show."""
    starts = talk.starts_s()
    page.add(f"{talk.show.name}: Talk | Technology | Programming\n")
    _notes(page, talk, " ")
    chapters = "".join(f"* {_short(starts[at])} {title}" for at, title in talk.chapters)
    page.add(
        f"We discuss:* {talk.title}* Questions This podcast: {talk.show.address}/{talk.number} Published on "
        f"{talk.published_on:%B} {talk.published_on.day}, {talk.published_on.year}Timestamps{chapters}"
    )
    if not has_transcript:
        page.add("\n")
        return
    page.add("Transcript")
    page.speak(talk, {at: f"{person.name} [{_clock(starts[at])}]: " for at, person in talk.turns})
    page.add("\n")


def whisper_text(talk: Talk, page: Page) -> None:
    """Add Whisper's lines with times."""
    starts = talk.starts_s()
    cues = _cues(talk, 52)
    breaks = {}
    for (at, who), following in zip(cues, [*(cue for cue, _ in cues[1:]), len(talk.tokens)], strict=True):
        line = f"[{_stamp(starts[at])} --> {_stamp(starts[following])}]   {'- ' if who else ''}"
        breaks[at] = f"\n{line}" if at else line
    page.speak(talk, breaks)
    page.add("\n")


def plain_transcript(talk: Talk, page: Page) -> None:
    """Add a recogniser's bare lines."""
    page.speak(talk, {at: f"{chr(10) if at else ''}{'- ' if who else ''}" for at, who in _cues(talk, 46)})
    page.add("\n")


def webvtt(talk: Talk, page: Page) -> None:
    """Add WebVTT with voices."""
    _captions(talk, page, "WEBVTT\n\n", ".", lambda number, name: "", lambda name: f"<v {name}>")


def subrip(talk: Talk, page: Page) -> None:
    """Add SubRip with numbers, a new speaker's name in front."""
    _captions(talk, page, "", ",", lambda number, name: f"{number}\n", lambda name: f"{name}: " if name else "")


def _captions(
    talk: Talk,
    page: Page,
    head: str,
    mark: str,
    before: Callable[[int, str | None], str],
    voice: Callable[[str | None], str],
) -> None:
    starts = talk.starts_s()
    cues = _cues(talk, 64)
    name, breaks = None, {}
    for number, ((at, who), following) in enumerate(
        zip(cues, [*(cue for cue, _ in cues[1:]), len(talk.tokens)], strict=True), 1
    ):
        name = who or name
        times = f"{_stamp(starts[at], mark)} --> {_stamp(starts[following], mark)}"
        spoken_by = voice(name if mark == "." else who)
        breaks[at] = f"{chr(10) * 2 if at else ''}{before(number, who)}{times}\n{spoken_by}"
    page.add(head)
    page.speak(talk, breaks)
    page.add("\n")


def recogniser_json(talk: Talk, page: Page) -> None:
    """Add a recogniser's JSON: segments with times and numbers of voices."""
    voices: dict[str, str] = {}

    def opening(at: int, end: int, name: str) -> str:
        voice = voices.setdefault(name, f"SPEAKER_{len(voices):02d}")
        return f'{{"start":{starts[at]:.2f},"end":{starts[end]:.2f},"speaker":"{voice}","text":"'

    starts = talk.starts_s()
    _json(talk, page, '{"language":"en","segments":[', opening)


def podcast_json(talk: Talk, page: Page) -> None:
    """Add the podcast namespace's JSON with names."""
    starts = talk.starts_s()
    _json(
        talk,
        page,
        '{"version":"1.0.0","segments":[',
        lambda at, end, name: f'{{"speaker":"{name}","startTime":{starts[at]:.2f},"endTime":{starts[end]:.2f},"body":"',
    )


def _json(talk: Talk, page: Page, head: str, opening: Callable[[int, int, str], str]) -> None:
    cues = _cues(talk, 90)
    name, breaks = "", {}
    for (at, who), following in zip(cues, [*(cue for cue, _ in cues[1:]), len(talk.tokens)], strict=True):
        name = who or name
        closing = '"},\n' if at else ""
        breaks[at] = f"{closing}{opening(at, following, name)}"
    page.add(head)
    page.speak(talk, breaks)
    page.add('"}]}\n')


def labelled_text(talk: Talk, page: Page) -> None:
    """Add Markdown with front matter."""
    guests = f"guests: [{talk.guest.name}]\n" if talk.guest else ""
    page.add(f"---\ntitle: {talk.title}\nshow: {talk.show.name}\ndate: {talk.published_on}\n{guests}---\n")
    page.speak(talk, {at: f"\n\n**{person.name}:** " for at, person in talk.turns})
    page.add("\n")


def feed_item(talk: Talk, page: Page) -> None:
    """Add an item of a feed: what describes the episode, and no talk."""
    starts = talk.starts_s()
    address = f"{talk.show.address}/{talk.number}"
    at = format_datetime(datetime.combine(talk.published_on, time(6), UTC))
    people = "".join(f'<podcast:person role="host">{person.name}</podcast:person>' for person in talk.show.hosts)
    if talk.guest:
        people += f'<podcast:person role="guest">{talk.guest.name}</podcast:person>'
    page.add(
        f'<item><title>{talk.title}</title><guid isPermaLink="false">{talk.episode_id}</guid><link>{address}</link>'
        f'<pubDate>{at}</pubDate><enclosure url="{address}.mp3" length="1" type="audio/mpeg"/>'
        f"<itunes:duration>{_clock(starts[-1])}</itunes:duration>{people}<description><![CDATA[<p>"
    )
    _notes(page, talk, "</p><p>")
    page.add("</p>]]></description></item>\n")


def feed_head(talk: Talk) -> str:
    """Return what stands before the items of a show's feed."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" '
        'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
        'xmlns:podcast="https://podcastindex.org/namespace/1.0">'
        f"<channel><title>{talk.show.name}</title><link>{talk.show.address}/</link>\n"
    )


FEED_FOOT = "</channel></rss>\n"

# Each with the share of the tellings that come in it, and the ending of its files.
LAYOUTS: dict[str, tuple[Callable[[Talk, Page], None], float, str]] = {
    "caption_page": (caption_page, 0.20, "txt"),
    "publisher_page": (publisher_page, 0.18, "txt"),
    "directory_page": (directory_entry, 0.12, "txt"),
    "whisper_text": (whisper_text, 0.14, "txt"),
    "plain_transcript": (plain_transcript, 0.10, "txt"),
    "webvtt": (webvtt, 0.08, "vtt"),
    "subrip": (subrip, 0.06, "srt"),
    "recogniser_json": (recogniser_json, 0.05, "json"),
    "podcast_json": (podcast_json, 0.03, "json"),
    "labelled_text": (labelled_text, 0.04, "md"),
}
# Those that a recogniser made, which mishears.
MISHEARD = frozenset(("caption_page", "whisper_text", "plain_transcript", "recogniser_json", "webvtt", "subrip"))

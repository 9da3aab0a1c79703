"""The dialects of recognisers' JSON, each a description: how it is told, where its units are, what their keys mean.

Keys are paths, `a.0.b`; `*` is every item of a list. A key that begins with `^` is looked up in the object that holds
the list. A time is in seconds, or `@ms`, `@ticks` (100 ns); strings such as `1.2s`, `00:00:01,200` and `PT1.2S` and
objects of seconds and nanoseconds are understood wherever a time stands. Of several keys, the first that the first
unit has counts.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from typing import Any

from orchestration.formats.json_text import Path, path

_PER_SECOND = {"": 1.0, "ms": 1_000.0, "ticks": 10_000_000.0}


@dataclass(frozen=True, slots=True)
class TimeKey:
    """Where a time stands, and how many of its unit make a second."""

    path: Path
    per_second: float


@dataclass(frozen=True, slots=True)
class Items:
    """A list of timed units, or several such lists."""

    at: str
    """The path of the units; ends in `*`."""
    text: str = "text"
    """Keys of the text, separated by blanks, as all keys here."""
    start: str = "start"
    end: str = "end"
    duration: str = ""
    speaker: str = "speaker"
    channel: str = ""
    is_words: bool = False
    """Each unit is a word: readable cues must be built."""
    is_repeated: bool = False
    """The last list may repeat all those before it, as Google's does where speakers are told apart."""
    ignored: tuple[str, str] = ("", "")
    """A key and a value of units that are no speech."""
    words: tuple[Items, ...] = ()
    """Where the words of a unit are, below the unit."""
    lists: tuple[Path, ...] = field(init=False)
    text_keys: tuple[Path, ...] = field(init=False)
    start_keys: tuple[TimeKey, ...] = field(init=False)
    end_keys: tuple[TimeKey, ...] = field(init=False)
    duration_keys: tuple[TimeKey, ...] = field(init=False)
    speaker_keys: tuple[tuple[bool, Path], ...] = field(init=False)
    channel_keys: tuple[Path, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Compile the keys once."""
        *lists, last = [path(part.strip(".")) for part in self.at.split("*")]
        if last:
            raise ValueError(f"the path of units must end in `*`: {self.at}")
        object.__setattr__(self, "lists", tuple(lists))
        object.__setattr__(self, "text_keys", tuple(map(path, self.text.split())))
        object.__setattr__(self, "channel_keys", tuple(map(path, self.channel.split())))
        for name in ("start", "end", "duration"):
            object.__setattr__(self, f"{name}_keys", tuple(map(time_key, getattr(self, name).split())))
        speakers = tuple((key.startswith("^"), path(key.lstrip("^"))) for key in self.speaker.split())
        object.__setattr__(self, "speaker_keys", speakers)

    def at_keys(self, **compiled: Any) -> Items:
        """Return these units with other keys than their names say: values of the compiled fields."""
        made = copy(self)
        for name, value in compiled.items():
            object.__setattr__(made, name, value)
        return made


def time_key(written: str) -> TimeKey:
    """Return the key of a time: `start`, `start@ms`, `offset@ticks`."""
    key, _, unit = written.partition("@")
    return TimeKey(path(key), _PER_SECOND[unit])


@dataclass(frozen=True, slots=True)
class Dialect:
    """One way to write a recognised transcript as JSON."""

    name: str
    has: tuple[tuple[str, ...], ...]
    """Told by all paths of any of these."""
    sources: tuple[Items, ...]
    """Where units may be: the first that has any counts."""
    turns: tuple[Items, ...] = ()
    """Who speaks when, where the units do not say it themselves."""
    paragraphs: str = ""
    """Path of paragraphs: a unit that starts when one does begins it."""
    side_words: tuple[Items, ...] = ()
    """Words in a list of their own, to be shared out by their time."""


_START = "start startTime start_time startTimecode@ms start_seconds start_ms@ms startMs@ms begin offset"
_END = "end endTime end_time endTimecode@ms end_seconds end_ms@ms endMs@ms"
_WORDS = Items("words.*", text="word text body", start="start startTime start_time", end="end endTime end_time")
_MS_WORDS = Items("words.*", start="start@ms", end="end@ms", channel="channel", is_words=True)


def _segment_list(at: str) -> Items:
    return Items(
        at,
        text="text transcript content sentence",
        start=_START,
        end=_END,
        duration="duration dur",
        speaker="speaker speaker_name speakerName speaker_label speakerLabel speaker_id speakerId voice",
        words=(_WORDS,),
    )


_ROOTS = (
    "",
    "segments.",
    "transcript.",
    "transcripts.",
    "transcript.segments.",
    "transcription.segments.",
    "transcription.",
    "lines.",
    "cues.",
    "utterances.",
    "sentences.",
    "words.",
    "transcriptWithSpeakersAndTimecodes.",
    "data.getEpisodeTranscript.",
    "data.getPodcastEpisode.transcriptWithSpeakersAndTimecodes.",
)
_AZURE_WORDS = (
    Items(
        "nBest.0.displayWords.*",
        text="displayText",
        start="offsetInTicks@ticks",
        end="",
        duration="durationInTicks@ticks",
    ),
    Items("nBest.0.words.*", text="word", start="offsetInTicks@ticks", end="", duration="durationInTicks@ticks"),
)
_WHISPER = Items("segments.*", words=(Items("words.*", text="word text"),))

DIALECTS: tuple[Dialect, ...] = (
    Dialect(
        "deepgram",
        (("results.channels.0.alternatives",), ("results.utterances.0.transcript",)),
        (
            Items(
                "results.utterances.*",
                text="transcript",
                channel="channel",
                words=(Items("words.*", text="punctuated_word word"),),
            ),
            Items("results.channels.*.alternatives.0.words.*", text="punctuated_word word", is_words=True),
            Items("results.channels.*.alternatives.*", text="transcript"),
        ),
        paragraphs="results.channels.*.alternatives.0.paragraphs.paragraphs.*",
    ),
    Dialect(
        "gladia",
        (("result.transcription.utterances.0.text",), ("transcription.utterances.0.text",)),
        tuple(
            Items(f"{root}transcription.utterances.*", channel="channel", words=(Items("words.*", text="word"),))
            for root in ("result.", "")
        ),
    ),
    Dialect(
        "elevenlabs",
        (("words.0.text", "words.0.type"),),
        (Items("words.*", speaker="speaker_id", ignored=("type", "audio_event"), is_words=True),),
    ),
    Dialect(
        "assemblyai",
        (
            ("words.0.text", "words.0.confidence", "audio_url"),
            ("words.0.text", "words.0.confidence", "audio_duration"),
            ("utterances.0.text", "utterances.0.words.0.text", "utterances.0.confidence"),
            ("sentences.0.text", "sentences.0.words.0.text"),
            ("paragraphs.0.text", "paragraphs.0.words.0.text"),
        ),
        (
            *(
                Items(f"{name}.*", start="start@ms", end="end@ms", channel="channel", words=(_MS_WORDS,))
                for name in ("utterances", "sentences", "paragraphs")
            ),
            _MS_WORDS,
        ),
    ),
    Dialect(
        "rev",
        (("monologues.0.elements",),),
        (
            Items(
                "monologues.*.elements.*",
                text="value",
                start="ts",
                end="end_ts",
                speaker="^speaker_info.display_name ^speaker_name ^speaker",
                ignored=("type", "unknown"),
                is_words=True,
            ),
        ),
    ),
    Dialect(
        "amazon",
        (("results.items.0.alternatives",), ("results.channel_labels.channels.0.items",)),
        tuple(
            Items(
                at,
                text="alternatives.0.content",
                start="start_time",
                end="end_time",
                speaker="speaker_label channel_label",
                is_words=True,
            )
            for at in ("results.channel_labels.channels.*.items.*", "results.items.*")
        ),
        turns=(
            Items("results.speaker_labels.segments.*", start="start_time", end="end_time", speaker="speaker_label"),
        ),
    ),
    Dialect(
        "azure",
        (("recognizedPhrases.0.nBest",), ("phrases.0.offsetMilliseconds",), ("0.NBest.0.Display",)),
        (
            Items(
                "recognizedPhrases.*",
                text="nBest.0.display",
                start="offsetInTicks@ticks offset",
                end="",
                duration="durationInTicks@ticks duration",
                channel="channel",
                words=_AZURE_WORDS,
            ),
            Items(
                "phrases.*",
                start="offsetMilliseconds@ms",
                end="",
                duration="durationMilliseconds@ms",
                channel="channel",
                words=(Items("words.*", start="offsetMilliseconds@ms", end="", duration="durationMilliseconds@ms"),),
            ),
            Items(
                "*",
                text="NBest.0.Display",
                start="Offset@ticks",
                end="",
                duration="Duration@ticks",
                speaker="SpeakerId",
                words=(Items("NBest.0.Words.*", text="Word", start="Offset@ticks", end="", duration="Duration@ticks"),),
            ),
        ),
    ),
    Dialect(
        "speechmatics",
        (("results.0.alternatives.0.content", "results.0.start_time"),),
        (
            Items(
                "results.*",
                text="alternatives.0.content",
                start="start_time",
                end="end_time",
                speaker="alternatives.0.speaker",
                channel="channel",
                is_words=True,
            ),
        ),
    ),
    Dialect(
        "speechmatics_1",
        (("words.0.name", "words.0.time"),),
        (Items("words.*", text="name", start="time", end="", duration="duration", is_words=True),),
        turns=(Items("speakers.*", text="", start="time", end="", duration="duration", speaker="name"),),
    ),
    Dialect(
        "bbc_kaldi",
        (("retval.words.0.word",), ("words.0.punct",)),
        (
            Items("retval.words.*", text="punct word", is_words=True),
            Items("words.*", text="punct word", is_words=True),
        ),
        turns=tuple(
            Items(f"{root}segmentation.segments.*", end="", duration="duration", speaker="speaker.@id speaker")
            for root in ("retval.", "")
        ),
    ),
    Dialect(
        "vosk",
        (("result.0.word",), ("0.result.0.word",)),
        (
            Items("result.*", text="word", is_words=True),
            Items("*.result.*", text="word", is_words=True),
        ),
    ),
    Dialect(
        "google",
        (("results.0.alternatives",), ("response.results.0.alternatives",)),
        tuple(
            source
            for root in ("", "response.")
            for source in (
                Items(
                    f"{root}results.*.alternatives.0.words.*",
                    text="word",
                    start="startTime startOffset start_time start_offset",
                    end="endTime endOffset end_time end_offset",
                    speaker="speakerLabel speakerTag speaker_label speaker_tag",
                    is_words=True,
                    is_repeated=True,
                ),
                # IBM's Watson writes the same, but a word is a list.
                Items(f"{root}results.*.alternatives.0.timestamps.*", "0", "1", "2", speaker="", is_words=True),
                Items(f"{root}results.*", text="alternatives.0.transcript", start="", end="resultEndTime"),
            )
        ),
    ),
    Dialect(
        "whisper_cpp",
        (("transcription.0.text", "transcription.0.offsets"), ("transcription.0.text", "transcription.0.timestamps")),
        (
            Items(
                "transcription.*",
                start="offsets.from@ms timestamps.from",
                end="offsets.to@ms timestamps.to",
                words=(Items("tokens.*", start="offsets.from@ms", end="offsets.to@ms"),),
            ),
        ),
    ),
    # Whisper, faster-whisper, WhisperX, whisper-timestamped, OpenAI and all that write the same.
    Dialect(
        "whisper",
        (("segments.0.text", "segments.0.start"), ("words.0.word", "words.0.start")),
        (_WHISPER, Items("words.*", text="punctuated_word word", is_words=True)),
        side_words=(Items("words.*", text="word text"),),
    ),
    # What a person or a service makes of it: Taddy, Podscribe, Podlove, youtube-transcript-api, faster-whisper dumps.
    Dialect(
        "segment_list",
        tuple(
            (f"{root}0.{text}", f"{root}0.{start.partition('@')[0]}")
            for root in _ROOTS
            for text in ("text", "transcript", "content", "sentence")
            for start in _START.split()
        ),
        tuple(_segment_list(f"{root}*") for root in _ROOTS),
    ),
)

PODCASTING = Dialect(
    "podcasting20",
    (("segments.0.body",),),
    (Items("segments.*", text="body", start="startTime", end="endTime"),),
)
"""Transcripts of Podcasting 2.0, which are a format of their own."""

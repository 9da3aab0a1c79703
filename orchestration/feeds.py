"""Following feeds: what they name is fetched and kept below the raw folder.

What is kept of a feed is in `raw/feeds/<name>/`: the feed and the transcripts and chapters that it names, each under a
name made of its content, each with a sidecar that says where it came from.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args
from urllib.parse import urlsplit

from orchestration.characters import harmless
from orchestration.feed_plan import (
    FeedState,
    ListedFeed,
    Tried,
    failed_again,
    plan_files,
    refusal,
    source_of,
    superseded,
)
from orchestration.feed_sources import SOURCE_SUFFIX, Source, write_source
from orchestration.formats import rss_feed
from orchestration.formats.decoding import UndecodableError, decode
from orchestration.formats.rss_items import Channel, podcast_guid, read_feed
from orchestration.io.files import write_bytes

if TYPE_CHECKING:
    # Nothing of the network is loaded where nothing is fetched.
    from orchestration.fetching import Answer, Fetcher

FOLDER = "feeds"
OLDER = ".older"
_STATE = ".state.json"
_BUILD_DATE = re.compile(r"<lastBuildDate>[^<]{0,100}</lastBuildDate>")
_EXTENSIONS = {
    "text/vtt": "vtt",
    "application/srt": "srt",
    "application/x-subrip": "srt",
    "text/srt": "srt",
    "application/json": "json",
    "application/json+chapters": "json",
    "text/html": "html",
    "text/plain": "txt",
}


Outcome = Literal["new", "changed", "unchanged", "gone", "failed"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@dataclass(slots=True)
class FeedReport:
    """What a run did with a feed. `kept` are new files, `failed` addresses with their reasons."""

    name: str
    url: str
    outcome: Outcome
    reason: str = ""
    item_count: int = 0
    waiting_count: int = 0
    kept: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    moved_to: str | None = None

    @property
    def is_good(self) -> bool:
        """Whether nobody has to look at it."""
        return self.outcome not in ("failed", "gone") and not self.failed

    def line(self) -> str:
        """Return it in one line."""
        parts = [f"{self.name}: {self.outcome}" + (f" ({self.reason})" if self.reason else "")]
        parts += [f"{self.item_count} episodes"] if self.item_count else []
        parts += [f"{len(self.kept)} files kept"] if self.kept else []
        parts += [f"{len(self.failed)} files failed, the first: {': '.join(self.failed[0])}"] if self.failed else []
        parts += [f"{self.waiting_count} files wait for the next run"] if self.waiting_count else []
        parts += [f"it has moved to {self.moved_to}: change feeds.yml"] if self.moved_to else []
        return harmless(", ".join(parts))


def follow(
    feeds: Iterable[ListedFeed], raw: Path, fetcher: Fetcher, now: datetime, report: Callable[[FeedReport], None]
) -> list[FeedReport]:
    """Fetch the feeds and what they name into `raw`, and return what was done. A feed that fails costs no other."""
    done = []
    for feed in feeds:
        try:
            result = _Follower(feed, raw / FOLDER / feed.name, fetcher, now).run()
        except OSError as error:
            result = FeedReport(feed.name, feed.url, "failed", f"cannot be written: {error.strerror}")
        report(result)
        done.append(result)
    return done


class _Follower:
    def __init__(self, feed: ListedFeed, folder: Path, fetcher: Fetcher, now: datetime) -> None:
        self.feed = feed
        self.folder = folder
        self.fetcher = fetcher
        self.now = now
        host = urlsplit(feed.url).hostname or ""
        self.private_hosts = frozenset((host.lower(),)) if feed.allow_private else frozenset()
        self.state = _read_state(folder / _STATE)
        if self.state.url != feed.url:
            self.state = FeedState(feed.url, tried=self.state.tried)
        if self.state.file and not (folder / self.state.file).is_file():
            self.state.file = None
        for url, tried in list(self.state.tried.items()):
            if tried.file and not (folder / tried.file).is_file():
                del self.state.tried[url]

    def run(self) -> FeedReport:
        if self.state.is_gone:
            return self._result("gone", "gone for good since an earlier run: take it out of feeds.yml")
        known = self.state.file is not None
        etag, modified = (self.state.etag, self.state.last_modified) if known else (None, None)
        answer = self.fetcher.get(self.feed.url, etag, modified, self.private_hosts)
        result = self._take(answer)
        if result.outcome == "failed":
            return result
        try:
            if result.outcome != "gone":
                self._take_files(result)
        finally:
            self._save()
        return result

    def _result(self, outcome: Outcome, reason: str = "") -> FeedReport:
        return FeedReport(self.feed.name, self.feed.url, outcome, reason)

    def _take(self, answer: Answer) -> FeedReport:
        if answer.outcome == "gone":
            self.state.is_gone = True
            return self._result("gone", f"{answer.reason}: take it out of feeds.yml")
        if answer.outcome == "failed":
            return self._result("failed", answer.reason)
        result = self._result("unchanged")
        result.moved_to = answer.moved_to
        if answer.outcome == "unchanged":
            return result if self.state.file else self._result("failed", "`unchanged` is no answer to a first request")
        try:
            text = decode(answer.body).text
        except UndecodableError as error:
            return self._result("failed", f"no feed: {error.reason}")
        if rss_feed.sniff(text) < 0.5:
            return self._result("failed", f"the answer ({answer.content_type or 'of no type'}) is no RSS feed")
        before = self.state.file
        if before is None or _significant(decode((self.folder / before).read_bytes()).text) != _significant(text):
            stated = Source(show=self.feed.show)
            channel = read_feed(text).channel
            self.state.file, is_new = self._keep(answer, self.feed.url, "feed", "xml", stated, channel)
            if is_new:
                result.outcome = "new" if before is None else "changed"
                result.kept.append(self.state.file)
            self._set_aside()
        self.state.etag, self.state.last_modified = answer.etag, answer.last_modified
        return result

    def _take_files(self, result: FeedReport) -> None:
        feed = read_feed(decode((self.folder / str(self.state.file)).read_bytes()).text)
        if feed.channel is None:
            return
        result.item_count = len(feed.items)
        wanted, result.waiting_count = plan_files(feed.items, self.state, self.now, self.feed.files_per_run)
        for each in wanted:
            answer = self.fetcher.get(each.url, None, None, self.private_hosts)
            reason = answer.reason if answer.outcome != "fetched" else refusal(each, answer.body, answer.content_type)
            if reason or answer.outcome != "fetched":
                reason = reason or "no content"
                is_final = answer.outcome == "gone"
                self.state.tried[each.url] = failed_again(self.state.tried.get(each.url), reason, self.now, is_final)
                result.failed.append((each.url, reason))
                continue
            extension = _EXTENSIONS.get(each.media_type or "") or _EXTENSIONS.get(answer.content_type, "txt")
            stated = source_of(self.feed, feed.channel, each)
            file, is_new = self._keep(answer, each.url, each.kind, extension, stated, feed.channel)
            if is_new:
                result.kept.append(file)
            self.state.tried[each.url] = Tried(file)

    def _keep(
        self, answer: Answer, asked: str, kind: str, extension: str, stated: Source, channel: Channel | None
    ) -> tuple[str, bool]:
        """Write an answer and its sidecar; return the file's name, and False where that content was kept already."""
        digest = hashlib.sha256(answer.body).hexdigest()
        kept = sorted(path.name for path in self.folder.glob(f"{digest[:12]}.*") if path.suffix != ".yml")
        if kept:
            return kept[0], False
        source = {
            "kind": kind,
            "url": asked,
            "redirected_to": answer.url if answer.url != asked else None,
            "fetched_at": self.now.isoformat(timespec="seconds"),
            "etag": answer.etag,
            "last_modified": answer.last_modified,
            "content_type": answer.content_type,
            "sha256": digest,
            "feed": self.feed.url,
            "show_guid": channel.guid if channel and channel.guid else podcast_guid(self.feed.url),
        }
        stated.source.update({name: value for name, value in source.items() if value})
        name = f"{digest[:12]}.{extension}"
        # The sidecar comes first, so that nobody ever finds the file without it.
        write_bytes(self.folder / (name + SOURCE_SUFFIX), write_source(stated).encode())
        write_bytes(self.folder / name, answer.body)
        return name, True

    def _set_aside(self) -> None:
        """Move versions of the feed that are needed no more where no scan finds them. Their content stays."""
        versions = {
            path.name: {item.guid or item.url or item.title for item in read_feed(_text_of(path)).items}
            for path in sorted(self.folder.glob("*.xml"))
        }
        newest = versions.pop(str(self.state.file), set())
        for name in superseded(newest, versions):
            older = self.folder / OLDER
            older.mkdir(exist_ok=True)
            for part in (name, name + SOURCE_SUFFIX):
                if (self.folder / part).exists():
                    (self.folder / part).replace(older / part)

    def _save(self) -> None:
        write_bytes(self.folder / _STATE, json.dumps(asdict(self.state), indent=1).encode())


def _significant(text: str) -> str:
    return _BUILD_DATE.sub("", text)


def _text_of(path: Path) -> str:
    try:
        return decode(path.read_bytes()).text
    except UndecodableError:
        return ""


def _read_state(path: Path) -> FeedState:
    """Return the state that a file holds; a fresh one where it is missing or damaged."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        tried = {str(url): Tried(**each) for url, each in values.pop("tried").items()}
        return FeedState(**values, tried=tried)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return FeedState()

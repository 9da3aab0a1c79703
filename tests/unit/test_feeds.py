"""Tests of following feeds: the list, the plan, and the fetching from a host that misbehaves in every way."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.feed_plan import (
    FeedsError,
    FeedState,
    ListedFeed,
    Tried,
    Wanted,
    failed_again,
    feeds_file,
    load_feeds,
    plan_files,
    read_feeds,
    refusal,
    superseded,
)
from orchestration.feed_sources import SOURCE_SUFFIX, Source, write_source
from orchestration.feeds import FeedReport, follow
from orchestration.fetching import Fetcher, Limits, is_public
from orchestration.formats.rss_items import podcast_guid, read_feed
from tests.conftest import ROOT

NOW = datetime(2026, 3, 4, 5, 0, tzinfo=UTC)
QUICK = Limits(max_bytes=50_000, max_s=0.4, idle_s=0.2, backoff_s=0.01, pause_s=0.0, max_wait_s=0.1)
VTT = b"WEBVTT\n\n00:00.000 --> 00:02.000\n<v Ada Bee>Good evening.\n"


# --- a host that does as it is told


class Host:
    """A server on 127.0.0.1: each path is answered by a function of its own, and every request is remembered."""

    def __init__(self) -> None:
        self.pages: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                try:
                    host.pages.get(self.path, lambda request: request.send_error(404))(self)
                except OSError:
                    # The other side had enough, as it should.
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def page(self, path: str, body: bytes = b"", status: int = 200, **headers: str) -> str:
        """Answer `path` with this, and return its address. `_` in names of headers is `-`."""

        def answer(request: BaseHTTPRequestHandler) -> None:
            request.send_response(status)
            for name, value in headers.items():
                request.send_header(name.replace("_", "-"), value)
            request.send_header("Content-Length", str(len(body)))
            request.end_headers()
            request.wfile.write(body)

        self.pages[path] = answer
        return self.url + path

    def count(self, path: str) -> int:
        return sum(asked == path for asked, _ in self.asked)


@pytest.fixture
def host() -> Iterator[Host]:
    found = Host()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def fetcher() -> Fetcher:
    return Fetcher(QUICK)


LOCAL = frozenset(("127.0.0.1",))


# --- one request


def test_a_page_is_fetched_with_what_is_needed_to_ask_again(host: Host, fetcher: Fetcher) -> None:
    url = host.page("/a", b"hello", Content_Type="text/plain; charset=utf-8", ETag='"1"', Last_Modified="Tue")
    answer = fetcher.get(url, private_hosts=LOCAL)
    assert (answer.outcome, answer.body, answer.content_type) == ("fetched", b"hello", "text/plain")
    assert (answer.etag, answer.last_modified, answer.url) == ('"1"', "Tue", url)
    assert "podcast-warehouse" in host.asked[0][1]["user-agent"]


def test_unchanged_is_told_and_asked_for_by_etag_and_date(host: Host, fetcher: Fetcher) -> None:
    url = host.page("/a", status=304)
    assert fetcher.get(url, '"1"', "Tue", LOCAL).outcome == "unchanged"
    assert host.asked[0][1]["if-none-match"] == '"1"'
    assert host.asked[0][1]["if-modified-since"] == "Tue"


def test_what_cannot_be_sent_back_is_not_sent(host: Host, fetcher: Fetcher) -> None:
    url = host.page("/a", b"hello", ETag='"\xe9"', Last_Modified="\xe9")
    known = fetcher.get(url, None, None, LOCAL)
    assert fetcher.get(url, known.etag, known.last_modified, LOCAL).outcome == "fetched"


def test_gone_is_gone(host: Host, fetcher: Fetcher) -> None:
    answer = fetcher.get(host.page("/a", status=410), private_hosts=LOCAL)
    assert (answer.outcome, answer.status, host.count("/a")) == ("gone", 410, 1)


def test_an_error_of_the_host_is_tried_again(host: Host, fetcher: Fetcher) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        status = 500 if host.count("/a") == 1 else 200
        request.send_response(status)
        request.send_header("Content-Length", "2")
        request.end_headers()
        request.wfile.write(b"ok")

    host.pages["/a"] = answer
    assert fetcher.get(f"{host.url}/a", private_hosts=LOCAL).body == b"ok"
    assert host.count("/a") == 2


def test_a_host_that_never_recovers_is_left_alone(host: Host, fetcher: Fetcher) -> None:
    answer = fetcher.get(host.page("/a", status=503), private_hosts=LOCAL)
    assert (answer.outcome, answer.reason) == ("failed", "the host answers 503, 3 times")
    assert host.count("/a") == 3
    assert fetcher.get(host.page("/b", status=404), private_hosts=LOCAL).reason == "the host answers 404"
    assert host.count("/b") == 1


def test_a_host_may_say_how_long_to_wait(host: Host) -> None:
    slept: list[float] = []
    fetcher = Fetcher(QUICK, sleep=slept.append)
    fetcher.get(host.page("/a", status=429, Retry_After="0"), private_hosts=LOCAL)
    assert slept == [0.01, 0.02]
    answer = fetcher.get(host.page("/b", status=429, Retry_After="3600"), private_hosts=LOCAL)
    assert "asks to wait 3600 s" in answer.reason
    assert host.count("/b") == 1


def test_an_endless_body_is_cut(host: Host, fetcher: Fetcher) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        while True:
            request.wfile.write(b"x" * 10_000)

    host.pages["/a"] = answer
    answer_ = fetcher.get(f"{host.url}/a", private_hosts=LOCAL)
    assert (answer_.outcome, answer_.reason) == ("failed", "more than the limit of 50,000 bytes")
    assert host.count("/a") == 1


def test_a_body_that_says_it_is_too_large_is_not_read(host: Host, fetcher: Fetcher) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "999999999999")
        request.end_headers()

    host.pages["/a"] = answer
    assert "999,999,999,999 bytes" in fetcher.get(f"{host.url}/a", private_hosts=LOCAL).reason


@pytest.mark.parametrize("where", ["body", "headers"])
def test_a_slow_drip_ends_at_the_deadline(host: Host, fetcher: Fetcher, where: str) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\n" + (b"\r\n" if where == "body" else b"X-Slow: "))
        for _ in range(30):
            request.wfile.write(b"x")
            time.sleep(0.05)

    host.pages["/a"] = answer
    started = time.monotonic()
    answer_ = fetcher.get(f"{host.url}/a", private_hosts=LOCAL)
    assert (answer_.outcome, answer_.reason) == ("failed", "it took longer than 0.4 s")
    assert time.monotonic() - started < 1


def test_a_host_that_says_nothing_is_given_up(host: Host, fetcher: Fetcher) -> None:
    host.pages["/a"] = lambda request: time.sleep(0.5)
    answer = fetcher.get(f"{host.url}/a", private_hosts=LOCAL)
    assert (answer.outcome, answer.reason) == ("failed", "no answer in time, 3 times")


def test_redirects_are_followed_and_lasting_ones_told(host: Host, fetcher: Fetcher) -> None:
    host.page("/c", b"ok")
    host.page("/b", status=301, Location="c")
    answer = fetcher.get(host.page("/a", status=308, Location="/b"), private_hosts=LOCAL)
    assert (answer.body, answer.url, answer.moved_to) == (b"ok", f"{host.url}/c", f"{host.url}/c")
    answer = fetcher.get(host.page("/d", status=302, Location="/b"), private_hosts=LOCAL)
    assert (answer.body, answer.moved_to) == (b"ok", None)


def test_a_redirect_loop_ends(host: Host, fetcher: Fetcher) -> None:
    host.page("/b", status=302, Location="/a")
    assert "in a circle" in fetcher.get(host.page("/a", status=302, Location="/b"), private_hosts=LOCAL).reason
    for number in range(9):
        host.page(f"/n{number}", status=302, Location=f"/n{number + 1}")
    assert fetcher.get(f"{host.url}/n0", private_hosts=LOCAL).reason == "more than 5 redirects"
    assert len(host.asked) == 2 + 6


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://10.1.2.3/secret", "not public"),
        ("http://169.254.169.254/latest/meta-data", "not public"),
        # Another name of the same machine is not the host that was listed.
        ("http://localhost/secret", "not public"),
        ("http://[::1]/secret", "not public"),
        ("file:///etc/hostname", "only http and https"),
        ("ftp://example.org/x", "only http and https"),
        ("http://user:word@127.0.0.1/", "name and password"),
    ],
)
def test_a_redirect_to_where_nobody_should_go_is_refused(
    host: Host, fetcher: Fetcher, location: str, reason: str
) -> None:
    answer = fetcher.get(host.page("/a", status=302, Location=location), private_hosts=LOCAL)
    assert answer.outcome == "failed"
    assert reason in answer.reason


def test_a_private_address_is_refused_unless_its_host_is_listed(host: Host, fetcher: Fetcher) -> None:
    answer = fetcher.get(host.page("/a", b"ok"))
    assert "127.0.0.1, which is not public" in answer.reason
    assert host.asked == []


def test_a_name_is_resolved_once_so_that_a_second_answer_changes_nothing(host: Host) -> None:
    answers = [["127.0.0.1"], ["93.184.216.34"], ["127.0.0.1"]]
    fetcher = Fetcher(QUICK, resolve=lambda name, port: answers.pop(0))
    assert "not public" in fetcher.get(f"{host.url}/a".replace("127.0.0.1", "rebind.example")).reason
    assert len(answers) == 2
    # One private address among public ones is enough to refuse all.
    fetcher = Fetcher(QUICK, resolve=lambda name, port: ["93.184.216.34", "10.0.0.1"])
    assert "10.0.0.1, which is not public" in fetcher.get("http://mixed.example/").reason
    assert host.asked == []


def test_what_was_checked_is_what_is_connected_to(host: Host) -> None:
    host.page("/a", b"ok")
    port = host.server.server_address[1]
    fetcher = Fetcher(QUICK, resolve=lambda name, port: ["127.0.0.1"])
    answer = fetcher.get(f"http://inner.example:{port}/a", private_hosts=frozenset(("inner.example",)))
    assert answer.body == b"ok"
    assert host.asked[0][1]["host"] == f"inner.example:{port}"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("2002:7f00:1::", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::5db8:d822", True),
        ("nonsense", False),
    ],
)
def test_which_addresses_are_public(address: str, expected: bool) -> None:
    assert is_public(address) is expected


def test_gzip_is_unpacked_and_a_bomb_is_not(host: Host, fetcher: Fetcher) -> None:
    url = host.page("/a", gzip.compress(b"hello") + gzip.compress(b" again"), Content_Encoding="gzip")
    assert fetcher.get(url, private_hosts=LOCAL).body == b"hello again"
    bomb = gzip.compress(bytes(20_000_000))
    assert len(bomb) < QUICK.max_bytes
    url = host.page("/b", bomb, Content_Encoding="gzip")
    assert fetcher.get(url, private_hosts=LOCAL).reason == "more than the limit of 50,000 bytes"
    url = host.page("/c", b"no gzip at all", Content_Encoding="gzip")
    assert "damaged" in fetcher.get(url, private_hosts=LOCAL).reason
    url = host.page("/d", gzip.compress(b"hello " * 99)[:-9], Content_Encoding="gzip")
    assert "end too early" in fetcher.get(url, private_hosts=LOCAL).reason
    assert "not asked for" in fetcher.get(host.page("/e", b"x", Content_Encoding="br"), private_hosts=LOCAL).reason


def test_sound_is_not_even_read(host: Host, fetcher: Fetcher) -> None:
    url = host.page("/a", b"x" * 90, Content_Type="audio/mpeg")
    assert fetcher.get(url, private_hosts=LOCAL).reason == "it is audio/mpeg, no text"


def test_a_body_that_is_cut_is_tried_again_and_failed(host: Host, fetcher: Fetcher) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "100")
        request.end_headers()
        request.wfile.write(b"half")

    host.pages["/a"] = answer
    assert fetcher.get(f"{host.url}/a", private_hosts=LOCAL).outcome == "failed"
    assert host.count("/a") == 3


def test_a_host_that_is_not_there_is_a_reason(fetcher: Fetcher) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    assert "ConnectError" in fetcher.get(f"http://127.0.0.1:{port}/", private_hosts=LOCAL).reason

    def unknown(name: str, port: int) -> list[str]:
        raise socket.gaierror(-2, "not known")

    assert "is not known" in Fetcher(QUICK, resolve=unknown).get("http://nobody.invalid/").reason


def test_one_host_is_not_asked_too_often(host: Host) -> None:
    now = 100.0
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        nonlocal now
        slept.append(seconds)
        now += seconds

    fetcher = Fetcher(Limits(pause_s=1.0, max_s=30), sleep=sleep, clock=lambda: now)
    for path in ("/a", "/b", "/c"):
        assert fetcher.get(host.page(path, b"ok"), private_hosts=LOCAL).body == b"ok"
    assert slept == [1.0, 1.0]


@settings(max_examples=100)
@given(st.text(max_size=60) | st.text(st.sampled_from("htp:/@.[]%a1#?"), max_size=40))
def test_no_address_makes_it_raise(url: str) -> None:
    def nowhere(name: str, port: int) -> list[str]:
        raise socket.gaierror(-2, "not known")

    fetcher = Fetcher(Limits(backoff_s=0, pause_s=0, max_tries=1), resolve=nowhere)
    assert fetcher.get(url).outcome == "failed"


# --- the list


def test_the_list_of_the_project_can_be_read() -> None:
    assert isinstance(load_feeds(ROOT / "feeds.yml"), list)
    assert feeds_file({}) == ROOT / "feeds.yml"
    assert feeds_file({"PODCAST_FEEDS": "/a/b.yml"}) == Path("/a/b.yml")


def test_the_list_is_read(tmp_path: Path) -> None:
    assert read_feeds("") == read_feeds("feeds:\n") == read_feeds("feeds: []") == load_feeds(tmp_path / "none") == []
    text = (
        "feeds:\n  - https://hive.example/feed.xml\n"
        "  - url: http://inner.example/x\n    name: My Bees\n    allow_private: true\n    show: Bees\n"
        "    files_per_run: 3\n"
    )
    assert read_feeds(text) == [
        ListedFeed("https://hive.example/feed.xml", "hive-example-feed-xml"),
        ListedFeed("http://inner.example/x", "my-bees", "Bees", True, 3),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("feeds: [", "not YAML"),
        ("- https://a.example/x", "expected `feeds:`"),
        ("feeds: https://a.example/x", "expected `feeds:`"),
        ("feeds: [1]", "feed 1: expected an address"),
        ("feeds: [ftp://a.example/x]", "feed 1: `url` must be"),
        ("feeds: ['https://me:word@a.example/x']", "feed 1: `url` must be"),
        ("feeds: [{name: x}]", "feed 1: `url` must be"),
        ("feeds: [{url: 'https://a.example', urk: 1}]", "'urk' is no setting"),
        ("feeds: [{url: 'https://a.example', allow_private: 1}]", "true or false"),
        ("feeds: [{url: 'https://a.example', files_per_run: -1}]", "whole number"),
        ("feeds: [{url: 'https://a.example', show: 1}]", "`show` must be text"),
        ("feeds: [{url: 'https://a.example', name: [1]}]", "`name` must be text"),
        ("feeds: [{url: 'https://a.example', show: 2026-99-99}]", "not YAML"),
        ("feeds: [!!python/object/apply:os.system [true]]", "not YAML"),
        ("feeds: ['https://a.example/x', 'http://a.example/x']", "feed 2 has the name 'a-example-x' of feed 1"),
    ],
)
def test_a_mistake_in_the_list_is_told_with_its_place(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "feeds.yml").write_text(text)
    with pytest.raises(FeedsError, match=r"feeds\.yml") as error:
        load_feeds(tmp_path / "feeds.yml")
    assert reason in str(error.value)


def test_no_name_leads_out_of_the_folder() -> None:
    (feed,) = read_feeds("feeds: [{url: 'https://a.example/../../x', name: '../../etc/passwd'}]")
    assert feed.name == "etc-passwd"


def test_a_key_in_an_address_is_not_in_the_name() -> None:
    first, second = read_feeds("feeds: ['https://a.example/x?auth=s3cr3t', 'https://a.example/x?auth=other']")
    assert first.name != second.name and first.name.startswith("a-example-x-") and "s3cr3t" not in first.name


# --- the plan


def rss(host: str, *items: str, title: str = "The Hive Hour") -> bytes:
    inside = "".join(f"<item>{item}</item>" for item in items)
    return (
        (
            '<rss version="2.0" xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel>'
            f"<title>{title}</title><language>en</language>"
            f"<lastBuildDate>{time.monotonic_ns()}</lastBuildDate>{inside}</channel></rss>"
        )
        .replace("HOST", host)
        .encode()
    )


def item(number: int, more: str = "") -> str:
    return (
        f"<title>Talk {number}</title><guid>hive-talk-{number:04}</guid><link>https://hive.example/{number}</link>"
        f"<pubDate>Tue, 03 Mar 2026 10:00:00 GMT</pubDate>"
        f'<podcast:transcript url="HOST/{number}.vtt" type="text/vtt" language="en"/>{more}'
    )


def test_only_what_is_missing_and_due_is_planned() -> None:
    feed = read_feed(rss("https://h.example", *(item(number) for number in range(5))).decode())
    state = FeedState(
        tried={
            "https://h.example/0.vtt": Tried("a.vtt"),
            "https://h.example/1.vtt": failed_again(None, "503", NOW, is_final=False),
            "https://h.example/2.vtt": failed_again(None, "410", NOW, is_final=True),
        }
    )
    wanted, waiting = plan_files(feed.items, state, NOW, 1)
    assert ([each.url for each in wanted], waiting) == (["https://h.example/3.vtt"], 1)
    later, _ = plan_files(feed.items, state, NOW + timedelta(hours=1), 50)
    assert [each.url[-5:] for each in later] == ["1.vtt", "3.vtt", "4.vtt"]
    never, _ = plan_files(feed.items, state, NOW + timedelta(days=5000), 50)
    assert "https://h.example/2.vtt" not in [each.url for each in never]


def test_what_fails_again_and_again_is_asked_for_ever_more_rarely() -> None:
    tried = None
    waits = []
    for _ in range(12):
        tried = failed_again(tried, "503", NOW, is_final=False)
        waits.append(datetime.fromisoformat(tried.next_at) - NOW)
    assert waits[:3] == [timedelta(hours=1), timedelta(hours=4), timedelta(hours=16)]
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(days=14)


def test_versions_are_superseded_when_others_have_all_their_items() -> None:
    assert superseded({"a", "b", "c"}, {"1": {"a"}, "2": {"a", "b"}}) == ["1", "2"]
    assert superseded({"c"}, {"1": {"a", "b"}, "2": {"b", "c"}}) == ["2"]
    assert superseded({"c"}, {}) == []


@given(st.sets(st.integers(0, 9)), st.dictionaries(st.sampled_from("abcdef"), st.sets(st.integers(0, 9))))
def test_no_item_is_ever_lost(newest: set, older: dict) -> None:
    gone = superseded(newest, older)
    kept = newest.union(*(items for name, items in older.items() if name not in gone))
    assert kept == newest.union(*older.values())


def test_a_feed_of_its_last_episodes_is_kept_whole_in_few_files() -> None:
    kept: dict[str, set[str]] = {}
    for run in range(200):
        newest = {str(number) for number in range(run, run + 20)}
        for name in superseded(newest, kept):
            del kept[name]
        kept[f"{run:03}"] = newest
    assert set().union(*kept.values()) == {str(number) for number in range(219)}
    assert len(kept) <= 25


@pytest.mark.parametrize(
    ("body", "media_type", "reason"),
    [
        (VTT, "text/vtt", None),
        (b"<!DOCTYPE html><html><body>Please log in.</body></html>", "text/vtt", "a web page (text/html) instead of"),
        (b"<!DOCTYPE html><html><body><p>Ada: Hello.</p></body></html>", "text/html", None),
        (b" \n", "text/vtt", "the answer is empty"),
        (b"ID3\x04" + bytes(90), "text/vtt", "MP3"),
    ],
)
def test_what_cannot_be_a_transcript_is_refused(body: bytes, media_type: str, reason: str | None) -> None:
    (first,) = read_feed(rss("", item(1)).decode()).items
    found = refusal(Wanted("u", "transcript", media_type, None, first), body, "text/html")
    assert found is None if reason is None else reason in str(found)


# --- sidecars

NAMES = st.text(min_size=1, max_size=20).map(str.strip).filter(bool)


@given(
    st.builds(
        Source,
        show=st.none() | NAMES,
        title=st.none() | NAMES,
        date=st.none() | st.dates(),
        guid=st.none() | NAMES,
        hosts=st.lists(NAMES, max_size=3).map(tuple),
        guests=st.lists(NAMES, max_size=3).map(tuple),
        source=st.dictionaries(st.sampled_from(["url", "etag"]), NAMES),
    )
)
def test_a_sidecar_comes_back_as_it_was_written(stated: Source) -> None:
    assert stated_in(write_source(stated)) == stated


@pytest.mark.parametrize("line_end", ["\x85", "\u2028", "\u2029", "\n"])
def test_line_ends_inside_a_name_come_back(line_end: str) -> None:
    stated = Source(guests=(f"0{line_end}0",))
    assert stated_in(write_source(stated)) == stated


def stated_in(text: str) -> Source:
    values: dict[str, Any] = yaml.safe_load(text) or {}
    return Source(**values | {role: tuple(values.get(role, ())) for role in ("hosts", "guests")})


# --- following


def run(host: Host, raw: Path, now: datetime = NOW, **options: object) -> tuple[FeedReport, list[str]]:
    lines: list[str] = []
    feed = ListedFeed(f"{host.url}/feed", "hive", **({"allow_private": True} | options))  # type: ignore[arg-type]
    (result,) = follow([feed], raw, Fetcher(QUICK), now, lambda done: lines.append(done.line()))
    return result, lines


def stored(raw: Path) -> list[str]:
    """Return the suffixes of what a scan would see, sorted."""
    return sorted(path.name[12:] for path in (raw / "feeds" / "hive").iterdir() if not path.name.startswith("."))


def test_a_feed_and_what_it_names_is_kept_with_where_it_came_from(host: Host, tmp_path: Path) -> None:
    people = '<podcast:person>Ada Bee</podcast:person><podcast:person role="guest">Bo Wax</podcast:person>'
    chapters = '<podcast:chapters url="HOST/1.json" type="application/json+chapters"/>'
    host.page("/feed", rss(host.url, item(1, people + chapters), item(2)), ETag='"f1"', Content_Type="text/html")
    host.page("/1.vtt", VTT)
    host.page("/1.json", b'{"version": "1.2.0", "chapters": []}')
    result, lines = run(host, tmp_path)
    assert (result.outcome, result.item_count, len(result.kept)) == ("new", 2, 3)
    assert result.failed == [(f"{host.url}/2.vtt", "the host answers 404")]
    assert lines == [result.line()]
    assert stored(tmp_path) == sorted(
        name + suffix for name in (".json", ".vtt", ".xml") for suffix in ("", SOURCE_SUFFIX)
    )
    (sidecar,) = tmp_path.glob("feeds/hive/*.vtt.source.yml")
    stated = stated_in(sidecar.read_text())
    assert (stated.show, stated.title, stated.guid) == ("The Hive Hour", "Talk 1", "hive-talk-0001")
    assert (stated.date, stated.url, stated.language) == (date(2026, 3, 3), "https://hive.example/1", "en")
    assert (stated.hosts, stated.guests) == (("Ada Bee",), ("Bo Wax",))
    assert stated.source["url"] == f"{host.url}/1.vtt"
    assert stated.source["fetched_at"] == "2026-03-04T05:00:00+00:00"
    assert stated.source["kind"] == "transcript"
    assert stated.source["show_guid"] == podcast_guid(f"{host.url}/feed")
    (feed_sidecar,) = tmp_path.glob("feeds/hive/*.xml.source.yml")
    assert stated_in(feed_sidecar.read_text()).guid is None
    assert stated_in(feed_sidecar.read_text()).source["etag"] == '"f1"'


def test_the_second_run_asks_for_nothing_that_it_has(host: Host, tmp_path: Path) -> None:
    host.page("/feed", rss(host.url, item(1), item(2)), ETag='"f1"')
    host.page("/1.vtt", VTT)
    run(host, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.*") if ".state" not in path.name}
    host.asked.clear()
    host.page("/feed", status=304)
    result, _ = run(host, tmp_path)
    assert (result.outcome, result.kept, result.failed) == ("unchanged", [], [])
    assert [path for path, _ in host.asked] == ["/feed"]
    assert host.asked[0][1]["if-none-match"] == '"f1"'
    assert {path: path.stat().st_mtime_ns for path in before} == before
    # What failed is asked for again after its time, though the feed did not change.
    host.page("/2.vtt", VTT + b"More.\n")
    result, _ = run(host, tmp_path, NOW + timedelta(hours=2))
    assert len(result.kept) == 1


def test_a_feed_that_was_only_built_anew_is_unchanged(host: Host, tmp_path: Path) -> None:
    host.page("/feed", rss(host.url))
    run(host, tmp_path)
    host.page("/feed", rss(host.url))
    result, _ = run(host, tmp_path)
    assert (result.outcome, stored(tmp_path)) == ("unchanged", [".xml", f".xml{SOURCE_SUFFIX}"])


def test_a_changed_feed_replaces_the_version_whose_items_it_has(host: Host, tmp_path: Path) -> None:
    host.page("/feed", rss(host.url, item(1)))
    run(host, tmp_path)
    host.page("/feed", rss(host.url, item(1), item(2)))
    assert run(host, tmp_path)[0].outcome == "changed"
    assert stored(tmp_path) == [".xml", f".xml{SOURCE_SUFFIX}"]
    assert len(list(tmp_path.glob("feeds/hive/.older/*.xml"))) == 1
    # An item that the feed does not list any more is kept.
    host.page("/feed", rss(host.url, item(2), item(3)))
    run(host, tmp_path)
    assert stored(tmp_path).count(".xml") == 2


def test_a_feed_that_is_gone_is_not_asked_again(host: Host, tmp_path: Path) -> None:
    host.page("/feed", status=410)
    assert run(host, tmp_path)[0].outcome == "gone"
    result, (line,) = run(host, tmp_path)
    assert (result.outcome, host.count("/feed")) == ("gone", 1)
    assert "take it out of feeds.yml" in line
    # The name with another address is another feed.
    host.page("/moved", rss(host.url))
    lines: list[str] = []
    moved = ListedFeed(f"{host.url}/moved", "hive", allow_private=True)
    assert follow([moved], tmp_path, Fetcher(QUICK), NOW, lambda done: lines.append(done.line()))[0].outcome == "new"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html><body>Please log in.</body></html>", "(text/html) is no RSS feed"),
        (b"", "is no RSS feed"),
        (b"%PDF-1.4", "no feed: not text"),
    ],
)
def test_what_is_no_feed_is_not_kept(host: Host, tmp_path: Path, body: bytes, reason: str) -> None:
    host.page("/feed", body, Content_Type="text/html")
    result, _ = run(host, tmp_path)
    assert result.outcome == "failed"
    assert reason in result.reason
    assert list(tmp_path.rglob("*")) == []


def test_a_failing_feed_costs_no_other_and_leaves_what_is_kept(host: Host, tmp_path: Path) -> None:
    host.page("/feed", rss(host.url, item(1)))
    host.page("/1.vtt", VTT)
    run(host, tmp_path)
    before = stored(tmp_path)
    host.page("/feed", status=500)
    host.page("/other", rss(host.url))
    feeds = [ListedFeed(f"{host.url}/{path}", name, None, True) for path, name in (("feed", "hive"), ("other", "wax"))]
    results = follow(feeds, tmp_path, Fetcher(QUICK), NOW, lambda done: None)
    assert [result.outcome for result in results] == ["failed", "new"]
    assert stored(tmp_path) == before


def test_a_feed_cannot_lead_to_private_hosts_that_are_not_its_own(host: Host, tmp_path: Path) -> None:
    host.page("/feed", rss("http://192.168.7.7", item(1)))
    result, _ = run(host, tmp_path)
    assert "not public" in result.failed[0][1]
    result, _ = run(host, tmp_path / "second", allow_private=False)
    assert "not public" in result.reason


def test_a_run_fetches_no_more_than_it_may(host: Host, tmp_path: Path) -> None:
    host.page("/feed", rss(host.url, *(item(number) for number in range(5))))
    for number in range(5):
        host.page(f"/{number}.vtt", VTT + str(number).encode())
    counts = []
    for _ in range(3):
        result, _ = run(host, tmp_path, files_per_run=2)
        counts.append((sum(name.endswith(".vtt") for name in result.kept), result.waiting_count))
    assert counts == [(2, 3), (2, 1), (1, 0)]


def test_a_damaged_state_is_forgotten_and_nothing_kept_twice(host: Host, tmp_path: Path) -> None:
    host.page("/feed", rss(host.url, item(1)))
    host.page("/1.vtt", VTT)
    run(host, tmp_path)
    before = stored(tmp_path)
    state = tmp_path / "feeds" / "hive" / ".state.json"
    for content in ("{", "[]", '{"tried": {"a": {"nonsense": 1}}}', json.dumps({"url": f"{host.url}/feed"})):
        state.write_text(content)
        assert run(host, tmp_path)[0].kept == []
        assert stored(tmp_path) == before


def test_what_was_deleted_is_fetched_again(host: Host, tmp_path: Path) -> None:
    host.page("/feed", rss(host.url, item(1)), ETag='"1"')
    host.page("/1.vtt", VTT)
    run(host, tmp_path)
    for path in (tmp_path / "feeds" / "hive").glob("*.*"):
        if not path.name.startswith("."):
            path.unlink()
    host.asked.clear()
    assert len(run(host, tmp_path)[0].kept) == 2
    assert "if-none-match" not in host.asked[0][1]


def test_a_folder_that_cannot_be_written_is_a_reason(host: Host, tmp_path: Path) -> None:
    host.page("/feed", rss(host.url))
    (tmp_path / "feeds").write_text("a file where a folder should be")
    assert "cannot be written" in run(host, tmp_path)[0].reason

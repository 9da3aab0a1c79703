"""The watchlist: its mistakes, what is news and what is not, and the webhook."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from orchestration import alert_webhook
from orchestration.alert_webhook import Delivery, deliver, message
from orchestration.alerts import ALERTS_SCHEMA, WATCH_STATES_SCHEMA, evaluate, watch_key
from orchestration.catalog.catalog import Catalog, Entity
from orchestration.catalog.load import CatalogError
from orchestration.catalog.watchlist import Watch, load_watchlist
from orchestration.history import prepare_history
from orchestration.publish import publish
from orchestration.releases import current_release
from orchestration.settings import Settings, load_settings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HEADER = "watch_id,entity_id,condition,channel"
ACME = "company:acme"
CATALOG = Catalog({ACME: Entity(ACME, "company", "Acme")}, (), {}, "x")
ANY = Watch("any", ACME, "any_new_mention", "any_new_mention", None, "table")
SHOW = Watch("show", ACME, "first_on_show", "first_on_show", None, "table")
RISE = Watch("rise", ACME, "momentum_above:2", "momentum_above", 2.0, "webhook")
# mention, episode, show, published on, field
Mention = tuple[str, str, str | None, str | None, str]
OLD: list[Mention] = [("m1", "e1", "s1", "2026-01-01", "transcript")]


def load(tmp_path: Path, *lines: str, header: str = HEADER) -> tuple[Watch, ...]:
    (tmp_path / "watchlist.csv").write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    return load_watchlist(tmp_path, CATALOG)


def test_a_watchlist_is_read(tmp_path):
    assert load(tmp_path) == ()
    assert load(tmp_path, f"any,{ACME},any_new_mention,table", f"rise,{ACME},momentum_above:2,webhook") == (ANY, RISE)


def test_without_the_file_nothing_is_watched(tmp_path):
    assert load_watchlist(tmp_path, CATALOG) == ()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("any,company:nobody,any_new_mention,table", "unknown 'company:nobody'"),
        (f"any,{ACME},sometimes,table", "unknown condition 'sometimes'"),
        (f"any,{ACME},momentum_above:0,table", "unknown condition"),
        (f"any,{ACME},momentum_above:nan,table", "unknown condition"),
        (f"any,{ACME},momentum_above:,table", "unknown condition"),
        (f"any,{ACME},any_new_mention,mail", "unknown channel 'mail'"),
        (f"Any One,{ACME},any_new_mention,table", "watch_id 'Any One'"),
        (f"any,{ACME},any_new_mention", "3 fields, 4 expected"),
        (f"first,{ACME},first_on_show,table", "duplicate watch_id first, first on line 2"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_remedy(tmp_path, line, said):
    with pytest.raises(CatalogError) as caught:
        load(tmp_path, f"first,{ACME},any_new_mention,table", line)
    (problem,) = caught.value.problems
    assert problem.startswith("watchlist.csv line 3: ") and said in problem and " -> " in problem


def test_a_wrong_header_is_told(tmp_path):
    with pytest.raises(CatalogError, match="make the header exactly watch_id,entity_id,condition,channel"):
        load(tmp_path, header="id,entity")


def fill(connection: duckdb.DuckDBPyConnection, mentions: list[Mention], momentum: float | None) -> None:
    connection.execute("""
        create or replace table mentions (mention_id varchar, episode_id varchar, field varchar, entity_id varchar,
            entity_name varchar, context varchar, url_at_time varchar, start_s double, char_start bigint,
            segment_kind varchar);
        create or replace table episodes (episode_id varchar, show_id varchar, published_on date,
            display_title varchar);
        create or replace table entity_momentum (entity_id varchar, momentum double);
    """)
    for mention, episode, show, day, place in mentions:
        connection.execute(
            "insert into mentions values (?, ?, ?, ?, 'Acme', ?, 'https://x.example', 1, 1, 'content')",
            [mention, episode, place, ACME, mention],
        )
        connection.execute(
            "insert into episodes select $e, $s, $d, 'Title' where $e not in (select episode_id from episodes)",
            {"e": episode, "s": show, "d": day},
        )
    connection.execute("insert into entity_momentum values (?, ?)", [ACME, momentum])


class Story:
    """Releases one after the other, with the history that they leave."""

    def __init__(self) -> None:
        self.states = pl.DataFrame(schema=WATCH_STATES_SCHEMA)
        self.number = 0

    def release(self, watches: list[Watch], mentions: list[Mention], momentum: float | None = None) -> pl.DataFrame:
        self.number += 1
        with duckdb.connect() as connection:
            fill(connection, mentions, momentum)
            evaluation = evaluate(connection, watches, self.states, f"{self.number:06d}", NOW)
        self.states = pl.concat([self.states, evaluation.states])
        return evaluation.alerts

    def told(self, watches: list[Watch], mentions: list[Mention], momentum: float | None = None) -> list[Any]:
        return self.release(watches, mentions, momentum)["mention_id"].to_list()


def test_the_first_release_with_a_watch_tells_nothing_and_the_next_only_what_is_new():
    story = Story()
    new: list[Mention] = [*OLD, ("m2", "e2", "s1", "2026-02-01", "transcript"), ("m3", "e2", "s1", None, "title")]
    assert story.told([ANY], OLD) == []
    assert story.told([ANY], OLD) == []
    assert story.told([ANY], new) == ["m2", "m3"]
    assert story.told([ANY], new) == []


def test_mentions_found_anew_in_an_episode_that_was_told_of_are_no_news():
    story = Story()
    story.release([ANY], OLD)
    assert story.told([ANY], [("other id", "e1", "s1", "2026-01-01", "transcript")]) == []


def test_a_speaker_label_is_no_mention():
    story = Story()
    story.release([ANY], OLD)
    assert story.told([ANY], [*OLD, ("m2", "e2", "s2", None, "speaker_label")]) == []


def test_a_watch_of_what_nobody_mentions_yet_waits_for_the_first_mention():
    story = Story()
    assert story.told([ANY, SHOW], []) == []
    assert story.told([ANY, SHOW], OLD) == ["m1", "m1"]


def test_a_changed_watch_starts_anew():
    story = Story()
    story.release([ANY], [])
    changed = replace(ANY, condition="first_on_show", kind="first_on_show")
    assert watch_key(changed) != watch_key(ANY)
    assert watch_key(replace(ANY, channel="webhook")) == watch_key(ANY)
    assert story.told([changed], OLD) == []


def test_first_on_show_quotes_the_first_mention_of_each_new_show():
    story = Story()
    story.release([SHOW], OLD)
    new: list[Mention] = [
        ("late", "e3", "s2", "2026-03-01", "transcript"),
        ("early", "e2", "s2", "2026-02-01", "transcript"),
        ("title", "e2", "s2", "2026-02-01", "title"),
        ("nowhere", "e4", None, "2026-02-01", "transcript"),
        ("again", "e5", "s1", "2026-02-01", "transcript"),
    ]
    assert story.told([SHOW], [*OLD, *new]) == ["early"]
    assert story.told([SHOW], [*OLD, *new]) == []


def test_momentum_is_news_when_it_rises_above_the_ratio_and_again_after_it_fell():
    story = Story()
    assert story.told([RISE], OLD, 1.0) == []
    first = story.release([RISE], OLD, 2.5)
    assert first.select("mention_id", "momentum", "channel").rows() == [("m1", 2.5, "webhook")]
    assert story.told([RISE], OLD, 3.0) == []
    assert story.told([RISE], OLD, 2.0) == []
    assert story.told([RISE], OLD, None) == []
    again = story.release([RISE], OLD, 2.1)
    assert again.height == 1 and again["alert_id"].item() != first["alert_id"].item()


def test_momentum_that_is_above_when_the_watch_starts_is_no_news():
    story = Story()
    assert story.told([RISE], OLD, 9.0) == []
    assert story.told([RISE], OLD, 9.0) == []


@pytest.fixture
def settings(tmp_path) -> Settings:
    return replace(load_settings({}), warehouse=tmp_path / "warehouse")


TABLES = ["alerts", "entity_momentum", "episodes", "mentions", "pipeline_runs"]


def publish_release(settings: Settings, mentions: list[Mention], watches: tuple[Watch, ...]) -> None:
    prepare_history(settings)
    database = settings.scratch_database
    database.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(database)) as connection:
        fill(connection, mentions, None)
        for table in ("pipeline_runs", "alerts"):
            files = settings.history / table / "*.parquet"
            connection.execute(f"create table {table} as select * from read_parquet('{files}', union_by_name = true)")
    publish(settings, "key", NOW, TABLES, watches=watches)


def published_alerts(settings: Settings) -> list[tuple]:
    with duckdb.connect(str(settings.database.resolve()), read_only=True) as connection:
        return connection.execute("select release_id, mention_id, alert_id from alerts order by all").fetchall()


def test_alerts_are_in_the_release_that_brings_them_and_in_all_after_it(settings):
    new: list[Mention] = [*OLD, ("m2", "e2", "s1", "2026-02-01", "transcript")]
    publish_release(settings, OLD, (ANY,))
    assert published_alerts(settings) == []
    publish_release(settings, new, (ANY,))
    (alert,) = published_alerts(settings)
    assert alert[:2] == ("000002", "m2")
    publish_release(settings, new, (ANY,))
    publish_release(settings, new, ())
    assert published_alerts(settings) == [alert]


def test_a_crash_between_flip_and_history_tells_nothing_twice_and_loses_nothing(settings):
    new: list[Mention] = [*OLD, ("m2", "e2", "s1", "2026-02-01", "transcript")]
    publish_release(settings, OLD, (ANY,))
    publish_release(settings, new, (ANY,))
    before = published_alerts(settings)
    for table in ("alerts", "watch_states", "pipeline_runs"):
        (settings.history / table / "000002.parquet").unlink()
    publish_release(settings, new, (ANY,))
    release = current_release(settings)
    assert release is not None and release.release_id == "000003"
    assert published_alerts(settings) == before != []


@dataclass
class Hook:
    """A webhook on this machine: what it received, and what it answers."""

    url: str = ""
    status: int = 200
    received: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    monkeypatch.setenv("NO_PROXY", "*")
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            hook.received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(hook.status)
            self.send_header("Location", hook.url)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        hook.url = f"http://127.0.0.1:{server.server_port}/secret"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield hook
        server.shutdown()
        thread.join()


def keep(settings: Settings, *alert_ids: str, channel: str = "webhook") -> None:
    """Write alerts into the history, as a release does."""
    row = dict.fromkeys(ALERTS_SCHEMA, "x") | {"channel": channel, "momentum": None, "created_at": NOW}
    folder = settings.history / "alerts"
    folder.mkdir(parents=True, exist_ok=True)
    frame = pl.DataFrame([row | {"alert_id": alert_id} for alert_id in alert_ids], schema=ALERTS_SCHEMA)
    frame.write_parquet(folder / f"{alert_ids[0]}.parquet")


def test_an_alert_is_sent_once(settings, hook):
    keep(settings, "a1", "a2")
    keep(settings, "b1", channel="table")
    assert deliver(settings, hook.url, NOW) == Delivery(2, 0, None)
    assert deliver(settings, hook.url, NOW) == Delivery(0, 0, None)
    keep(settings, "c1")
    assert deliver(settings, hook.url, NOW) == Delivery(1, 0, None)
    assert [[alert["alert_id"] for alert in sent["alerts"]] for sent in hook.received] == [["a1", "a2"], ["c1"]]
    assert hook.received[0]["text"].startswith("2 alerts")


@pytest.mark.parametrize("status", [302, 404, 500])
def test_what_the_webhook_does_not_take_is_sent_again(settings, hook, status):
    keep(settings, "a1")
    hook.status = status
    assert deliver(settings, hook.url, NOW) == Delivery(0, 1, f"the webhook answered {status}")
    assert len(hook.received) == 1
    hook.status = 204
    assert deliver(settings, hook.url, NOW) == Delivery(1, 0, None)


def test_many_alerts_go_in_several_messages_and_go_on_where_they_stopped(settings, hook, monkeypatch):
    monkeypatch.setattr(alert_webhook, "ALERTS_A_MESSAGE", 2)
    keep(settings, "a1", "a2", "a3")
    assert deliver(settings, hook.url, NOW) == Delivery(3, 0, None)
    assert [len(sent["alerts"]) for sent in hook.received] == [2, 1]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (None, "PODCAST_ALERT_WEBHOOK is not set"),
        ("", "PODCAST_ALERT_WEBHOOK is not set"),
        ("file:///etc/secret", "no http or https"),
        ("http://127.0.0.1:9/secret", "cannot be reached"),
        ("http://[secret", "cannot be reached"),
        ("secret", "no http or https"),
        ("http://", "cannot be reached"),
    ],
)
def test_a_webhook_that_cannot_be_reached_is_reported_without_its_address(settings, monkeypatch, url, said):
    monkeypatch.setenv("NO_PROXY", "*")
    keep(settings, "a1")
    delivery = deliver(settings, url, NOW)
    assert (delivery.sent_count, delivery.waiting_count) == (0, 1)
    assert delivery.problem is not None and said in delivery.problem and "secret" not in delivery.problem


def test_a_damaged_history_is_reported(settings):
    keep(settings, "a1")
    (settings.history / "alerts" / "a0.parquet").write_bytes(b"no parquet")
    problem = deliver(settings, "http://127.0.0.1:9", NOW).problem
    assert problem is not None and "cannot be read" in problem


def test_a_quote_cannot_call_everybody_or_hide_a_link():
    row: dict[str, Any] = dict.fromkeys(ALERTS_SCHEMA, "<!channel> & <http://x|y>") | {"created_at": NOW}
    text = message([row | {"url_at_time": None}])["text"]
    assert "<" not in text and "&lt;!channel&gt; &amp;" in text
    row = dict.fromkeys(ALERTS_SCHEMA, "@everyone [bank](http://x) \x1b[2J\u202e") | {"created_at": NOW}
    text = message([row | {"url_at_time": "https://x/?t=1 <!here>|(a)"}])["text"]
    assert "@everyone" not in text and "](" not in text
    assert not {"\x1b", "\u202e", "<", "|"} & set(text) and text.endswith(" https://x/?t=1!herea")


def test_the_address_of_the_webhook_is_in_no_log(settings, hook, caplog):
    caplog.set_level("DEBUG")
    keep(settings, "a1")
    assert deliver(settings, f"{hook.url}/s3cr3t", NOW).sent_count == 1
    keep(settings, "b1")
    assert deliver(settings, "http://127.0.0.1:9/s3cr3t", NOW).problem
    assert "s3cr3t" not in caplog.text

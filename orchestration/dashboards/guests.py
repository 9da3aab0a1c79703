"""Guests: who was where, how much they speak, and who is on a tour."""

from __future__ import annotations

import duckdb

from orchestration.dashboards import charts
from orchestration.dashboards.figures import counted, day, decimal, minutes, share, whole
from orchestration.dashboards.html import Html, anchor, join, link
from orchestration.dashboards.network import layout
from orchestration.dashboards.page import Page, figure, section, tile, tiles
from orchestration.dashboards.source import Episodes, dated, rows
from orchestration.dashboards.table import Column, Row, filtered, number, part, table

GUESTS_SHOWN = 500
GUESTS_DRAWN = 60
NAMES_DRAWN = 20

GUESTS = f"""
select person_id, name, episode_count, show_count, speaking_s, word_count, affiliations, first_seen_on, last_seen_on
from guests
order by episode_count desc, show_count desc, speaking_s desc nulls last, name
limit {GUESTS_SHOWN}
"""
APPEARANCES = """
select a.person_id, p.name, a.episode_id, e.display_title as episode, e.published_on, r.show_id,
    coalesce(s.name, 'no show known') as show_name, a.speaking_s, a.word_count, a.talk_share, a.question_count,
    a.evidence_count
from appearances a
join people p on p.person_id = a.person_id
join episodes e on e.episode_id = a.episode_id
left join appearance_roles r on r.appearance_id = a.appearance_id and r.role = 'guest'
left join shows s on s.show_id = r.show_id
where a.role = 'guest' or r.role = 'guest'
order by e.published_on desc nulls last, a.episode_id, p.name
limit 2000
"""
TOURS = """
select t.person_id, p.name, t.started_on, t.ended_on, t.show_count, t.episode_count, t.total_episode_count,
    t.baseline_episode_count,
    (select list(s.name order by s.name) from shows s where list_contains(t.show_ids, s.show_id)) as show_names
from press_tours t
join people p on p.person_id = t.person_id
order by t.started_on desc, t.show_count desc, p.name
"""
HOSTS = """
select p.name, count(*) as episode_count, sum(a.speaking_s) as speaking_s, sum(a.word_count) as word_count,
    sum(a.word_count) / nullif(sum(e.named_word_count) filter (where a.word_count is not null), 0) as talk_share,
    median(a.median_turn_word_count) as turn_words, sum(a.question_count) as question_count
from appearances a
join people p on p.person_id = a.person_id
join episodes e on e.episode_id = a.episode_id
where a.role in ('host', 'co_host')
group by p.person_id, p.name
order by episode_count desc, p.name
limit 200
"""


def guests(connection: duckdb.DuckDBPyConnection, episodes: Episodes) -> Page:
    """Return the page of the guests."""
    found = rows(connection, GUESTS)
    appearances = rows(connection, APPEARANCES)
    tours = rows(connection, TOURS)
    crossing = sum(row["show_count"] > 1 for row in found)
    title = (
        f"{counted(len(found), 'guest')}, {whole(crossing)} of them on more than one show"
        if found
        else "No guest is known in this release"
    )
    lead = (
        "A guest speaks or is credited by the show; somebody who is only mentioned is none. Each appearance keeps the "
        "evidence for it, row by row, in appearance_evidence."
    )
    body = join(
        tiles(
            tile(link(whole(len(found)), "#guest-rows"), "guests"),
            tile(link(whole(len(appearances)), "#appearances"), "appearances", "a crossover counts on each show"),
            tile(link(whole(len(tours)), "#tours"), "press tour" if len(tours) == 1 else "press tours"),
            tile(link(minutes(sum(row["speaking_s"] or 0 for row in found)), "#guest-rows"), "spoken by guests"),
        ),
        section("network", "Who was where", _network(found, appearances)),
        section("talk", "Talk time", _talk(found), _guests(found), _hosts(rows(connection, HOSTS))),
        section("touring", "Press tours", _tours(tours)),
        section("all", "Every appearance", _appearances(appearances, episodes)),
    )
    return Page("guests.html", title, lead, body)


def _network(found: list[Row], appearances: list[Row]) -> Html:
    drawn = {row["person_id"]: row for row in found[:GUESTS_DRAWN]}
    pairs: dict[tuple[str, str], set[str]] = {}
    names: dict[str, str] = {}
    for row in appearances:
        if row["person_id"] in drawn and row["show_id"]:
            names[row["show_id"]] = row["show_name"]
            pairs.setdefault((row["person_id"], row["show_id"]), set()).add(row["episode_id"])
    people = sorted({person for person, _ in pairs})
    ids = [*sorted(names), *people]
    index = {identifier: place for place, identifier in enumerate(ids)}
    places = layout(len(ids), [(index[person], index[show]) for person, show in pairs])
    nodes = []
    appeared: dict[str, int] = {}
    for person, _ in pairs:
        appeared[person] = appeared.get(person, 0) + 1
    for identifier, (x, y) in zip(ids, places, strict=True):
        mine = {episode for pair, those in pairs.items() if identifier in pair for episode in those}
        is_show = identifier in names
        nodes.append(
            {
                "x": x,
                "y": y,
                "kind": "show" if is_show else "guest",
                "name": names[identifier] if is_show else drawn[identifier]["name"],
                # Many names would cover each other: then those stand there that tell how shows hang together.
                "is_named": is_show or len(people) <= NAMES_DRAWN or appeared[identifier] > 1,
                "size": len(mine) + (3 if is_show else 0),
                "words": counted(len(mine), "episode"),
                "address": "#appearances" if is_show else f"#{anchor(identifier)}",
            }
        )
    edges = [
        dict(zip(("x", "y", "x2", "y2"), (*places[index[person]], *places[index[show]]), strict=True))
        for person, show in pairs
    ]
    shared = sum(len({show for other, show in pairs if other == person}) > 1 for person in people)
    return figure(
        "network-chart",
        f"{whole(shared)} of {counted(len(people), 'guest')} join {counted(len(names), 'show')}, crossovers included",
        charts.network(nodes, edges) if nodes else None,
        says=f"A graph of the {counted(len(people), 'guest')} with most episodes and the shows that they were on.",
        empty="No guest of a known show is in this release.",
        behind=link("The appearances", "#appearances"),
    )


def _talk(found: list[Row]) -> Html:
    top = sorted((row for row in found if row["speaking_s"]), key=lambda row: -row["speaking_s"])[:15]
    data = [
        {
            "name": row["name"],
            "value": round(row["speaking_s"] / 60, 2),
            "rank": rank,
            "words": f"{minutes(row['speaking_s'])} in {counted(row['episode_count'], 'episode')}",
            "address": f"#{anchor(row['person_id'])}",
        }
        for rank, row in enumerate(top)
    ]
    return figure(
        "talk-chart",
        f"{top[0]['name']} speaks longest: {minutes(top[0]['speaking_s'])}" if top else "Talk time of guests",
        charts.bars(data, "minutes") if data else None,
        says="Minutes spoken by the guests who speak longest, over all episodes with speakers and times.",
        empty="No episode has both named speakers and times, so minutes cannot be told.",
        behind=link("The numbers", "#guest-rows"),
    )


def _to_appearances(row: Row, text: object) -> Html:
    return filtered("appearances", text, f"={row['name']}")


def _guests(found: list[Row]) -> Html:
    columns = [
        Column("Guest", lambda row: row["name"]),
        Column("With", lambda row: ", ".join(row["affiliations"] or ()) or "–"),
        number("Episodes", "episode_count", whole, _to_appearances),
        number("Shows", "show_count", whole, _to_appearances),
        number("Speaks", "speaking_s", minutes, _to_appearances),
        number("Words", "word_count", whole, _to_appearances),
        Column("First", lambda row: day(row["first_seen_on"]), lambda row: row["first_seen_on"]),
        Column("Last", lambda row: day(row["last_seen_on"]), lambda row: row["last_seen_on"]),
    ]
    return table(
        "guest-rows",
        "Guests by episodes",
        columns,
        found,
        empty="There are none: no text credits a guest and nobody introduces one.",
        query=GUESTS,
        row_name=lambda row: anchor(row["person_id"]),
    )


def _hosts(found: list[Row]) -> Html:
    def to_episodes(row: Row, text: object) -> Html:
        return filtered("episode-rows", text, f"{row['name']} (host)", page="episodes.html")

    columns = [
        Column("Host", lambda row: row["name"]),
        number("Episodes", "episode_count", whole, to_episodes),
        number("Speaks", "speaking_s", minutes, to_episodes),
        number("Share of words", "talk_share", share, to_episodes),
        number("Words in a turn", "turn_words", whole, to_episodes),
        number("Questions", "question_count", whole, to_episodes),
    ]
    return table(
        "hosts",
        "Hosts: how much they speak, and what they ask",
        columns,
        found,
        empty="are not known in this release.",
        query=HOSTS,
    )


def _tours(found: list[Row]) -> Html:
    columns = [
        Column("Guest", lambda row: filtered("appearances", row["name"], f"={row['name']}")),
        Column("From", lambda row: day(row["started_on"]), lambda row: row["started_on"]),
        Column("To", lambda row: day(row["ended_on"]), lambda row: row["ended_on"]),
        number("Shows", "show_count", whole, _to_appearances),
        Column("Which", lambda row: ", ".join(row["show_names"] or ())),
        part("Episodes", "episode_count", "total_episode_count", _to_appearances),
        number("Otherwise in 30 days", "baseline_episode_count", decimal),
    ]
    first = found[0] if found else None
    return table(
        "tours",
        f"{first['name']} was on {counted(first['show_count'], 'show')} within 30 days" if first else "Tours",
        columns,
        found,
        empty="were not made: no guest was on two shows within 30 days.",
        query=TOURS,
    )


def _appearances(found: list[Row], episodes: Episodes) -> Html:
    def to_people(row: Row, text: object) -> Html:
        return episodes.named(row, text, "people")

    columns = [
        Column("Date", dated, lambda row: row["published_on"]),
        Column("Guest", lambda row: row["name"]),
        Column("Show", lambda row: row["show_name"]),
        Column("Episode", episodes.link, is_wide=True),
        number("Speaks", "speaking_s", minutes, to_people),
        number("Share of words", "talk_share", share, to_people),
        number("Reasons to believe it", "evidence_count", whole, to_people),
    ]
    return table(
        "appearances",
        "Appearances as a guest, the newest first",
        columns,
        found,
        empty="There are none.",
        query=APPEARANCES,
    )

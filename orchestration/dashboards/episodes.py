"""The list of episodes, and a page for each of the newest: who speaks when, about what, and who paid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import duckdb

from orchestration.dashboards import charts
from orchestration.dashboards.figures import DASH, clock, counted, day, minutes, share, short, whole
from orchestration.dashboards.html import Html, anchor, element, join, link
from orchestration.dashboards.page import Page, figure, section, tile, tiles
from orchestration.dashboards.source import Episodes, dated, episode_file, moment, quote, rows, said
from orchestration.dashboards.table import Column, Row, filtered, number, table

LISTED = 5000
# As many as DuckDB looks up one by one (dynamic_or_filter_threshold): of more it reads whole tables.
TOGETHER = 50
LINES_DRAWN = 10
UNKNOWN = "speaker not known"
PAID = ("sponsor", "promo")

INDEX = f"""
select e.episode_id, e.show_id, e.display_title as episode, coalesce(s.name, 'no show known') as show_name,
    e.published_on, e.duration_s, e.word_count, e.turn_count, e.copy_count, e.has_transcript,
    e.has_speakers, e.has_timestamps, e.url,
    (
        select list(p.name || ' (' || if(a.role in ('host', 'co_host'), 'host', a.role) || ')' order by a.role, p.name)
        from appearances a
        join people p on p.person_id = a.person_id
        where a.episode_id = e.episode_id
    ) as people
from episodes e
left join shows s on s.show_id = e.show_id
order by e.published_on desc nulls last, e.episode_id
limit {LISTED}
"""
# Each is asked once for many pages; `drawn` names their episodes.
DRAWN = """
select e.episode_id, e.display_title as episode, coalesce(s.name, 'no show known') as show_name, e.published_on,
    e.duration_s, e.word_count, e.turn_count, e.url
from episodes e
left join shows s on s.show_id = e.show_id
where e.episode_id in (select unnest($drawn))
order by e.episode_id
"""
TURNS = """
select t.episode_id, t.turn_id, coalesce(p.name, t.speaker_label) as speaker, t.role, t.start_s, t.end_s, t.text,
    t.segment_kind, t.url_at_time
from speaker_turns t
left join people p on p.person_id = t.person_id
where t.episode_id in (select unnest($drawn))
order by t.episode_id, t.turn_index
"""
PEOPLE = """
with evidence as (
    select appearance_id, list(kind || ': ' || quote order by kind, evidence_id) as quotes
    from appearance_evidence
    where episode_id in (select unnest($drawn))
    group by appearance_id
)
select a.episode_id, a.person_id, p.name, a.role, a.turn_count, a.word_count, a.speaking_s, a.talk_share,
    a.question_count, v.quotes as evidence
from appearances a
join people p on p.person_id = a.person_id
left join evidence v on v.appearance_id = a.appearance_id
where a.episode_id in (select unnest($drawn))
order by a.episode_id, a.word_count desc nulls last, p.name
"""
CHAPTERS = """
select episode_id, title, start_s, end_s, url_at_time
from chapters
where is_preferred_copy and episode_id in (select unnest($drawn))
order by episode_id, chapter_index
"""
MENTIONS = """
select m.episode_id, m.entity_name, m.entity_type, m.context, m.segment_kind, m.field, m.turn_id, m.start_s,
    m.url_at_time, p.name as speaker, m.speaker_role
from mentions m
left join people p on p.person_id = m.speaker_person_id
where m.field <> 'speaker_label' and m.entity_type <> 'topic' and m.episode_id in (select unnest($drawn))
order by m.episode_id, m.start_s nulls last, m.char_start, m.mention_id
"""
SPONSORS = """
select s.episode_id, coalesce(c.name, s.sponsor_name, 'not named') as sponsor, s.kind, s.start_s, s.end_s, s.url_at_time
from sponsorships s
left join companies c on c.company_id = s.company_id
where s.is_preferred_copy and s.episode_id in (select unnest($drawn))
order by s.episode_id, s.start_s nulls last, sponsor, s.kind, s.sponsorship_id
"""
COPIES = """
select c.episode_id, c.copy_id, c.format, c.title, d.path, c.is_preferred, c.url
from episode_copies c
join documents d using (document_id)
where c.episode_id in (select unnest($drawn))
order by c.episode_id, c.is_preferred desc, c.copy_id
"""
PARTS = {
    "turns": TURNS,
    "people": PEOPLE,
    "chapters": CHAPTERS,
    "mentions": MENTIONS,
    "sponsors": SPONSORS,
    "copies": COPIES,
}


def episode_index(connection: duckdb.DuckDBPyConnection, episodes: Episodes) -> Page:
    """Return the list of all episodes."""
    found = rows(connection, INDEX)
    shows = len({row["show_id"] for row in found} - {None})

    def has(row: Row) -> Html:
        names = (("transcript", "has_transcript"), ("speakers", "has_speakers"), ("times", "has_timestamps"))
        return join([[element("span", name, class_="tag"), " "] for name, key in names if row[key]] or DASH)

    columns = [
        Column("Episode", episodes.link, is_wide=True),
        Column("Show", lambda row: row["show_name"]),
        Column("Published", dated, lambda row: row["published_on"]),
        Column("Who", lambda row: ", ".join(row["people"] or ()) or DASH),
        number("Length", "duration_s", minutes, lambda row, text: episodes.named(row, text, "timeline")),
        number("Words", "word_count", whole, lambda row, text: episodes.named(row, text, "transcript")),
        Column("Has", has),
        number("Copies", "copy_count", whole, lambda row, text: episodes.named(row, text, "copies")),
        Column("Source", lambda row: link("open", row["url"]) if row["url"] else DASH),
    ]
    more = f" (the newest {LISTED:,})" if len(found) == LISTED else ""
    body = table(
        "episode-rows",
        f"Episodes, the newest first{more}",
        columns,
        found,
        empty="There are none: put transcripts into the raw folder and build again.",
        query=INDEX,
        row_name=lambda row: anchor("e", row["episode_id"]),
    )
    title = (
        f"{counted(len(found), 'episode')} of {counted(shows, 'show')}" if found else "No episode is in this release"
    )
    lead = f"{whole(len(episodes.drawn))} of them with a page of their own, with everything that is known."
    return Page("episodes.html", title, lead if found else "", body, is_charted=False)


def episode_pages(connection: duckdb.DuckDBPyConnection, episodes: Episodes) -> Iterator[Page]:
    """Return the page of each episode that has one."""
    every = sorted(episodes.drawn)
    for first in range(0, len(every), TOGETHER):
        drawn = every[first : first + TOGETHER]
        parts: dict[str, dict[str, list[Row]]] = {name: defaultdict(list) for name in PARTS}
        for name, query in PARTS.items():
            for row in rows(connection, query, {"drawn": drawn}):
                parts[name][row["episode_id"]].append(row)
        for row in rows(connection, DRAWN, {"drawn": drawn}):
            yield _page(row, {name: those[row["episode_id"]] for name, those in parts.items()})


def _page(row: Row, parts: dict[str, list[Row]]) -> Page:
    speaking = [person["name"] for person in parts["people"] if person["word_count"]]
    lead = join(
        row["show_name"],
        f", {day(row['published_on'])}",
        [", with ", ", ".join(speaking)] if speaking else None,
        [". ", link("Open the episode", row["url"])] if row["url"] else None,
    )
    key = f"'{row['episode_id'].replace(chr(39), chr(39) * 2)}'"

    def query(name: str) -> str:
        return PARTS[name].replace("in (select unnest($drawn))", f"= {key}")

    body = join(
        tiles(
            tile(
                link(minutes(row["duration_s"]), "#timeline"), "long", None if row["duration_s"] else "length not known"
            ),
            tile(link(whole(row["word_count"]), "#transcript"), "words", f"in {counted(row['turn_count'], 'turn')}"),
            tile(link(whole(len(parts["people"])), "#people"), "people appear"),
            tile(link(whole(len(parts["mentions"])), "#mentions"), "mentions", "of companies, products, people, shows"),
            tile(link(whole(len(parts["sponsors"])), "#sponsors"), "sponsor reads and credits"),
        ),
        section("when", "Who speaks when", _timeline(parts)),
        section(
            "what",
            "People and parts",
            element(
                "div",
                _people(parts["people"], query("people")),
                _chapters(parts["chapters"], query("chapters")),
                class_="grid",
            ),
            _sponsors(parts["sponsors"], query("sponsors")),
        ),
        section("named", "What is named", _mentions(parts["mentions"], query("mentions"))),
        section("words", "What is said", _transcript(parts["turns"], query("turns"))),
        section("found", "Where it was found", _copies(parts["copies"], query("copies"))),
    )
    return Page(episode_file(row["episode_id"]), short(row["episode"], 140), lead, body)


def _timeline(parts: dict[str, list[Row]]) -> Html:
    timed = [turn for turn in parts["turns"] if turn["start_s"] is not None]
    spoken: dict[str, float] = {}
    for turn in timed:
        name = turn["speaker"] or UNKNOWN
        spoken[name] = spoken.get(name, 0) + (turn["end_s"] or turn["start_s"]) - turn["start_s"]
    lines = sorted(spoken, key=lambda name: (-spoken[name], name))[:LINES_DRAWN]
    data = [
        _stretch(
            turn["speaker"] or UNKNOWN,
            turn,
            "paid" if turn["segment_kind"] in PAID else "conversation",
            turn["text"],
            f"#{anchor('t', turn['turn_id'])}",
        )
        for turn in timed
        if (turn["speaker"] or UNKNOWN) in lines
    ]
    chapters = [chapter for chapter in parts["chapters"] if chapter["start_s"] is not None]
    mentions = [mention for mention in parts["mentions"] if mention["start_s"] is not None and mention["turn_id"]]
    following_starts = [*(chapter["start_s"] for chapter in chapters[1:]), None][: len(chapters)]
    for chapter, following in zip(chapters, following_starts, strict=True) if data else ():
        end = chapter["end_s"] or following or max(turn["end"] * 60 for turn in data)
        gap = min(2.0, max(end - chapter["start_s"], 0) / 2)
        data.append(_stretch("chapters", {**chapter, "end_s": end - gap}, "chapter", chapter["title"], "#chapters"))
    width = max((stretch["end"] for stretch in data), default=0) * 60 / 300
    for mention in mentions if data else ():
        place = {"start_s": mention["start_s"], "end_s": mention["start_s"] + width}
        words = f"{mention['entity_name']}: {mention['context']}"
        data.append(_stretch("mentions", place, "mention", words, f"#{anchor('t', mention['turn_id'])}"))
    order = [*lines, *(["chapters"] if chapters else []), *(["mentions"] if mentions else [])]
    if lines and lines[0] != UNKNOWN:
        title = f"{lines[0]} speaks longest: {minutes(spoken[lines[0]])} of {minutes(sum(spoken.values()))}"
    else:
        title = f"{minutes(sum(spoken.values()))} of speech, by whom is not known"
    return figure(
        "timeline",
        title if data else "No timeline",
        charts.timeline([{**row, "line": order.index(row["speaker"])} for row in data]) if data else None,
        says=f"Turns along the clock of the episode, a line each for {', '.join(order)}.",
        empty="No copy of this episode has times, so nothing can be placed on a clock.",
        behind=link("The turns", "#transcript"),
    )


def _stretch(line: str, row: Row, kind: str, text: str, address: str) -> Row:
    end = row["end_s"] if row["end_s"] is not None else row["start_s"]
    return {
        "speaker": line,
        "start": round(row["start_s"] / 60, 3),
        "end": round(max(end, row["start_s"]) / 60, 3),
        "at": clock(row["start_s"]),
        "kind": kind,
        "text": short(text, 160),
        "address": address,
    }


def _people(found: list[Row], query: str) -> Html:
    def why(row: Row) -> Html:
        quotes = element("ul", [element("li", short(text, 160)) for text in row["evidence"] or ()])
        return element("details", element("summary", counted(len(row["evidence"] or ()), "reason")), quotes)

    def to_turns(row: Row, text: object) -> Html:
        return filtered("transcript", text, f"={row['name']}")

    columns = [
        Column("Person", lambda row: row["name"]),
        Column("Role", lambda row: row["role"].replace("_", "-")),
        number("Share of words", "talk_share", share, to_turns),
        number("Speaks", "speaking_s", minutes, to_turns),
        number("Questions", "question_count", whole, to_turns),
        Column("Why", why),
    ]
    return table(
        "people",
        "Who appears",
        columns,
        found,
        empty="is not known: nothing credits anybody.",
        query=query,
        has_filter=False,
    )


def _chapters(found: list[Row], query: str) -> Html:
    columns = [
        Column("At", moment, lambda row: row["start_s"], is_number=True),
        Column("Chapter", lambda row: row["title"]),
    ]
    return table(
        "chapters", "Chapters", columns, found, empty="are not listed by the source.", query=query, has_filter=False
    )


def _sponsors(found: list[Row], query: str) -> Html:
    columns = [
        Column("Sponsor", lambda row: row["sponsor"]),
        Column("How", lambda row: {"read": "read out", "credit": "in the notes"}.get(row["kind"], row["kind"])),
        Column("At", moment, lambda row: row["start_s"], is_number=True),
        Column(
            "Lasts",
            lambda row: (
                clock(row["end_s"] - row["start_s"])
                if row["start_s"] is not None and row["end_s"] is not None
                else DASH
            ),
        ),
    ]
    return table(
        "sponsors",
        "Sponsors",
        columns,
        found,
        empty="were not found in speech or notes.",
        query=query,
        has_filter=False,
    )


def _mentions(found: list[Row], query: str) -> Html:
    def where(row: Row) -> Html:
        return link(row["entity_name"], f"#{anchor('t', row['turn_id'])}" if row["turn_id"] else None)

    columns = [
        Column("At", moment, lambda row: row["start_s"], is_number=True),
        Column("Name", where),
        Column("Kind", lambda row: row["entity_type"]),
        Column("Sentence", quote, is_wide=True),
        Column("Said by", said),
    ]
    return table(
        "mentions",
        "Companies, products, people and shows, in order",
        columns,
        found,
        empty="There are none.",
        query=query,
    )


def _transcript(found: list[Row], query: str) -> Html:
    def who(row: Row) -> Html:
        paid = element("span", row["segment_kind"], class_="tag paid") if row["segment_kind"] in PAID else None
        return join(row["speaker"] or DASH, " ", paid)

    columns = [
        Column("At", moment, lambda row: row["start_s"], is_number=True),
        Column("Who", who),
        Column("Says", lambda row: row["text"], is_wide=True),
    ]
    return table(
        "transcript",
        f"{counted(len(found), 'turn')} in the preferred copy" if found else "The transcript",
        columns,
        found,
        empty="is missing: no copy of this episode has speech, only notes.",
        query=query,
        row_name=lambda row: anchor("t", row["turn_id"]),
    )


def _copies(found: list[Row], query: str) -> Html:
    columns = [
        Column("File", lambda row: row["path"]),
        Column("Format", lambda row: (row["format"] or "not known").replace("_", " ")),
        Column("Title", lambda row: row["title"] or DASH, is_wide=True),
        Column("Preferred", lambda row: "preferred" if row["is_preferred"] else DASH),
        Column("Source", lambda row: link("open", row["url"]) if row["url"] else DASH),
    ]
    return table(
        "copies",
        f"{counted(len(found), 'copy', 'copies')} of this episode" if found else "Copies",
        columns,
        found,
        empty="are not known.",
        query=query,
        has_filter=False,
    )

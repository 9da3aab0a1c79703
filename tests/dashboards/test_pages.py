"""The pages of a release: nothing in the data becomes markup, nothing leads outside, and emptiness says why."""

from __future__ import annotations

import json
import re
from datetime import date
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.characters import harmless
from orchestration.dashboards import episodes, figures, site
from orchestration.dashboards.companies import QUOTES, QUOTES_EACH
from orchestration.dashboards.html import anchor, data_block, element, escape, filtered_place, link, safe_link
from orchestration.dashboards.momentum import KINDS
from orchestration.dashboards.network import layout
from orchestration.dashboards.site import DashboardsError, write_dashboards
from orchestration.dashboards.source import rows
from tests.dashboards.releases import BAD_LINK, HOSTILE, add, empty_release, hostile_release

PAGES = {"index.html", "companies.html", "guests.html", "topics.html", "episodes.html", "quality.html"}
ELEMENTS = {
    *("html", "head", "meta", "title", "link", "script", "body", "noscript"),
    *("header", "nav", "main", "section", "footer", "figure", "figcaption", "div"),
    *("h1", "h2", "h3", "p", "ul", "li", "strong", "small", "span", "a", "pre", "code", "details", "summary"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td", "label", "input", "button"),
}


class Reader(HTMLParser):
    """What a page is made of, as a browser would take it apart."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        (self.scripts if self.cdata_elem == "script" else self.text).append(data)


@pytest.fixture(scope="module")
def hostile_pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("hostile")
    with hostile_release(folder / "podcasts.duckdb") as connection:
        paths = write_dashboards(connection, folder / "pages", newest_episodes=5)
    return {
        path.relative_to(folder / "pages").as_posix(): path.read_text(encoding="utf-8")
        for path in paths
        if path.suffix == ".html"
    }


@pytest.fixture(scope="module")
def hostile(hostile_pages: dict[str, str]) -> dict[str, Reader]:
    return {path: Reader(text) for path, text in hostile_pages.items()}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("empty")
    with empty_release(folder / "podcasts.duckdb") as connection:
        paths = write_dashboards(connection, folder / "pages")
    return {path.name: path.read_text(encoding="utf-8") for path in paths if path.suffix == ".html"}


def test_the_newest_episodes_have_pages_and_the_others_a_row(hostile):
    assert set(hostile) == PAGES | {f"episodes/e{number}.html" for number in range(3, 8)}
    rows = {attributes.get("id") for _, attributes in hostile["episodes.html"].elements}
    assert {f"e-e{number}" for number in range(8)} <= rows


def test_hostile_text_stays_text(hostile):
    for path, page in hostile.items():
        assert {tag for tag, _ in page.elements} <= ELEMENTS, path
        for _, attributes in page.elements:
            assert not [name for name in attributes if name.startswith("on") or name == "style"], path
    assert any("</script><script>window.stolen=1" in text for text in hostile["companies.html"].text)


def test_scripts_are_our_own_files_or_data(hostile):
    for page in hostile.values():
        for tag, attributes in page.elements:
            if tag == "script":
                assert attributes.get("type") == "application/json" or re.fullmatch(
                    r"(\.\./)?assets/[a-z]+\.js", attributes["src"] or ""
                )
        assert all(json.loads(text) for text in page.scripts if text.strip())


def test_links_lead_to_the_web_or_to_a_place_that_exists(hostile):
    places = {
        path: {attributes.get("id") for _, attributes in page.elements} | {None} for path, page in hostile.items()
    }
    for path, page in hostile.items():
        for tag, attributes in page.elements:
            target = attributes.get("href")
            if tag != "a" or target is None or target.startswith("https://example.org/"):
                continue
            name, _, place = target.partition("#")
            folder = "" if name.startswith("../") or "/" not in path or not name else "episodes/"
            file = (folder + name.removeprefix("../")) if name else path
            table = place.partition("~")[0]
            assert table in places[file] if place else file in places, (path, target)


def test_every_page_says_its_release_and_forbids_the_network(hostile):
    for page in hostile.values():
        assert any("Release 000007, built 1 Mar 2026" in text for text in page.text)
        policies = [a["content"] for _, a in page.elements if a.get("http-equiv") == "Content-Security-Policy"]
        assert policies and "default-src 'none'" in (policies[0] or "")
        assert "unsafe" not in (policies[0] or "") and "http" not in (policies[0] or "")


def test_pages_are_built_for_keyboard_and_screen_reader(hostile):
    for path, page in hostile.items():
        tags = [tag for tag, _ in page.elements]
        assert tags.count("main") == tags.count("h1") == 1
        assert tags.count("table") == tags.count("caption"), path
        assert all(a.get("aria-label") for _, a in page.elements if a.get("role") in ("img", "region"))
        named = {a.get("for") for tag, a in page.elements if tag == "label"}
        assert {a["id"] for tag, a in page.elements if tag == "input"} <= named
        identifiers = [a["id"] for _, a in page.elements if a.get("id")]
        assert len(identifiers) == len(set(identifiers)), path


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21, as WCAG 2.2 defines it."""

    def light(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    darker, lighter = sorted((light(one), light(other)))
    return (lighter + 0.05) / (darker + 0.05)


STYLE = files("orchestration.dashboards").joinpath("assets", "style.css").read_text(encoding="utf-8")
THEMES = [
    dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root[^{]*\{[^}]*", STYLE)
]


@pytest.mark.parametrize("theme", THEMES, ids=["light", "dark", "dark by the system"])
def test_text_stands_out_from_its_ground(theme):
    texts = [(text, ground) for text in ("ink", "soft", "accent") for ground in ("ground", "card")]
    for text, ground in [*texts, ("ink", "mark"), ("accent", "mark"), ("soft", "mark"), ("paid", "card")]:
        assert contrast(theme[text], theme[ground]) >= 4.5, (text, ground)
    for number in range(1, 9):
        assert contrast(theme[f"series-{number}"], theme["card"]) >= 3, number
    assert len(THEMES) == 3 and THEMES[1] == THEMES[2]


def test_nothing_moves_for_those_who_asked_for_less():
    moving = re.sub(r"@media \(prefers-reduced-motion: no-preference\) \{[^}]*\}[^}]*\}", "", STYLE)
    assert not re.search(r"(?<!over)scroll-behavior|animation|transition", moving)


def test_headings_never_skip_a_level(hostile):
    for path, page in hostile.items():
        levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
        assert levels[0] == 1, path
        assert all(after <= before + 1 for before, after in pairwise(levels)), path


def test_the_first_link_leads_past_the_navigation_and_heads_have_a_scope(hostile):
    for path, page in hostile.items():
        first = next(attributes for tag, attributes in page.elements if tag == "a")
        assert (first["class"], first["href"]) == ("skip", "#content")
        assert all(a.get("scope") in ("col", "row") for tag, a in page.elements if tag == "th"), path


class Numbers(HTMLParser):
    """The numbers of a page: the tiles without a link, and the tables with numbers but neither link nor SQL."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tile, self.tables = False, 0
        self.loose: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "li" and attributes.get("class") == "tile":
            self.tile = True
            self.loose.append("a tile")
        elif tag == "a" and self.tile:
            self.loose.remove("a tile")
            self.tile = False
        elif tag == "section" and attributes.get("class") == "table":
            self.tables += 1
            self.loose.append(f"table {attributes['id']}")
        elif tag == "details" and attributes.get("class") == "sql":
            self.loose.pop()


def test_every_number_leads_to_its_rows_or_to_the_query_that_gives_them(hostile_pages):
    for path, text in hostile_pages.items():
        numbers = Numbers(text)
        assert numbers.loose == [], path
        assert numbers.tables
        assert len(re.findall("<figcaption>", text)) == len(re.findall("<figcaption>[^<]*<a ", text)), path


def test_recall_and_roles_stand_beside_precision(hostile_pages, empty):
    page = hostile_pages["quality.html"]
    assert "recall of mentions" in page and "8 of 10" in page and "80\u00a0% to 99\u00a0%" in page
    assert "recall of hosts" in page and "7 of 10" in page
    assert "docs/accuracy.md" not in page
    assert "This release carries no figures" in empty["quality.html"]


def test_what_moved_is_what_is_talked_about(hostile_pages):
    assert {"company", "product", "topic"} == set(KINDS)
    assert "rises most of companies, products and topics" in hostile_pages["index.html"]


def test_a_link_types_phrases_into_the_filter_of_a_table():
    assert filtered_place("quotes", "A & B", 'say "so"') == "quotes~%22A%20%26%20B%22%20%22say%22%20%22so%22"
    assert filtered_place("quotes", "=A") == "quotes~%3D%22A%22"
    assert filtered_place("quotes", "a~b\x00") == "quotes~%22a%7Eb%EF%BF%BD%22"


@given(st.text())
def test_any_filter_is_a_link(text):
    assert safe_link(f"#{filtered_place('quotes', text)}")
    assert safe_link(f"episodes.html#{filtered_place('quotes', text)}")


def test_an_empty_release_has_all_pages_and_says_why_they_are_empty(empty):
    assert set(empty) == PAGES
    assert "Put transcripts into the raw folder" in empty["index.html"]
    assert "nothing was published in the 90 days before" in empty["companies.html"]
    assert "nobody introduces one" in empty["guests.html"]
    assert "No dated episode touches a topic." in empty["topics.html"]
    assert "Every file in the raw folder could be read whole." in empty["quality.html"]
    assert not any("nan" in re.split(r"\W+", page) or "None" in re.split(r"\W+", page) for page in empty.values())


def test_a_page_that_cannot_be_drawn_is_named(tmp_path):
    with empty_release(tmp_path / "podcasts.duckdb") as connection:
        connection.execute("drop table press_tours")
        with pytest.raises(DashboardsError, match=r"the page guests cannot be drawn.*press_tours"):
            write_dashboards(connection, tmp_path / "pages")


def test_pages_are_the_same_every_time(tmp_path: Path):
    with hostile_release(tmp_path / "podcasts.duckdb") as connection:
        first = {p.name: p.read_bytes() for p in write_dashboards(connection, tmp_path / "one")}
        second = {p.name: p.read_bytes() for p in write_dashboards(connection, tmp_path / "two")}
    assert first == second


def test_an_episode_has_the_same_page_however_many_are_read_together(tmp_path: Path, monkeypatch):
    with hostile_release(tmp_path / "podcasts.duckdb") as connection:
        at_once = {p.name: p.read_bytes() for p in write_dashboards(connection, tmp_path / "at_once")}
        monkeypatch.setattr(episodes, "TOGETHER", 3)
        in_parts = {p.name: p.read_bytes() for p in write_dashboards(connection, tmp_path / "in_parts")}
    assert at_once == in_parts


def test_the_last_sentences_of_a_company_are_quoted(tmp_path: Path):
    with empty_release(tmp_path / "podcasts.duckdb") as connection:
        add(connection, "companies", company_id="company:c", name="Firm", mention_count=1, content_mention_count=1)
        for number in range(QUOTES_EACH):
            day = date(2026, 1, 1 + number) if number else None
            add(connection, "episodes", episode_id=f"e{number}", published_on=day)
            for place in (2, 1):
                about = {"entity_id": "company:c", "field": "transcript", "start_s": None, "char_start": place}
                add(connection, "mentions", mention_id=f"e{number}-{place}", episode_id=f"e{number}", **about)
            add(connection, "mentions", mention_id=f"l{number}", episode_id=f"e{number}", entity_id="company:c",
                field="speaker_label", char_start=0)  # fmt: skip
        quoted = [row["episode_id"] for row in rows(connection, QUOTES)]
    newest = [f"e{number}" for number in range(QUOTES_EACH - 1, 0, -1) for _ in range(2)]
    assert quoted == newest[:QUOTES_EACH]


@given(st.text())
def test_any_text_reads_back_as_itself(text):
    reader = Reader(element("td", text, title=text))
    ((_, attributes),) = reader.elements
    clean = harmless(text)
    assert attributes["title"] == clean
    assert "".join(reader.text) == clean


@given(st.text())
def test_any_text_stays_inside_a_data_block(text):
    block = data_block("spec", {"text": text})
    assert block.count("<") == 2
    assert json.loads(block[block.index(">") + 1 : block.rindex("<")])["text"] == re.sub(
        "[\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", "\ufffd", text
    )


@pytest.mark.parametrize(
    "address",
    [
        BAD_LINK,
        " javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>",
        "vbscript:x",
        "//example.org",
        "/etc/passwd",
        "../../secret.html",
        "file:///etc/passwd",
        "https://example.org/a b",
        "https://example.org/\x00",
        "",
        None,
        7,
    ],
)
def test_what_no_link_may_lead_to(address):
    assert safe_link(address) is None
    assert link(HOSTILE, address) == escape(HOSTILE)


@pytest.mark.parametrize(
    "address", ["https://example.org/?a=1&b=2#c", "HTTP://example.org", "index.html", "../index.html#a-b", "#quotes"]
)
def test_where_links_may_lead(address):
    assert safe_link(address) == address


@pytest.mark.parametrize("attribute", ["onclick", "style", "srcdoc", "a b", "a>"])
def test_attributes_that_would_run_code_are_refused(attribute):
    with pytest.raises(ValueError, match="no attribute"):
        element("p", **{attribute: "x"})


@given(st.text())
def test_an_anchor_is_a_name(text):
    assert re.fullmatch(r"[A-Za-z0-9_-]+", anchor(text))


def test_figures_read_well():
    assert figures.whole(1234567) == "1,234,567"
    assert [figures.share(value).replace("\u00a0", " ") for value in (None, 0, 0.004, 0.256, 0.995, 1)] == [
        "–", "0 %", "< 1 %", "26 %", "> 99 %", "100 %",
    ]  # fmt: skip
    assert [figures.clock(value) for value in (None, 0, 61.9, 3723)] == ["–", "0:00", "1:01", "1:02:03"]
    assert figures.counted(1, "company", "companies") == "1 company"
    assert figures.counted(0, "company", "companies") == "0 companies"


def test_a_graph_is_drawn_inside_its_frame_and_always_alike():
    edges = [(0, 2), (0, 3), (1, 3), (1, 4)]
    places = layout(6, edges)
    assert places == layout(6, edges)
    assert all(-1 <= value <= 1 for place in places for value in place)
    assert len(set(places)) == 6
    assert layout(0, []) == []
    assert layout(1, []) == [(0.0, 0.0)]


def test_the_runtime_of_the_charts_is_put_together_once_and_the_same_where_nothing_can_be_kept(tmp_path, monkeypatch):
    made = site.chart_runtime(tmp_path)
    (kept,) = tmp_path.iterdir()
    assert kept.read_bytes() == made == site.chart_runtime(tmp_path)
    monkeypatch.setattr(site.vl_convert, "javascript_bundle", lambda vl_version: made.decode())
    unwritable = tmp_path / "file"
    unwritable.write_text("no folder")
    assert site.chart_runtime(unwritable) == made

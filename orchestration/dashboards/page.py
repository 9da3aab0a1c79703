"""The frame of every page: head, navigation, what release it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from orchestration.dashboards.figures import day
from orchestration.dashboards.html import Html, data_block, element, join, link

# Nothing but the files beside the page runs or is loaded, whatever a title may try. `file:` is where readers open it.
POLICY = (
    "default-src 'none'; script-src 'self' file:; style-src 'self' file:; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'"
)
PAGES = (
    ("index.html", "Overview"),
    ("companies.html", "Companies"),
    ("guests.html", "Guests"),
    ("topics.html", "Topics"),
    ("episodes.html", "Episodes"),
    ("quality.html", "Data quality"),
)


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """What every page says about where its numbers come from."""

    release_id: str
    built_at: datetime | None
    as_of: date | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page. path: below the folder of the dashboards. is_charted: whether it needs the runtime of the charts."""

    path: str
    title: str
    lead: object
    body: Html
    is_charted: bool = True


def figure(name: str, title: str, spec: dict | None, *, says: str, empty: str, behind: object = None) -> Html:
    """Return a chart with its title.

    title: what is seen. says: the chart in words, for those who do not see it. empty: why there is no chart, where
    `spec` is None. behind: the rows behind it, usually a link to the table.
    """
    heading = element("h3", title, id=f"{name}-title")
    if spec is None:
        return element("figure", heading, element("p", empty, class_="empty"), class_="chart", id=name)
    return element(
        "figure",
        heading,
        element("div", class_="vega", role="img", aria_label=says, data_spec=f"{name}-spec"),
        element("figcaption", says, " ", behind),
        data_block(f"{name}-spec", spec),
        class_="chart",
        id=name,
    )


def section(name: str, title: object, *children: object) -> Html:
    """Return a part of a page under a heading of its own."""
    return element(
        "section", element("h2", title, id=f"{name}-heading"), *children, aria_labelledby=f"{name}-heading", id=name
    )


def tile(value: object, label: object, note: object = None) -> Html:
    """Return one figure of a row of figures."""
    return element(
        "li", element("strong", value), element("span", label), element("small", note) if note else None, class_="tile"
    )


def tiles(*items: Html) -> Html:
    """Return a row of figures."""
    return element("ul", items, class_="tiles")


def render(page: Page, facts: ReleaseFacts) -> str:
    """Return the whole page as text."""
    up = "../" if "/" in page.path else ""
    here = "episodes.html" if up else page.path
    navigation = [
        element("li", link(name, up + path, aria_current="page" if path == here else None)) for path, name in PAGES
    ]
    built = f"built {day(facts.built_at)}" if facts.built_at else "build date unknown"
    release = f"Release {facts.release_id}, {built}, episodes up to {day(facts.as_of)}"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name_="referrer", content="no-referrer"),
        element("meta", name_="color-scheme", content="light dark"),
        element("title", f"{page.title} · podcast warehouse, release {facts.release_id}"),
        element("link", rel="stylesheet", href=f"{up}assets/style.css"),
        element("script", src=f"{up}assets/theme.js"),
    )
    header = element(
        "header",
        element("a", "Skip to content", href="#content", class_="skip"),
        element(
            "div",
            element("p", link("Podcast warehouse", f"{up}index.html"), class_="brand"),
            element("nav", element("ul", navigation), aria_label="Pages"),
            element("button", "Dark", type="button", id="theme", hidden=True),
            class_="bar",
        ),
        class_="top",
    )
    main = element(
        "main",
        element("h1", page.title),
        element("p", page.lead, class_="lead"),
        page.body,
        element("noscript", element("p", "Charts, filters and sorting need JavaScript; all tables read without it.")),
        id="content",
        tabindex="-1",
    )
    footer = element("footer", element("p", release), element("p", link("How good the data is", f"{up}quality.html")))
    scripts = [element("script", src=f"{up}assets/app.js", defer=True)]
    if page.is_charted:
        scripts.insert(0, element("script", src=f"{up}assets/vega.js", defer=True))
    body = element("body", header, main, footer, scripts)
    return "<!DOCTYPE html>\n" + join(element("html", head, body, lang="en")) + "\n"

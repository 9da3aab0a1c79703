"""All pages of a release, written into one folder that opens from the disk."""

from __future__ import annotations

from contextlib import suppress
from importlib import metadata
from importlib.resources import files
from pathlib import Path

import altair as alt
import duckdb
import vl_convert

from orchestration.dashboards.companies import companies
from orchestration.dashboards.episodes import episode_index, episode_pages
from orchestration.dashboards.guests import guests
from orchestration.dashboards.overview import overview
from orchestration.dashboards.page import Page, render
from orchestration.dashboards.quality import quality
from orchestration.dashboards.source import Episodes, release_facts, rows
from orchestration.dashboards.topics import topics
from orchestration.io.files import write_bytes

NEWEST_EPISODES = 200
ASSETS = ("style.css", "theme.js", "app.js")
# Beside the compiled code of this package, which depends on what is installed in the same way.
COMPILED = Path(__file__).parent / "__pycache__"


class DashboardsError(Exception):
    """The pages of a release could not be drawn."""


def write_dashboards(
    connection: duckdb.DuckDBPyConnection, folder: Path, newest_episodes: int = NEWEST_EPISODES
) -> list[Path]:
    """Write the pages of the release that `connection` has open into `folder`, and return them.

    newest_episodes: how many episodes get a page of their own. Raises DashboardsError, naming the page, where one
    cannot be drawn.
    """
    written = [
        _write(folder / "assets" / name, files(__package__).joinpath("assets", name).read_bytes()) for name in ASSETS
    ]
    written.append(_write(folder / "assets" / "vega.js", chart_runtime()))
    facts = release_facts(connection)
    drawn = rows(
        connection,
        "select episode_id from episodes order by published_on desc nulls last, episode_id limit $newest",
        {"newest": newest_episodes},
    )
    episodes = Episodes(frozenset(row["episode_id"] for row in drawn))
    for draw in (overview, companies, guests, topics, quality, episode_index, episode_pages):
        try:
            drawn_now = draw(connection, episodes)
            for page in [drawn_now] if isinstance(drawn_now, Page) else drawn_now:
                written.append(_write(folder / page.path, render(page, facts).encode()))
        except Exception as error:
            message = f"the page {draw.__name__} cannot be drawn: {type(error).__name__}: {error}"
            raise DashboardsError(message) from error
    return written


def chart_runtime(folder: Path = COMPILED) -> bytes:
    """Return the code that draws charts in a browser, in the versions that Altair writes for; it loads nothing else.

    Putting it together takes longer than drawing all pages of a small release, and depends on the installed packages
    alone. So it is kept in `folder`, where that can be written.
    """
    version = "_".join(alt.VEGALITE_VERSION.removeprefix("v").split(".")[:2])
    kept = folder / f"vega-{version}-{metadata.version('vl-convert-python')}.js"
    with suppress(OSError):
        return kept.read_bytes()
    code = vl_convert.javascript_bundle(vl_version=version).encode()  # type: ignore[call-arg]  # so the stub says
    with suppress(OSError):
        write_bytes(kept, code)
    return code


def _write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path

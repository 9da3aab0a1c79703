"""The pages in a real browser: no error, no request outside, and what a reader does with them works."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.dashboards.site import write_dashboards
from tests.dashboards.browser import CHROMIUM, Browser, open_browser
from tests.dashboards.releases import empty_release, hostile_release

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium")

PAGES = ("index", "companies", "guests", "topics", "episodes", "quality", "episodes/e7")
WIDTHS = (390, 1280)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("browsed")
    with hostile_release(folder / "podcasts.duckdb") as connection:
        write_dashboards(connection, folder / "dashboards")
    return folder / "dashboards"


@pytest.fixture(scope="module")
def empty_pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("browsed_empty")
    with empty_release(folder / "podcasts.duckdb") as connection:
        write_dashboards(connection, folder / "dashboards")
    return folder / "dashboards"


@pytest.fixture(scope="module")
def shared_browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


@pytest.fixture
def browser(shared_browser: Browser) -> Browser:
    shared_browser.console.clear()
    shared_browser.requests.clear()
    shared_browser.prefer("light")
    return shared_browser


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_pages_open_without_error_or_request_outside(browser, pages, name, width):
    browser.open(pages / f"{name}.html", width)
    assert browser.console == []
    own = (pages.as_uri() + "/", "about:blank")
    assert [address for address in browser.requests if not address.startswith(own)] == []
    assert browser.run("window.stolen") is None
    assert browser.run("document.documentElement.scrollWidth") <= width, "the page is wider than the window"
    assert browser.run("[...document.querySelectorAll('.vega')].every(box => box.querySelector('canvas'))")


@pytest.mark.parametrize("name", PAGES[:6])
def test_pages_of_an_empty_release_open_too(browser, empty_pages, name):
    browser.open(empty_pages / f"{name}.html")
    assert browser.console == []


def test_the_network_is_forbidden_to_the_pages(browser, pages):
    browser.open(pages / "index.html")
    assert browser.run("fetch('https://example.org/').then(() => 'reached', () => 'refused')") == "refused"
    assert "Content Security Policy" in " ".join(browser.console)


def test_inline_code_is_forbidden_to_the_pages(browser, pages):
    browser.open(pages / "index.html")
    browser.run("document.body.append(Object.assign(document.createElement('script'), {text: 'window.stolen = 1'}))")
    assert browser.run("window.stolen") is None


def type_into(browser: Browser, table: str, words: str) -> None:
    browser.run(
        f"(() => {{ const box = document.getElementById('{table}-filter'); box.value = {words!r};"
        " box.dispatchEvent(new Event('input')); })()"
    )


def shown(browser: Browser, table: str) -> int:
    return browser.run(f"document.querySelectorAll('#{table} tbody tr:not([hidden])').length")


def test_the_filter_keeps_the_rows_with_all_its_words_and_says_how_many(browser, pages):
    browser.open(pages / "episodes.html")
    assert shown(browser, "episode-rows") == 8
    type_into(browser, "episode-rows", "EPISODE 8")
    count = "document.querySelector('#episode-rows .count').textContent"
    assert browser.run(count) == "1 of 8 rows"
    assert shown(browser, "episode-rows") == 1
    type_into(browser, "episode-rows", '="speakers" ="1 Jan 2026"')
    assert shown(browser, "episode-rows") == 1, "the whole of a cell, and of a tag in a cell"
    type_into(browser, "episode-rows", '="Jan 2026"')
    assert shown(browser, "episode-rows") == 0
    type_into(browser, "episode-rows", "nothing has this")
    assert "No row of this table has" in browser.run("document.querySelector('#episode-rows .empty').textContent")
    type_into(browser, "episode-rows", "")
    assert browser.run(count) == "8 of 8 rows"


def test_a_number_leads_to_the_rows_behind_it(browser, pages):
    browser.open(pages / "companies.html")
    assert shown(browser, "quotes") == 16
    link = "document.querySelector('#company-c a[href^=\"#quotes~\"]')"
    browser.run(f"{link}.click()")
    browser.wait_for("document.querySelectorAll('#quotes tbody tr:not([hidden])').length === 4")
    assert browser.run("document.activeElement.id") == "quotes"
    type_into(browser, "quotes", "")
    browser.run(f"{link}.click()")
    assert shown(browser, "quotes") == 4, "the same link once more"


def test_an_address_with_a_filter_opens_the_rows_of_another_page(browser, pages):
    browser.open(pages / "index.html")
    browser.run("document.querySelector('#coverage-rows a[href^=\"episodes.html#\"]').click()")
    browser.wait_for("location.pathname.endsWith('episodes.html') && document.documentElement?.dataset.ready === 'yes'")
    assert browser.run("document.getElementById('episode-rows-filter').value.includes('Jan 2026')")
    assert shown(browser, "episode-rows") == 8


def test_wide_tables_scroll_in_their_frame_on_a_phone_and_keep_the_first_column(browser, pages):
    browser.open(pages / "companies.html", 390)
    wide = "document.querySelector('#quotes[data-wide]')"
    assert browser.run(f"getComputedStyle({wide}.querySelector('.cue')).display") == "block"
    left = f"{wide}.querySelector('tbody tr > *').getBoundingClientRect().left"
    before = browser.run(left)
    browser.run(f"{wide}.querySelector('.scroll').scrollLeft = 200")
    assert browser.run(left) == before
    browser.open(pages / "companies.html")
    assert browser.run("getComputedStyle(document.querySelector('#leaders .cue')).display") == "none"


def test_columns_sort_and_say_so(browser, pages):
    browser.open(pages / "episodes.html")
    first = "document.querySelector('#episode-rows tbody tr').id"
    assert browser.run(first) == "e-e7"
    press = "document.querySelectorAll('#episode-rows button.sort')[2].click()"
    browser.run(press)
    assert browser.run(first) == "e-e0"
    assert browser.run("document.querySelector('#episode-rows th[aria-sort]').ariaSort") == "ascending"
    browser.run(press)
    assert browser.run(first) == "e-e7"


def test_the_theme_follows_the_system_and_the_reader(browser, pages):
    ground = "getComputedStyle(document.body).backgroundColor"
    browser.open(pages / "index.html")
    light = browser.run(ground)
    browser.prefer("dark")
    dark = browser.run(ground)
    assert dark != light
    browser.wait_for("document.getElementById('theme').textContent === 'Light'")
    browser.run("document.getElementById('theme').click()")
    assert browser.run(ground) == light
    browser.run("localStorage.clear()")
    assert browser.console == []


def test_the_first_key_leads_past_the_navigation(browser, pages):
    browser.open(pages / "index.html")
    browser.call("Input.dispatchKeyEvent", type="keyDown", key="Tab", code="Tab", windowsVirtualKeyCode=9)
    assert browser.run("document.activeElement.textContent") == "Skip to content"

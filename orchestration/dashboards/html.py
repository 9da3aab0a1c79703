"""HTML that is safe by construction: text is escaped unless it is HTML already, and links lead nowhere unexpected."""

from __future__ import annotations

import json
import re
from functools import cache
from urllib.parse import quote

from orchestration.characters import harmless

VOID = frozenset({"input", "link", "meta", "br"})
_NAME = re.compile(r"[a-z][a-z0-9-]*\Z")
_WEB = re.compile(r"https?://[^\s\x00-\x1f\x7f\\]+\Z", re.IGNORECASE)
_LOCAL = re.compile(
    r"(?:\.\./)?(?:[a-z0-9_-]+/)?(?:[A-Za-z0-9_-]+\.(?:html|css|js))?(?:#[A-Za-z0-9_-]*(?:~[A-Za-z0-9_.%-]*)?)?\Z"
)
_NOT_IN_ANCHOR = re.compile(r"[^A-Za-z0-9_-]+")
_IN_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})
_SPECIAL = re.compile("[&<>\"']")
# No character of a data block may end it, open a comment in it or end a line of JavaScript.
_IN_SCRIPT = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


class Html(str):
    """Text that is HTML already, and is not escaped again."""

    __slots__ = ()


def escape(value: object) -> Html:
    """Return `value` as HTML text that is also safe inside a quoted attribute. None gives nothing."""
    if isinstance(value, Html):
        return value
    if value is None:
        return Html("")
    text = harmless(str(value))
    return Html(text.translate(_IN_TEXT) if _SPECIAL.search(text) else text)


def join(*parts: object) -> Html:
    """Return the parts one after another, escaped. Lists and tuples are flattened."""
    flat: list[str] = []
    for part in parts:
        flat.append(join(*part) if isinstance(part, list | tuple) else escape(part))
    return Html("".join(flat))


def element(name: str, *children: object, **attributes: object) -> Html:
    """Return one element, with everything in it escaped.

    attributes: underscores become hyphens and one at the end is dropped (`class_`, `aria_label`); None and False leave
    the attribute out, True gives it without a value. `href` and `src` that are neither web addresses nor pages of our
    own are left out. Raises ValueError for a name that is none, and for attributes that would run code.
    """
    written = [_checked_element(name)]
    for key, value in attributes.items():
        attribute = _checked_attribute(key)
        if attribute in ("href", "src"):
            value = safe_link(value)
        if value is None or value is False:
            continue
        written.append(attribute if value is True else f'{attribute}="{escape(value)}"')
    opening = f"<{' '.join(written)}>"
    return Html(opening if name in VOID else f"{opening}{join(*children)}</{name}>")


@cache
def _checked_element(name: str) -> str:
    if not _NAME.match(name):
        raise ValueError(f"{name!r} is no element")
    return name


@cache
def _checked_attribute(key: str) -> str:
    attribute = key.rstrip("_").replace("_", "-")
    if not _NAME.match(attribute) or attribute.startswith("on") or attribute in ("style", "srcdoc"):
        raise ValueError(f"{attribute!r} is no attribute that these pages may have")
    return attribute


def safe_link(value: object) -> str | None:
    """Return an address that a link may lead to: http, https or a page of these dashboards. Else None."""
    if not isinstance(value, str):
        return None
    return value if _WEB.match(value) or (value and _LOCAL.match(value)) else None


def link(text: object, address: object, **attributes: object) -> Html:
    """Return `text` as a link to `address`, or as mere text where the address is not one that a link may lead to."""
    target = safe_link(address)
    if target is None:
        return escape(text)
    if target.lower().startswith("http"):
        attributes = {"rel": "noopener noreferrer", "class_": "out", **attributes}
    return element("a", text, href=target, **attributes)


def anchor(*parts: object) -> str:
    """Return a name for a place in a page, made of letters, digits and hyphens."""
    return _NOT_IN_ANCHOR.sub("-", "-".join(str(part) for part in parts)).strip("-") or "none"


def filtered_place(table_name: str, *phrases: str) -> str:
    """Return the part of an address that leads to a table and types `phrases` into its filter, each in quotation marks.

    A phrase that begins with `=` is the whole of a cell, or of a tag in one. Quotation marks in a phrase part it, since
    the filter has no way to type them; the parts may then stand anywhere.
    """
    words = " ".join(_typed(harmless(phrase)) for phrase in phrases)
    return f"{table_name}~{quote(words, safe='').replace('~', '%7E')}"


def _typed(phrase: str) -> str:
    if '"' not in phrase:
        return f'="{phrase[1:].strip()}"' if phrase.startswith("=") else f'"{phrase.strip()}"'
    return " ".join(f'"{part.strip()}"' for part in phrase.removeprefix("=").split('"') if part.strip())


def data_block(identifier: str, value: object) -> Html:
    """Return a script element that holds `value` as JSON, for code to read and for nothing to run."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).translate(_IN_SCRIPT)
    text = harmless(text)
    return Html(f'<script type="application/json" id="{escape(identifier)}">{text}</script>')

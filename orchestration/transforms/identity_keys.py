"""The outside keys of a copy in one spelling: addresses and video ids. No judgement on what they prove."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|mc_[ce]id|ref|ref_src|si|feature|ab_channel|t|start|app|pp|source")
_VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}")


def canonical_url(url: str | None) -> str | None:
    """Return the address that all spellings of `url` share, or None where it names no page of its own.

    Scheme, `www.`, fragment, tracking parameters and a closing slash are dropped and the host is lower case; every way
    to write the address of a YouTube video becomes `youtube.com/watch?v=` and its id. A bare host is no page.
    """
    if not url:
        return None
    try:
        parts = urlsplit(url.strip() if "//" in url else f"//{url.strip()}")
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    video = youtube_video_id(url)
    if video:
        return f"youtube.com/watch?v={video}"
    query = urlencode(sorted(pair for pair in parse_qsl(parts.query) if not _TRACKING.fullmatch(pair[0].lower())))
    path = parts.path.rstrip("/")
    if not host or not (path or query):
        return None
    return f"{host}{path}{'?' if query else ''}{query}"


def youtube_video_id(url: str | None) -> str | None:
    """Return the id of the YouTube video that `url` opens, or None."""
    try:
        parts = urlsplit((url or "").strip() if "//" in (url or "") else f"//{(url or '').strip()}")
        host = (parts.hostname or "").removeprefix("www.").removeprefix("m.").removeprefix("music.")
    except ValueError:
        return None
    steps = parts.path.strip("/").split("/")
    found = ""
    if host == "youtu.be":
        found = steps[0]
    elif host in ("youtube.com", "youtube-nocookie.com"):
        if steps[0] in ("embed", "shorts", "live", "v") and len(steps) > 1:
            found = steps[1]
        elif steps[0] == "watch":
            found = dict(parse_qsl(parts.query)).get("v", "")
    return found if _VIDEO_ID.fullmatch(found) else None

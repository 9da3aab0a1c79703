"""Stable identifiers: hashes of keys, never of row order."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from orchestration.characters import decompose


def stable_id(*key: object) -> str:
    """Return the 20 hexadecimal digits that identify `key`.

    The parts are joined with the unit separator, so that ("ab", "c") and ("a", "bc") differ. The same key gives the
    same id on every machine and in every rebuild.
    """
    joined = "\x1f".join("" if part is None else str(part) for part in key)
    return hashlib.blake2b(joined.encode(), digest_size=10).hexdigest()


def slugify(name: str) -> str:
    """Return `name` as lower-case ASCII words joined by hyphens: `Kaoutar El Maghraoui` -> `kaoutar-el-maghraoui`."""
    folded = decompose(name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", folded.replace("'", "")).strip("-")


def copy_id(document_id: str, copy_index: int) -> str:
    """Return the id of the `copy_index`-th (from 0) telling of an episode in a document."""
    return stable_id("copy", document_id, copy_index)


def turn_ids(copy: str, char_starts: Iterable[int]) -> list[str]:
    """Return the ids of the turns of `copy` whose texts start at these characters of the document text."""
    key = f"turn\x1f{copy}\x1f"
    return [digest.hex() for digest in stable_digests(f"{key}{char_start}".encode() for char_start in char_starts)]


def stable_digests(keys: Iterable[bytes]) -> list[bytes]:
    """Return the bytes of `stable_id` of each key, whose parts are joined already: for very many keys."""
    blake2b = hashlib.blake2b
    return [blake2b(key, digest_size=10).digest() for key in keys]


def unlisted_person_id(show_id: str | None, name: str) -> str:
    """Return the id of a person whom the catalogue does not list: known by show and name only."""
    show = (show_id or "show:unknown").removeprefix("show:")
    return f"person:{show}:{slugify(name)}"

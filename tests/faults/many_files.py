"""A raw folder of very many tiny files: what a crawler leaves behind, not what a publisher writes.

python -m tests.faults.many_files <empty folder> [--files 100000]
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

from orchestration.catalog.words import word_ranks

# Of a hundred files so many are captions that no other file has; the rest repeat one, are empty, or no podcast.
CAPTIONS = 85
DUPLICATES = 6
EMPTY = 4
# A third level of folders, so that no folder has more than some hundred files.
PER_FOLDER = 250
FOLDERS_PER_FOLDER = 20


def write_tree(raw: Path, count: int, seed: int = 7) -> dict[str, int]:
    """Write `count` files below `raw`, and return how many there are of each kind. The same ones for the same seed."""
    chance = random.Random(seed)
    words = sorted(word_ranks())
    kinds = {"caption": 0, "duplicate": 0, "empty": 0, "junk": 0}
    captions: list[bytes] = []
    for number in range(count):
        place = number // PER_FOLDER
        folder = raw / f"{place // FOLDERS_PER_FOLDER:03}" / f"{place % FOLDERS_PER_FOLDER:02}"
        if number % PER_FOLDER == 0:
            folder.mkdir(parents=True, exist_ok=True)
        draw = chance.randrange(100)
        if draw < CAPTIONS or not captions:
            kind, name = "caption", f"{number}{chance.choice(('.txt', '.vtt', '.srt'))}"
            content = caption(chance, words, name)
            # Enough of them to repeat some; all would be as large as the tree.
            if len(captions) < 1000:
                captions.append(content)
        elif draw < CAPTIONS + DUPLICATES:
            kind, name, content = "duplicate", f"{number}.txt", chance.choice(captions)
        elif draw < CAPTIONS + DUPLICATES + EMPTY:
            kind, name, content = "empty", f"{number}.vtt", b""
        else:
            kind, name = "junk", f"{number}{chance.choice(('.txt', '.json', '.bin', '.html'))}"
            content = chance.randbytes(chance.randrange(1, 200))
        kinds[kind] += 1
        (folder / name).write_bytes(content)
    return kinds


def caption(chance: random.Random, words: list[str], name: str) -> bytes:
    """Return a few cues of words at random, in the format that the ending of `name` stands for."""
    suffix = name.rpartition(".")[2]
    lines = ["WEBVTT", ""] if suffix == "vtt" else []
    for number in range(chance.randrange(2, 7)):
        begin, end = (f"00:{second // 60:02}:{second % 60:02}" for second in (number * 7, number * 7 + 6))
        said = " ".join(chance.choices(words, k=chance.randrange(4, 14)))
        if suffix == "txt":
            lines.append(f"[{begin}.000 --> {end}.000]   {said}")
        elif suffix == "vtt":
            lines += [f"{begin}.000 --> {end}.000", said, ""]
        else:
            lines += [str(number + 1), f"{begin},000 --> {end},000", said, ""]
    return "\n".join(lines).encode()


def main() -> None:
    """Write a tree, and say what is in it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=100_000)
    options = parser.parse_args()
    print(write_tree(options.folder, options.files))


if __name__ == "__main__":
    main()

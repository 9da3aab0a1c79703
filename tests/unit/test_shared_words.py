"""Hashes in bins, folded words as bytes, and what copies share, beside the plainest way to find each."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from orchestration.transforms import hash_ranges, repeated_speech, shared_text, word_hashes
from orchestration.transforms.hash_ranges import HASH_BITS, Asked, Groups, Layout, in_tasks, scratch, spread
from orchestration.transforms.parts import Read, run_here
from orchestration.transforms.repeated_speech import repeated_runs
from orchestration.transforms.shared_text import _FILLERS, folded_words, measured, word_codes
from orchestration.transforms.word_hashes import spread_words
from tests.memory import InMemory

TEXTS = st.lists(
    st.one_of(
        st.none(),
        st.text(alphabet=st.characters(max_codepoint=127)),
        st.text(alphabet="aZ0 -'’_\n\x80\xc2é\u0301ß", max_size=12),
        st.sampled_from(["um", "Uh, it's", "ER", "naïve um"]),
    ),
    max_size=6,
)


@given(TEXTS)
def test_words_are_cut_alike_one_text_at_a_time_and_as_bytes(texts):
    hashes, counts = word_codes(pl.Series(texts, dtype=pl.String))
    words = [[word for word in folded_words(text) if word not in _FILLERS] for text in texts]
    assert counts.tolist() == [len(of_text) for of_text in words]
    flat = pl.Series([word for of_text in words for word in of_text], dtype=pl.String)
    assert hashes.tolist() == flat.hash(0).to_list()


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.sampled_from([1, 2, 8, 300]), st.sampled_from([1, 4, 128]), st.integers(0, 4))
def test_every_hash_of_a_copy_is_found_once_in_its_bin(seed, copy_count, copies_per_bin, extra_bits):
    rng = np.random.default_rng(seed)
    known = rng.integers(0, 2**64, 40, dtype=np.uint64)
    with pytest.MonkeyPatch.context() as patch, scratch(None) as folder:
        patch.setattr(hash_ranges, "COPIES_PER_BIN", copies_per_bin)
        patch.setattr(hash_ranges, "TASK_HASHES", 30)
        layout = Layout.of(copy_count).beside(extra_bits)
        files, expected = [], defaultdict(set)
        for number in range(3):
            hashes = rng.choice(known, 50)
            copy = rng.integers(0, copy_count, 50).astype(np.uint64)
            extra = rng.integers(0, 2**extra_bits, 50).astype(np.uint64)
            files.append(spread(folder / str(number), layout, hashes, copy, extra))
            for key in zip((hashes >> np.uint64(64 - HASH_BITS)).tolist(), copy.tolist(), extra.tolist(), strict=True):
                expected[key[:2]].add(key[2])
        found: list[tuple[int, ...]] = []
        for task in in_tasks(files, layout):
            for number, packed in task.each():
                assert (np.diff(layout.hash_of(packed).astype(np.int64)) >= 0).all()
                columns = (task.whole_hash(packed, number), layout.copy_of(packed), layout.extra_of(packed))
                found += zip(*(column.tolist() for column in columns), strict=True)
    assert sorted(found) == sorted((*key, min(extras)) for key, extras in expected.items())


def test_a_folder_for_files_on_the_way_is_empty_at_first_and_gone_at_last(tmp_path):
    left = tmp_path / "scratch" / "left"
    left.parent.mkdir()
    left.touch()
    with pytest.raises(OSError, match="full"), scratch(tmp_path / "scratch") as folder:
        assert list(folder.iterdir()) == []
        raise OSError("full")
    assert list(tmp_path.iterdir()) == []


def test_groups_are_runs_of_equal_values():
    groups = Groups.of(np.array([3, 3, 5, 7, 7, 7], np.uint64))
    assert (groups.starts.tolist(), groups.sizes.tolist()) == ([0, 2, 3], [2, 1, 3])
    assert groups.between(2, 3).rows().tolist() == [0, 1, 3, 4, 5]
    one, other, sizes = groups.pairs()
    pairs = list(zip(one.tolist(), other.tolist(), strict=True))
    assert pairs == [(0, 1), (3, 4), (3, 5), (4, 5)] and sizes.tolist() == [2, 3, 3, 3]
    assert Groups.of(np.empty(0, np.uint64)).rows().tolist() == []


def spoken(seed: int) -> dict[str, list[str]]:
    """Return the words of some copies that share stretches of all lengths, one of them with nearly all others."""
    rng = random.Random(seed)
    shared = [[f"s{number}w{rng.randrange(60)}" for _ in range(rng.randrange(3, 60))] for number in range(6)]
    copies = {}
    for number in range(rng.randrange(2, 12)):
        words: list[str] = []
        for stretch in rng.sample(shared, rng.randrange(4)):
            words += [*(f"own{number}x{rng.randrange(9)}" for _ in range(rng.randrange(12))), *stretch]
        copies[f"c{number:02}"] = [*words, *(shared[0] if rng.random() < 0.9 else [])]
    return copies


def table(copies: dict[str, list[str]]) -> pl.DataFrame:
    """Return the columns of `copy_words` for the words said in each copy."""
    words = pl.DataFrame(
        {"copy_id": list(copies), "speech": list(copies.values())}, schema_overrides={"speech": pl.List(pl.String)}
    )
    hashed = pl.col("speech").list.eval(pl.element().hash(0))
    return words.with_columns(hashed, notes=pl.lit([], dtype=pl.List(pl.String)))


def reading(words: pl.DataFrame) -> Read:
    """Return what reads columns of `words` in one part."""
    return lambda columns: [words.select(columns)]


def one_by_one(copies: dict[str, list[str]]) -> dict[tuple[str, str], tuple[float, int, int]]:
    """Return for each two copies that share any four words the weight, the number and the places of what they share."""
    first: dict[str, dict[tuple[str, ...], int]] = defaultdict(dict)
    for copy_id, words in copies.items():
        for at in range(len(words) - 3):
            first[copy_id].setdefault(tuple(words[at : at + 4]), at * 10 // len(words))
    holders = Counter(shingle for shingles in first.values() for shingle in shingles)
    # Whole numbers of the least weight, so that it is plain which of two copies weighs less.
    weight = {shingle: min(2**30, 2**31 // count) for shingle, count in holders.items()}
    total = {copy_id: sum(weight[shingle] for shingle in shingles) for copy_id, shingles in first.items()}
    found = {}
    for a, b in combinations(sorted(first), 2):
        both = first[a].keys() & first[b].keys()
        smaller = a if total[a] <= total[b] else b
        if both:
            share = sum(weight[shingle] for shingle in both) / min(total[a], total[b])
            found[a, b] = share, len(both), len({first[smaller][shingle] for shingle in both})
    return found


@settings(max_examples=40)
@given(st.integers(0, 2**32), st.sampled_from([1, 3, 16]), st.sampled_from([1, 128]))
# Two copies of the same weight, but for what is rounded off the weights of shingles.
@example(782446342, 3, 128)
@example(12314933, 1, 1)
def test_what_all_pairs_share_is_what_they_share_one_by_one(seed, max_crossed, copies_per_bin):
    copies = spoken(seed)
    words = table(copies)
    ids = sorted(copies)
    with pytest.MonkeyPatch.context() as patch, scratch(None) as folder:
        patch.setattr(hash_ranges, "COPIES_PER_BIN", copies_per_bin)
        patch.setattr(hash_ranges, "TASK_HASHES", 50)
        patch.setattr(shared_text, "MAX_CROSSED_COPIES", max_crossed)
        patch.setattr(shared_text, "BATCH_PAIR_SHINGLES", 20)
        hashes = spread_words(ids, lambda columns: [words.select(columns)], run_here, folder)
        found = measured(hashes, "speech", set(combinations(ids, 2)), run_here, folder).overlaps()
    expected = one_by_one(copies)
    assert found.keys() == expected.keys()
    for pair, overlap in found.items():
        share, count, places = expected[pair]
        assert overlap.containment == pytest.approx(min(1.0, share), abs=1e-4)
        assert (overlap.shared, overlap.places) == (count, places)


@settings(max_examples=40)
@given(st.integers(0, 2**32), st.sampled_from([1, 128]))
def test_runs_are_repeated_where_another_episode_has_them(seed, copies_per_bin):
    copies = spoken(seed)
    words = table(copies)
    episodes = {copy_id: f"e{random.Random(f'{seed}{copy_id}').randrange(4)}" for copy_id in copies}
    frame = pl.DataFrame({"copy_id": list(episodes), "episode_id": list(episodes.values())})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hash_ranges, "COPIES_PER_BIN", copies_per_bin)
        patch.setattr(hash_ranges, "TASK_HASHES", 50)
        found = repeated_runs(lambda columns: [words.select(columns)], frame)
    runs = {c: {tuple(said[at : at + 8]) for at in range(len(said) - 7)} for c, said in copies.items()}
    expected = {
        c: sum(any(run in runs[other] for other in runs if episodes[other] != episodes[c]) for run in runs[c])
        for c in copies
    }
    counts = dict(found.select("copy_id", pl.col("runs").list.len()).iter_rows())
    assert counts == {c: count for c, count in expected.items() if count}
    assert all(a < b for of_copy in found["runs"].to_list() for a, b in pairwise(of_copy))


@settings(max_examples=40)
@given(st.integers(0, 2**32))
def test_repeated_runs_follow_from_the_last_time(seed):
    rng = random.Random(seed)
    copies, others = spoken(seed), list(spoken(seed + 1).values())
    memory = InMemory()
    for step in range(4):
        episodes = {copy_id: f"e{rng.randrange(4)}" if step != 2 else "e0" for copy_id in copies}
        memory.words = words = table(copies)
        frame = pl.DataFrame({"copy_id": list(episodes), "episode_id": list(episodes.values())})
        found = repeated_runs(reading(words), frame, memory=memory)
        assert_frame_equal(found, repeated_runs(reading(words), frame))
        copies.pop(rng.choice(sorted(copies)), None)
        copies[rng.choice([*copies, f"n{step}"])] = rng.choice(others)


def test_only_runs_of_copies_that_changed_are_looked_for_again(monkeypatch):
    memory = InMemory()
    copies = {f"c{number}": [f"w{number}-{at}" for at in range(20)] for number in range(6)}
    frame = pl.DataFrame({"copy_id": [*copies, "n"], "episode_id": [*copies, "n"]})
    memory.words = table(copies)
    assert repeated_runs(lambda columns: [memory.words.select(columns)], frame[:-1], memory=memory).is_empty()
    memory.words = table(copies | {"n": ["x", *copies["c3"][:9]]})
    monkeypatch.setattr(repeated_speech, "spread_all", None)
    found = repeated_runs(lambda columns: [memory.words.select(columns)], frame, memory=memory)
    assert [(copy_id, len(runs)) for copy_id, runs in found.iter_rows()] == [("c3", 2), ("n", 2)]


@given(st.lists(st.integers(0, 2**64 - 1)), st.lists(st.integers(0, 2**64 - 1)))
def test_hashes_that_are_asked_for_are_told_by_the_bits_that_are_kept(some, others):
    asked = Asked.of([np.array(some, np.uint64)])
    hashes = np.array([*others, *some, *(number ^ 1 for number in some)], np.uint64)
    rows, at = asked.among(hashes)
    kept = hashes >> np.uint64(64 - HASH_BITS)
    assert rows.tolist() == [row for row, value in enumerate(kept.tolist()) if value in asked.hashes.tolist()]
    assert asked.hashes[at].tolist() == kept[rows].tolist()


@pytest.mark.parametrize(("copies_per_file", "expected"), [(1, [[(0, "a")], [(1, "b")]]), (2, [[(0, "a"), (1, "b")]])])
def test_parts_are_told_apart_where_a_reader_can_be_split_and_small_ones_put_together(
    monkeypatch, copies_per_file, expected
):
    class Split:
        def __call__(self, columns: list[str]) -> list[pl.DataFrame]:
            return [part.select(columns) for part in (table({"a": ["x"]}), table({"b": ["y"]}))]

        def split(self) -> list[object]:
            return [
                lambda columns: [table({"a": ["x"]}).select(columns)],
                lambda columns: [table({"b": ["y"]}).select(columns)],
            ]

    monkeypatch.setattr(word_hashes, "COPIES_PER_FILE", copies_per_file)
    parts = word_hashes.numbered_parts(["a", "b"], Layout.of(2), Split(), Path("nowhere"))
    assert [sorted(part.copies.rows()) for part in parts] == expected
    read = [word_hashes.read_part(part, ["speech"]).sort("copy")["copy"].to_list() for part in parts]
    assert read == [[number for number, _ in of_part] for of_part in expected]
    assert len(word_hashes.numbered_parts(["a", "b"], Layout.of(2), Split().__call__, Path("nowhere"))) == 1

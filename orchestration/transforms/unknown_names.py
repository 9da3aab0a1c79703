"""The names in the texts that no mention covers, and the words of the corpus by letter case.

Belongs here: where such names stand, for `entity_candidates` and `name_miner`. Keep out: which of them deserve a line
of the catalogue, and what they may be.

What an ordinary word is, the corpus itself tells as well as a word list: `Mempool` at the start of a sentence is no
name where the same shows write `mempool`. Words are counted first, then runs of capitalised words are cut at known
mentions and freed from ordinary words in front. Both passes are linear in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass

import polars as pl

from orchestration.catalog.words import is_common_word, place_words, word_ranks
from orchestration.transforms.letters import straighten

UNIT_COLUMNS = ["copy_id", "document_id", "field", "unit_id", "text", "char_start", "char_end"]

_UPPER = "A-ZÀ-ÖØ-Þ"
_TOKEN = (
    rf"(?:[{_UPPER}]\.(?= ?[{_UPPER}])|(?:[OD]['’])?[{_UPPER}]\w*|[a-z]{{1,3}}[A-Z]\w*)"
    r"(?:\.(?:js|io|ai|AI|NET|dev)\b)?"
)
_NUMBER = r"\d+(?:\.\d+)*[a-zA-Z]?\b"
_JOINT = r"(?: (?:(?:of|for|de|del|da|van|von|der|di|le|la|el)(?: the)? |& )|[ -])"
_RUN = re.compile(rf"(?<![\w@#/]){_TOKEN}(?:{_JOINT}(?:{_TOKEN}|{_NUMBER}))*")
_LOWER_WORD = re.compile(r"\b[a-zß-öø-ÿ]+(?:['’][a-z]+)?")
_CAPITALISED_WORD = re.compile(rf"(?<=[\w,] )[{_UPPER}][^\W\d_]*")
_CAPITAL = re.compile("[A-Z]")
# A word that goes on after an apostrophe (`Don't`), an address, an identifier.
_NO_END = re.compile(r"['’](?!s\b)\w|[@_\w]|\.[a-z]")
_PART = re.compile(r"[^ \-]+")
_ODD_WORD = re.compile(r"(?<![\w@#/.'’-])[a-z][a-z0-9]{3,}(?![\w@/'’-])")
# Words so common that no statistics of a small corpus should make a name of one alone.
_ALWAYS_ORDINARY_RANK = 1500
# A share of lower-case uses from which on a word that no list knows counts as an ordinary word of these shows.
_MIN_LOWER_SHARE = 0.3
_MIN_ODD_COUNT = 3
# A copy of some length counts as one without capitals below so many of them a character.
_MIN_COPY = 2000
_MAX_CAPITALS = 0.002
# Longer words are identifiers and hashes.
_MIN_WORD = 3
_MAX_WORD = 24
_MAX_TOKENS = 6
_MAX_ADDRESS = 200


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What talk and show notes write in capitals and that is nobody's name.
_NO_NAMES = _words(
    """
    ah aha ahh alright app apps ask blah btw cuz dunno eh em etc fyi gonna gotta haha hahaha hey hi hm hmm hmmm huh imo
    kinda lemme lol mhm mm mmm nah nope oh ok okay ooh oops ooo outta pls sorta thx uh uhh um umm wanna whoa wow ya yada
    yay yeah yep yes yup i'd i'll i'm i've ive im ill dont doesnt didnt isnt wasnt cant wont couldnt thats theres
    whats lets heres youre youve youll theyre weve itll ugh
    ai ml agi llm llms api apis sdk sdks ui ux ceo cto cfo coo cmo cpo vp svp evp pm pms pr hr qa it id ids url urls uri
    pdf pdfs csv gpu gpus cpu cpus tpu ram rom ssd usb lan wan vpn dns ip tcp udp http https ftp ssh tls ssl os ide ides
    cli clis gui db dbs sql orm crud mvp poc roi kpi kpis okr okrs saas paas iaas b2b b2c ipo vc vcs lp gp llc ltd inc
    corp phd phds msc bsc mba ba bs ms md dr mr mrs jr sr st tv dvd cd faq rss asap aka diy rfc rfcs prs ci etl pos
    nlp rl rlhf sft rag asr tts ocr hci vr ar xr iot nft nfts dao daos qr pin otp sso mfa kyc aml sla slas ga r&d q&a
    a/b vs mic dj tbd tba eta gdp nda ndas ppt seo cms cdn dom gif gifs jpeg png bb mb gb tb kb hz mhz ghz vm vms
    og iq eq atm dna rna gps mri diff repo repos
    """
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an unknown name stands: the row of its unit, its characters there, and whether a sentence goes on there."""

    unit: int
    start: int
    end: int
    is_mid_sentence: bool
    known_part: str | None = None
    """The entity that a shorter mention inside it means: `Gemini` in `Gemini Nova`."""


@dataclass(frozen=True, slots=True)
class UnknownNames:
    """What a scan found.

    units: the texts that were read, one row each, in order. names: places by name, in lower case.
    known: the mentions in each unit, as start, end and entity.
    lower: how often each word stands in lower case. capitalised: how often with a capital where no sentence starts.
    """

    units: pl.DataFrame
    texts: list[str]
    names: dict[str, list[Place]]
    known: dict[int, list[tuple[int, int, str]]]
    lower: Counter[str]
    capitalised: Counter[str]

    def is_ordinary(self, word: str) -> bool:
        """Tell whether these texts and the word lists take `word`, lower-case, for an ordinary word."""
        return is_ordinary_word(word, self.lower[word], self.capitalised[word])


def text_units(
    turns: pl.DataFrame, passages: pl.DataFrame, chapters: pl.DataFrame, episode_copies: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Return the texts of all copies that may be English, with UNIT_COLUMNS, those of a copy together."""
    units = pl.concat(
        [
            turns.select(pl.col("turn_id").alias("unit_id"), pl.lit("transcript").alias("field"), pl.all()).select(
                UNIT_COLUMNS
            ),
            passages.with_columns(pl.col("passage_id").alias("unit_id"), pl.col("field").cast(pl.String)).select(
                UNIT_COLUMNS
            ),
            chapters.with_columns(
                pl.col("chapter_id").alias("unit_id"), pl.lit("chapter").alias("field"), pl.col("title").alias("text")
            ).select(UNIT_COLUMNS),
        ]
    )
    if episode_copies is not None:
        # German writes every noun with a capital: English case statistics say nothing there.
        foreign = episode_copies.filter(pl.col("language") != "en").select("copy_id")
        units = units.join(foreign, on="copy_id", how="anti")
    return units.sort("copy_id", "char_start", "field", "unit_id")


def is_ordinary_word(word: str, lower_count: int, capitalised_count: int) -> bool:
    """Tell whether `word`, lower-case, is an ordinary word, given how often it stands in either case."""
    rank = word_ranks().get(word)
    if word in _NO_NAMES or len(word) < 2 or (rank is not None and rank < _ALWAYS_ORDINARY_RANK):
        return True
    if word in place_words():
        return True
    total = lower_count + capitalised_count
    if is_common_word(word):
        return capitalised_count < 2 or lower_count > 0.5 * total
    return lower_count >= 2 and lower_count > _MIN_LOWER_SHARE * total


class _Ordinary(dict[str, bool]):
    """Tells whether a word in lower case is an ordinary one; worked out once for each word."""

    def __init__(self, lower: Counter[str], capitalised: Counter[str]) -> None:
        super().__init__()
        self._lower, self._capitalised = lower, capitalised

    def __missing__(self, word: str) -> bool:
        self[word] = found = is_ordinary_word(word, self._lower[word], self._capitalised[word])
        return found


def find_unknown_names(units: pl.DataFrame, mentions: pl.DataFrame) -> UnknownNames:
    """Return the names in `units` (as `text_units` gives them) that no row of `mentions` covers."""
    texts = units["text"].to_list()
    lower, capitalised = _count_words(texts)
    ordinary = _Ordinary(lower, capitalised)
    known = _known_ranges(units, mentions)
    names: dict[str, list[Place]] = defaultdict(list)
    for row, text in enumerate(texts):
        _find_in_text(row, text, known.get(row, []), ordinary, names)
    _find_in_lower_case(units, texts, known, names)
    return UnknownNames(units, texts, dict(names), known, lower, capitalised)


def _count_words(texts: list[str]) -> tuple[Counter[str], Counter[str]]:
    """Return how often each word stands in lower case, and how often with a capital where no sentence starts."""
    lower_forms: Counter[str] = Counter()
    capitalised_forms: Counter[str] = Counter()
    for text in texts:
        lower_forms.update(_LOWER_WORD.findall(text))
        capitalised_forms.update(_CAPITALISED_WORD.findall(text))
    lower: Counter[str] = Counter()
    for form, count in lower_forms.items():
        lower[straighten(form).removesuffix("'s")] += count
    capitalised: Counter[str] = Counter()
    for form, count in capitalised_forms.items():
        capitalised[form.lower()] += count
    return lower, capitalised


def _find_in_lower_case(
    units: pl.DataFrame,
    texts: list[str],
    known: dict[int, list[tuple[int, int, str]]],
    names: dict[str, list[Place]],
) -> None:
    """Add the words that no list knows and that are said again, of copies whose recogniser knows no capitals."""
    rows: dict[str, list[int]] = defaultdict(list)
    for row, copy_id in enumerate(units["copy_id"]):
        rows[copy_id].append(row)
    for of_copy in rows.values():
        size = sum(len(texts[row]) for row in of_copy)
        if size < _MIN_COPY or sum(len(_CAPITAL.findall(texts[row])) for row in of_copy) > _MAX_CAPITALS * size:
            continue
        found = [(row, match) for row in of_copy for match in _ODD_WORD.finditer(texts[row])]
        counts = Counter(match.group() for _, match in found)
        odd = {
            word
            for word, count in counts.items()
            if count >= _MIN_ODD_COUNT
            and word not in _NO_NAMES
            and word not in place_words()
            and not is_common_word(word)
        }
        for row, match in found:
            if match.group() in odd and not _overlapping(known.get(row, []), *match.span()):
                names[match.group()].append(Place(row, *match.span(), is_mid_sentence=False))


def _known_ranges(units: pl.DataFrame, mentions: pl.DataFrame) -> dict[int, list[tuple[int, int, str]]]:
    """Return, by row of `units`, the characters of its mentions in order, with their entities. Topics are no names."""
    unit_id = pl.coalesce("turn_id", "passage_id", "chapter_id").alias("unit_id")
    placed = (
        mentions.filter((pl.col("entity_type") != "topic") & (pl.col("field") != "speaker_label"))
        .select("copy_id", pl.col("field").cast(pl.String), unit_id, "text_start", "text_end", "entity_id")
        .join(units.with_row_index("row").select("row", "copy_id", "field", "unit_id"), on=["copy_id", "unit_id"])
        .sort("row", "text_start", "text_end")
    )
    known: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    for row, start, end, entity_id in placed.select("row", "text_start", "text_end", "entity_id").iter_rows():
        known[row].append((start, end, entity_id))
    return known


def _overlapping(known: list[tuple[int, int, str]], start: int, end: int) -> list[tuple[int, int, str]]:
    if not known:
        return []
    first = bisect_left(known, (start, 0, ""))
    if first and known[first - 1][1] > start:
        first -= 1
    last = bisect_left(known, (end, 0, ""), first)
    return known[first:last]


def _find_in_text(
    row: int,
    text: str,
    known: list[tuple[int, int, str]],
    ordinary: _Ordinary,
    names: dict[str, list[Place]],
) -> None:
    for run in _RUN.finditer(text):
        start, end = run.span()
        surface = run.group()
        is_single = " " not in surface and "-" not in surface
        if is_single and ordinary[surface.lower()]:
            continue
        # `OP_RETURNs` is several of `OP_RETURN`.
        if end - start > 2 and text[end - 1] == "s" and text[end - 2].isupper():
            end -= 1
            surface = surface[:-1]
            if is_single and ordinary[surface.lower()]:
                continue
        elif _NO_END.match(text, end):
            continue
        before = text[start - 1] if start else " "
        if before in ".-=" and (text[start - 2 : start - 1].isalnum() or _is_in_address(text, start)):
            continue
        inside = _overlapping(known, start, end)
        if is_single:
            if not inside and _MIN_WORD <= end - start <= _MAX_WORD:
                names[_key(surface)].append(Place(row, start, end, _is_mid_sentence(text, start)))
            continue
        for part_start, part_end, known_part in _parts(text, start, end, inside, ordinary):
            is_mid = part_start > start or _is_mid_sentence(text, part_start)
            key = _key(text[part_start:part_end])
            names[key].append(Place(row, part_start, part_end, is_mid, known_part))


def _is_in_address(text: str, start: int) -> bool:
    return "/" in text[max(0, start - _MAX_ADDRESS) : start].rpartition(" ")[2]


def _parts(
    text: str, start: int, end: int, known: list[tuple[int, int, str]], ordinary: _Ordinary
) -> list[tuple[int, int, str | None]]:
    """Return the names that the run [start, end) of several words holds, each with the entity known inside it."""
    words = [(found.start(), found.end()) for found in _PART.finditer(text, start, end)]
    forms = [text[a:b] for a, b in words]
    is_mid = _is_mid_sentence(text, start)
    first, last = 0, len(words)
    # In front of a name, ordinary words are capitalised because the sentence starts (`So Ada Byrne`), or as titles are.
    while first < last and (
        _is_filler(forms[first])
        or (ordinary[forms[first].lower()] and (not is_mid or forms[first].lower() in _NO_NAMES))
    ):
        first += 1
    while last > first and (_is_filler(forms[last - 1]) or forms[last - 1].lower() in _CONNECTORS):
        last -= 1
    if (
        last > first
        and forms[last - 1][0].isdigit()
        and all(ordinary[form.lower()] for form in forms[first : last - 1])
    ):
        return []
    if first == last or last - first > _MAX_TOKENS:
        return []
    low, high = words[first][0], words[last - 1][1]
    if last - first == 1 and (ordinary[forms[first].lower()] or len(forms[first]) < _MIN_WORD):
        return []
    if all(form.lower() in place_words() or form.lower() in _NO_NAMES for form in forms[first:last]):
        return []
    if any(text[words[before][0] : high].lower() in place_words() for before in range(max(0, first - 1), first + 1)):
        return []
    touching = [item for item in known if item[0] < high and item[1] > low]
    if not touching:
        return [(low, high, None)]
    covered = sum(min(high, b) - max(low, a) for a, b, _ in touching)
    rest = [
        form
        for (a, b), form in zip(words[first:last], forms[first:last], strict=True)
        if not _overlapping(touching, a, b)
    ]
    # What is left beside a known name must be a name itself: `Gemini Nova`, and not `Gemini Team` or two people listed.
    if (
        len(touching) != 1
        or not rest
        or covered >= high - low
        or all(ordinary[form.lower()] or form[0].isdigit() for form in rest)
    ):
        return []
    return [(low, high, touching[0][2])]


_CONNECTORS = frozenset(("of", "for", "de", "del", "da", "van", "von", "der", "di", "le", "la", "el", "the", "&"))


def _is_filler(form: str) -> bool:
    """Tell whether a word at the edge of a run is no part of a name: so common that only a longer name holds it."""
    rank = word_ranks().get(form.lower())
    return (rank is not None and rank < 120) or form.lower() in _NO_NAMES or form in ("&",)


def _is_mid_sentence(text: str, start: int) -> bool:
    return start > 1 and text[start - 1] == " " and (text[start - 2].isalnum() or text[start - 2] == ",")


def _key(surface: str) -> str:
    return straighten(surface).lower()

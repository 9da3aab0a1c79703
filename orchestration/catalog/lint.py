"""Advice on aliases that are valid but would match what they do not mean.

Belongs here: rules of thumb for whoever adds an alias; a test keeps the shipped catalogue free of such aliases. Keep
out: what makes a catalogue invalid (load.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.catalog.catalog import Alias, Catalog

_MAX_SHORT_LETTERS = 3
# The commonest words of English that have at least four letters (shorter ones are told by their length), and words of
# everyday talk about technology that companies and products like to take as names.
_COMMON_WORDS_TEXT = """
able about above across action actually after again against agent agents ahead almost along already also although
always among amount anyone anything apple around artifacts asked atlas away back base basis because become been
before began begin behind being believe below best better between beyond black block blue board body book both
bottom bring brought build built business call called came canvas care case cause center certain chance change
character city claim clay clear close cloud code come common company complete computer conviction copilot could
country course create cruise cursor data days deal deep despite different does doing done down drive during each
early earth edge either elastic else end engine enough even ever every everyone everything exactly example excel
experience face fact factory fall family feel field figure final find fine first five flash flow focus follow force
form former found four free friend friends from front full future gamma game gave general genius getting give given
glean goes going gone good gotten great ground group grow half hand happen hard harness have head hear heard heart
help here high hold home hope horizon hour house however human humane idea important inflection instead into issue
itself jasper keep kind knew know known language large last late later lead learn least left less level life light
like likely line linear liquid list little live local long look looking lost lovable love made magic main major make
making many market material maybe mean means meet member memory mercury message method might mind minute modal model
models moment money month more most move much music must name near need network never news next night nothing
notion number office often once only open operator oracle order other others outside over page part parts past
people perhaps perplexity person phone pick place plan play point possible power present pretty probably problem
process product program projects public question quick quite rabbit railway ramp rather reach read ready real really
reason record reflection remember render replicate research rest result right rival river room rule runway rust said
same scale school second seen segment sense serious service seven several shall short should show side sierra signal
simple since sky slack small snap snowflake social some someone something sometimes song soon sort sound source
space spark speak spring square stable stand start state still stop story stream stripe strong study such sure swift
system take taken talk target team teams tell than thank that their them then there these they thing things think
third this those though thought thread threads three through time today together told tomorrow took tool tools top
toward true truth turn type under understand union unity until upon used user using usually value very video view
voice wait walk want warp watch water ways week well went were what when where which while whisper white whole whose
will window windows with within without word words work world would write writer year years young zoom
"""
_COMMON_WORDS = frozenset(_COMMON_WORDS_TEXT.split())


@dataclass(frozen=True, slots=True)
class Risk:
    """An alias that would match what it does not mean, and why."""

    alias: Alias
    reason: str


def risky_aliases(catalog: Catalog) -> list[Risk]:
    """Return the aliases that count in any letter case, without context words, and are short or common words.

    Such an alias matches ordinary speech: make it `case_sensitive` or `needs_context`, or give it context words.
    """
    found: list[Risk] = []
    for alias in catalog.aliases:
        if alias.kind not in ("exact", "misheard") or alias.context:
            continue
        letters = sum(character.isalnum() for character in alias.alias)
        if letters <= _MAX_SHORT_LETTERS:
            found.append(Risk(alias, f"{letters} letters in any case match by chance"))
        elif alias.alias.lower() in _COMMON_WORDS:
            found.append(Risk(alias, "a common English word in any case"))
    return found

"""People named side by side in a sentence, with what is said beside their names: position and organisation."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from orchestration.transforms.person_names import Name, NameFinder, hide_addresses

_TITLE_WORD = (
    r"(?:CEO|CTO|COO|CFO|CPO|CMO|CIO|CISO|SVP|EVP|VP|PM|MD|[Cc]o-?[Ff]ounders?|[Ff]ounders?|[Ff]ounding|"
    r"[Cc]o-?[Cc]reators?|"
    r"[Cc]reators?|[Pp]residents?|[Cc]hair(?:man|woman|person)?|[Dd]irectors?|[Hh]eads?|[Pp]artners?|[Pp]rincipals?|"
    r"[Pp]rofessors?|[Rr]esearchers?|[Ss]cientists?|[Ee]ngineers?|[Aa]rchitects?|[Ll]eads?|[Ll]eaders?|[Mm]anagers?|"
    r"[Ee]ditors?|[Cc]o-?[Hh]osts?|[Hh]osts?|[Aa]uthors?|[Ii]nvestors?|[Oo]rganizers?|[Oo]rganisers?|[Aa]nalysts?|"
    r"[Jj]ournalists?|[Rr]eporters?|[Ff]ellows?|[Mm]embers?|[Aa]dvis[eo]rs?|[Dd]esigners?|[Dd]evelopers?|"
    r"[Mm]aintainers?|"
    r"[Ee]conomists?|[Cc]hief|[Oo]fficers?|[Aa]dvocates?|[Ee]vangelists?|[Ww]riters?|[Ee]ntrepreneurs?|"
    r"[Pp]hilosophers?|"
    r"[Ll]awyers?|[Ee]xecutives?|[Oo]wners?|[Pp]hysicists?|[Mm]athematicians?|[Hh]istorians?|[Pp]sychologists?|"
    r"[Ss]cholars?|[Ss]pecialists?|[Cc]onsultants?|[Cc]ontributors?|[Ss]tudents?|[Ll]ecturers?|[Ss]trategists?|"
    r"(?:Mitg|G|mitg|g)ründer(?:in)?|[Gg]eschäftsführer(?:in)?|[Ll]eiter(?:in)?|[Pp]rofessorin|[Aa]utor(?:in)?|"
    r"[Ff]orscher(?:in)?)"
)
_HAS_TITLE = re.compile(rf"\b{_TITLE_WORD}\b")
_FRONT_WORD = re.compile(
    rf"^(?:{_TITLE_WORD}|and|&|of|for|the|Product|Engineering|Research|AI|Science|Technology|Operating|"
    rf"Executive|Financial|"
    r"[Vv]ice|[Ss]enior|[Gg]eneral|[Mm]anaging|[Gg]uest|[Ff]ormer|[Ff]ellow|[Dd]istinguished|[Ss]taff|[Ll]ongtime)$"
)
_VERB = (
    r"(?:joins?|joined|joining|returns?|sits?|sat|speaks?|spoke|talks?|talked|chats?|chatted|"
    r"discuss(?:es)?|explains?|shares?|"
    r"comes?|is|are|was|were|has|have|to|on|who|whose|explores?|interviews?|welcomes?|breaks?|walks?|"
    r"takes?|unpacks?|dives?|about)"
)
_DASHED = re.compile(r"(?:\s*[—–]|\s+-)\s+([^.;:—–!?()\ue000]{3,140})")
_COMMA = re.compile(
    rf"(?:,?\s+who(?:'s|’s| is| are)\s+|,\s*)(?!(?:{_VERB}|and|&)\b)"
    rf"((?:(?!\s{_VERB}\b)[^,;:.!?()—–]|\.(?=\w)|,(?=\s(?:Inc|LLC)\b)){{3,110}})"
)
_LATELY = re.compile(
    r",\s+(?P<past>(?:formerly|previously|ex-?)\s)?"
    r"(?:(?:most )?recently\s|now\s|currently\s|also\s|lately\s|who (?:now )?works\s)?"
    r"(?:of|at|with|from)\s+"
)
_RELATIVE = re.compile(r",\s+who(?:se)?\s+[^,.;:!?()]{3,140}(?=,\s)")
_PAREN = re.compile(r"\s*\(([^()]{1,90})\)")
_CREDENTIAL = re.compile(r",? (?:Ph\.?D|M\.?D|MBA|Esq|Jr|Sr|II|III|OBE|MBE|MP)\b\.?")
# What may follow a house that stands after a name without a position: `Ada Byte, Initech | Growing tea`.
_HOUSE_END = re.compile(r"\s*(?:$|[|(\[:;•·—–-]|\band\b|&)")
_AFTER_TITLE = re.compile(r"([^,]{2,60}),\s+([^,]{2,60})")
# Positions that are followed by the name of a work, not of a house.
_WORK_TITLE = re.compile(r"\b(?:author|writer|editor|host|creator|director|advocate)s?\b", re.IGNORECASE)
_OF = re.compile(r"\s+(?:of|from|at)\s+(?=[\w“\"])(?:the (?:substack|newsletter|podcast|blog|startup|company|lab)\s+)?")
_IN_TITLE = re.compile(r"\s+(at|@|from|with|for|of|bei|von)\s+|(?<=\w)(?:'s|’s)\s+")
_HEADS = re.compile(
    r"\b(?:head|director|vp|svp|evp|vice president|chief|lead|dean|professor|manager|member|fellow)s?$", re.I
)
_AND = re.compile(r"\s*(?:,\s*(?:and|&|und)|,|\band|&|\bund|\bwith|\+|/)\s+")
_PLURAL = re.compile(
    r"both\b|(?:\S+\s){0,3}?(?:founders|partners|hosts|co-hosts|creators|authors|professors|researchers)\b"
)
_SIBLING = re.compile(r"\b([A-Z][a-zà-ÿ]{2,20}) (?:and|&) $")
_KIN = ("twins", "brothers", "sisters", "siblings", "couple")
_FAMILY = re.compile(rf"\b[Tt]he ([A-Z][\w-]{{1,30}}) (?:{'|'.join(_KIN)})\b")
_IS_A = re.compile(r",?\s+(?:is|was)\s+(?:currently\s+)?(?:an?|the|our)\s+([^.;:!?()]{3,200})")
_DEED = re.compile(
    r"(?<!\bthe )(?<!\ba )\b(?:(?P<verb>building|founding|co-founding|founded|co-founded|cofounded|starting|started|"
    r"leading|leads|running|runs|heads|creating|joined)|(?:now|currently)\b [^.;:,]{0,50}?\b(?:at|for|with)|"
    r"(?P<who>\bwho [a-z]+s (?:[a-z]+ ){0,4}(?:at|for)))"
    r"\s+(?:the\s+)?(?=[A-Z0-9]|[a-z][A-Z0-9])"
)


@dataclass(frozen=True, slots=True)
class Person:
    """A person in a sentence, with what the sentence says beside the name."""

    name: Name
    title: str | None = None
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """People named side by side. The range in the sentence takes in what stands beside the names."""

    people: tuple[Person, ...]
    start: int
    end: int


def _title_and_organisation(chunk: str, finder: NameFinder) -> tuple[str | None, str | None]:
    """Return position and organisation of an apposition such as `founder and CEO of Initech`."""
    chunk = chunk.strip()
    if not _HAS_TITLE.search(chunk):
        return None, None
    best: tuple[str, str] | None = None
    for link in _IN_TITLE.finditer(chunk):
        before, after = chunk[: link.start()], chunk[link.end() :]
        if link.group(1) is None:
            # `Initech's head of product`
            owner = finder.organisation(before)
            if owner and owner[2] == len(before) and _HAS_TITLE.search(after):
                return after.strip(), owner[0]
            continue
        found = finder.organisation(after)
        if not found or not _HAS_TITLE.search(before):
            continue
        organisation = found[0]
        if link.group(1) == "of" and _HEADS.search(before) and not finder.other_of(organisation):
            # `Head of Product` names a field, not a house.
            continue
        best = (before.strip(" ,"), organisation)
        break
    if best is None and (listed := _AFTER_TITLE.fullmatch(chunk)) and not _WORK_TITLE.search(listed.group(1)):
        # `CEO, Initech`
        found = finder.organisation(listed.group(2))
        if found and found[2] == len(listed.group(2)) and not _HAS_TITLE.search(found[0]):
            best = (listed.group(1).strip(), found[0])
    title = best[0] if best else chunk
    parts = [part for part in re.split(r",\s+(?:and\s+)?", title) if _HAS_TITLE.search(part)]
    title = parts[-1] if best and parts else title
    title = re.sub(r"^(?:(?:both|the|an?|our|their|his|her|my|currently|now)\s+)+", "", title)
    if best is None:
        # `Initech CEO`: the organisation stands in front.
        found = finder.organisation(title)
        if found and finder.other_of(found[0]) and _HAS_TITLE.search(title[found[2] :]):
            return title[found[2] :].strip(), found[0]
    return title[:90] or None, best[1] if best else None


def _front(text: str, start: int, finder: NameFinder) -> tuple[int, str | None, str | None]:
    """Return where the title in front of a name begins, that title and its organisation: `Initech CEO Ada Byte`."""
    words = list(re.finditer(r"\S+", text[max(0, start - 90) : start]))
    offset = max(0, start - 90)
    if text[start - 1 : start] not in (" ", "“", '"', "‘", "'", "@"):
        return start, None, None
    if words and words[-1].group() in ("“", '"', "‘", "'", "@"):
        words.pop()
    position = len(words)
    while position and _FRONT_WORD.match(words[position - 1].group()):
        position -= 1
    while position < len(words) and not (
        _HAS_TITLE.search(words[position].group()) or words[position].group()[0].isupper()
    ):
        position += 1
    title_words = [w.group() for w in words[position:]]
    while title_words and title_words[-1] in ("and", "&", "of", "for", "the"):
        title_words, position = [], len(words)
    title = " ".join(title_words) or None
    if title and not _HAS_TITLE.search(title):
        title, position = None, len(words)
    begin = offset + words[position].start() if title else start
    organisation = None
    if position:
        for size in range(min(4, position), 0, -1):
            first = words[position - size]
            piece = text[offset + first.start() : offset + words[position - 1].end()]
            bare = re.sub(r"(?:'s|’s)$", "", piece)
            if bare == piece and not title:
                continue
            found = finder.organisation(bare)
            is_sure = found and (finder.other_of(bare) or (bare != piece and bare[:1].isupper()))
            if found and found[1] == 0 and found[2] == len(bare) and is_sure and not finder.person_of(bare):
                organisation, begin = bare, offset + first.start()
                break
    return begin, title, organisation


def _house_after(text: str, end: int, finder: NameFinder) -> tuple[str, int] | None:
    """Return the catalogue's organisation that stands alone after a name, and where it ends."""
    if not text.startswith(", ", end):
        return None
    found = finder.organisation(text[end + 2 : end + 100])
    if not found or not (finder.other_of(found[0]) or "").startswith("company:"):
        return None
    stop = end + 2 + found[2]
    return (found[0], stop) if found[1] == 0 and _HOUSE_END.match(text, stop) else None


def groups_of(text: str, finder: NameFinder, accept: Callable[[Name], Name | None]) -> list[Group]:
    """Return the groups of people in a sentence.

    accept: turns a name as found into the one it means in this copy, or into None where it means no person.
    """
    names = [kept for name in finder.find(text) if (kept := accept(name))]
    text = hide_addresses(text)
    groups: list[Group] = []
    previous_end = 0
    for index, name in enumerate(names):
        if name.start < previous_end:
            continue
        begin, title, organisation = _front(text, name.start, finder)
        begin = max(begin, previous_end)
        next_start = names[index + 1].start if index + 1 < len(names) else len(text)
        end = name.end
        if text[end : end + 1] in ("”", '"', "’", "'", ")") and text[name.start - 1 : name.start] in (
            "“",
            '"',
            "‘",
            "'",
            "(",
        ):
            end += 1
            begin = min(begin, name.start - 1)
        if credential := _CREDENTIAL.match(text, end):
            end = credential.end()
        is_shared = False
        for _ in range(4):
            if paren := _PAREN.match(text, end):
                more_title, more_organisation = _title_and_organisation(paren.group(1), finder)
                house = None if more_title else _house_after(f", {paren.group(1)}", 0, finder)
                more_organisation = house[0] if house else more_organisation
                end = paren.end()
            elif lately := _LATELY.match(text, end):
                found = finder.organisation(text[lately.end() : lately.end() + 120])
                if not found or next_start < lately.end() + found[2]:
                    break
                more_title, more_organisation = None, None if lately.group("past") else found[0]
                end = lately.end() + found[2]
            elif of := _OF.match(text, end):
                found = finder.organisation(text[of.end() : of.end() + 120])
                if not found or (text[of.end() - 3 : of.end()] == "at " and not finder.other_of(found[0])):
                    break
                more_title, more_organisation = None, found[0]
                is_shared = True
                end = of.end() + found[2]
            elif house := _house_after(text, end, finder):
                more_title, more_organisation = None, house[0]
                end = house[1]
            elif (comma := _COMMA.match(text, end) or _DASHED.match(text, end)) and comma.start(1) < next_start:
                chunk = comma.group(1)
                if comma.end() > next_start:
                    chunk = text[comma.start(1) : next_start]
                    chunk = re.sub(r"\s+(?:and|&|with)\s+(?:\S+\s+){0,2}$", "", chunk)
                    if not re.search(r"\b(?:and|&)\s", text[comma.start(1) + len(chunk) : next_start]):
                        break
                more_title, more_organisation = _title_and_organisation(chunk, finder)
                if not more_title:
                    break
                is_shared = bool(_PLURAL.match(chunk))
                end = comma.start(1) + len(chunk)
            else:
                break
            title, organisation = title or more_title, organisation or more_organisation
        relative = _RELATIVE.match(text, end)
        if relative and relative.end() <= next_start:
            end = relative.end()
        person = Person(name, title, organisation)
        joint = _AND.fullmatch(text, groups[-1].end, begin) if groups else None
        if joint and "with" in joint.group() and not (name.is_sure and groups[-1].people[-1].name.is_sure):
            # `Tea Machines with Ada Byte`
            joint = None
        if joint:
            last = groups[-1]
            people = last.people
            is_clause = "," in joint.group() and "and" in joint.group() and len(people) == 1
            if is_shared and begin == name.start and not is_clause:
                # `Ada Byte and Bob Low of Initech`, `…, co-founders of Initech`
                people = tuple(
                    p if p.organisation else replace(p, title=p.title or title, organisation=organisation)
                    for p in people
                )
            elif begin == name.start and end == name.end and last.people[-1].organisation and _front_only(last):
                # `Initech's Ada Byte and Bob Low`
                person = replace(person, organisation=last.people[-1].organisation, title=last.people[-1].title)
            groups[-1] = Group((*people, person), last.start, end)
        else:
            sibling = _SIBLING.search(text, previous_end, begin) if is_shared and begin == name.start else None
            if sibling:
                # `Ann and Bea Low, both partners at Initech`
                full = f"{sibling.group(1)} {name.text.split()[-1]}"
                known = Name(full, sibling.start(1), sibling.end(1), finder.person_of(full))
                groups.append(Group((replace(person, name=known), person), sibling.start(1), end))
            else:
                groups.append(Group((person,), begin, end))
        previous_end = end
    return groups


def may_name(text: str, finder: NameFinder) -> bool:
    """Return whether a sentence can have groups at all: it has names, or calls people by their common surname."""
    return bool(finder.find(text)) or any(kin in text for kin in _KIN)


def with_families(text: str, groups: list[Group], members: Callable[[str], list[Name]]) -> list[Group]:
    """Return the groups with those whom the sentence calls by their common surname: `the Byte twins`.

    members: the people of a surname whom the copy names.
    """
    found = list(groups)
    for family in _FAMILY.finditer(text) if any(kin in text for kin in _KIN) else ():
        names = members(family.group(1))
        if len(names) > 1 and not any(group.start < family.end() and family.start() < group.end for group in groups):
            start, end = family.span(1)
            people = tuple(Person(replace(name, start=start, end=end, is_sure=True)) for name in names)
            found.append(Group(people, *family.span()))
    return sorted(found, key=lambda group: group.start)


def _front_only(group: Group) -> bool:
    return group.start < group.people[0].name.start - 1 and group.end <= group.people[-1].name.end + 1


def _with_position(text: str, group: Group, finder: NameFinder) -> Group:
    """Return the group with what its sentence says it is: `Ada Byte is a researcher at Initech`."""
    said = _IS_A.match(text, group.end) if len(group.people) == 1 and not group.people[0].organisation else None
    title, organisation = _title_and_organisation(said.group(1), finder) if said else (None, None)
    if not title:
        return group
    person = replace(group.people[0], title=group.people[0].title or title, organisation=organisation)
    return replace(group, people=(person,))


def with_deeds(text: str, groups: list[Group], finder: NameFinder) -> list[Group]:
    """Return the groups, with the organisation that the sentence tells by deeds: `From building Initech …, Ada Byte`.

    A deed belongs to the group named before it, else to the first one. What stands beside a name comes first.
    """
    known_beside = [_with_position(text, group, finder) for group in groups]
    kept = list(known_beside)
    for deed in _DEED.finditer(text) if groups else ():
        found = finder.organisation(text[deed.end() : deed.end() + 120])
        if not found or any(p.name.start <= deed.end() + found[1] < p.name.end for g in groups for p in g.people):
            continue
        known = finder.other_of(found[0])
        is_named = deed.group("verb") not in (None, "joined") or deed.group("who")
        if (known and not known.startswith("company:")) or (not known and not is_named):
            continue
        index = max((i for i, group in enumerate(groups) if group.people[-1].name.end <= deed.start()), default=0)
        if any(p.organisation for p in known_beside[index].people):
            continue
        # A later deed of a sentence is the more recent one: `from building one firm to founding another`.
        title = "founder" if "found" in (deed.group("verb") or "") else None
        people = tuple(replace(p, title=p.title or title, organisation=found[0]) for p in kept[index].people)
        kept[index] = replace(groups[index], people=people)
    return kept

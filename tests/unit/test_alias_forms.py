from __future__ import annotations

from orchestration.catalog.catalog import Alias, Catalog, Entity
from orchestration.transforms.alias_forms import alias_forms, is_plain_phrase

ENTITIES = [
    Entity("product:orbo-4", "product", "Orbo-4"),
    Entity("product:chip", "product", "Zed Chip"),
    Entity("product:pods", "product", "Orbo Pods"),
    Entity("company:kestral", "company", "Kestral"),
    Entity("company:amber", "company", "Amber"),
    Entity("show:deep-kitchen", "show", "Deep Kitchen"),
    Entity("topic:lamps", "topic", "lamps"),
]


def forms(*aliases: Alias) -> dict[str, bool]:
    catalog = Catalog({entity.entity_id: entity for entity in ENTITIES}, aliases, {}, "x")
    found, is_lower = alias_forms(catalog)
    return {alias.alias: lower for alias, lower in zip(found, is_lower, strict=True)}


def test_versions_are_written_in_every_way() -> None:
    assert set(forms(Alias("Orbo-4", "product:orbo-4", "exact"))) == {"Orbo-4", "Orbo 4", "Orbo4"}
    assert set(forms(Alias("o1", "product:orbo-4", "exact"))) == {"o1"}


def test_plurals_and_articles_stay_outside_the_surface_but_not_where_they_are_the_name() -> None:
    chips = (Alias("Zed Chip", "product:chip", "exact"), Alias("Zed Chips", "product:chip", "exact"))
    assert set(forms(*chips)) == {"Zed Chip"}
    pods = (Alias("Orbo Pods", "product:pods", "exact"), Alias("Orbo Pod", "product:pods", "exact"))
    assert set(forms(*pods)) == {"Orbo Pods", "Orbo Pod"}
    show = (
        Alias("Deep Kitchen", "show:deep-kitchen", "exact"),
        Alias("The Deep Kitchen", "show:deep-kitchen", "exact"),
    )
    assert set(forms(*show)) == {"Deep Kitchen"}
    unsure = (Alias("Zed Chip", "product:chip", "needs_context"), Alias("Zed Chips", "product:chip", "exact"))
    assert {"Zed Chips", "Zed Chip"} <= set(forms(*unsure))
    topic = (Alias("lamp", "topic:lamps", "exact"), Alias("lamps", "topic:lamps", "exact"))
    assert set(forms(*topic)) == {"lamp", "lamps"}


def test_names_of_companies_and_products_are_looked_for_in_lower_case_unless_they_are_words() -> None:
    found = forms(
        Alias("Kestral", "company:kestral", "case_sensitive"),
        Alias("Amber", "company:amber", "needs_context"),
        Alias("Zed Chip", "product:chip", "case_sensitive"),
        Alias("Deep Kitchen", "show:deep-kitchen", "case_sensitive"),
    )
    assert found == {"Kestral": False, "Amber": False, "Zed Chip": False, "Deep Kitchen": False} | {
        "kestral": True,
        "zed chip": True,
    }


def test_a_phrase_of_common_words_is_plain() -> None:
    assert is_plain_phrase("deep research")
    assert not is_plain_phrase("kestral")


def test_names_with_capitals_inside_are_looked_for_as_words_too() -> None:
    found = forms(Alias("OrboLamp", "company:kestral", "exact"), Alias("AI", "company:amber", "case_sensitive"))
    assert set(found) == {"OrboLamp", "Orbo Lamp", "AI"}

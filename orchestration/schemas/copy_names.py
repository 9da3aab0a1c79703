"""Contract of the lake table `copy_names`."""

import dataframely as dy


class CopyNames(dy.Schema):
    """What a copy tells of names: runs of capitalised words, words by letter case, mentions and the words around."""

    copy_id = dy.String(primary_key=True, description="The copy that this belongs to.")
    words = dy.List(
        dy.Struct({"word": dy.String(), "lower": dy.UInt32(), "capitalised": dy.UInt32()}),
        description="Words that are not ordinary everywhere, or sound like a name: how often they stand in lower case, "
        "and with a capital where no sentence starts.",
    )
    runs = dy.List(
        dy.Struct(
            {
                "unit": dy.UInt32(),
                "start": dy.UInt32(),
                "surface": dy.String(),
                "is_mid_sentence": dy.Bool(),
                "known": dy.String(),
            }
        ),
        description="Runs of capitalised words that may hold a name: position of the text in the copy, the character "
        "there, whether a sentence goes on, and the mentions inside, as start, end and entity.",
    )
    known = dy.List(
        dy.Struct({"unit": dy.UInt32(), "entity_id": dy.String(), "neighbours": dy.String(), "beside": dy.String()}),
        description="Mentions in order: the telling words around, and those right beside.",
    )
    spoken = dy.List(
        dy.Struct(
            {
                "unit": dy.UInt32(),
                "start": dy.UInt32(),
                "word": dy.String(),
                "surface": dy.String(),
                "is_heading": dy.Bool(),
                "before": dy.String(nullable=True),
                "after": dy.String(nullable=True),
            }
        ),
        description="Words that sound like a name of the catalogue and have a telling word right before or after.",
    )
    entities = dy.List(dy.String(), description="Entities that are mentioned, also in the labels of speakers.")

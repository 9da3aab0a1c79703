"""Contract of the lake table `copy_words`."""

import dataframely as dy


class CopyWords(dy.Schema):
    """What of a copy is compared with other copies: its words, people and titles of chapters."""

    copy_id = dy.String(primary_key=True, description="The copy that says or describes this.")
    speech = dy.List(dy.UInt64(), description="Hashes of the words spoken, in order, hesitations left out.")
    notes = dy.List(dy.String(), description="Words of the description, in order, standing phrases of feeds left out.")
    names = dy.List(
        dy.Struct({"key": dy.String(), "name": dy.String(), "sentences": dy.List(dy.String())}),
        description="People in the notes: folded, as first written, and the sentences of some length that name them.",
    )
    voices = dy.List(dy.String(), description="Names at turns of speech, folded.")
    chapters = dy.List(
        dy.Struct({"words": dy.String(), "title": dy.String()}),
        description="Titles of chapters that say what is talked about, with their words in one order.",
    )

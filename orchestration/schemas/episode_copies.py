"""Contract of the lake table `episode_copies`."""

import dataframely as dy


class EpisodeCopies(dy.Schema):
    """One telling of an episode in one raw document."""

    copy_id = dy.String(primary_key=True, description="Hash of the document and the position of the copy in it.")
    document_id = dy.String(description="SHA-256 of the raw bytes, hexadecimal.")
    copy_index = dy.Int64(description="Position of the copy in its document, from 0.")
    format = dy.String(description="Format of the document.")
    char_start = dy.Int64(description="First character in the document text: 0-based code point.")
    char_end = dy.Int64(description="End in the document text, exclusive.")
    locator = dy.String(description="Where in the raw file the copy is.")
    show_name = dy.String(nullable=True, description="The show as the document names it outside running text.")
    title = dy.String(nullable=True, description="Title as the document states it.")
    description = dy.String(
        nullable=True, description="Paragraphs of the description (show notes), joined by blank lines."
    )
    url = dy.String(nullable=True, description="Address of the episode as the document states it.")
    video_id = dy.String(nullable=True, description="YouTube video id.")
    guid = dy.String(nullable=True, description="Feed guid.")
    published_on = dy.Date(nullable=True, description="Date of publication as stated; never taken from file times.")
    date_source = dy.Enum(
        ["stated", "recorded", "none"],
        description="`stated`: publication date in the document; `recorded`: only a recording date is stated; `none`.",
    )
    duration_s = dy.Float64(nullable=True, description="Length as the document states it, in seconds.")
    season = dy.Int64(nullable=True, description="Season as stated.")
    episode_number = dy.Float64(nullable=True, description="Number within the season or show as stated.")
    enclosure_url = dy.String(nullable=True, description="Address of the sound or video file as a feed states it.")
    show_guid = dy.String(nullable=True, description="Guid of the show, stated or derived from the feed's address.")
    tags = dy.List(dy.String(), description="Tags, categories or keywords as stated.")
    language = dy.String(nullable=True, description="ISO 639-1 code; NULL where neither stated nor sure.")
    language_source = dy.Enum(
        ["stated", "detected", "none"],
        description="`stated` by the document or a sidecar; `detected` from the text; `none`: not known.",
    )
    stated_fields = dy.List(
        dy.String(),
        description="What sidecars state of it (show, title, date, hosts, guests, url, language, guid), which goes "
        "before what the document says.",
    )
    has_mojibake = dy.Bool(description="Whether its text holds garbled characters (UTF-8 once read as Windows-1252).")
    is_truncated = dy.Bool(description="Whether the source was cut short.")
    truncation_reason = dy.String(nullable=True, description="Why, in words; NULL exactly where it is not truncated.")
    has_transcript = dy.Bool(description="Whether it holds speech.")
    has_speakers = dy.Bool(description="Whether speech carries speaker labels.")
    has_timestamps = dy.Bool(description="Whether speech carries times.")
    segment_count = dy.Int64(description="Number of segments.")
    word_count = dy.Int64(description="Words spoken, sounds in brackets left out.")

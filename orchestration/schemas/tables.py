"""All tables of the lake, in the order of the flow."""

import dataframely as dy

from orchestration.schemas.alias_proposals import AliasProposals
from orchestration.schemas.appearance_evidence import AppearanceEvidence
from orchestration.schemas.chapter_topics import ChapterTopics
from orchestration.schemas.chapters import Chapters
from orchestration.schemas.copy_alignments import CopyAlignments
from orchestration.schemas.copy_casts import CopyCasts
from orchestration.schemas.copy_differences import CopyDifferences
from orchestration.schemas.copy_episodes import CopyEpisodes
from orchestration.schemas.copy_links import CopyLinks
from orchestration.schemas.copy_names import CopyNames
from orchestration.schemas.copy_shows import CopyShows
from orchestration.schemas.copy_topics import CopyTopics
from orchestration.schemas.copy_words import CopyWords
from orchestration.schemas.document_texts import DocumentTexts
from orchestration.schemas.documents import Documents
from orchestration.schemas.entity_candidates import EntityCandidates
from orchestration.schemas.episode_copies import EpisodeCopies
from orchestration.schemas.kind_spans import KindSpans
from orchestration.schemas.links import Links
from orchestration.schemas.mentions import Mentions
from orchestration.schemas.passages import Passages
from orchestration.schemas.rejects import Rejects
from orchestration.schemas.segments import Segments
from orchestration.schemas.speaker_labels import SpeakerLabels
from orchestration.schemas.speaker_spans import SpeakerSpans
from orchestration.schemas.speaker_turns import SpeakerTurns
from orchestration.schemas.stated_people import StatedPeople
from orchestration.schemas.stated_shows import StatedShows
from orchestration.schemas.turn_topics import TurnTopics
from orchestration.schemas.unknown_names import UnknownNames

INGEST_TABLES: dict[str, type[dy.Schema]] = {
    "documents": Documents,
    "document_texts": DocumentTexts,
    "rejects": Rejects,
    "episode_copies": EpisodeCopies,
    "passages": Passages,
    "chapters": Chapters,
    "links": Links,
    "stated_people": StatedPeople,
    "segments": Segments,
}
TRANSFORM_TABLES: dict[str, type[dy.Schema]] = {
    "copy_words": CopyWords,
    "copy_links": CopyLinks,
    "copy_episodes": CopyEpisodes,
    "copy_alignments": CopyAlignments,
    "copy_differences": CopyDifferences,
    "stated_shows": StatedShows,
    "copy_shows": CopyShows,
    "copy_casts": CopyCasts,
    "speaker_labels": SpeakerLabels,
    "speaker_spans": SpeakerSpans,
    "appearance_evidence": AppearanceEvidence,
    "kind_spans": KindSpans,
    "speaker_turns": SpeakerTurns,
    "mentions": Mentions,
    "copy_topics": CopyTopics,
    "chapter_topics": ChapterTopics,
    "turn_topics": TurnTopics,
    "copy_names": CopyNames,
    "unknown_names": UnknownNames,
    "entity_candidates": EntityCandidates,
    "alias_proposals": AliasProposals,
}
LAKE_TABLES: dict[str, type[dy.Schema]] = INGEST_TABLES | TRANSFORM_TABLES

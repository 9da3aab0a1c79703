-- Every row of every table of the lake is in a mart, or is left out for the reason that docs/contract.md states
-- ("Where each lake row goes"). A row of this test is a table whose books do not balance, with counts and an example.
-- Not beside the index of search, since either takes most of the memory that DuckDB may use on a large corpus.
-- depends_on: {{ ref('search_terms') }}
{%- set of_preferred_copies = 'copy_id in (select preferred_copy_id from ' ~ ref('episodes') ~ ')' -%}
{%- set of_other_copies = 'not ' ~ of_preferred_copies -%}
{%- set books = [] -%}

{#- Tables whose rows stay rows: what tells them apart, the mart that has them, which rows are left out. -#}
{%- set rows_that_stay = [
    ('documents', 'document_id', 'documents', none),
    ('rejects', 'reject_id', 'rejects', none),
    ('episode_copies', 'copy_id', 'episode_copies', none),
    ('passages', 'passage_id', 'passages', none),
    ('chapters', 'chapter_id', 'chapters', none),
    ('links', 'link_id', 'links', none),
    ('copy_links', 'row(copy_id_a, copy_id_b, rule)', 'copy_links', none),
    ('copy_episodes', 'row(copy_id, episode_id)', 'episode_copies', none),
    ('copy_alignments', 'row(copy_id, other_copy_id, char_start)', 'copy_alignments', none),
    ('copy_differences', 'difference_id', 'copy_differences', none),
    ('appearance_evidence', 'evidence_id', 'appearance_evidence', none),
    ('speaker_turns', 'turn_id', 'speaker_turns', of_other_copies),
    ('speaker_turns', 'turn_id', 'other_copy_turns', of_preferred_copies),
    ('mentions', 'mention_id', 'mentions', of_other_copies),
    ('chapter_topics', 'row(chapter_id, topic_id)', 'chapter_topics', none),
    ('turn_topics', 'turn_id', 'turn_topics', of_other_copies),
    ('entity_candidates', 'candidate_id', 'entity_candidates', none),
    ('alias_proposals', 'proposal_id', 'alias_proposals', none),
] -%}
{%- for table, key, mart, left_out in rows_that_stay %}
    {%- set rows = 'select (' ~ key ~ ') as row_id from ' -%}
    {%- set lake_rows = rows ~ source('lake', table) -%}
    {%- set rows_left_out = lake_rows ~ ' where ' ~ left_out if left_out else none -%}
    {%- do books.append(unbalanced('lake/' ~ table, mart, lake_rows, rows ~ ref(mart), rows_left_out)) -%}
{%- endfor %}

{#- The text of a document stays in the lake, one for each document that `documents` calls parsed. -#}
{%- do books.append(unbalanced(
        'lake/document_texts',
        'documents',
        'select document_id as row_id from ' ~ source('lake', 'document_texts'),
        "select document_id as row_id from " ~ ref('documents') ~ " where status = 'parsed'",
    )) -%}

{#- A stated person is evidence, unless the name (a handle, a first name) could mean anybody. -#}
{%- set stated = 'select row(copy_id, name) as row_id from ' ~ source('lake', 'stated_people') -%}
{%- set stated_evidence = "select row(copy_id, quote) as row_id from {} where kind = 'stated'" -%}
{%- set in_mart = stated_evidence.format(ref('appearance_evidence')) -%}
{%- set unknown_names = stated ~ ' except ' ~ stated_evidence.format(source('lake', 'appearance_evidence')) -%}
{%- do books.append(unbalanced('lake/stated_people', 'appearance_evidence', stated, in_mart, unknown_names)) -%}

{#- A segment is in the turns around it, in which its first characters begin; sounds in brackets are in none. Hashes of
    copies are sorted in half the time that their ids take. -#}
{%- set segments = source('lake', 'segments') -%}
{%- set segments_of_turns %}
    select row(pieces.copy_id, segments.segment_index) as row_id
    from (
        select turns.copy_id, unnest(turns.spans).char_start as char_start
        from {{ source('lake', 'speaker_turns') }} as turns
        inner join (
            select turn_id from {{ ref('speaker_turns') }}
            union all
            select turn_id from {{ ref('other_copy_turns') }}
        ) using (turn_id)
    ) as pieces
    asof left join {{ segments }} as segments
        on hash(pieces.copy_id) = hash(segments.copy_id) and pieces.char_start >= segments.char_start
{%- endset -%}
{%- set segment_rows = 'select row(copy_id, segment_index) as row_id from ' ~ segments -%}
{%- set sounds = segment_rows ~ ' where not is_speech' -%}
{%- do books.append(
    unbalanced('lake/segments', 'speaker_turns, other_copy_turns', segment_rows, segments_of_turns, sounds)
) -%}

{#- The shows of copies are those of their episodes. -#}
{%- set copy_shows %}
    select row(copies.episode_id, copy_shows.show_id) as row_id
    from {{ source('lake', 'copy_shows') }} as copy_shows
    left join {{ ref('episode_copies') }} as copies using (copy_id)
{%- endset -%}
{%- set episode_shows = 'select row(episode_id, show_id) as row_id from ' ~ ref('episode_shows') -%}
{%- do books.append(unbalanced('lake/copy_shows', 'episode_shows', copy_shows, episode_shows)) -%}

{#- What is compared of a copy, and the shows, people and names that it knows, serve others and what is proposed for the
    catalogue; the copy is there. -#}
{%- for table, key in [
    ('copy_words', 'copy_id'),
    ('stated_shows', 'row(copy_id, show_id)'),
    ('copy_casts', 'row(copy_id, standing, person_key)'),
    ('copy_names', 'copy_id'),
    ('unknown_names', 'row(copy_id, unit, start)'),
] %}
    {%- set rows = 'select (' ~ key ~ ') as row_id from ' ~ source('lake', table) -%}
    {%- set of_copies = rows ~ ' where copy_id in (select copy_id from ' ~ ref('episode_copies') ~ ')' -%}
    {%- do books.append(unbalanced('lake/' ~ table, 'episode_copies', rows, of_copies)) -%}
{%- endfor %}

{#- A label with its person is in the turns that have it. -#}
{%- set labels %}
    select row(copy_id, speaker_label, person_id) as row_id from {{ source('lake', 'speaker_labels') }}
{%- endset -%}
{%- set labels_of_turns %}
    select row(copy_id, speaker_label, person_id) as row_id
    from (
        select copy_id, speaker_label, person_id, speaker_source from {{ ref('speaker_turns') }}
        union all
        select copy_id, speaker_label, person_id, speaker_source from {{ ref('other_copy_turns') }}
    )
    where speaker_source = 'native'
{%- endset -%}
{%- do books.append(unbalanced('lake/speaker_labels', 'speaker_turns, other_copy_turns', labels, labels_of_turns)) -%}

{#- The speaker of a stretch is that of the turns there, which say so with `speaker_source`. -#}
{%- set spans = 'select row(copy_id, char_start) as row_id from ' ~ source('lake', 'speaker_spans') -%}
{%- set spans_of_turns %}
    select row(spans.copy_id, spans.char_start) as row_id
    from {{ source('lake', 'speaker_spans') }} as spans
    inner join (
        select copy_id, char_start, char_end from {{ ref('speaker_turns') }}
        union all
        select copy_id, char_start, char_end from {{ ref('other_copy_turns') }}
    ) as turns
        on
            spans.copy_id = turns.copy_id
            and spans.char_start < turns.char_end
            and spans.char_end > turns.char_start
{%- endset -%}
{%- do books.append(unbalanced('lake/speaker_spans', 'speaker_turns, other_copy_turns', spans, spans_of_turns)) -%}

{#- A stretch of a sponsor is a sponsorship, or a credit of a copy that credits the sponsor already. Stretches of other
    kinds are the `segment_kind` of turns and mentions. -#}
{%- set kind_spans = source('lake', 'kind_spans') -%}
{%- set not_sponsorships %}
    select kind_spans.kind_span_id as row_id
    from {{ kind_spans }} as kind_spans
    left join {{ ref('sponsorships') }} as kept on kind_spans.kind_span_id = kept.sponsorship_id
    where
        kind_spans.segment_kind <> 'sponsor'
        or (
            kept.sponsorship_id is null
            and kind_spans.form = 'credit'
            and exists (
                select 1
                from {{ ref('sponsorships') }} as others
                where
                    others.copy_id = kind_spans.copy_id
                    and others.kind = 'credit'
                    and coalesce(others.company_id, others.sponsor_name) is not null
            )
        )
{%- endset -%}
{%- set span_rows = 'select kind_span_id as row_id from ' ~ kind_spans -%}
{%- set sponsorships = 'select sponsorship_id as row_id from ' ~ ref('sponsorships') -%}
{%- do books.append(unbalanced('lake/kind_spans', 'sponsorships', span_rows, sponsorships, not_sponsorships)) -%}

{#- The topics of the preferred copy are those of the episode. -#}
{%- set copy_topics = 'select row(copy_id, topic_id) as row_id from ' ~ source('lake', 'copy_topics') -%}
{%- set episode_topics %}
    select row(episodes.preferred_copy_id, topics.topic_id) as row_id
    from {{ ref('episode_topics') }} as topics
    left join {{ ref('episodes') }} as episodes using (episode_id)
{%- endset -%}
{%- set other_topics = copy_topics ~ ' where ' ~ of_other_copies -%}
{%- do books.append(unbalanced('lake/copy_topics', 'episode_topics', copy_topics, episode_topics, other_topics)) %}

{{ books | join('\nunion all\n') }}

{#- Full-text search over turns in plain SQL, so that a reader needs nothing but DuckDB: no extension, no network. -#}

{#-
    The words of a text as a list: letters and digits of any script, in lower case, without accents. Index and query
    share it: were they to differ, words would be indexed that no query finds. Taking out what stands between words, but
    for single spaces, and splitting the rest was measured to take less than half as long as matching word by word.
-#}
{%- macro search_words(text) -%}
    {%- set spaced -%}
        regexp_replace(lower(strip_accents({{ text }})), '[^\p{L}\p{M}\p{N} ]+', ' ', 'g')
    {%- endset -%}
    list_filter(string_split({{ spaced }}, ' '), lambda word: word != '')
{%- endmacro -%}

{#-
    Creates the table macro `search_turns` beside the tables that it reads. Tables are named without schema or catalog,
    so that the file may be renamed; attached under a name, it must be the one in `use`.
    BM25 as in Robertson and Zaragoza (2009), with the idf of Lucene, which is never negative; k1 = 1.2, b = 0.75.
    The query is a value and never becomes part of the SQL, so nothing can be injected through it.
-#}
{%- macro create_search_turns() -%}
create or replace macro search_turns(query, max_results := 20) as table
with

query_words as (
    select distinct unnest({{ search_words('query::varchar') }}) as term
),

phrases as (
    select ' ' || array_to_string({{ search_words('quoted') }}, ' ') || ' ' as phrase
    from (select unnest(regexp_extract_all(query::varchar, '"([^"]+)"', 1)) as quoted) as quotes
),

average as (
    select avg(word_count) as word_count
    from search_turn_words
),

scored as (
    select
        postings.turn_number,
        sum(
            terms.idf * postings.term_count * 2.2
            / (postings.term_count + 1.2 * (0.25 + 0.75 * turn_words.word_count / average.word_count))
        ) as score,
        count(*) = (select count(*) from query_words) as has_all_words,
    from query_words
    inner join search_terms as terms on query_words.term = terms.term
    inner join search_postings as postings on query_words.term = postings.term
    inner join search_turn_words as turn_words on postings.turn_number = turn_words.turn_number
    cross join average
    group by postings.turn_number
),

-- Texts are read only where a phrase is asked for: of none of these turns, without one.
read as (
    select scored.turn_number
    from scored
    where exists (select phrases.phrase from phrases)
),

without_phrase as (
    select distinct read.turn_number
    from read
    inner join search_turn_words as turn_words on read.turn_number = turn_words.turn_number
    inner join speaker_turns as turns on turn_words.episode_id = turns.episode_id and turn_words.turn_id = turns.turn_id
    cross join phrases
    where not contains(' ' || array_to_string({{ search_words('turns.text') }}, ' ') || ' ', phrases.phrase)
),

best as (
    select
        scored.turn_number,
        scored.score,
        scored.has_all_words,
    from scored
    where scored.turn_number not in (select without_phrase.turn_number from without_phrase)
    order by scored.has_all_words desc, scored.score desc, scored.turn_number asc
    limit max_results
),

-- Listed for the best alone: for every turn that has one of the words, it takes a tenth of the time of all.
found as (
    select
        best.turn_number,
        list_sort(list(postings.term)) as words_found,
    from query_words
    inner join search_postings as postings on query_words.term = postings.term
    inner join best on postings.turn_number = best.turn_number
    group by best.turn_number
)

select
    turns.turn_id,
    turns.episode_id,
    episodes.display_title as episode_title,
    episodes.show_id,
    episodes.published_on,
    turns.person_id,
    coalesce(people.name, turns.speaker_label) as speaker_name,
    turns.role,
    turns.segment_kind,
    round(best.score, 4) as score,
    best.has_all_words,
    found.words_found,
    turns.text,
    turns.start_s,
    turns.url_at_time,
from best
inner join found on best.turn_number = found.turn_number
inner join search_turn_words as turn_words on best.turn_number = turn_words.turn_number
inner join speaker_turns as turns on turn_words.episode_id = turns.episode_id and turn_words.turn_id = turns.turn_id
inner join episodes on turns.episode_id = episodes.episode_id
left join people on turns.person_id = people.person_id
order by best.has_all_words desc, best.score desc, best.turn_number asc
{%- endmacro -%}

{%- macro describe_search_turns() -%}
comment on macro table search_turns is
'Full-text search over turns, best first (BM25; turns with all words before the others). query: words, or phrases in double quotes. max_results: 20 unless given, NULL for all.'
{%- endmacro -%}

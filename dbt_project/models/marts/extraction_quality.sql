with

copies as (
    select * from {{ ref('int_copies') }}
),

languages as (
    select
        language,
        count(*) as copy_count,
    from copies
    group by language
),

-- What is done to copies in English (or in a language nobody knows), and to all others.
extractions as (
    select
        unnest(['mentions', 'topics', 'roles', 'segment_kinds']) as extraction,
        unnest([
            'all rules', 'keyphrases in English', 'patterns of sentences in English', 'phrases in English'
        ]) as english_method,
        unnest([
            'exact names only', 'none', 'patterns of sentences in English', 'phrases in English'
        ]) as other_method,
)

select
    languages.language,
    extractions.extraction,
    if(coalesce(languages.language, 'en') = 'en', extractions.english_method, extractions.other_method) as method,
    coalesce(languages.language = 'en', false) as is_made_for_language,
    languages.copy_count,
from languages
cross join extractions
order by languages.language, extractions.extraction

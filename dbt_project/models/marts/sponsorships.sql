with

spans as (
    select * from {{ ref('stg_kind_spans') }}
    where segment_kind = 'sponsor'
),

copies as (
    select * from {{ ref('int_copies') }}
),

turns as (
    select * from {{ ref('stg_speaker_turns') }}
),

mentions as (
    select * from {{ ref('stg_mentions') }}
    where entity_type in ('company', 'product')
),

companies as (
    select * from {{ ref('stg_catalog_companies') }}
),

products as (
    select * from {{ ref('stg_catalog_products') }}
),

company_names as (
    select * from {{ ref('int_company_names') }}
),

timed as (
    select
        spans.kind_span_id,
        min(turns.start_s) as start_s,
        max(turns.end_s) as end_s,
        arg_min(turns.clock_copy_id, turns.turn_index) as clock_copy_id,
    from spans
    inner join turns
        on
            spans.copy_id = turns.copy_id
            and spans.char_start < turns.char_end
            and spans.char_end > turns.char_start
    where turns.time_source <> 'none'
    group by spans.kind_span_id
),

candidates as (
    select
        spans.kind_span_id,
        coalesce(products.company_id, companies.company_id) as company_id,
        count(*) as mention_count,
        min(mentions.char_start) as first_char,
        bool_or(
            contains(lower(spans.sponsor_name), lower(mentions.surface))
            or contains(lower(mentions.entity_name), lower(spans.sponsor_name))
        ) as is_named,
        any_value(spans.sponsor_name is null) as is_nameless,
    from spans
    inner join mentions
        on
            spans.copy_id = mentions.copy_id
            and spans.char_start <= mentions.char_start
            and spans.char_end >= mentions.char_end
    left join companies on mentions.entity_id = companies.company_id
    left join products on mentions.entity_id = products.product_id
    where coalesce(products.company_id, companies.company_id) is not null
    group by all
),

mentioned_sponsors as (
    select
        kind_span_id,
        company_id,
    from candidates
    where is_named or is_nameless
    qualify row_number() over (
        partition by kind_span_id
        order by is_named desc nulls last, mention_count desc, first_char asc, company_id asc
    ) = 1
),

named as (
    select
        spans.*,
        coalesce(company_names.company_id, mentioned_sponsors.company_id) as company_id,
    from spans
    left join company_names on lower(spans.sponsor_name) = company_names.folded_name
    left join mentioned_sponsors on spans.kind_span_id = mentioned_sponsors.kind_span_id
),

-- Notes credit a sponsor in a list and again as the title of a chapter: one credit, the fullest that is known. Reads
-- stay rows of their own, and so do credits that name nobody.
distinct_sponsorships as (
    select * from named
    qualify
        form is distinct from 'credit'
        or coalesce(company_id, sponsor_name) is null
        or row_number() over (
            partition by copy_id, form, coalesce(company_id, lower(sponsor_name))
            order by char_end - char_start desc, char_start asc
        ) = 1
)

select
    sponsorships.kind_span_id as sponsorship_id,
    copies.episode_id,
    sponsorships.copy_id,
    copies.is_preferred as is_preferred_copy,
    sponsorships.company_id,
    sponsorships.sponsor_name,
    timed.start_s,
    timed.end_s,
    timed.clock_copy_id,
    sponsorships.form as kind,
    sponsorships.rule,
    sponsorships.document_id,
    sponsorships.char_start,
    sponsorships.char_end,
    {{ url_at_time('clock_copies.url', 'clock_copies.video_id', 'timed.start_s') }} as url_at_time,
from distinct_sponsorships as sponsorships
inner join copies on sponsorships.copy_id = copies.copy_id
left join timed on sponsorships.kind_span_id = timed.kind_span_id
left join copies as clock_copies on timed.clock_copy_id = clock_copies.copy_id
order by sponsorships.copy_id, sponsorships.char_start

with

mention_rules as (
    select * from {{ ref('stg_catalog_mention_rules') }}
),

mentions as (
    select * from {{ ref('mentions') }}
),

mentions_per_rule as (
    select
        match_rule,
        count(*) as mention_count,
    from mentions
    group by match_rule
)

select
    mention_rules.match_rule,
    mention_rules.description,
    mention_rules.precision,
    mention_rules.precision_low,
    mention_rules.judged,
    mention_rules.source,
    coalesce(mentions_per_rule.mention_count, 0) as mention_count,
from mention_rules
left join mentions_per_rule on mention_rules.match_rule = mentions_per_rule.match_rule
order by mention_rules.match_rule

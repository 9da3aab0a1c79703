-- The month tables add up to the counted mentions, and the denominators to the episodes.
with

totals as (
    select
        'company_months' as table_name,
        (select coalesce(sum(mention_count), 0) from {{ ref('company_months') }}) as found,
        (
            select count(*) from {{ ref('mentions') }}
            where entity_type = 'company' and {{ is_counted('field') }}
        ) as expected,
    union all
    select
        'topic_months' as table_name,
        (select coalesce(sum(mention_count), 0) from {{ ref('topic_months') }}) as found,
        (
            select count(*) from {{ ref('mentions') }}
            where entity_type = 'topic' and {{ is_counted('field') }}
        ) as expected,
    union all
    select
        'companies' as table_name,
        (select coalesce(sum(mention_count), 0) from {{ ref('companies') }}) as found,
        (select coalesce(sum(mention_count), 0) from {{ ref('company_months') }}) as expected,
    union all
    select
        'show_months' as table_name,
        (select coalesce(sum(episode_count), 0) from {{ ref('show_months') }}) as found,
        (select count(*) from {{ ref('episodes') }}) as expected,
)

select
    table_name,
    found,
    expected,
from totals
where found <> expected

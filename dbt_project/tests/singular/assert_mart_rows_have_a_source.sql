-- Every row of a mart that is made of other tables, rather than taken over from the lake row by row, has its source,
-- and every row of the source is in it. A row of this test is a mart whose books do not balance.
{%- set books = [] -%}

{#- Marts that have the rows of the catalogue or of the history as they are. -#}
{%- for origin, source_table, key, mart in [
    ('catalog', 'companies', 'company_id', 'companies'),
    ('catalog', 'products', 'product_id', 'products'),
    ('catalog', 'topics', 'topic_id', 'topics'),
    ('catalog', 'mention_rules', 'match_rule', 'mention_rules'),
    ('catalog', 'measured_quality', 'row(area, source, rule, measure, measured_on)', 'measured_quality'),
    ('history', 'pipeline_runs', 'release_id', 'pipeline_runs'),
    ('history', 'alerts', 'alert_id', 'alerts'),
] %}
    {%- set rows = 'select (' ~ key ~ ') as row_id from ' -%}
    {%- do books.append(unbalanced(
        origin ~ '/' ~ source_table, mart, rows ~ source(origin, source_table), rows ~ ref(mart)
    )) -%}
{%- endfor %}

{#- Each company of an episode once: pairs of single mentions would be hundreds of times as many. -#}
{%- set companies_of_episodes -%}
(
    select distinct episode_id, entity_id
    from {{ ref('mentions') }}
    where entity_type = 'company' and {{ is_counted('field') }}
)
{%- endset -%}

{#- Marts that are made: whence, what one row is there, and what tells the rows of the mart apart. -#}
{%- set sources = {
    'episodes': "select distinct episode_id as row_id from " ~ source('lake', 'copy_episodes'),
    'people':
        "select person_id as row_id from " ~ source('catalog', 'people')
        ~ " union select person_id from " ~ source('lake', 'appearance_evidence')
        ~ " union select person_id from " ~ source('lake', 'speaker_labels') ~ " where person_id is not null"
        ~ " union select entity_id from " ~ source('lake', 'mentions') ~ " where entity_type = 'person'",
    'shows':
        "select show_id as row_id from " ~ source('catalog', 'shows')
        ~ " union select show_id from " ~ source('lake', 'copy_shows')
        ~ " union select entity_id from " ~ source('lake', 'mentions') ~ " where entity_type = 'show'",
    'entities':
        "select company_id as row_id from " ~ ref('companies')
        ~ " union all select product_id from " ~ ref('products')
        ~ " union all select person_id from " ~ ref('people')
        ~ " union all select show_id from " ~ ref('shows')
        ~ " union all select topic_id from " ~ ref('topics'),
    'appearances':
        "select row(episode_id, person_id) as row_id from " ~ ref('appearance_evidence'),
    'appearance_roles':
        "select row(appearance_id, shows.show_id) as row_id from " ~ ref('appearances')
        ~ " inner join " ~ ref('episode_shows') ~ " as shows using (episode_id)",
    'guests':
        "select person_id as row_id from " ~ ref('appearances') ~ " where role = 'guest'",
    'show_months':
        "select row(date_trunc('month', published_on)::date, show_id) as row_id from " ~ ref('episodes'),
    'company_months':
        "select row(date_trunc('month', published_on)::date, show_id, entity_id) as row_id from "
        ~ ref('mentions') ~ " inner join " ~ ref('episodes') ~ " using (episode_id)"
        ~ " where entity_type = 'company' and " ~ is_counted('field'),
    'topic_months':
        "select row(date_trunc('month', published_on)::date, show_id, entity_id) as row_id from "
        ~ ref('mentions') ~ " inner join " ~ ref('episodes') ~ " using (episode_id)"
        ~ " where entity_type = 'topic' and " ~ is_counted('field')
        ~ " union select row(date_trunc('month', published_on)::date, show_id, topic_id) from "
        ~ ref('episode_topics') ~ " inner join " ~ ref('episodes') ~ " using (episode_id) where is_primary",
    'first_mentions':
        "select entity_id as row_id from " ~ ref('mentions') ~ " inner join " ~ ref('episodes')
        ~ " using (episode_id) where published_on is not null and " ~ is_counted('field'),
    'show_entities':
        "select row(show_id, entity_id) as row_id from " ~ ref('mentions') ~ " inner join " ~ ref('episodes')
        ~ " using (episode_id) where show_id is not null and entity_type in ('company', 'product', 'topic') and "
        ~ is_counted('field') ~ " and " ~ is_content('segment_kind'),
    'speaker_companies':
        "select row(speaker_person_id, speaker_role, entity_id) as row_id from " ~ ref('mentions')
        ~ " where entity_type = 'company' and field = 'transcript' and speaker_person_id is not null",
    'company_pairs':
        "select row(a.entity_id, b.entity_id) as row_id from " ~ companies_of_episodes ~ " as a inner join "
        ~ companies_of_episodes ~ " as b on a.episode_id = b.episode_id and a.entity_id < b.entity_id",
    'guest_pairs':
        "select row(a.person_id, b.person_id) as row_id from " ~ ref('appearances') ~ " as a inner join "
        ~ ref('appearances') ~ " as b on a.episode_id = b.episode_id and a.person_id < b.person_id"
        ~ " where a.role = 'guest' and b.role = 'guest'",
    'search_terms': "select term as row_id from " ~ ref('search_postings'),
    'extraction_quality': "select coalesce(language, 'unknown') as row_id from " ~ ref('episode_copies'),
} -%}
{%- set keys = {
    'episodes': 'episode_id',
    'people': 'person_id',
    'shows': 'show_id',
    'entities': 'entity_id',
    'appearances': 'row(episode_id, person_id)',
    'appearance_roles': 'row(appearance_id, show_id)',
    'guests': 'person_id',
    'show_months': 'row(month, show_id)',
    'company_months': 'row(month, show_id, company_id)',
    'topic_months': 'row(month, show_id, topic_id)',
    'first_mentions': 'entity_id',
    'show_entities': 'row(show_id, entity_id)',
    'speaker_companies': 'row(person_id, role, company_id)',
    'company_pairs': 'row(company_id_a, company_id_b)',
    'guest_pairs': 'row(person_id_a, person_id_b)',
    'search_terms': 'term',
    'extraction_quality': "coalesce(language, 'unknown')",
} -%}
{%- for mart, source_rows in sources.items() %}
    {%- set mart_rows = 'select (' ~ keys[mart] ~ ') as row_id from ' ~ ref(mart) -%}
    {%- do books.append(unbalanced('what ' ~ mart ~ ' is made of', mart, source_rows, mart_rows)) -%}
{%- endfor %}

{{ books | join('\nunion all\n') }}

-- Every turn is published once: those of preferred copies as `speaker_turns`, the others as `other_copy_turns`. Of the
-- mentions, all of preferred copies are, and none of another copy.
with

preferred as (
    select preferred_copy_id as copy_id
    from {{ ref('episodes') }}
),

expected as (
    select
        turns.turn_id as row_id,
        if(preferred.copy_id is null, 'other_copy_turns', 'speaker_turns') as table_name,
    from {{ ref('stg_speaker_turns') }} as turns
    left join preferred on turns.copy_id = preferred.copy_id
    union all
    select
        mentions.mention_id as row_id,
        'mentions' as table_name,
    from {{ ref('stg_mentions') }} as mentions
    inner join preferred on mentions.copy_id = preferred.copy_id
),

published as (
    select
        turn_id as row_id,
        'speaker_turns' as table_name,
    from {{ ref('speaker_turns') }}
    union all
    select
        turn_id as row_id,
        'other_copy_turns' as table_name,
    from {{ ref('other_copy_turns') }}
    union all
    select
        mention_id as row_id,
        'mentions' as table_name,
    from {{ ref('mentions') }}
)

select
    row_id,
    table_name,
from expected
full join published using (row_id, table_name)
where expected.row_id is null or published.row_id is null

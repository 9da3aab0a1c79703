with

evidence as (
    select * from {{ ref('stg_appearance_evidence') }}
),

copies as (
    select * from {{ ref('int_copies') }}
)

select
    evidence.evidence_id,
    {{ stable_id('appearance', ['copies.episode_id', 'evidence.person_id']) }} as appearance_id,
    copies.episode_id,
    evidence.copy_id,
    evidence.show_id,
    evidence.person_id,
    evidence.role,
    evidence.kind,
    evidence.quote,
    evidence.affiliation,
    evidence.affiliation_source,
    evidence.affiliation_title,
    evidence.document_id,
    evidence.char_start,
    evidence.char_end,
from evidence
inner join copies on evidence.copy_id = copies.copy_id
order by copies.episode_id, evidence.person_id, evidence.evidence_id

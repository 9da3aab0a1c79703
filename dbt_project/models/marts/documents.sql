with

documents as (
    select * from {{ ref('stg_documents') }}
),

copies as (
    select * from {{ ref('int_copies') }}
),

copies_per_document as (
    select
        document_id,
        count(*) as copy_count,
    from copies
    group by document_id
)

select
    documents.document_id,
    documents.paths,
    documents.path,
    documents.format,
    documents.bytes,
    documents.encoding,
    documents.has_byte_order_mark,
    documents.status,
    documents.sidecars,
    documents.ingested_at,
    coalesce(copies_per_document.copy_count, 0) as copy_count,
from documents
left join copies_per_document on documents.document_id = copies_per_document.document_id
order by documents.document_id

-- The link is shown as one, so no other text of this table may be markup: its brackets become quotation marks.
select
    a.*,
    m.published_on,
    s.name as show_name,
    replace(a.entity_name, '<', '‹') as company,
    replace(p.name, '<', '‹') as speaker,
    replace(m.display_title, '<', '‹') as episode,
    replace(a.context, '<', '‹') as quote,
    case
        when regexp_full_match(a.url_at_time, 'https?://[^\s"''<>]+')
            then
                '<a href="' || replace(a.url_at_time, '&', '&amp;') || '" target="_blank" rel="noopener noreferrer">'
                || coalesce(strftime(make_timestamp(cast(a.start_s * 1000000 as bigint)), '%H:%M:%S'), 'open') || '</a>'
    end as moment
from mentions a
join episodes m on m.episode_id = a.episode_id
left join shows s on s.show_id = m.show_id
left join people p on p.person_id = a.speaker_person_id
where a.entity_type = 'company' and a.segment_kind = 'content' and a.field = 'transcript'

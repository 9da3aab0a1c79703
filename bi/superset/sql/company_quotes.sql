-- The link is shown as one, so no other text of this table may be markup: its brackets become quotation marks. Of titles
-- and names they are replaced before they are joined to mentions, and sentences mostly have none: replacing takes longest.
select
    a.*,
    m.published_on,
    m.show_name,
    replace(a.entity_name, '<', '‹') as company,
    p.speaker,
    m.episode,
    if(contains(a.context, '<'), replace(a.context, '<', '‹'), a.context) as quote,
    case
        when regexp_full_match(a.url_at_time, 'https?://[^\s"''<>]+')
            then
                '<a href="' || replace(a.url_at_time, '&', '&amp;') || '" target="_blank" rel="noopener noreferrer">'
                || coalesce(strftime(make_timestamp(cast(a.start_s * 1000000 as bigint)), '%H:%M:%S'), 'open') || '</a>'
    end as moment
from mentions a
join (
    select e.episode_id, e.published_on, s.name as show_name, replace(e.display_title, '<', '‹') as episode
    from episodes e
    left join shows s on s.show_id = e.show_id
) m on m.episode_id = a.episode_id
left join (
    select person_id, replace(name, '<', '‹') as speaker
    from people
) p on p.person_id = a.speaker_person_id
where a.entity_type = 'company' and a.segment_kind = 'content' and a.field = 'transcript'

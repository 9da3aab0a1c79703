select a.*, p.name as person, m.published_on, s.name as show_name
from appearances a
join people p on p.person_id = a.person_id
join episodes m on m.episode_id = a.episode_id
left join shows s on s.show_id = m.show_id
where a.role = 'guest'

select m.*, t.name as topic, s.name as show_name
from topic_months m
join topics t on t.topic_id = m.topic_id
left join shows s on s.show_id = m.show_id

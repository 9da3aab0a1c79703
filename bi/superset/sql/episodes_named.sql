select m.*, s.name as show_name
from episodes m
left join shows s on s.show_id = m.show_id

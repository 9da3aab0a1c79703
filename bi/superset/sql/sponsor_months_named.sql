select m.*, s.name as show_name
from sponsor_months m
left join shows s on s.show_id = m.show_id

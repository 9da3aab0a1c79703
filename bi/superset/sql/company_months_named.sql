select m.*, c.name as company, s.name as show_name
from company_months m
join companies c on c.company_id = m.company_id
left join shows s on s.show_id = m.show_id

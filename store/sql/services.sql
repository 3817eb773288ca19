-- name: notice
-- The text is that of the rendering which left; where it is not settled yet, of the last one.
select
    coalesce((
        select m.template from messages as m where m.reference = k.reference
        order by m.sha256 = k.sha256 desc, m.kept_at desc limit 1
    ), '') as template,
    array(
        select k.case_id
        union
        select i.case_id from contact_items as i where i.reference = k.reference
        order by 1
    ) as cases,
    coalesce(c.folded -> 'calendar' ->> 'time_zone', 'Europe/Paris') as zone,
    k.claimed_at as made_at,
    coalesce((
        select p.sha256 from letter_proofs as p
        where p.reference = k.reference and p.kind = any ($2::text[]) and p.doubt = ''
        order by array_position($2::text[], p.kind), p.fetched_at limit 1
    ), '') as proof
from contacts as k
left join cases as c on c.case_id = k.case_id
where k.reference = $1;

-- name: find
-- By the reference of a contact, or by a hash.
select
    m.reference, m.sha256, m.media_type, m.template, m.template_version, m.language, m.kept_at,
    c.case_id, c.step, c.cycle, c.channel, c.state, c.detail, c.sha256 as settled_sha256,
    b.size, b.packed
from messages as m
inner join contacts as c on c.reference = m.reference
inner join message_contents as b on b.sha256 = m.sha256
where m.reference = $1 or m.sha256 = $2
order by m.kept_at, m.sha256
limit 50;

-- name: keep
insert into letter_costs (
    reference, provider, kind, pages, sheets, price, currency, status, why
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (reference) do nothing;

-- name: keep_again
insert into letter_costs (
    reference, provider, kind, pages, sheets, price, currency, status, why
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (reference) do update set
    provider = excluded.provider, kind = excluded.kind, pages = excluded.pages,
    sheets = excluded.sheets, price = excluded.price, currency = excluded.currency,
    status = excluded.status, why = excluded.why, quoted_at = now();

-- name: posted
-- What a person posts is known by its contact alone; older ones have no price on record.
select
    c.reference,
    coalesce(c.creditor, '') as creditor,
    coalesce(c.debtor_id, '') as debtor_id,
    coalesce(l.kind, k.kind, '') as kind,
    coalesce(l.provider, k.provider, 'folder') as provider,
    coalesce(l.provider_id, c.detail) as provider_id,
    coalesce(l.state, case c.state when 'accepted' then 'in the folder' else c.state end) as state,
    coalesce(l.cause, '') as cause,
    coalesce(l.is_final, false) as is_final,
    coalesce(nullif(l.sha256, ''), c.sha256) as sha256,
    l.presented_at, l.ended_at,
    coalesce(l.updated_at, c.updated_at) as updated_at,
    (select count(*) from letter_proofs as p where p.reference = c.reference) as proofs,
    (
        select count(*) from letter_proofs as p
        where p.reference = c.reference and p.doubt <> ''
    ) as doubted,
    coalesce(cardinality(l.proofs_missing), 0) as missing,
    coalesce(k.pages, 0) as pages,
    k.price, k.currency,
    coalesce(k.status, '') as cost_status,
    coalesce(k.why, '') as cost_unknown
from contacts as c
left join letters as l on l.reference = c.reference
left join letter_costs as k on k.reference = c.reference
where
    c.channel = 'letter'
    and (coalesce(l.reference, k.reference) is not null or c.state in ('accepted', 'unknown'))
order by coalesce(l.is_final, l.reference is null), coalesce(l.updated_at, c.updated_at) desc
limit $1;

-- name: sums
-- A draft, or a letter that was rejected before it left, has cost nothing.
select
    coalesce(k.currency, '') as currency,
    sum(k.price) as price,
    count(*) as letters,
    count(*) filter (where k.status = 'provisional') as provisional
from contacts as c
left join letters as l on l.reference = c.reference
left join letter_costs as k on k.reference = c.reference
where
    c.channel = 'letter'
    and (coalesce(l.reference, k.reference) is not null or c.state in ('accepted', 'unknown'))
    and coalesce(l.state, '') not in ('draft', 'rejected')
group by 1
order by 1 desc;

-- name: situation
-- Everything that the last gate asks about a debtor, in one answer. A claim counts while somebody
-- still tries it: every attempt touches it, and the longest pause between two is one hour.
select
    coalesce(
        (select d.capacity from debtors as d where d.creditor = $1 and d.debtor_id = $2),
        'business'
    ) as capacity,
    (
        select coalesce(
            jsonb_agg(
                jsonb_build_object('reference', k.reference, 'channel', k.channel, 'at', k.at)
                order by k.at
            ), '[]'
        )
        from contacts as k
        where k.creditor = $1 and k.debtor_id = $2 and k.reference <> $3 and k.channel <> 'refer'
            and k.at > $4::timestamptz - $10::interval
            and (
                k.state in ('handing over', 'accepted', 'unknown')
                or (k.state = 'claimed' and k.updated_at > now() - interval '2 hours')
            )
    ) as contacts,
    (
        select coalesce(jsonb_agg(to_jsonb(w)), '[]')
        from (
            select q.channel, q.currency, q.until, min(q.since) as since
            from waiting as q
            inner join cases as c on c.case_id = q.case_id and c.state = 'open'
            where q.creditor = $1 and q.debtor_id = $2 and q.case_id <> $5
                and q.reason = any ($8::text[])
                -- Its turn is that of the message which speaks for it.
                and not exists (
                    select from contact_items as i
                    inner join contacts as k on k.reference = i.reference
                    where (i.case_id, i.step, i.cycle) = (q.case_id, q.step, q.cycle)
                        and k.state in ('claimed', 'handing over')
                )
            group by q.channel, q.currency, q.until
        ) as w
    ) as waiting,
    (
        select q.since from waiting as q
        where q.case_id = $5 and q.step = $6 and q.cycle = $7
    ) as waiting_since,
    (
        select coalesce(
            jsonb_agg(jsonb_build_object('amount', u.amount, 'since', u.since)), '[]'
        )
        from (
            select
                jsonb_build_object('amount', sum(m.amount)::text, 'currency', t.currency) as amount,
                -- Since a person put it there, else since the feed first did: to decide the same
                -- anew keeps nobody waiting longer.
                coalesce(
                    max(d.decided_at) filter (where m.amount > 0 and d.author <> $9),
                    min(d.decided_at) filter (where m.amount > 0)
                ) as since
            from bank_transactions as t
            inner join bank_movements as m
                on m.tx = t.tx and m.place = 'on account' and m.owner = $2
            inner join bank_decisions as d on d.decision = m.decision
            where t.creditor = $1 and t.debtors @> array[$2] and t.status = 'on account'
            group by t.tx, t.currency
            having sum(m.amount) > 0
            union all
            select jsonb_array_elements(c.folded -> 'unallocated') as amount, t.since
            from cases as c
            inner join lateral (
                select max(opened_at) as since from tasks
                where case_id = c.case_id and kind = 'unallocated-cash' and status = 'open'
            ) as t on t.since is not null
            where c.creditor = $1 and c.debtor_id = $2
        ) as u
    ) as unallocated,
    (
        select coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'amount',
                    jsonb_build_object('amount', t.amount::text, 'currency', t.currency),
                    'until', t.hold_until
                )
            ), '[]'
        )
        from bank_transactions as t
        where t.creditor = $1 and t.debtors @> array[$2] and t.status = 'suggested'
            and t.hold_until > $4
    ) as suggested,
    -- The oldest word counts; an account of which the bank has never told counts as silent.
    (
        select case when bool_and(a.booked_to is not null) then min(a.booked_to) end
        from bank_accounts as a where a.creditor = $1 and a.is_listed
    ) as bank_read_on,
    exists (
        select from contacts as k
        where k.reference = $3 and k.state not in ('claimed', 'withdrawn')
    ) as under_way;

-- name: outlooks
-- For a forecast: the debtors with open cases, by what they may be contacted, and when they were.
select
    c.creditor, c.debtor_id, coalesce(d.name, '') as name,
    coalesce(d.capacity, 'business') as capacity,
    (
        select coalesce(
            jsonb_agg(
                jsonb_build_object('reference', k.reference, 'channel', k.channel, 'at', k.at)
                order by k.at
            ), '[]'
        )
        from contacts as k
        where k.creditor = c.creditor and k.debtor_id = c.debtor_id and k.channel <> 'refer'
            and k.at > now() - $3::interval
            and k.state in ('handing over', 'accepted', 'unknown')
    ) as contacts
from (
    select distinct creditor, debtor_id from cases
    where state <> 'closed' and ($1 = '' or creditor = $1) and ($2 = '' or debtor_id = $2)
) as c
left join debtors as d on d.creditor = c.creditor and d.debtor_id = c.debtor_id;

-- name: wait
insert into waiting (
    case_id, creditor, debtor_id, step, cycle, channel, currency, reason, sentence, since, until
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
on conflict (case_id) do update set
    step = excluded.step, cycle = excluded.cycle, channel = excluded.channel,
    currency = excluded.currency, reason = excluded.reason, sentence = excluded.sentence,
    until = excluded.until,
    since = case
        when (waiting.step, waiting.cycle) = (excluded.step, excluded.cycle) then waiting.since
        else excluded.since
    end;

-- name: wait_no_more
delete from waiting where case_id = $1;

-- name: waiting_steps
select case_id, step, cycle, reason, sentence, since, until from waiting
where $1 = '' or case_id = $1;

-- name: claim
-- Takes a new contact, or one that was claimed and never handed over; else returns nothing.
insert into contacts (
    reference, case_id, step, cycle, channel, state, owner, lease_until, creditor, debtor_id, at
)
values (
    $1, $2, $3, $4, $5, 'claimed', $6, now() + make_interval(secs => $7), $8, $9, $10
)
on conflict (reference) do update set
    state = 'claimed', at = excluded.at, owner = excluded.owner, lease_until = excluded.lease_until,
    attempts = contacts.attempts + case when contacts.owner = excluded.owner then 0 else 1 end,
    updated_at = now()
where contacts.state in ('claimed', 'withdrawn')
returning *, false as lease_is_over;

-- name: contact
select *, lease_until < now() as lease_is_over from contacts where reference = $1;

-- name: find_out
-- One that was left in its hand-over is as unknown, once no turn of its case will look after it.
update contacts as c set state = $2, updated_at = now()
where c.reference = $1
    and (
        c.state = 'unknown'
        or (
            c.state = 'handing over' and c.lease_until < now()
            and exists (select from cases as s where s.case_id = c.case_id and s.state = 'closed')
        )
    )
returning true;

-- name: unknown_steps
-- Steps of a case whose message, its own or another case's, may have left, and nobody knows.
select c.step, c.claimed_at from contacts as c
where c.case_id = $1
    and (c.state = 'unknown' or (c.state = 'handing over' and c.lease_until < now()))
union all
select i.step, c.claimed_at
from contact_items as i inner join contacts as c on c.reference = i.reference
where i.case_id = $1
    and (c.state = 'unknown' or (c.state = 'handing over' and c.lease_until < now()))
order by claimed_at;

-- name: unknown_tasks
select t.task_id, t.case_id
from tasks as t
inner join cases as c on c.case_id = t.case_id
where t.kind = 'delivery-unknown' and t.status = 'open'
    and t.case_id in (
        select k.case_id from contacts as k where k.reference = $1
        union
        select i.case_id from contact_items as i where i.reference = $1
    )
    and exists (
        select from jsonb_array_elements(c.folded -> 'steps') as s
        where s ->> 'reference' = $1 and s ->> 'step' = t.step
    )
order by t.case_id, t.task_id;

-- name: may_have_left
select state in ('handing over', 'unknown') or (state = 'claimed' and perhaps_left)
from contacts where reference = $1;

-- name: begin_hand_over
-- The last gate: whatever a case has not heard of keeps the message in the house, and so does
-- whatever another case, for which it speaks, has put on record since it was written. Who loses
-- the contact to another case while this waits for its row finds itself no owner any more.
-- Its bytes, if it has any, are kept with it or not at all.
with begun as (
    update contacts as c
    set
        state = 'handing over', lease_until = now() + make_interval(secs => $3),
        updated_at = now(), charges = coalesce($6, c.charges)
    where c.reference = $1 and c.owner = $2 and c.state = 'claimed'
        and not exists (
            select from facts as f
            where f.told_at is null and (f.case_id = c.case_id or f.case_id in (
                select i.case_id from contact_items as i where i.reference = c.reference
            ))
        )
        and not exists (
            select from cases as s
            inner join unnest($4::text[], $5::int[]) as written (case_id, version)
                on written.case_id = s.case_id
            where s.version <> written.version
        )
    returning c.reference
),
contents as (
    insert into message_contents (sha256, size, packed)
    select $7, $8, $9 from begun where $7::text is not null
    on conflict do nothing
),
kept as (
    insert into messages (reference, sha256, media_type, template, template_version, language)
    select begun.reference, $7, $10, $11, $12, $13 from begun where $7::text is not null
    on conflict do nothing
)
select true from begun;

-- name: take_over
update contacts
set
    state = 'claimed', owner = $2, attempts = attempts + 1, updated_at = now(),
    lease_until = now() + make_interval(secs => $3),
    perhaps_left = perhaps_left or state <> 'claimed'
where reference = $1 and state in ('claimed', 'handing over', 'unknown');

-- name: take_back
update contacts
set
    state = 'claimed', last_error = $3, updated_at = now(),
    postponed_since = coalesce(postponed_since, $4)
where reference = $1 and owner = $2 and state in ('claimed', 'handing over')
returning postponed_since;

-- name: put_off
update contacts
set
    last_error = $3, updated_at = now(), postponed_since = coalesce(postponed_since, $4)
where reference = $1 and owner = $2 and state in ('claimed', 'handing over')
returning postponed_since;

-- name: withdraw
-- What an earlier attempt perhaps let leave cannot be called back: nobody knows, for all it names.
with gone as (
    update contacts
    set
        state = case when perhaps_left then 'unknown' else 'withdrawn' end, updated_at = now(),
        last_error = case when $2 = '' then last_error else $2 end,
        postponed_since = case when $3 then postponed_since end
    where reference = $1
        -- What a night has withdrawn may yet be held back: its deadline then begins anew.
        and (state = 'claimed' or (state = 'withdrawn' and postponed_since is not null))
    returning reference, state
)
delete from contact_items
where reference in (select reference from gone where state = 'withdrawn');

-- name: settle
-- With what has left, or never will, the turn of all that it speaks for has come.
with turn_has_come as (
    delete from waiting as w using contact_items as i
    where $2 in ('accepted', 'refused') and i.reference = $1
        and (w.case_id, w.step, w.cycle) = (i.case_id, i.step, i.cycle)
)
update contacts
set
    state = $2, detail = $3, sha256 = $4, address = $5, updated_at = now(),
    last_error = case when $6 = '' then last_error else $6 end
where reference = $1;

-- name: unsettled
select *, lease_until < now() as lease_is_over from contacts
where state = 'unknown' or (state in ('claimed', 'handing over') and updated_at < $1)
order by updated_at;

-- name: of_case
select *, lease_until < now() as lease_is_over from contacts
where case_id = $1 order by claimed_at;

-- name: lock_debtor
-- One contact of a debtor is put together at a time; held to the end of the transaction.
select pg_advisory_xact_lock(hashtextextended($1 || '/' || $2, 7235403));

-- name: try_to_lock_debtor
select pg_try_advisory_xact_lock(hashtextextended($1 || '/' || $2, 7235403));

-- name: covering
select c.*, c.lease_until < now() as lease_is_over
from contact_items as i
inner join contacts as c on c.reference = i.reference
where i.case_id = $1 and i.step = $2 and i.cycle = $3
    and (
        c.state in ('claimed', 'handing over', 'accepted', 'unknown')
        -- A refused one holds for all that it speaks for, for as long as it would go there again.
        or (
            c.state = 'refused' and c.address = (
                select
                    case
                        when c.channel = 'email' then d.email
                        else array_to_string(d.address_lines, E'\n')
                    end
                from debtors as d where d.creditor = c.creditor and d.debtor_id = c.debtor_id
            )
        )
    )
order by c.state = 'refused', c.claimed_at desc
limit 1;

-- name: call_back
-- Whoever has claimed the message that speaks for a step cannot begin to hand it over any more. One
-- that may have left before cannot be called back.
update contacts as c set owner = '', updated_at = now()
from contact_items as i
where i.case_id = $1 and i.step = $2 and i.cycle = $3
    and c.reference = i.reference and c.state = 'claimed' and not c.perhaps_left
returning true;

-- name: leave_behind
update contacts set owner = '', updated_at = now()
where reference = $1 and lease_until < now()
    and (state = 'claimed' or (state = 'handing over' and $2))
returning true;

-- name: uncover_step
delete from contact_items where case_id = $1 and step = $2 and cycle = $3;

-- name: uncover_all
delete from contact_items where reference = $1;

-- name: cover
-- Why each of them has waited stays known until the message is accepted: it may yet come back here.
insert into contact_items (reference, case_id, step, cycle)
select $1, * from unnest($2::text[], $3::text[], $4::int[]);

-- name: covered
select i.step, i.cycle, c.folded
from contact_items as i
inner join cases as c on c.case_id = i.case_id
where i.reference = $1
order by i.case_id;

-- name: other_cases
-- Cases of the debtor that may join: nothing unheard, and no contact of their own under way.
select c.folded
from cases as c
where c.creditor = $1 and c.debtor_id = $2 and c.case_id <> $3 and c.state = 'open'
    and not exists (select from facts as f where f.case_id = c.case_id and f.told_at is null)
order by c.case_id
limit 200;

-- name: on_their_way
-- Those of these steps of which a contact is under way or has left.
select t.case_id
from unnest($1::text[], $2::text[], $3::int[]) as t (case_id, step, cycle)
where exists (
    select from contacts as c
    where c.case_id = t.case_id and c.step = t.step and c.cycle = t.cycle
        and c.state in ('claimed', 'handing over', 'accepted', 'unknown')
) or exists (
    select from contact_items as i
    inner join contacts as c on c.reference = i.reference
    where i.case_id = t.case_id and i.step = t.step and i.cycle = t.cycle
        and c.state in ('claimed', 'handing over', 'accepted', 'unknown')
);

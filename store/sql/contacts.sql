-- name: claim
-- Takes a new contact, or one that was claimed and never handed over; else returns nothing.
insert into contacts (reference, case_id, step, cycle, channel, state, owner, lease_until)
values ($1, $2, $3, $4, $5, 'claimed', $6, now() + make_interval(secs => $7))
on conflict (reference) do update set
    state = 'claimed', owner = excluded.owner, lease_until = excluded.lease_until,
    attempts = contacts.attempts + case when contacts.owner = excluded.owner then 0 else 1 end,
    updated_at = now()
where contacts.state in ('claimed', 'withdrawn')
returning *, false as lease_is_over;

-- name: contact
select *, lease_until < now() as lease_is_over from contacts where reference = $1;

-- name: begin_hand_over
-- The last gate: whatever the case has not heard of keeps the message in the house.
update contacts as c
set state = 'handing over', lease_until = now() + make_interval(secs => $3), updated_at = now()
where c.reference = $1 and c.owner = $2 and c.state = 'claimed'
    and not exists (select from facts as f where f.case_id = c.case_id and f.told_at is null)
returning true;

-- name: take_over
update contacts
set
    state = 'claimed', owner = $2, attempts = attempts + 1, updated_at = now(),
    lease_until = now() + make_interval(secs => $3)
where reference = $1 and state in ('claimed', 'handing over', 'unknown');

-- name: take_back
update contacts set state = 'claimed', last_error = $3, updated_at = now()
where reference = $1 and owner = $2 and state in ('claimed', 'handing over');

-- name: settle
update contacts
set state = $2, detail = $3, sha256 = $4, updated_at = now()
where reference = $1;

-- name: unsettled
select *, lease_until < now() as lease_is_over from contacts
where state = 'unknown' or (state in ('claimed', 'handing over') and updated_at < $1)
order by updated_at;

-- name: of_case
select *, lease_until < now() as lease_is_over from contacts
where case_id = $1 order by claimed_at;

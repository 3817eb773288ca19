-- name: head
-- Locks the case's row, which serialises the writers of one stream.
select version, hash, folded from cases where case_id = $1 for update;

-- name: place
-- The same, for who has folded the case already.
select version, hash from cases where case_id = $1 for update;

-- name: heads_if_free
-- Of other cases, whose writers nobody here waits for: two who waited for each other would die.
select case_id, version, hash, folded from cases where case_id = any ($1::text[])
order by case_id for update skip locked;

-- name: record
-- The events, and the rows of their cases as they now stand.
with recorded as (
    insert into events (stream, version, event_id, type, data, metadata, recorded_at, hash)
    select * from unnest(
        $1::text[], $2::int[], $3::uuid[], $4::text[], $5::jsonb[], $6::jsonb[],
        $7::timestamptz[], $8::bytea[]
    )
)
insert into cases (
    case_id, creditor, invoice, debtor_id, version, hash, state, closing, level, next_step,
    next_at, waiting_for, claim, paid, outstanding, currency, due_date, opened_at, closed_at,
    folded
)
select * from unnest(
    $9::text[], $10::text[], $11::text[], $12::text[], $13::int[], $14::bytea[], $15::text[],
    $16::text[], $17::int[], $18::text[], $19::timestamptz[], $20::text[], $21::numeric[],
    $22::numeric[], $23::numeric[], $24::text[], $25::date[], $26::timestamptz[],
    $27::timestamptz[], $28::jsonb[]
)
on conflict (case_id) do update set
    version = excluded.version, hash = excluded.hash, state = excluded.state,
    closing = excluded.closing, level = excluded.level, next_step = excluded.next_step,
    next_at = excluded.next_at, waiting_for = excluded.waiting_for, claim = excluded.claim,
    paid = excluded.paid, outstanding = excluded.outstanding, due_date = excluded.due_date,
    closed_at = excluded.closed_at, folded = excluded.folded;

-- name: stream
select global_position, stream, version, event_id, type, data, metadata, recorded_at, hash
from events where stream = $1 and version > $2 order by version;

-- name: events_at
select version, event_id, data from events
where stream = $1 and version > $2 order by version limit $3;

-- name: all_events
select global_position, stream, version, event_id, type, data, metadata, recorded_at, hash
from events order by stream collate "C", version;

-- name: count_events
select count(*) from events;

-- name: heads
select case_id, version, hash from cases order by case_id collate "C";

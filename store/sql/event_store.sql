-- name: head
-- Locks the case's row, which serialises the writers of one stream.
select version, hash, folded from cases where case_id = $1 for update;

-- name: heads_if_free
-- Of other cases, whose writers nobody here waits for: two who waited for each other would die.
select case_id, version, hash, folded from cases where case_id = any ($1::text[])
order by case_id for update skip locked;

-- name: insert_events
insert into events (stream, version, event_id, type, data, metadata, recorded_at, hash)
select * from unnest(
    $1::text[], $2::int[], $3::uuid[], $4::text[], $5::jsonb[], $6::jsonb[],
    $7::timestamptz[], $8::bytea[]
);

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

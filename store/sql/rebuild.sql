-- name: make_room
create temp table new_cases (like cases) on commit drop;
create temp table new_tasks (like tasks) on commit drop;

-- name: add_cases
insert into new_cases
select * from unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::bytea[], $7::text[],
    $8::text[], $9::int[], $10::text[], $11::timestamptz[], $12::text[], $13::numeric[],
    $14::numeric[], $15::numeric[], $16::text[], $17::date[], $18::timestamptz[],
    $19::timestamptz[], $20::jsonb[]
);

-- name: add_tasks
insert into new_tasks (
    task_id, case_id, kind, step, summary, opened_at, status, outcome, note, done_at, done_by
)
select * from unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[],
    $8::text[], $9::text[], $10::timestamptz[], $11::text[]
);

-- name: hold_writers
-- People go on reading; whoever records waits, cases before tasks as in every append.
lock table cases, tasks in exclusive mode;

-- name: written_meanwhile
-- Streams that have grown since their events were folded.
select e.stream
from (select stream, max(version) as version from events group by stream) as e
left join new_cases as n on n.case_id = e.stream
where n.version is distinct from e.version
order by e.stream;

-- name: forget_streams
with cases_gone as (delete from new_cases where case_id = any ($1::text[]))
delete from new_tasks where case_id = any ($1::text[]);

-- name: find_astray
create temp table astray_cases on commit drop as
select case_id from ((table cases except table new_cases)
    union (table new_cases except table cases)) as c;
create temp table astray_tasks on commit drop as
select task_id from ((table tasks except table new_tasks)
    union (table new_tasks except table tasks)) as t;

-- name: count_astray
select (select count(distinct case_id) from astray_cases)
    + (select count(distinct task_id) from astray_tasks);

-- name: mend
delete from cases where case_id in (select case_id from astray_cases);
insert into cases select * from new_cases where case_id in (select case_id from astray_cases);
delete from tasks where task_id in (select task_id from astray_tasks);
insert into tasks select * from new_tasks where task_id in (select task_id from astray_tasks);

-- name: count_folded
select coalesce(sum(version), 0) from new_cases where case_id = any ($1::text[]);

-- name: count_cases
select count(*) from new_cases;

-- name: make_space
drop table new_cases, new_tasks, astray_cases, astray_tasks;

-- name: keep_file
insert into bank_files (sha256, name, size, received_by) values ($1, $2, $3, $4)
on conflict (sha256) do nothing
returning sha256;

-- name: keep_part
insert into bank_file_parts (sha256, number, content) values ($1, $2, $3)
on conflict (sha256, number) do nothing;

-- name: size
select size, (
    select coalesce(sum(length(p.content)), 0) from bank_file_parts as p where p.sha256 = f.sha256
) as kept
from bank_files as f where f.sha256 = $1;

-- name: part
select content from bank_file_parts where sha256 = $1 and number = $2;

-- name: reached
-- A file that is fed again does not fall back: what was finished stays finished.
update bank_files
set
    state = case when state = 'told' then state else $2 end,
    format = case when $3 = '' then format else $3 end,
    changed_at = now()
where sha256 = $1;

-- name: lines_read
update bank_files set lines_read = $2, changed_at = now() where sha256 = $1;

-- name: lines_decided
update bank_files set lines_decided = lines_decided + $2, changed_at = now() where sha256 = $1;

-- name: finish
update bank_files
set state = $2, summary = coalesce(summary, $3), changed_at = now()
where sha256 = $1;

-- name: file
select
    sha256, name, size, format, state, lines_read, lines_decided, summary, received_by, received_at,
    changed_at
from bank_files where sha256 = $1;

-- name: unfinished
select sha256, name, state, changed_at from bank_files
where state not in ('told', 'refused') and changed_at > now() - make_interval(secs => $1)
order by received_at;

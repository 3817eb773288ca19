-- name: keep_former
create temp table former_cases on commit drop as table cases;
create temp table former_tasks on commit drop as table tasks;

-- name: count_changed
-- How many rows of the read models differ between then and now, in either direction.
select
    (select count(*) from ((table former_cases except table cases)
        union (table cases except table former_cases)) as c)
    + (select count(*) from ((table former_tasks except table tasks)
        union (table tasks except table former_tasks)) as t);

-- name: drop_former
drop table if exists pg_temp.former_cases, pg_temp.former_tasks;

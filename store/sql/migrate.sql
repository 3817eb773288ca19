-- name: try_lock
select pg_try_advisory_lock(7235401);

-- name: create_table
create table if not exists schema_migrations (
    name text primary key,
    sha256 text not null,
    applied_at timestamptz not null default now()
);

-- name: applied
select name, sha256 from schema_migrations;

-- name: remember
insert into schema_migrations (name, sha256) values ($1, $2);

-- name: grant_role
do $$
begin
    if not pg_has_role(current_user, 'relance_app', 'usage') then
        execute format('grant relance_app to %I', current_user);
    end if;
    execute format('grant usage on schema public to relance_app');
end
$$;

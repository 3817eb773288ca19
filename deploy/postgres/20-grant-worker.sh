#!/bin/sh
# Who may use the tables? The workers and the owner, as members of the application's role.
#
# Runs after every migration, as relance (PGHOST, PGUSER, PGPASSWORD and PGDATABASE say where).
# Harmless when the membership is there already.
set -eu

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 <<'SQL'
do $$
begin
    if to_regrole('relance_app') is null then
        raise exception 'role relance_app is missing: run the migrations first';
    end if;
    if to_regrole('relance_worker') is null then
        raise exception 'role relance_worker is missing: run deploy/postgres/10-databases.sh first';
    end if;
    -- usage, not member: a membership may bring the ADMIN option and nothing else. That is all
    -- that creating the role gave the owner, who works as relance_app too, on the command line.
    if not pg_has_role('relance_worker', 'relance_app', 'usage') then
        grant relance_app to relance_worker;
    end if;
    if not pg_has_role(current_user, 'relance_app', 'usage') then
        execute format('grant relance_app to %I', current_user);
    end if;
end
$$;
SQL
echo "relance_worker has the rights of relance_app"

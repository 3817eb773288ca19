#!/bin/sh
# Which databases and login roles are there? Temporal's two, Relance's one, and who may enter each.
#
# The postgres image runs this file once, on an empty volume, as its superuser. It may be run again
# at any time (after a restore, or to change a password): every statement looks before it acts.
#
#   temporal         owns temporal and temporal_visibility; used by the Temporal server
#   relance          owns relance; used by the migrations only (DATABASE_OWNER_URL)
#   relance_worker   owns nothing; used by the workers (DATABASE_URL). It gets its rights as a
#                    member of relance_app, the role without login that the migrations create.
set -eu

: "${TEMPORAL_DB_PASSWORD:?is the password of the role temporal}"
: "${RELANCE_OWNER_DB_PASSWORD:?is the password of the role relance}"
: "${RELANCE_WORKER_DB_PASSWORD:?is the password of the role relance_worker}"
export TEMPORAL_DB_PASSWORD RELANCE_OWNER_DB_PASSWORD RELANCE_WORKER_DB_PASSWORD

# \getenv keeps the passwords out of the process list; format(%L) keeps them inside their quotes.
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 \
    --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
\getenv temporal_password TEMPORAL_DB_PASSWORD
\getenv owner_password RELANCE_OWNER_DB_PASSWORD
\getenv worker_password RELANCE_WORKER_DB_PASSWORD

select format('create role %I', name)
from unnest(array['temporal', 'relance', 'relance_worker']) as name
where to_regrole(name) is null
\gexec

select format('alter role temporal login password %L', :'temporal_password')
\gexec
-- Since PostgreSQL 16 CREATEROLE reaches no further than the roles that its holder created: the
-- migrations create relance_app, so relance has the ADMIN option on it and may hand it on.
select format('alter role relance login createrole password %L', :'owner_password')
\gexec
select format('alter role relance_worker login password %L', :'worker_password')
\gexec

-- After a restore relance_app may have been created by the superuser instead of by relance.
select 'grant relance_app to relance with admin option'
where to_regrole('relance_app') is not null
\gexec

select format('create database %I owner %I', name, owner)
from (values ('temporal', 'temporal'), ('temporal_visibility', 'temporal'), ('relance', 'relance'))
    as wanted (name, owner)
where not exists (select from pg_database where datname = wanted.name)
\gexec

-- Nobody enters a database that is not theirs.
revoke all on database temporal, temporal_visibility, relance from public;
grant connect on database relance to relance_worker;
SQL
echo "databases and roles are in place"

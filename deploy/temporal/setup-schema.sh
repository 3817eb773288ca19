#!/bin/sh
# How do Temporal's two databases get their tables? Created once, brought up to date on every start.
#
# Runs in temporalio/admin-tools of the very version of the server, before the server starts. Every
# step may be repeated: setup-schema leaves a newer schema alone, update-schema starts at the
# version that the database says it has. The tool reads SQL_PASSWORD from the environment.
set -eu

: "${SQL_HOST:?is the host of PostgreSQL}"
: "${SQL_USER:?is the role that owns the databases}"
: "${SQL_PASSWORD:?is the password of that role}"

plugin=${SQL_PLUGIN:-postgres12} # the plugin for PostgreSQL 12 and everything later
port=${SQL_PORT:-5432}
schemas=${SCHEMA_FOLDER:-/etc/temporal/schema/postgresql/v12}

sql_tool() {
    database=$1
    shift
    temporal-sql-tool --plugin "$plugin" --ep "$SQL_HOST" -p "$port" -u "$SQL_USER" \
        --db "$database" "$@"
}

prepare() {
    # Of the three steps only this one may fail: on our own PostgreSQL the database is there, and
    # its owner may not create more. If it really is missing, the next step says so and stops.
    sql_tool "$1" create || echo "database $1 was not created; it should be there already"
    sql_tool "$1" setup-schema -v 0.0
    sql_tool "$1" update-schema -d "$schemas/$2/versioned"
    echo "database $1 is up to date"
}

prepare "${TEMPORAL_DATABASE:-temporal}" temporal
prepare "${TEMPORAL_VISIBILITY_DATABASE:-temporal_visibility}" visibility

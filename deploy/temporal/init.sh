#!/bin/sh
# What must a Temporal server know before the first case? Relance's namespace and search attribute.
#
# Without its search attribute no case starts, so this runs before the workers. Every step may be
# repeated, and every wait ends.
set -eu

: "${TEMPORAL_ADDRESS:?is host:port of the Temporal frontend}"
export TEMPORAL_ADDRESS
namespace=${TEMPORAL_NAMESPACE:-relance}
# Histories of closed cases only serve to look into accidents; the events in PostgreSQL are the
# memory of the business. 720h = 30 days.
retention=${TEMPORAL_RETENTION:-720h}
attempts_max=${ATTEMPTS_MAX:-60}
pause_seconds=${PAUSE_SECONDS:-2}

# eventually WHAT COMMAND...: repeats the command until it succeeds, attempts_max times at most.
eventually() {
    what=$1
    shift
    attempt=1
    until output=$("$@" 2>&1); do
        if [ "$attempt" -ge "$attempts_max" ]; then
            echo "$what: given up after $attempt attempts: $output" >&2
            exit 1
        fi
        attempt=$((attempt + 1))
        sleep "$pause_seconds"
    done
    echo "$what: done"
}

serving() {
    temporal operator cluster health
}

namespace_is_there() {
    temporal operator namespace describe --namespace "$namespace" >/dev/null 2>&1 ||
        temporal operator namespace create --namespace "$namespace" --retention "$retention" \
            --description "Relance: one workflow per overdue invoice"
}

retention_is_set() {
    temporal operator namespace update --namespace "$namespace" --retention "$retention"
}

# A new namespace takes some seconds to be known everywhere, which is why this is repeated too.
attribute_is_there() {
    temporal operator search-attribute list --namespace "$namespace" |
        grep -Eq "^ *$1 +$2 *\$" ||
        temporal operator search-attribute create --namespace "$namespace" --name "$1" --type "$2"
}

eventually "server is healthy" serving
eventually "namespace $namespace" namespace_is_there
eventually "retention $retention" retention_is_set
eventually "search attribute Creditor" attribute_is_there Creditor Keyword

-- Letters handed to a provider, what it said of each, and the proofs it gave; sources of truth.

create table letters (
    reference text primary key references contacts (reference),
    provider text not null,
    provider_id text not null,
    kind text not null,
    state text not null,
    cause text not null default '',
    is_final boolean not null default false,
    reported_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (provider, provider_id)
);

create index letters_under_way on letters (updated_at) where not is_final or reported_at is null;

-- What a provider called about; the same call twice is one row.
create table letter_calls (
    provider text not null,
    call_id text not null,
    provider_id text not null,
    body jsonb not null,
    received_at timestamptz not null default now(),
    seen_at timestamptz,
    primary key (provider, call_id)
);

-- Kept at once: providers keep proofs for a year, courts ask for longer.
create table letter_proofs (
    reference text not null references letters (reference),
    kind text not null,
    sha256 text not null,
    media_type text not null,
    content bytea not null,
    fetched_at timestamptz not null default now(),
    primary key (reference, kind, sha256)
);

grant select, insert, update on letters, letter_calls to relance_app;
grant select, insert on letter_proofs to relance_app;

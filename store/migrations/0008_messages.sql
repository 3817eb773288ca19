-- The exact bytes of every message, kept in the transaction that begins to hand it over; a source
-- of truth, never rebuilt from events, never changed.

create table message_contents (
    sha256 text primary key check (sha256 ~ '^[0-9a-f]{64}$'),
    size integer not null,
    packed bytea not null -- zlib
);

-- One row a rendering: a message that is sent again after a doubt may have been written anew.
create table messages (
    reference text not null references contacts (reference),
    sha256 text not null references message_contents (sha256),
    media_type text not null,
    template text not null,
    template_version text not null,
    language text not null,
    kept_at timestamptz not null default now(),
    primary key (reference, sha256)
);

create index messages_of_content on messages (sha256);

-- Who speaks for a company in law, as a formal notice addresses them.
alter table debtors add column representative text not null default '';

grant select, insert on message_contents, messages to relance_app;

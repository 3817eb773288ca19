-- The business's memory. The application's role may add events and read them, nothing else.

do $$
begin
    if not exists (select from pg_roles where rolname = 'relance_app') then
        create role relance_app nologin;
    end if;
exception
    when duplicate_object or unique_violation then null;  -- another database of the same server was quicker
end
$$;

create table events (
    global_position bigint generated always as identity primary key,
    stream text not null,
    version integer not null check (version > 0),
    event_id uuid not null unique,
    type text not null,
    data jsonb not null,
    metadata jsonb not null default '{}',
    recorded_at timestamptz not null,
    hash bytea not null check (length(hash) = 32),
    unique (stream, version)
);

create function events_are_for_ever() returns trigger language plpgsql as $$
begin
    raise exception 'events are for ever: % is not allowed', tg_op
        using hint = 'append a correcting event instead';
end
$$;

create trigger events_are_for_ever
    before update or delete or truncate on events
    for each statement execute function events_are_for_ever();

comment on table events is
    'Append-only; hash covers the event and the hash before it in its stream.';

grant select, insert on events to relance_app;

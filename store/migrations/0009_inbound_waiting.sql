-- Bounces whose contact was still being handed over when they came in; reported again.

create table inbound_waiting (
    inbound_id text primary key references inbound_messages (inbound_id),
    since timestamptz not null default now()
);

grant select, insert, delete on inbound_waiting to relance_app;

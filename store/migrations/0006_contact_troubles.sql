-- Where a contact went, and which e-mail addresses take no mail any more.

alter table contacts add column address text not null default '';

-- An address stays with its debtor and is not written to until it is corrected or cleared.
create table bad_addresses (
    creditor text not null,
    address text not null,
    reason text not null,
    reference text not null,
    since timestamptz not null default now(),
    primary key (creditor, address)
);

grant select, insert, update, delete on bad_addresses to relance_app;

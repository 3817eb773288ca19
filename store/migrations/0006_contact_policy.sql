-- Who was contacted and when, on the case's own clock; and which due steps wait, and why.

alter table contacts
    add column creditor text not null default '',
    add column debtor_id text not null default '',
    add column at timestamptz not null default now();

update contacts as k
set creditor = c.creditor, debtor_id = c.debtor_id, at = k.claimed_at
from cases as c
where c.case_id = k.case_id;

create index contacts_of_debtor on contacts (creditor, debtor_id, at);

-- A step that is due and that its last gate keeps waiting: one row a case, gone when it is taken.
create table waiting (
    case_id text primary key,
    creditor text not null,
    debtor_id text not null,
    step text not null,
    cycle integer not null,
    channel text not null,
    currency text not null,
    reason text not null,
    sentence text not null,
    since timestamptz not null,
    until timestamptz not null
);

create index waiting_of_debtor on waiting (creditor, debtor_id);

grant select, insert, update, delete on waiting to relance_app;

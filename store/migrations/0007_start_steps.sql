-- At which step a case begins when others took the steps before it: told by an import, and used
-- once, when the case is opened.
create table start_steps (
    creditor text not null,
    invoice text not null,
    step text not null,
    recorded_at timestamptz not null default now(),
    primary key (creditor, invoice)
);

grant select, insert, update, delete on start_steps to relance_app;

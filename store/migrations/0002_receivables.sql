-- What the ledger of record reports: who owes, and what. Imported, never event-sourced.

create table debtors (
    creditor text not null,
    debtor_id text not null,
    name text not null,
    email text not null default '',
    phone text not null default '',
    address_lines text[] not null default '{}',
    country text not null default 'FR',
    language text not null default 'fr',
    siren text not null default '',
    vat_id text not null default '',
    capacity text not null default 'business',
    updated_at timestamptz not null default now(),
    primary key (creditor, debtor_id)
);

create table invoices (
    creditor text not null,
    number text not null,
    debtor_id text not null,
    issue_date date not null,
    due_date date not null,
    amount numeric(20, 4) not null,
    currency text not null,
    purchase_order text not null default '',
    reference text not null,
    imported_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (creditor, number),
    unique (creditor, reference),
    foreign key (creditor, debtor_id) references debtors (creditor, debtor_id)
);

create index invoices_by_due_date on invoices (creditor, due_date);
create index invoices_of_debtor on invoices (creditor, debtor_id);

grant select, insert, update on debtors, invoices to relance_app;

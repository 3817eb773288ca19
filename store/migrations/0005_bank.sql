-- What the bank says, and what was made of it. Sources of truth, never rebuilt from events.

-- What a payment settles beyond its money: a discount, charges on the way, a rounding.
alter table payments add column written_off numeric(20, 4) not null default 0;

-- The bytes as they came, so that a file can be read again whatever happens after.
create table bank_files (
    sha256 text primary key check (length(sha256) = 64),
    name text not null,
    size bigint not null,
    format text not null default '',
    state text not null default 'received'
        check (state in ('received', 'read', 'matched', 'told', 'refused')),
    lines_read integer not null default 0,
    lines_decided integer not null default 0,
    summary jsonb,
    received_by text not null default '',
    received_at timestamptz not null default now(),
    changed_at timestamptz not null default now()
);

create index bank_files_unfinished on bank_files (changed_at)
    where state not in ('told', 'refused');

create table bank_file_parts (
    sha256 text not null references bank_files (sha256),
    number integer not null,
    content bytea not null,
    primary key (sha256, number)
);

-- Which of a creditor's own accounts has been fed, and up to which day.
create table bank_accounts (
    account text primary key,
    creditor text not null,
    currency text not null default '',
    family text not null default '',
    booked_to date,
    is_listed boolean not null default true,
    fed_at timestamptz
);

comment on column bank_accounts.is_listed is
    'Whether the creditor''s file still names it; the last feed looked.';

create table bank_statements (
    account text not null,
    key text not null,
    kind text not null,
    id text not null default '',
    sequence text not null default '',
    currency text not null default '',
    opening numeric(20, 4),
    opening_day date,
    closing numeric(20, 4),
    closing_day date,
    entries integer not null default 0,
    adds_up boolean,
    difference numeric(20, 4),
    complete boolean not null default true,
    file text not null references bank_files (sha256),
    place integer not null default 0,
    recorded_at timestamptz not null default now(),
    primary key (account, key)
);

-- One row a payment as it moved the account; tx is the name that people type. A row that another
-- telling of the same entry has replaced stays, superseded, and its money is with the other.
create table bank_transactions (
    account text not null,
    item_key text not null,
    entry_key text not null,
    entry_amount numeric(20, 4) not null,
    is_sum boolean not null default false,
    detail integer not null default 0,
    tx text not null unique,
    position bigint generated always as identity unique,
    creditor text not null,
    family text not null,
    booked_on date not null,
    amount numeric(20, 4) not null,
    currency text not null,
    kind text not null,
    data jsonb not null,
    file text not null references bank_files (sha256),
    status text not null default 'new'
        check (
            status in (
                'new', 'booked', 'suggested', 'on account', 'unmatched', 'ignored', 'returned',
                'superseded'
            )
        ),
    debtors text[] not null default '{}',
    hold_until timestamptz,
    decision bigint,
    recorded_at timestamptz not null default now(),
    primary key (account, item_key)
);

create index bank_transactions_of_entry on bank_transactions (account, entry_key);
create index bank_transactions_by_day on bank_transactions (account, booked_on);
create index bank_transactions_open on bank_transactions (creditor, booked_on, position)
    where status in ('new', 'suggested', 'on account', 'unmatched');
create index bank_transactions_of_debtor on bank_transactions using gin (debtors)
    where status in ('suggested', 'on account');

-- What was decided about a transaction, by whom and why; for ever.
create table bank_decisions (
    decision bigint generated always as identity primary key,
    tx text not null references bank_transactions (tx),
    action text not null,
    author text not null,
    decided_at timestamptz not null,
    data jsonb not null default '{}',
    recorded_at timestamptz not null default now()
);

create index bank_decisions_of_transaction on bank_decisions (tx, decision);

-- Where each cent is: the rows of a transaction add up to its amount, and none is ever changed.
-- Money that moves from one place to another is two rows of one decision.
create table bank_movements (
    movement bigint generated always as identity primary key,
    decision bigint not null references bank_decisions (decision),
    tx text not null references bank_transactions (tx),
    place text not null
        check (place in ('allocated', 'on account', 'unmatched', 'ignored', 'superseded')),
    owner text not null default '',
    payment_id text not null default '',
    amount numeric(20, 4) not null check (amount <> 0)
);

create index bank_movements_of_transaction on bank_movements (tx);
create index bank_movements_of_owner on bank_movements (place, owner);

comment on column bank_movements.owner is
    'The invoice that is allocated to, or the debtor on whose account it is; else empty.';

create function bank_record_is_for_ever() returns trigger language plpgsql as $$
begin
    raise exception 'what was decided stays on record: % of % is not allowed', tg_op, tg_table_name
        using hint = 'record a further decision instead';
end
$$;

create trigger bank_decisions_are_for_ever
    before update or delete or truncate on bank_decisions
    for each statement execute function bank_record_is_for_ever();
create trigger bank_movements_are_for_ever
    before update or delete or truncate on bank_movements
    for each statement execute function bank_record_is_for_ever();

-- From whose account which debtor pays; learnt from decisions, and forgotten when told to.
create table learnt_payers (
    creditor text not null,
    iban text not null,
    debtor_id text not null,
    name text not null default '',
    tx text not null default '',
    learnt_by text not null,
    learnt_at timestamptz not null default now(),
    forgotten_by text not null default '',
    forgotten_at timestamptz,
    primary key (creditor, iban, debtor_id)
);

grant select, insert on bank_file_parts, bank_decisions, bank_movements to relance_app;
grant select, insert, update on bank_files, bank_accounts, bank_statements, bank_transactions,
    learnt_payers to relance_app;

-- What came from outside and what left the house; sources of truth, never rebuilt from events.

create table payments (
    payment_id text not null,
    creditor text not null,
    invoice text not null,
    amount numeric(20, 4) not null,
    currency text not null,
    received_on date not null,
    source text not null,
    recorded_at timestamptz not null default now(),
    reversed_at timestamptz,
    primary key (creditor, invoice, payment_id)
);

-- A fact is here before any case is told of it; told_at says when its case put it on record.
create table facts (
    fact_id text not null,
    case_id text not null,
    data jsonb not null,
    recorded_at timestamptz not null default now(),
    told_at timestamptz,
    told_as text not null default '',
    primary key (case_id, fact_id)
);

create index facts_untold on facts (case_id) where told_at is null;

-- One row a contact: claimed -> handing over -> accepted | refused | unknown; a claim whose case
-- was closed meanwhile is withdrawn.
create table contacts (
    reference text primary key,
    case_id text not null,
    step text not null,
    cycle integer not null,
    channel text not null,
    state text not null
        check (
            state in ('claimed', 'handing over', 'accepted', 'refused', 'unknown', 'withdrawn')
        ),
    owner text not null,
    lease_until timestamptz not null,
    attempts integer not null default 1,
    last_error text not null default '',
    detail text not null default '',
    sha256 text not null default '',
    claimed_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

-- Not unique: the reference, which follows from these three, is, and one arbiter is enough.
create index contacts_of_step on contacts (case_id, step, cycle);

create index contacts_unsettled on contacts (state, updated_at)
    where state in ('claimed', 'handing over', 'unknown');

-- The other cases of the debtor that a contact speaks for; each records it in its own history.
create table contact_items (
    reference text not null references contacts (reference),
    case_id text not null,
    step text not null,
    cycle integer not null,
    primary key (reference, case_id)
);

create index contact_items_of_step on contact_items (case_id, step, cycle);

-- Which cases the engine has been asked to run; lost with the engine, refilled by `resume`.
create table case_starts (
    case_id text primary key,
    started_at timestamptz not null default now()
);

grant select, insert, update on payments, facts, contacts to relance_app;
grant select, insert, update, delete on case_starts, contact_items to relance_app;

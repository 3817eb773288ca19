-- What people look at. Rebuilt from the events alone by `starter.py rebuild`.

create table cases (
    case_id text primary key,
    creditor text not null,
    invoice text not null,
    debtor_id text not null,
    version integer not null,
    hash bytea not null,
    state text not null,
    closing text not null default '',
    level integer not null,
    next_step text not null default '',
    next_at timestamptz,
    waiting_for text not null default '',
    claim numeric(20, 4) not null,
    paid numeric(20, 4) not null,
    outstanding numeric(20, 4) not null,
    currency text not null,
    due_date date not null,
    opened_at timestamptz not null,
    closed_at timestamptz,
    folded jsonb not null,
    unique (creditor, invoice)
);

create index cases_of_debtor on cases (creditor, debtor_id);
create index cases_by_state on cases (state, next_at);

create table tasks (
    task_id text primary key,
    case_id text not null,
    kind text not null,
    step text not null default '',
    summary text not null,
    opened_at timestamptz not null,
    status text not null check (status in ('open', 'done', 'obsolete')),
    outcome text not null default '',
    note text not null default '',
    done_at timestamptz,
    done_by text not null default ''
);

create index tasks_open on tasks (opened_at) where status = 'open';
create index tasks_of_case on tasks (case_id);

grant select, insert, update on cases, tasks to relance_app;

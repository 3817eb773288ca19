-- What came back, and by which recipients and documents a message left; sources of truth.

-- One row a message, however often it was delivered or seen; raw holds it as it came.
create table inbound_messages (
    inbound_id text primary key,
    message_id text not null default '',
    kind text not null
        check (kind in ('bounce', 'delay', 'reply', 'out-of-office', 'receipt', 'other')),
    evidence text not null default '',
    sender text not null default '',
    subject text not null default '',
    text text not null default '',
    sent_at timestamptz,
    linked_by text not null default '',
    reference text not null default '',
    cases text[] not null default '{}',
    failures jsonb not null default '[]',
    raw bytea not null,
    received_at timestamptz not null default now()
);

create index inbound_messages_by_time on inbound_messages (received_at);
create index inbound_messages_of_case on inbound_messages using gin (cases);

-- Where a message was seen; a mailbox that renumbers its messages shows them again.
create table inbound_places (
    mailbox text not null,
    uid_validity bigint not null,
    uid bigint not null,
    inbound_id text not null references inbound_messages (inbound_id),
    primary key (mailbox, uid_validity, uid)
);

-- How far a mailbox has been read.
create table inbound_mailboxes (
    mailbox text primary key,
    uid_validity bigint not null,
    last_uid bigint not null default 0,
    read_at timestamptz not null default now()
);

grant select, insert on inbound_messages, inbound_places to relance_app;
grant select, insert, update on inbound_mailboxes to relance_app;

-- To whom a contact went, and what the server said of each.
create table contact_recipients (
    reference text not null references contacts (reference),
    address text not null,
    role text not null,
    copied boolean not null default false,
    state text not null default 'addressed'
        check (state in ('addressed', 'accepted', 'refused', 'put off', 'bounced')),
    said text not null default '',
    updated_at timestamptz not null default now(),
    primary key (reference, address)
);

-- Documents that left with a contact, so that each leaves once in a conversation.
create table contact_documents (
    reference text not null references contacts (reference),
    creditor text not null,
    debtor_id text not null,
    document text not null,
    sha256 text not null,
    primary key (reference, document)
);

create index contact_documents_of_debtor on contact_documents (creditor, debtor_id, document);

grant select, insert, update, delete on contact_recipients, contact_documents to relance_app;

alter table debtors
    add column escalation_email text not null default '',
    add column account_manager text not null default '';

alter table invoices
    add column document text not null default '',
    add column document_link text not null default '';

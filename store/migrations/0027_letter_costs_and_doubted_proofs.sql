-- What a letter costs its sender, what is suspicious about a proof, and what is still to come.

-- Never a debtor's: nothing that counts what is owed reads it.
create table letter_costs (
    reference text primary key references contacts (reference),
    provider text not null,
    kind text not null,
    pages integer not null,
    sheets integer not null,
    price numeric,
    currency text not null default '',
    status text not null default '',
    why text not null default '',
    quoted_at timestamptz not null default now()
);

grant select, insert, update on letter_costs to relance_app;

comment on column letter_costs.price is 'empty when none was known; why says the reason';

-- A document that is no proof by its looks is kept as it came.
alter table letter_proofs add column doubt text not null default '';

comment on column letter_proofs.doubt is 'what is suspicious about it; empty for a good one';

-- A provider names proofs before they can be had: they are asked for again, also after the end.
alter table letters add column proofs_missing text[] not null default '{}';

comment on column letters.proofs_missing is 'kinds of proofs that were named and could not be had';

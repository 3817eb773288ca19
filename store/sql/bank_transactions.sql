-- name: lock_creditor
-- Whoever reads, matches or allocates a creditor's money does so alone, to the transaction's end.
select pg_advisory_xact_lock(hashtextextended($1, 7235405));

-- name: keep_account
insert into bank_accounts as a (account, creditor, currency, family, fed_at)
values ($1, $2, $3, $4, now())
on conflict (account) do update set
    currency = case when a.currency = '' then excluded.currency else a.currency end,
    family = case when a.family = '' then excluded.family else a.family end,
    fed_at = now();

-- name: list_accounts
with listed as (
    insert into bank_accounts (account, creditor) select unnest($2::text[]), $1
    on conflict (account) do update set is_listed = true where not bank_accounts.is_listed
)
update bank_accounts set is_listed = false
where creditor = $1 and is_listed and account <> all ($2::text[]);

-- name: booked_to
update bank_accounts set booked_to = greatest(booked_to, $2), fed_at = now() where account = $1;

-- name: keep_statement
insert into bank_statements (
    account, key, kind, id, sequence, currency, opening, opening_day, closing, closing_day,
    entries, adds_up, difference, complete, file, place
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
on conflict (account, key) do nothing;

-- name: seen
select entry_key, item_key, entry_amount, is_sum, detail, amount, tx, status
from bank_transactions
where account = $1 and entry_key = any ($2::text[]) and status <> 'superseded'
order by position;

-- name: foreign_days
-- Days of an account that a file of another family of formats has told already.
select distinct booked_on from bank_transactions
where account = $1 and family <> $2 and booked_on = any ($3::date[]) and status <> 'superseded';

-- name: keep_transaction
insert into bank_transactions (
    account, item_key, entry_key, entry_amount, is_sum, detail, tx, creditor, family, booked_on,
    amount, currency, kind, data, file
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
on conflict (account, item_key) do nothing;

-- name: enrich
-- More is known of it: what nobody has allocated yet is matched again.
update bank_transactions
set
    data = $3, detail = $4, is_sum = $5,
    status = case
        when status in ('suggested', 'unmatched', 'on account') and not exists (
            select from bank_decisions as d
            where d.decision = bank_transactions.decision and d.author <> $6
        ) then 'new'
        else status
    end
where account = $1 and item_key = $2;

-- name: transaction
select * from bank_transactions where tx = $1;

-- name: undecided
-- What no decision was made about yet, in the order in which the bank booked it; receipts come
-- before what undoes them.
select * from bank_transactions
where creditor = $1 and status = 'new'
order by booked_on, amount < 0, position
limit $2;

-- name: waiting_for_better
-- What nobody but the feed has looked at, and it could not place.
select t.*, d.data -> 'decision' as decided
from bank_transactions as t
inner join bank_decisions as d on d.decision = t.decision and d.author = $2
where t.creditor = $1
    and (
        t.status in ('suggested', 'unmatched')
        or (t.status = 'on account' and d.data #>> '{decision,status}' = 'on_account')
    )
    and t.booked_on >= $3 and t.position > $4
order by t.position
limit $5;

-- name: creditors_waiting
-- Creditors with transactions that nobody has decided about.
select distinct creditor from bank_transactions where status = 'new' order by creditor;

-- name: first_told_by
select count(*) from bank_transactions where file = $1;

-- name: told_first_by
select * from bank_transactions where file = $1 order by position;

-- name: accounts_of_file
select distinct account from bank_statements where file = $1
union
select distinct account from bank_transactions where file = $1
order by account;

-- name: of_entry
select * from bank_transactions
where account = $1 and entry_key = $2 and status <> 'superseded' order by position;

-- name: accounts
select
    a.account, a.creditor, a.currency, a.family, a.booked_to, a.fed_at,
    (select count(*) from bank_transactions as t where t.account = a.account) as transactions,
    s.closing, s.closing_day
from bank_accounts as a
left join lateral (
    select closing, closing_day from bank_statements
    where account = a.account and closing is not null and kind = 'statement'
    order by closing_day desc nulls last, recorded_at desc, place desc
    limit 1
) as s on true
where $1 = '' or a.creditor = $1
order by a.creditor, a.account;

-- name: links
select opening, opening_day, closing, closing_day, currency, id, sequence
from bank_statements
where account = $1 and kind = 'statement' and opening is not null and closing is not null
order by recorded_at, place;

-- name: not_adding_up
select id, sequence, closing_day, difference from bank_statements
where account = $1 and adds_up = false
order by closing_day, recorded_at;

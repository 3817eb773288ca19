-- name: invoice
select
    creditor, number, debtor_id, issue_date, due_date, amount, currency, purchase_order, reference,
    terms, contract_rate, delivery_date
from invoices where creditor = $1 and number = $2;

-- name: invoices
select
    creditor, number, debtor_id, issue_date, due_date, amount, currency, purchase_order, reference,
    terms, contract_rate, delivery_date
from invoices where creditor = $1 and number = any ($2::text[]);

-- name: debtor
select
    d.creditor, d.debtor_id, d.name, d.email, d.phone, d.address_lines, d.country, d.language,
    d.siren, d.vat_id, d.capacity, d.representative, d.escalation_email,
    d.account_manager, d.electronic_letters_agreed_on, coalesce(b.reason, '') as email_problem
from debtors as d
left join bad_addresses as b on b.creditor = d.creditor and b.address = lower(d.email)
where d.creditor = $1 and d.debtor_id = $2;

-- name: payments_of
select payment_id, amount, currency, received_on from payments
where creditor = $1 and invoice = $2 and reversed_at is null
order by received_on, recorded_at, payment_id;

-- name: overdue_without_case
select
    i.number, i.debtor_id, i.due_date, i.amount, i.currency, d.country, d.capacity,
    d.address_lines as address, i.issue_date, i.contract_rate, i.delivery_date,
    i.amount - coalesce(p.received, 0) as open_amount
from invoices as i
inner join debtors as d on d.creditor = i.creditor and d.debtor_id = i.debtor_id
left join lateral (
    select sum(amount + written_off) as received from payments
    where creditor = i.creditor and invoice = i.number and currency = i.currency
        and reversed_at is null
) as p on true
where i.creditor = $1 and i.due_date < $2 and i.number > $3
    and i.amount > coalesce(p.received, 0)
    and not exists (
        select from cases as c where c.creditor = i.creditor and c.invoice = i.number
    )
order by i.number
limit $4;

-- name: named_without_case
select
    i.number, i.debtor_id, i.due_date, i.amount, i.currency, d.country, d.capacity,
    d.address_lines as address, i.issue_date, i.contract_rate, i.delivery_date,
    i.amount - coalesce(p.received, 0) as open_amount
from invoices as i
inner join debtors as d on d.creditor = i.creditor and d.debtor_id = i.debtor_id
left join lateral (
    select sum(amount + written_off) as received from payments
    where creditor = i.creditor and invoice = i.number and currency = i.currency
        and reversed_at is null
) as p on true
where i.creditor = $1 and i.number = any ($2::text[])
    and i.amount > coalesce(p.received, 0)
    and not exists (
        select from cases as c where c.creditor = i.creditor and c.invoice = i.number
    )
order by i.number;

-- name: lock_openings
select pg_advisory_xact_lock(7235402);

-- name: which_exist
select case_id from cases where case_id = any ($1::text[]);

-- name: mark_started
insert into case_starts (case_id) select unnest($1::text[]) on conflict (case_id) do nothing;

-- name: forget_starts
delete from case_starts;

-- name: unstarted
select c.folded from cases as c
where c.state <> 'closed' and (c.creditor, c.debtor_id, c.case_id) > ($2, $3, $4)
    and not exists (select from case_starts as s where s.case_id = c.case_id)
order by c.creditor, c.debtor_id, c.case_id
limit $1;

-- name: still_unstarted
select c.folded from cases as c
where c.case_id = any ($1::text[]) and c.state <> 'closed'
    and not exists (select from case_starts as s where s.case_id = c.case_id)
order by c.creditor, c.debtor_id, c.case_id;

-- name: moved_on
select c.case_id from cases as c
inner join unnest($1::text[], $2::int[]) as known (case_id, version)
    on known.case_id = c.case_id and known.version < c.version;

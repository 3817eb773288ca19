-- name: insert_payment
insert into payments (
    payment_id, creditor, invoice, amount, currency, received_on, source, written_off
)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (creditor, invoice, payment_id) do nothing
returning payment_id;

-- name: insert_fact
-- The moment, not the transaction's beginning: facts of one transaction are told in their order.
insert into facts (fact_id, case_id, data, recorded_at) values ($1, $2, $3, clock_timestamp())
on conflict (case_id, fact_id) do nothing
returning fact_id;

-- name: credit_notes
select data from facts
where case_id = $1 and data ->> 'type' = 'credit_note_issued'
order by recorded_at, fact_id;

-- name: payment_is_taken_back
update payments set reversed_at = now()
where creditor = $1 and invoice = $2 and payment_id = $3 and reversed_at is null;

-- name: untold_of_case
select data from facts where case_id = $1 and told_at is null order by recorded_at, fact_id;

-- name: untold_of_cases
select case_id, data, recorded_at from facts
where case_id = any ($1::text[]) and told_at is null
order by recorded_at, fact_id;

-- name: untold
select f.case_id, f.fact_id, f.data, f.recorded_at
from facts as f
inner join cases as c on c.case_id = f.case_id
where f.told_at is null
    and ($2::timestamptz is null or (f.recorded_at, f.fact_id, f.case_id) > ($2, $3, $4))
order by f.recorded_at, f.fact_id, f.case_id
limit $1;

-- name: mark_told
update facts set told_at = now(), told_as = $3
where case_id = $1 and fact_id = $2 and told_at is null;

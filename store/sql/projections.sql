-- name: open_task
insert into tasks (task_id, case_id, kind, step, summary, opened_at, status)
values ($1, $2, $3, $4, $5, $6, 'open')
on conflict (task_id) do nothing;

-- name: end_task
update tasks set status = $2, outcome = $3, note = $4, done_at = $5, done_by = $6
where task_id = $1;

-- name: reword_task
update tasks set summary = $2 where task_id = $1;

-- name: fact_is_told
update facts set told_at = now(), told_as = $3
where case_id = $1 and fact_id = $2 and told_at is null;

-- name: keep_payment
insert into payments (payment_id, creditor, invoice, amount, currency, received_on, source)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (creditor, invoice, payment_id) do nothing;

-- name: payment_is_reversed
update payments set reversed_at = now()
where creditor = $1 and invoice = $2 and payment_id = $3 and reversed_at is null;

-- name: runs_no_more
delete from case_starts where case_id = $1;

-- name: contacts_are_withdrawn
-- Called back before it left: nothing waits its turn, and nobody else is spoken for any more. What
-- an earlier attempt perhaps let leave is unknown instead, for all that it speaks for.
with turn_is_free as (delete from waiting where case_id = $1),
gone as (
    update contacts
    set
        state = case when perhaps_left then 'unknown' else 'withdrawn' end, updated_at = now(),
        postponed_since = null
    where case_id = $1
        and (state = 'claimed' or (state = 'withdrawn' and postponed_since is not null))
    returning reference, state
)
delete from contact_items
where reference in (select reference from gone where state = 'withdrawn');

-- name: contact_is_found_out
-- What had been accepted came back, or a person knows what became of it.
update contacts
set state = $2, updated_at = now(), last_error = case when $3 = '' then last_error else $3 end
where reference = $1
    and (state = 'unknown' or (state = 'accepted' and $2 = 'refused' and $3 <> ''));

-- name: contact_is_refused
update contacts set state = 'refused', updated_at = now()
where reference = $1 and state in ('claimed', 'handing over');

-- name: keep
insert into start_steps (creditor, invoice, step)
select $1, told.invoice, told.step
from unnest($2::text [], $3::text []) as told (invoice, step)
on conflict (creditor, invoice) do update set
    step = excluded.step, recorded_at = now()
where start_steps.step <> excluded.step;

-- name: of_invoices
select invoice, step from start_steps where creditor = $1 and invoice = any($2::text []);

-- name: list_cases
select
    c.case_id, c.creditor, c.invoice, c.debtor_id, coalesce(d.name, '') as debtor_name, c.state,
    c.closing, c.level, coalesce(w.until, c.next_at) as next_at,
    coalesce(w.reason, c.waiting_for) as waiting_for, c.claim, c.paid, c.outstanding, c.currency,
    c.due_date, c.opened_at, c.closed_at, c.folded -> 'plan' ->> 'plan' as plan,
    c.folded -> 'calendar' ->> 'time_zone' as time_zone,
    (select count(*) from tasks as t where t.case_id = c.case_id and t.status = 'open')
        as open_tasks
from cases as c
left join debtors as d on d.creditor = c.creditor and d.debtor_id = c.debtor_id
left join waiting as w on w.case_id = c.case_id and c.state = 'open' and w.until > now()
where ($1 = '' or c.state = $1) and ($2 = '' or c.debtor_id = $2)
order by c.state = 'closed', c.next_at nulls last, c.case_id
limit $3;

-- name: folded
select folded from cases where case_id = $1;

-- name: cases_of
select folded from cases where case_id = any($1::text []);

-- name: open_cases
select folded from cases
where state <> 'closed' and case_id > $1
order by case_id
limit $2;

-- name: find_case
select case_id from cases where case_id = $1 or invoice = $1 limit 5;

-- name: invoices_without_case
select
    i.number, i.due_date, i.currency,
    i.amount - coalesce((
        select sum(p.amount + p.written_off) from payments as p
        where p.creditor = i.creditor and p.invoice = i.number and p.currency = i.currency
            and p.reversed_at is null
    ), 0) as open_amount
from invoices as i
where i.number = $1
order by i.creditor
limit 1;

-- name: list_tasks
select
    t.task_id, t.case_id, c.invoice, coalesce(d.name, '') as debtor_name,
    coalesce(d.phone, '') as phone, coalesce(d.country, '') as country, t.kind, t.step, t.summary,
    t.opened_at, t.status, t.outcome, t.note, c.outstanding, c.currency
from tasks as t
inner join cases as c on c.case_id = t.case_id
left join debtors as d on d.creditor = c.creditor and d.debtor_id = c.debtor_id
where ($1 = '' or t.status = $1) and ($2 = '' or t.case_id = $2)
order by t.opened_at, t.task_id;

-- name: cases_with_tasks
select folded from cases
where case_id in (select case_id from tasks where status = 'open');

-- name: claim_facts
select c.folded, d.name as debtor_name, d.country, d.capacity, i.issue_date, i.delivery_date
from cases as c
inner join invoices as i on i.creditor = c.creditor and i.number = c.invoice
inner join debtors as d on d.creditor = c.creditor and d.debtor_id = c.debtor_id
where c.state <> 'closed' and c.case_id > $1
order by c.case_id
limit $2;

-- name: court_facts
select c.case_id, d.country, d.capacity, i.issue_date, i.delivery_date
from cases as c
inner join invoices as i on i.creditor = c.creditor and i.number = c.invoice
inner join debtors as d on d.creditor = c.creditor and d.debtor_id = c.debtor_id
where c.case_id = any ($1::text[]);

-- name: cases_with_charges
select folded from cases where folded ->> 'charges' is not null;

-- name: task_case
select case_id from tasks where task_id = $1;

-- name: open_amount
select i.amount - coalesce((
    select sum(p.amount + p.written_off) from payments as p
    where p.creditor = i.creditor and p.invoice = i.number and p.currency = i.currency
        and p.reversed_at is null
), 0)
from invoices as i
where i.creditor = $1 and i.number = $2;

-- name: due_before
-- What its last gate keeps waiting until later is late for nobody.
select c.case_id from cases as c
left join waiting as w on w.case_id = c.case_id
where c.state = 'open' and c.next_at < $1 and (w.until is null or w.until < $1)
order by c.case_id;

-- name: next_due
select min(greatest(c.next_at, w.until)) from cases as c
left join waiting as w on w.case_id = c.case_id
where c.state <> 'closed' and c.next_at is not null;

-- name: events_since
select
    e.global_position, e.stream, e.version, e.event_id, e.type, e.data, e.metadata,
    e.recorded_at, e.hash, c.invoice, coalesce(d.name, '') as debtor_name
from events as e
inner join cases as c on c.case_id = e.stream
left join debtors as d on d.creditor = c.creditor and d.debtor_id = c.debtor_id
where e.global_position > $1
order by e.global_position
limit $2;

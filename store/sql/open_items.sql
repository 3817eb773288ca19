-- name: items
-- What is open of each invoice: by its case where it has one, less what the case has not heard
-- yet; else by the ledger of record. Settled ones too, as far back as a return may reach.
with unheard as (
    select
        c.invoice,
        sum(
            case f.data ->> 'type'
                when 'payment_received' then
                    (f.data #>> '{amount,amount}')::numeric
                    + coalesce((f.data #>> '{written_off,amount}')::numeric, 0)
                when 'credit_note_issued' then (f.data #>> '{amount,amount}')::numeric
                when 'payment_reversed' then -coalesce((
                    select p.amount + p.written_off from payments as p
                    where p.creditor = c.creditor and p.invoice = c.invoice
                        and p.payment_id = f.data ->> 'payment_id'
                ), 0)
                else 0
            end
        ) as settled
    from facts as f
    inner join cases as c on c.case_id = f.case_id
    where f.told_at is null and c.creditor = $1
        and ($2::text[] is null or c.invoice = any ($2::text[]))
    group by c.invoice
),

received as (
    select p.invoice, sum(p.amount + p.written_off) as settled
    from payments as p
    inner join invoices as i
        on i.creditor = p.creditor and i.number = p.invoice and i.currency = p.currency
    where p.creditor = $1 and p.reversed_at is null
        and ($2::text[] is null or p.invoice = any ($2::text[]))
    group by p.invoice
),

standing as (
    select
        i.number, i.debtor_id, i.issue_date, i.due_date, i.amount, i.currency, i.purchase_order,
        i.reference,
        case
            when c.case_id is null then i.amount - coalesce(r.settled, 0)
            when c.closing = any ($4::text[]) then 0
            else c.outstanding - coalesce(u.settled, 0)
        end as open_amount
    from invoices as i
    left join cases as c on c.creditor = i.creditor and c.invoice = i.number
    left join unheard as u on u.invoice = i.number
    left join received as r on r.invoice = i.number
    where i.creditor = $1 and ($2::text[] is null or i.number = any ($2::text[]))
)

select *, greatest(least(open_amount, amount), 0) as open_now
from standing
where open_amount > 0 or $3::date is null or due_date > $3
order by number;

-- name: credits_without_case
select f.case_id, f.data from facts as f
where f.told_at is null and f.data ->> 'type' = 'credit_note_issued'
    and starts_with(f.case_id, $1)
    and not exists (select from cases as c where c.case_id = f.case_id);

-- name: customers
select debtor_id, name, siren, country from debtors
where creditor = $1 order by debtor_id;

-- name: booked_like
-- Payments that these returns may undo: of about their amount, or with their references.
select t.*, d.data as decided
from bank_transactions as t
inner join bank_decisions as d on d.decision = t.decision
where t.creditor = $1 and t.status in ('booked', 'on account') and t.amount > 0
    and t.booked_on > $2
    and (
        exists (
            select from unnest($3::numeric[]) as wanted
            where t.amount between wanted - $4 and wanted
        )
        or t.data ->> 'end_to_end_id' = any ($5::text[])
    )
order by t.booked_on, t.position;

-- name: contact_for_update
select
    k.creditor, k.debtor_id, k.case_id, k.state, k.address,
    k.updated_at > now() - interval '15 minutes' and k.state in ('claimed', 'handing over')
        as under_way,
    array(
        select lower(also)
        from debtors as d, unnest(array[d.escalation_email, d.account_manager]) as also
        where d.creditor = k.creditor and d.debtor_id = k.debtor_id
            and also <> '' and lower(also) not in (lower(k.address), lower(d.email))
    ) as copies
from contacts as k where k.reference = $1
for update;

-- name: items
select case_id from contact_items where reference = $1 order by case_id;

-- name: came_back
update contacts set state = 'refused', last_error = $2, updated_at = now() where reference = $1;

-- name: is_bad
insert into bad_addresses (creditor, address, reason, reference) values ($1, lower($2), $3, $4)
on conflict (creditor, address) do nothing;

-- name: is_good
delete from bad_addresses where creditor = $1 and address = lower($2);

-- name: correct_email
update debtors set email = $3, updated_at = now() where creditor = $1 and debtor_id = $2;

-- name: corrected
-- Open tasks about e-mails that never arrived, whose debtor has had another address since.
select t.task_id, t.case_id, c.creditor, c.debtor_id
from tasks as t
inner join cases as c on c.case_id = t.case_id and c.state in ('open', 'exhausted')
inner join debtors as d on d.creditor = c.creditor and d.debtor_id = c.debtor_id
inner join lateral (
    select k.address from contacts as k
    where k.channel = 'email' and k.state = 'refused' and k.step = t.step
        and (
            k.case_id = t.case_id or k.reference in (
                select i.reference from contact_items as i
                where i.case_id = t.case_id and i.step = t.step
            )
        )
    order by k.claimed_at desc limit 1
) as last on lower(last.address) <> lower(d.email)
where t.kind = 'delivery-failed' and t.status = 'open' and d.email <> ''
    and not exists (
        select from bad_addresses as b
        where b.creditor = d.creditor and b.address = lower(d.email)
    )
order by c.creditor, c.debtor_id, t.case_id, t.task_id;

-- name: failed_of_debtor
select t.task_id, t.case_id, c.creditor, c.debtor_id
from tasks as t
inner join cases as c on c.case_id = t.case_id and c.state in ('open', 'exhausted')
inner join lateral (
    select from jsonb_array_elements(c.folded -> 'steps') as s
    where s ->> 'step' = t.step and s ->> 'channel' = 'email' and s ->> 'outcome' = 'failed'
) as failed on true
where t.kind = 'delivery-failed' and t.status = 'open'
    and c.creditor = $1 and c.debtor_id = $2
order by c.creditor, c.debtor_id, t.case_id, t.task_id;

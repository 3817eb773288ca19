-- name: keep
insert into inbound_messages (
    inbound_id, message_id, kind, evidence, sender, subject, text, sent_at, linked_by, reference,
    cases, failures, raw
) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
on conflict (inbound_id) do nothing
returning inbound_id;

-- name: known
-- What was made of a message by another mailbox; nothing when this one has shown it before.
select linked_by, reference, cases from inbound_messages as m
where m.inbound_id = $1 and not exists (
    select from inbound_places as p where p.inbound_id = $1 and p.mailbox = $2
)
for update of m;

-- name: link_more
update inbound_messages set
    cases = cases || $2::text[],
    linked_by = case when linked_by = '' then $3 else linked_by end,
    reference = case when reference = '' then $4 else reference end
where inbound_id = $1;

-- name: remember_place
insert into inbound_places (mailbox, uid_validity, uid, inbound_id) values ($1, $2, $3, $4)
on conflict do nothing;

-- name: advance
insert into inbound_mailboxes as m (mailbox, uid_validity, last_uid) values ($1, $2, $3)
on conflict (mailbox) do update set
    uid_validity = excluded.uid_validity, read_at = now(),
    last_uid = case
        when m.uid_validity = excluded.uid_validity then greatest(m.last_uid, excluded.last_uid)
        else excluded.last_uid
    end;

-- name: position
select mailbox, uid_validity, last_uid, read_at from inbound_mailboxes where mailbox = $1;

-- name: contact
-- The contact and every case it speaks for, its own first.
select c.reference, c.case_id, c.step, c.cycle, c.state, array(
    select i.case_id from contact_items as i where i.reference = c.reference order by i.case_id
) as others
from contacts as c
where c.reference = any ($1::text[]) and c.channel = 'email'
    and (c.creditor = any ($2::text[]) or cardinality($2::text[]) = 0)
order by array_position($1::text[], c.reference)
limit 1;

-- name: cases_by_reference
select c.case_id
from invoices as i
inner join cases as c on c.creditor = i.creditor and c.invoice = i.number
where i.reference = any ($1::text[])
    and (i.creditor = any ($2::text[]) or cardinality($2::text[]) = 0)
order by c.state = 'closed', c.opened_at desc
limit 20;

-- name: invoices_of_sender
-- Invoices with a case whose debtor writes from this address, or from this domain if it is theirs.
-- Each way to be found has an index of its own, which one condition with `or` would not use.
with senders as (
    select creditor, debtor_id from debtors where lower(email) = $1
    union
    select creditor, debtor_id from debtors
    where lower(split_part(email, '@', 2)) = nullif($2, '')
    union
    select creditor, debtor_id from debtors
    where escalation_email <> '' and lower(escalation_email) = $1
    union
    select creditor, debtor_id from debtors
    where escalation_email <> '' and lower(split_part(escalation_email, '@', 2)) = nullif($2, '')
)
select c.case_id, i.number, d.email, d.escalation_email
from senders as s
inner join debtors as d on d.creditor = s.creditor and d.debtor_id = s.debtor_id
inner join invoices as i on i.creditor = d.creditor and i.debtor_id = d.debtor_id
inner join cases as c on c.creditor = i.creditor and c.invoice = i.number
where s.creditor = any ($3::text[]) or cardinality($3::text[]) = 0
order by c.state = 'closed', c.opened_at desc
limit 2000;

-- name: list
select
    inbound_id, message_id, kind, evidence, sender, subject, text, sent_at, linked_by, reference,
    cases, failures, received_at, array(
        select distinct p.mailbox from inbound_places as p where p.inbound_id = m.inbound_id
        order by p.mailbox
    ) as mailboxes
from inbound_messages as m
where ($1 = '' or kind = $1) and (not $2 or (cases = '{}' and kind in ('reply', 'bounce')))
order by received_at desc, inbound_id
limit $3;

-- name: one
select
    inbound_id, message_id, kind, evidence, sender, subject, text, sent_at, linked_by, reference,
    cases, failures, received_at, array(
        select distinct p.mailbox from inbound_places as p where p.inbound_id = m.inbound_id
        order by p.mailbox
    ) as mailboxes
from inbound_messages as m where inbound_id = $1;

-- name: raw
select raw from inbound_messages where inbound_id = $1;

-- name: of_case
select
    inbound_id, message_id, kind, evidence, sender, subject, text, sent_at, linked_by, reference,
    cases, failures, received_at, array(
        select distinct p.mailbox from inbound_places as p where p.inbound_id = m.inbound_id
        order by p.mailbox
    ) as mailboxes
from inbound_messages as m where $1 = any (cases)
order by received_at;

-- name: wait
insert into inbound_waiting (inbound_id) values ($1) on conflict do nothing;

-- name: wait_no_more
delete from inbound_waiting where inbound_id = $1;

-- name: waiting
select w.inbound_id, m.reference, m.raw from inbound_waiting as w
inner join inbound_messages as m on m.inbound_id = w.inbound_id
order by w.since limit 200;

-- name: decide
insert into bank_decisions (tx, action, author, decided_at, data) values ($1, $2, $3, $4, $5)
returning decision;

-- name: move
insert into bank_movements (decision, tx, place, owner, payment_id, amount)
values ($1, $2, $3, $4, $5, $6);

-- name: holdings
select place, owner, payment_id, sum(amount) as amount
from bank_movements where tx = $1
group by place, owner, payment_id
having sum(amount) <> 0
order by min(movement);

-- name: turns
-- How often the transaction has been allocated to a document so far.
select count(distinct payment_id) from bank_movements
where tx = $1 and place = 'allocated' and owner = $2;

-- name: put
-- A payment holds contacts once, from its first suggestion on, whatever is suggested later.
update bank_transactions
set status = $2, debtors = $3, hold_until = least(hold_until, $4), decision = $5
where tx = $1;

-- name: decisions_of
select decision, action, author, decided_at, data from bank_decisions
where tx = $1 order by decision;

-- name: last_decision
select decision, action, author, decided_at, data from bank_decisions where decision = $1;

-- name: movements_of
select decision, place, owner, payment_id, amount from bank_movements
where tx = $1 order by movement;

-- name: waiting
-- What waits for a person: suggested, on account, unmatched.
select t.*, d.action, d.author, d.decided_at, d.data as decided
from bank_transactions as t
left join bank_decisions as d on d.decision = t.decision
where ($1 = '' or t.creditor = $1)
    and (t.status = any ($2::text[]))
order by t.creditor, t.booked_on, t.position;

-- name: held_money
-- Of these transactions: what is where.
select tx, place, owner, sum(amount) as amount from bank_movements
where tx = any ($1::text[])
group by tx, place, owner
having sum(amount) <> 0;

-- name: sums
-- Every cent of every transaction, by currency and place.
select t.currency, m.place, sum(m.amount) as amount
from bank_movements as m
inner join bank_transactions as t on t.tx = m.tx
where ($1 = '' or t.creditor = $1) and ($2 = '' or t.file = $2)
group by t.currency, m.place
having sum(m.amount) <> 0
order by t.currency, m.place;

-- name: states_of_file
select status, kind, count(*) as count from bank_transactions where file = $1
group by status, kind;

-- name: keep_payer
insert into learnt_payers as l (creditor, iban, debtor_id, name, tx, learnt_by)
values ($1, $2, $3, $4, $5, $6)
on conflict (creditor, iban, debtor_id) do update set
    name = excluded.name, tx = excluded.tx, learnt_by = excluded.learnt_by, learnt_at = now(),
    forgotten_by = '', forgotten_at = null
where l.forgotten_at is not null;

-- name: forget_payer
update learnt_payers set forgotten_by = $4, forgotten_at = now()
where creditor = $1 and iban = $2 and ($3 = '' or debtor_id = $3) and forgotten_at is null
returning debtor_id;

-- name: forget_payers_of
update learnt_payers set forgotten_by = $2, forgotten_at = now()
where tx = $1 and forgotten_at is null
returning iban;

-- name: payers
select creditor, iban, debtor_id, name, tx, learnt_by, learnt_at from learnt_payers
where ($1 = '' or creditor = $1) and forgotten_at is null
order by creditor, iban, debtor_id;

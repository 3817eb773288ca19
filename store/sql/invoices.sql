-- name: lock_imports
-- One import a creditor at a time: two of the same file would otherwise deadlock on their rows.
select pg_advisory_xact_lock(hashtext('relance import'), hashtext($1));

-- name: make_room
create temp table incoming_debtors (
    debtor_id text not null, name text not null, email text not null, phone text not null,
    address_lines text[] not null, country text not null, language text not null,
    siren text not null, vat_id text not null, capacity text not null,
    representative text not null, escalation_email text not null,
    account_manager text not null, electronic_letters_agreed_on date
) on commit drop;
create temp table incoming_invoices (
    number text not null, debtor_id text not null, issue_date date not null,
    due_date date not null, amount numeric(20, 4) not null, currency text not null,
    purchase_order text not null, reference text not null, document text not null,
    document_link text not null, terms text not null, contract_rate numeric,
    delivery_date date
) on commit drop;

-- name: look_at_size
analyze incoming_debtors, incoming_invoices;

-- name: count_incoming
select count(*) from incoming_invoices;

-- name: clear_room
drop table incoming_debtors, incoming_invoices;

-- name: keep_what_the_file_leaves_out
-- A file without a column says nothing of it: what was known stays known.
update incoming_debtors as i
set
    email = case when 'email' = any ($2) then i.email else d.email end,
    phone = case when 'phone' = any ($2) then i.phone else d.phone end,
    address_lines = case
        when $2 && '{address,address_2,address_3,postcode,city}'::text[] then i.address_lines
        else d.address_lines
    end,
    country = case when 'country' = any ($2) then i.country else d.country end,
    language = case when 'language' = any ($2) then i.language else d.language end,
    siren = case when 'siren' = any ($2) then i.siren else d.siren end,
    vat_id = case when 'vat_id' = any ($2) then i.vat_id else d.vat_id end,
    capacity = case when 'capacity' = any ($2) then i.capacity else d.capacity end,
    representative = case
        when 'representative' = any ($2) then i.representative else d.representative
    end,
    escalation_email = case
        when 'escalation_email' = any ($2) then i.escalation_email else d.escalation_email
    end,
    account_manager = case
        when 'account_manager' = any ($2) then i.account_manager else d.account_manager
    end,
    electronic_letters_agreed_on = case
        when 'electronic_letters_agreed_on' = any ($2) then i.electronic_letters_agreed_on
        else d.electronic_letters_agreed_on
    end
from debtors as d
where d.creditor = $1 and d.debtor_id = i.debtor_id;

-- name: keep_what_was_agreed
update incoming_invoices as i
set
    terms = case when 'terms' = any ($2) then i.terms else k.terms end,
    contract_rate = case
        when 'contract_rate' = any ($2) then i.contract_rate else k.contract_rate
    end,
    delivery_date = case
        when 'delivery_date' = any ($2) then i.delivery_date else k.delivery_date
    end
from invoices as k
where k.creditor = $1 and k.number = i.number
    and (k.terms, k.contract_rate, k.delivery_date) is distinct from ('', null, null);

-- name: merge_debtors
with merged as (
    insert into debtors as d (
        creditor, debtor_id, name, email, phone, address_lines, country, language, siren, vat_id,
        capacity, representative, escalation_email, account_manager, electronic_letters_agreed_on
    )
    select
        $1, debtor_id, name, email, phone, address_lines, country, language, siren, vat_id,
        capacity, representative, escalation_email, account_manager, electronic_letters_agreed_on
    from incoming_debtors
    order by debtor_id
    on conflict (creditor, debtor_id) do update set
        name = excluded.name, email = excluded.email, phone = excluded.phone,
        address_lines = excluded.address_lines, country = excluded.country,
        language = excluded.language, siren = excluded.siren, vat_id = excluded.vat_id,
        capacity = excluded.capacity, representative = excluded.representative,
        escalation_email = excluded.escalation_email,
        account_manager = excluded.account_manager,
        electronic_letters_agreed_on = excluded.electronic_letters_agreed_on, updated_at = now()
    where (
        d.name, d.email, d.phone, d.address_lines, d.country, d.language, d.siren, d.vat_id,
        d.capacity, d.representative, d.escalation_email, d.account_manager,
        d.electronic_letters_agreed_on
    ) is distinct from (
        excluded.name, excluded.email, excluded.phone, excluded.address_lines, excluded.country,
        excluded.language, excluded.siren, excluded.vat_id, excluded.capacity,
        excluded.representative, excluded.escalation_email, excluded.account_manager,
        excluded.electronic_letters_agreed_on
    )
    -- A row that was inserted has no deleting or locking transaction yet.
    returning d.xmax = 0 as is_new
)
select
    count(*) filter (where is_new) as debtors_new,
    count(*) filter (where not is_new) as debtors_changed
from merged;

-- name: changed_invoices
select
    i.number, i.debtor_id, i.issue_date, i.due_date, i.amount, i.currency, i.purchase_order,
    i.terms, i.contract_rate, i.delivery_date, k.terms as was_terms,
    k.contract_rate as was_contract_rate, k.delivery_date as was_delivery_date,
    k.debtor_id as was_debtor_id, k.issue_date as was_issue_date, k.due_date as was_due_date,
    k.amount as was_amount, k.currency as was_currency, k.purchase_order as was_purchase_order,
    k.updated_at as was_updated_at
from incoming_invoices as i
inner join invoices as k on k.creditor = $1 and k.number = i.number
where
    (
        k.debtor_id, k.issue_date, k.due_date, k.amount, k.currency, k.purchase_order,
        k.terms, k.contract_rate, k.delivery_date
    )
    is distinct from
    (
        i.debtor_id, i.issue_date, i.due_date, i.amount, i.currency, i.purchase_order,
        i.terms, i.contract_rate, i.delivery_date
    )
order by i.number;

-- name: merge_invoices
-- The reference stays: messages that have left carry it.
with merged as (
    insert into invoices as k (
        creditor, number, debtor_id, issue_date, due_date, amount, currency, purchase_order,
        reference, document, document_link, terms, contract_rate, delivery_date
    )
    select
        $1, number, debtor_id, issue_date, due_date, amount, currency, purchase_order, reference,
        document, document_link, terms, contract_rate, delivery_date
    from incoming_invoices
    order by number
    on conflict (creditor, number) do update set
        debtor_id = excluded.debtor_id, issue_date = excluded.issue_date,
        due_date = excluded.due_date, amount = excluded.amount, currency = excluded.currency,
        purchase_order = excluded.purchase_order, updated_at = clock_timestamp(),
        document = coalesce(nullif(excluded.document, ''), k.document),
        document_link = coalesce(nullif(excluded.document_link, ''), k.document_link),
        terms = excluded.terms, contract_rate = excluded.contract_rate,
        delivery_date = excluded.delivery_date
    where (
            k.debtor_id, k.issue_date, k.due_date, k.amount, k.currency, k.purchase_order,
            k.terms, k.contract_rate, k.delivery_date
        )
        is distinct from (
            excluded.debtor_id, excluded.issue_date, excluded.due_date, excluded.amount,
            excluded.currency, excluded.purchase_order, excluded.terms, excluded.contract_rate,
            excluded.delivery_date
        )
        or excluded.document not in ('', k.document)
        or excluded.document_link not in ('', k.document_link)
    returning k.xmax = 0 as is_new
)
select count(*) filter (where is_new) from merged;

-- name: keep_corrections
-- A case that is open hears of the correction; one that opens later reads the invoice itself.
insert into facts (fact_id, case_id, data)
select told.fact_id, told.case_id, told.data::jsonb
from unnest($1::text[], $2::text[], $3::text[]) as told (fact_id, case_id, data)
where exists (select from cases as c where c.case_id = told.case_id)
on conflict (case_id, fact_id) do nothing;

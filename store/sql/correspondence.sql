-- name: correspondence
-- What was written to a debtor, and what they answered, before this contact, oldest first; what was
-- imported as documents of its invoices; and which of them arrived, as far as anybody knows, in
-- other messages than this one.
select
    (
        select
            coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'reference', said.reference, 'detail', said.detail,
                        'message_id', said.message_id
                    ) order by said.at
                ), '[]'
            )
        from (
            select c.claimed_at as at, c.reference, c.detail, '' as message_id
            from contacts as c
            where c.creditor = $1 and c.debtor_id = $2 and c.channel = 'email'
                and c.reference <> $3 and c.state in ('accepted', 'unknown')
                and c.claimed_at < coalesce(
                    (select claimed_at from contacts where reference = $3), now()
                )
                and c.claimed_at > now() - make_interval(days => $4)
            union all
            select m.received_at, '', '', m.message_id
            from inbound_messages as m
            where m.kind = 'reply' and m.message_id <> ''
                and m.cases && array(
                    select case_id from cases where creditor = $1 and debtor_id = $2
                )
                and m.received_at < coalesce(
                    (select claimed_at from contacts where reference = $3), now()
                )
                and m.received_at > now() - make_interval(days => $4)
            order by at desc
            limit $5
        ) as said
    ) as conversation,
    (
        select
            coalesce(
                jsonb_object_agg(i.number, jsonb_build_array(i.document, i.document_link)), '{}'
            )
        from invoices as i where i.creditor = $1 and i.number = any ($6::text[])
    ) as documents,
    array(
        select d.document
        from contact_documents as d
        inner join contacts as c on c.reference = d.reference
        where d.creditor = $1 and d.debtor_id = $2 and d.reference <> $3 and d.kind = 'invoice'
            and c.state in ('accepted', 'unknown')
    ) as sent;

-- name: put_on_record
-- To whom a contact goes, and all that leaves with it: what an earlier attempt had put together is
-- forgotten.
with addressed as (
    insert into contact_recipients (reference, address, role, copied)
    select $1, one.address, one.role, one.copied
    from unnest($7::text[], $8::text[], $9::boolean[]) as one (address, role, copied)
    on conflict (reference, address) do update set
        role = excluded.role, copied = excluded.copied, state = 'addressed', said = '',
        updated_at = now()
),
gone as (
    delete from contact_documents
    where reference = $1 and (kind, document) not in (
        select one.kind, one.document
        from unnest($4::text[], $5::text[]) as one (kind, document)
    )
)
insert into contact_documents (reference, creditor, debtor_id, kind, document, sha256)
select $1, $2, $3, one.kind, one.document, one.sha256
from unnest($4::text[], $5::text[], $6::text[]) as one (kind, document, sha256)
on conflict (reference, kind, document) do update set sha256 = excluded.sha256;

-- name: enclosed
select kind, document, sha256 from contact_documents
where reference = $1 order by kind desc, document;

-- name: answered
update contact_recipients as r
set state = one.state, said = one.said, updated_at = now()
from unnest($2::text[], $3::text[], $4::text[]) as one (address, state, said)
where r.reference = $1 and r.address = one.address;

-- name: recipients
select address, role, copied, state, said from contact_recipients
where reference = $1 order by copied, address;

-- name: keep_letter
insert into letters (reference, provider, provider_id, kind, state)
values ($1, $2, $3, $4, $5)
on conflict (reference) do update set reference = excluded.reference
returning provider_id;

-- name: letter
select
    reference, provider, provider_id, kind, state, cause, is_final, sha256, presented_at, ended_at,
    reported_at, updated_at
from letters
where reference = $1;

-- name: is_leaving
update letters set sha256 = $2 where reference = $1;

-- name: letter_for_update
select
    reference, provider, provider_id, kind, state, cause, is_final, sha256, presented_at, ended_at,
    reported_at, updated_at
from letters
where reference = $1
for update;

-- name: move_on
update letters set
    state = $2, cause = $3, is_final = $4, presented_at = $5, ended_at = $6, updated_at = now()
where reference = $1
returning updated_at;

-- name: is_reported
update letters set reported_at = now() where reference = $1;

-- name: under_way
select
    reference, provider, provider_id, kind, state, cause, is_final, sha256, presented_at, ended_at,
    reported_at, updated_at
from letters
where provider = $1 and reference > $2 and $3 in ('', provider_id)
    and (
        not is_final or reported_at is null
        or (
            proofs_missing <> '{}' and state <> 'rejected'
            and updated_at > now() - interval '1 year'
        )
        or (
            state in ('delivered', 'refused', 'not-claimed')
            and kind in ('registered', 'electronic-qualified')
            and updated_at > now() - interval '60 days'
            and not exists (
                select from letter_proofs as p where p.reference = letters.reference
                    and p.kind in ('acknowledgement', 'refusal', 'not-claimed', 'return')
                    and p.doubt = ''
            )
        )
    )
order by reference
limit $4;

-- name: keep_proof
-- With a good new one, its cases hear of the letter again, whatever dies before they are told.
with looked as (
    select
        case
            when $6 = '' and exists (
                select from letter_proofs
                where reference = $1 and kind = $2 and doubt = '' and sha256 <> $3
            ) then $7
            else $6
        end as doubt,
        (
            select count(*) from letter_proofs
            where reference = $1 and kind = $2 and doubt not in ('', $7)
        ) as odd_ones
),
kept as (
    insert into letter_proofs (reference, kind, sha256, media_type, content, doubt)
    select $1, $2, $3, $4, $5, doubt from looked
    where doubt in ('', $7) or odd_ones < $8::int
    on conflict do nothing
    returning reference, doubt
),
to_be_told as (
    update letters set reported_at = null
    where reference in (select reference from kept where doubt = '')
)
select doubt from kept;

-- name: are_missing
update letters set proofs_missing = array(
    select unnest($2::text[])
    except
    select kind from letter_proofs where reference = $1 and doubt = ''
    order by 1
)
where reference = $1 and (proofs_missing <> '{}' or $2 <> '{}'::text[]);

-- name: read_proofs
select kind, sha256, media_type, content, doubt from letter_proofs
where reference = $1
order by fetched_at, kind;

-- name: keep_call
insert into letter_calls (provider, call_id, provider_id, body)
values ($1, $2, $3, $4)
on conflict (provider, call_id) do update set call_id = excluded.call_id
returning seen_at is null;

-- name: calls_are_seen
update letter_calls set seen_at = now()
where provider_id = $1 and seen_at is null;

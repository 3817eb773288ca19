-- name: take_turn
-- In one statement, so that no two processes take the same. The clock is the database's alone.
insert into mail_pace as p (account, next_free_at, next_asked_at)
values ($1, now() + make_interval(secs => $2), now())
on conflict (account) do update
set next_free_at = greatest(now(), p.next_free_at) + make_interval(secs => $2)
where p.next_free_at <= now() + make_interval(secs => $3)
returning extract(epoch from p.next_free_at - clock_timestamp()) - $2;

-- name: next_turn
select extract(epoch from next_free_at - now()) from mail_pace where account = $1;

-- name: come_back
-- Once the places up to the longest wait are given away, it begins anew with the first: several
-- then share a place. Were all later ones sent to its end, they would come at once, and none after.
update mail_pace
set
    next_asked_at = greatest(
        now(), next_free_at,
        case when next_asked_at <= now() + make_interval(secs => $3) then next_asked_at end
    ) + make_interval(secs => $2)
where account = $1
returning extract(epoch from next_asked_at - clock_timestamp()) - $2;

-- A contact that is claimed again may have left before: an earlier attempt was in the middle of its
-- hand-over. Whoever calls it back must not say that nothing was sent.

alter table contacts add column perhaps_left boolean not null default false;

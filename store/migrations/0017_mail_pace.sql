-- How fast a mail account may send, over all processes: when its next message may leave, and when
-- the next of those may ask again who were sent away. No source of truth; it may be emptied.

create table mail_pace (
    account text primary key,
    next_free_at timestamptz not null,
    next_asked_at timestamptz not null
);

grant select, insert, update on mail_pace to relance_app;

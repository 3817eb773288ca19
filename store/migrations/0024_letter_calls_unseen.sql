-- A letter that is asked about marks the calls about it as seen; most calls were seen long ago.

create index letter_calls_unseen on letter_calls (provider_id) where seen_at is null;

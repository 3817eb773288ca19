-- What a message claimed beside each of its invoices, for a case that hears of it by itself.
alter table contacts add column charges jsonb not null default '[]';

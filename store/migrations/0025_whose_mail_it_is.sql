-- Whose is a message that answers none of ours? Its sender is looked for among all debtors, and a
-- creditor reference among all invoices: by indexes, also among hundreds of thousands.

create index debtors_by_email on debtors (lower(email));
create index debtors_by_escalation on debtors (lower(escalation_email))
where escalation_email <> '';
create index debtors_by_domain on debtors (lower(split_part(email, '@', 2)));
create index debtors_by_escalation_domain on debtors (lower(split_part(escalation_email, '@', 2)))
where escalation_email <> '';
create index invoices_by_reference on invoices (reference);

-- A message that came to two mailboxes is about what either of them may say.
grant update (linked_by, reference, cases) on inbound_messages to relance_app;

-- Since when a contact has been put off again and again, on its case's clock: nights interrupt the
-- attempts, and must not begin their deadline anew. Empty when something else calls it back.

alter table contacts add column postponed_since timestamptz;

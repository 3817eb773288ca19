-- A message may carry a statement of account beside its invoices' documents. It has no number of
-- its own, and an invoice may be called anything: what a document is stands apart from its name.
alter table contact_documents
add column kind text not null default 'invoice' check (kind in ('invoice', 'statement'));

alter table contact_documents drop constraint contact_documents_pkey;

alter table contact_documents add primary key (reference, kind, document);

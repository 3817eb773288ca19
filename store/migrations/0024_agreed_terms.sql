-- What an invoice's contract says: its terms of payment, its rate of late payment, and when it was
-- delivered. Empty where the file did not say so: the creditor's general terms or the law decide.

alter table invoices
    add column terms text not null default '',
    add column contract_rate numeric,
    add column delivery_date date;

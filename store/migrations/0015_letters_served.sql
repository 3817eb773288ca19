-- Electronic letters, what was posted of each, and when a letter notified its debtor.

-- A consumer gets registered letters electronically only after having agreed to it (CPCE L100).
alter table debtors add column electronic_letters_agreed_on date;

alter table letters
add column sha256 text not null default '',
add column presented_at timestamptz,
add column ended_at timestamptz;

comment on column letters.sha256 is 'of the document that was submitted last';
comment on column letters.presented_at is 'the first presentation';
comment on column letters.ended_at is 'when it came to its end, as the provider says';

-- A letter that a person posted has proofs, too, and no provider.
alter table letter_proofs drop constraint letter_proofs_reference_fkey;
alter table letter_proofs add foreign key (reference) references contacts (reference);

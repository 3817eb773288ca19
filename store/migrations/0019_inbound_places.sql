-- In which mailboxes a message was seen: one that came to two is kept once.

create index inbound_places_of_message on inbound_places (inbound_id);

-- name: contacts
-- Contacts of a batch; the list is JSON, since SQLite binds no arrays.
select c.seller, c.buyer, c.channel, c.serial, c.session
from json_each(?) as wanted
join contacts as c
  on c.seller = wanted.value ->> 0 and c.buyer = wanted.value ->> 1 and c.channel = wanted.value ->> 2;

-- name: buyers
select b.seller, b.number, b.record
from json_each(?) as wanted
join buyers as b on b.seller = wanted.value ->> 0 and b.number = wanted.value ->> 1;

-- name: stock
select s.seller, s.code, s.left_count from json_each(?) as wanted join stock as s on s.seller = wanted.value;

-- name: order_counts
select s.seller, s.orders from json_each(?) as wanted join sellers as s on s.seller = wanted.value;

-- name: seen
select i.key, i.at, i.epoch from json_each(?) as wanted join inbox as i on i.key = unhex_key(wanted.value);

-- name: keep_contact
insert into contacts (seller, buyer, channel, serial, session) values (?, ?, ?, ?, ?)
on conflict do update set serial = excluded.serial, session = excluded.session;

-- name: keep_buyer
insert into buyers (seller, number, record) values (?, ?, ?) on conflict do update set record = excluded.record;

-- name: take_stock
-- The check on the column refuses to sell what is not there, whatever the caller believes.
update stock set left_count = left_count - ? where seller = ? and code = ?;

-- name: set_stock
insert into stock (seller, code, left_count) values (?, ?, ?) on conflict do update set left_count = excluded.left_count;

-- name: put_stock_if_absent
insert into stock (seller, code, left_count) values (?, ?, ?) on conflict do nothing;

-- name: place_order
-- `key` is unique: the same turn cannot place two orders.
insert into orders
  (seller, number, key, buyer, channel, status, total, currency, address, placed_at, due_at, lines)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: note_order_event
insert into order_events (order_id, status, at) values (?, ?, ?);

-- name: count_orders
update sellers set orders = ? where seller = ?;

-- name: keep_seen
insert into inbox (key, at, epoch) values (?, ?, ?) on conflict do update set at = excluded.at, epoch = excluded.epoch;

-- name: forget_seen
delete from inbox where at < ?;

-- name: put_text
insert into outbox (carrier, source, destination, text, at) values (?, ?, ?, ?, ?) returning id;

-- name: waiting_texts
select id, carrier, source, destination, text, at from outbox where id > ? order by id limit ?;

-- name: drop_text
delete from outbox where id = ?;

-- name: notes
-- Names from a prefix up to the next one that does not begin with it.
select name, value from notes where name >= ?1 and name < ?1 || char(0x10ffff);

-- name: keep_note
insert into notes (name, value) values (?, ?) on conflict do update set value = excluded.value;

-- name: drop_note
delete from notes where name = ?;

-- name: put_turn
insert into turns (seller, buyer, channel, serial, at, lines) values (?, ?, ?, ?, ?, ?);

-- name: put_message
insert into shop_messages (seller, buyer, text, at) values (?, ?, ?, ?);

-- name: messages
select seller, buyer, text, at from shop_messages where seller = ? order by id desc limit ?;

-- name: put_hand_over
insert into hand_overs (seller, buyer, channel, serial, queue, at) values (?, ?, ?, ?, ?, ?);

-- name: awaited_of
select a.record
from json_each(?) as wanted
join awaited as a
  on a.seller = wanted.value ->> 0 and a.buyer = wanted.value ->> 1 and a.channel = wanted.value ->> 2;

-- name: awaited
select record from awaited order by seller, buyer, channel limit ?;

-- name: keep_awaited
insert into awaited (seller, buyer, channel, record) values (?, ?, ?, ?)
on conflict do update set record = excluded.record;

-- name: drop_awaited
delete from awaited where seller = ? and buyer = ? and channel = ?;

-- name: talks
-- A row a session, newest first.
select buyer, channel, serial, min(at) as began, group_concat(lines, char(10)) as lines
from (select * from turns where seller = ? order by id)
group by buyer, channel, serial order by began desc limit ?;

-- name: programs
select encoded from programs where fingerprint = ?;

-- name: keep_program
insert into programs (fingerprint, encoded) values (?, ?) on conflict do nothing;

-- name: published
select seller, fingerprint from sellers;

-- name: publish
insert into sellers (seller, fingerprint) values (?, ?) on conflict do update set fingerprint = excluded.fingerprint;

-- name: note_publication
insert into publications (seller, fingerprint, at) values (?, ?, ?);

-- name: publications
select fingerprint, at from publications where seller = ? order by id desc limit ?;

-- name: sessions_of_seller
select buyer, channel, session from contacts where seller = ?;

-- name: orders
select id, seller, number, key, buyer, channel, status, total, currency, address, placed_at, due_at, lines
from orders
where (?1 is null or seller = ?1) and (?2 is null or status = ?2) and (?3 is null or number = ?3)
  and (?4 is null or buyer = ?4)
order by id desc limit ?5;

-- name: advance_order
update orders set status = ? where id = ? and status = ?;

-- name: order_events
select status, at from order_events where order_id = ? order by at;

-- name: figures
-- For operators. The oldest text is the first row; sessions are counted by a scan, so not on the writer's connection.
select
  (select count(*) from outbox) as texts_waiting,
  (select at from outbox order by id limit 1) as oldest_text_at,
  (select count(*) from contacts) as sessions,
  (select coalesce(sum(orders), 0) from sellers) as orders,
  (select count(*) from sellers) as sellers,
  (select count(*) from shop_messages) as messages,
  (select count(*) from hand_overs) as hand_overs;

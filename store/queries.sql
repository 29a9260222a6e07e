-- name: seller
-- With the serial of the last order, of those that are kept, or of those that were forgotten; and with what is left of their
-- goods, as JSON, since a statement more costs as much again.
select s.id, max(s.orders, coalesce((select max(o.serial) from orders as o where o.seller = s.id), 0)),
  (select json_group_object(t.code, t.left_count) from stock as t where t.seller = s.id)
from sellers as s where s.seller = ?;

-- name: contact
select serial, session, stamp from contacts where seller = ? and buyer = ? and channel = ?;

-- name: buyer
select record from buyers where seller = ? and number = ?;

-- name: stock
select code, left_count from stock where seller = ?;

-- name: named
-- The list is JSON, since SQLite binds no arrays.
select i.id, i.stamp from json_each(:wanted) as wanted join inbox_a as i on i.id = wanted.value
union all
select i.id, i.stamp from json_each(:wanted) as wanted join inbox_b as i on i.id = wanted.value;

-- name: inbox_between
-- Rows with stamps from one up to, not including, another, newest first.
select first from inbox
where first >= coalesce((select max(first) from inbox where first <= ?), 0) and first < ?
order by first desc limit ?;

-- name: inbox_from
-- Rows with stamps from one on, oldest first.
select first from inbox
where first >= coalesce((select max(first) from inbox where first <= ?), 0)
order by first limit ?;

-- name: inbox_row
select keys from inbox where first = ?;

-- name: inbox_last_at
select coalesce((select at from inbox order by first desc limit 1), 0);

-- name: recent_bounds
-- The oldest and the newest batch that was not written to rows of its own.
select coalesce(min(id), 1 << 62), coalesce(max(id), 0) from recent;

-- name: recent_after
select id, at, rows from recent where id > ? order by id;

-- name: has_contact
select 1 from contacts where seller = ? and buyer = ? and channel = ?;

-- name: keep_contact
insert into contacts (seller, buyer, channel, serial, at, stamp, session) values (?, ?, ?, ?, ?, ?, ?)
on conflict do update
set serial = excluded.serial, at = excluded.at, stamp = excluded.stamp, session = excluded.session;

-- name: keep_buyer
insert into buyers (seller, number, at, record) values (?, ?, ?, ?)
on conflict do update set at = excluded.at, record = excluded.record;

-- name: take_stock
-- The check on the column refuses to sell what is not there, whatever the caller believes.
update stock set left_count = left_count - ? where seller = ? and code = ?;

-- name: set_stock
insert into stock (seller, code, left_count) values (?, ?, ?) on conflict do update set left_count = excluded.left_count;

-- name: put_stock_if_absent
insert into stock (seller, code, left_count) values (?, ?, ?) on conflict do nothing;

-- name: place_order
insert into orders
  (seller, serial, buyer, channel, session, turn, status, total, currency, address, placed_at, due_at, lines, paid, vouched)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: note_order_event
insert into order_events (order_id, status, at) values (?, ?, ?);

-- name: readdress_order
-- What is on its way cannot be sent elsewhere.
update orders set address = ? where seller = ? and serial = ? and status in ('placed', 'confirmed');

-- name: note_readdressed
insert into order_events (order_id, status, at)
select id, 'readdressed', ? from orders where seller = ? and serial = ? and status in ('placed', 'confirmed')
on conflict do update set at = excluded.at;

-- name: keep_seen
insert into inbox (first, at, keys) values (?, ?, ?);

-- name: change_seen
update inbox set keys = ? where first = ?;

-- name: keep_named_a
insert into inbox_a (id, at, stamp) values (?, ?, ?) on conflict do update set at = excluded.at, stamp = excluded.stamp;

-- name: keep_named_b
insert into inbox_b (id, at, stamp) values (?, ?, ?) on conflict do update set at = excluded.at, stamp = excluded.stamp;

-- name: forget_seen
-- The oldest lie first.
delete from inbox where first in (select first from inbox order by first limit :rows) and at < :before;

-- name: forget_named_a
delete from inbox_a;

-- name: forget_named_b
delete from inbox_b;

-- name: put_recent
insert into recent (at, rows) values (?, ?);

-- name: forget_recent
delete from recent where id <= ?;

-- name: put_outbox
insert into outbox (id, at, left_count) values (?, ?, ?);

-- name: put_texts
insert into texts (id, at, count, texts) values (?, ?, ?, ?);

-- name: outbox_last
select coalesce((select seq from sqlite_sequence where name = 'outbox'), 0),
       coalesce((select at from texts order by id desc limit 1), 0);

-- name: waiting_texts
select o.id, t.texts, s.stages
from outbox as o join texts as t on t.id = o.id left join text_stages as s on s.id = o.id
where o.id >= ? and o.id < ? order by o.id;

-- name: waiting_rows
-- Oldest first.
select o.at, t.texts, s.stages
from outbox as o join texts as t on t.id = o.id left join text_stages as s on s.id = o.id
order by o.id limit ?;

-- name: text_stages
select t.count, s.stages from texts as t left join text_stages as s on s.id = t.id where t.id = ?;

-- name: stages
select stages from text_stages where id = ?;

-- name: keep_stages
insert into text_stages (id, stages) values (?, ?) on conflict do update set stages = excluded.stages;

-- name: keep_left
update outbox set left_count = ? where id = ?;

-- name: leave_outbox
delete from outbox where id = ?;

-- name: put_names
insert into text_names (at, names) values (?, ?);

-- name: text_names
-- Newest first.
select names from text_names order by id desc limit ?;

-- name: texts_of_row
select t.id, t.texts, s.stages from texts as t left join text_stages as s on s.id = t.id where t.id = ?;

-- name: notes
-- Names from a prefix up to the next one that does not begin with it.
select name, value from notes where name >= :prefix and name < :prefix || char(0x10ffff);

-- name: keep_note
insert into notes (name, at, value) values (?, ?, ?)
on conflict do update set at = excluded.at, value = excluded.value;

-- name: drop_note
delete from notes where name = ?;

-- name: put_turns
insert into turns (at, first_text, text_rows, links, turns) values (?, ?, ?, ?, ?);

-- name: turns_row
select first_text, text_rows, links, turns from turns where id = ?;

-- name: turns_after
select id, links from turns where id > ? order by id;

-- name: newest_turns
select seller, id from newest_turns;

-- name: keep_newest_turns
insert into newest_turns (seller, id) values (?, ?) on conflict do update set id = excluded.id;

-- name: turns_known
select value from meta where name = 'turns_known';

-- name: keep_turns_known
insert into meta (name, value) values ('turns_known', ?) on conflict do update set value = excluded.value;

-- name: put_message
insert into shop_messages (seller, buyer, text, at) values (?, ?, ?, ?);

-- name: messages
select seller, buyer, text, at from shop_messages where seller = ? order by id desc limit ?;

-- name: awaited_of
-- What contacts of a batch wait for; the list is JSON, since SQLite binds no arrays.
select a.record
from json_each(?) as wanted
join awaited as a
  on a.seller = wanted.value ->> 0 and a.buyer = wanted.value ->> 1 and a.channel = wanted.value ->> 2;

-- name: awaited
select record from awaited order by seller, buyer, channel limit ?;

-- name: asked
-- Of those, what a person or a partner is asked for.
select record from awaited where unconfirmed is null order by seller, buyer, channel;

-- name: unconfirmed
-- Orders that have waited for their codes since before a time, the oldest first, whose ever they are; from behind one of them on.
select record from awaited
where (unconfirmed, seller, buyer, channel) > (?, ?, ?, ?) and unconfirmed <= ?
order by unconfirmed, seller, buyer, channel limit ?;

-- name: who_waits
select seller, buyer, channel from awaited limit ?;

-- name: keep_awaited
insert into awaited (seller, buyer, channel, record, unconfirmed) values (?, ?, ?, ?, ?)
on conflict do update set record = excluded.record, unconfirmed = excluded.unconfirmed;

-- name: drop_awaited
delete from awaited where seller = ? and buyer = ? and channel = ?;

-- name: put_hand_over
insert into hand_overs (seller, buyer, channel, serial, queue, at) values (?, ?, ?, ?, ?, ?);

-- name: program
select own, parts from programs where id = ?;

-- name: program_part
select encoded from program_parts where id = ?;

-- name: keep_program
insert into programs (id, own, parts) values (?, ?, ?) on conflict do nothing;

-- name: keep_program_part
insert into program_parts (id, encoded) values (?, ?) on conflict do nothing;

-- name: published
select seller, fingerprint from sellers;

-- name: seller_names
select id, seller from sellers;

-- name: publish
insert into sellers (seller, fingerprint) values (?, ?)
on conflict (seller) do update set fingerprint = excluded.fingerprint;

-- name: note_publication
insert into publications (seller, fingerprint, at) values (?, ?, ?);

-- name: publications
select fingerprint, at from publications where seller = ? order by id desc limit ?;

-- name: last_publication
select coalesce(max(id), 0) from publications;

-- name: publications_after
-- What sellers published since one looked last, in order.
select p.id, s.seller, p.fingerprint from publications as p join sellers as s on s.id = p.seller
where p.id > ? order by p.id limit ?;

-- name: sessions_of_seller
select buyer, channel, session from contacts where seller = ?;

-- name: orders
select o.id, s.seller, o.serial, o.buyer, o.channel, o.session, o.turn, o.status, o.total, o.currency, o.address,
  o.placed_at, o.due_at, o.lines, o.paid, o.vouched
from orders as o join sellers as s on s.id = o.seller
where (:status is null or o.status = :status) and (:serial is null or o.serial = :serial) and (:buyer is null or o.buyer = :buyer)
order by o.id desc limit :limit;

-- name: orders_of_seller
select o.id, s.seller, o.serial, o.buyer, o.channel, o.session, o.turn, o.status, o.total, o.currency, o.address,
  o.placed_at, o.due_at, o.lines, o.paid, o.vouched
from orders as o join sellers as s on s.id = o.seller
where o.seller = :seller and (:status is null or o.status = :status)
order by o.serial desc limit :limit;

-- name: orders_of_buyer
select o.id, s.seller, o.serial, o.buyer, o.channel, o.session, o.turn, o.status, o.total, o.currency, o.address,
  o.placed_at, o.due_at, o.lines, o.paid, o.vouched
from orders as o join sellers as s on s.id = o.seller
where o.seller = :seller and o.buyer = :buyer and (:status is null or o.status = :status)
order by o.serial desc limit :limit;

-- name: order_by_serial
select o.id, s.seller, o.serial, o.buyer, o.channel, o.session, o.turn, o.status, o.total, o.currency, o.address,
  o.placed_at, o.due_at, o.lines, o.paid, o.vouched
from orders as o join sellers as s on s.id = o.seller
where o.seller = :seller and o.serial = :serial;

-- name: advance_order
update orders set status = ? where id = ? and status = ?;

-- name: order_events
select status, at from order_events where order_id = ? order by at;

-- name: figures
-- For operators: what costs the same however much there is. Orders are numbered without gaps and forgotten from the first.
select
  (select coalesce(sum(left_count), 0) from outbox) as texts_waiting,
  (select coalesce(sum(orders), 0) from sellers) + (select coalesce(max(id) - min(id) + 1, 0) from orders) as orders,
  (select count(*) from sellers) as sellers;

-- name: census
-- The same by scans, so not on the writer's connection, and seldom.
select
  (select count(*) from contacts) as sessions,
  (select count(*) from shop_messages) as messages,
  (select count(*) from hand_overs) as hand_overs;

-- name: forget_turns
-- The oldest lie first.
delete from turns where id in (select id from turns order by id limit :rows) and at < :before;

-- name: oldest_order
select placed_at from orders order by id limit 1;

-- name: count_forgotten
-- Of those that the next query forgets, the last of each seller: the next orders are numbered on from there. Never from before: a
-- clock that was set back has an earlier order be forgotten after a later one.
update sellers set orders = max(sellers.orders, forgotten.serial)
from (
  select seller, max(serial) as serial from (select seller, serial, placed_at from orders order by id limit :rows)
  where placed_at < :before group by seller
) as forgotten
where sellers.id = forgotten.seller;

-- name: forget_orders
-- The oldest lie first.
delete from orders where id in (select id from orders order by id limit :rows) and placed_at < :before;

-- name: forget_messages
delete from shop_messages where id in (select id from shop_messages order by id limit :rows) and at < :before;

-- name: old_texts
-- The last of the next so many rows of texts that are old, or nothing. What waits in the outbox is never old.
select max(id) from (
  select id, at from texts where id < coalesce((select min(id) from outbox), 1 << 62) order by id limit :rows
) where at < :before;

-- name: forget_texts
delete from texts where id <= ?;

-- name: forget_stages
delete from text_stages where id <= ?;

-- name: forget_names
delete from text_names where id in (select id from text_names order by id limit :rows) and at < :before;

-- name: forget_hand_overs
delete from hand_overs where id in (select id from hand_overs order by id limit :rows) and at < :before;

-- name: contacts_end
-- The last of the next so many contacts.
select seller, buyer, channel from contacts where (seller, buyer, channel) > (?, ?, ?)
order by seller, buyer, channel limit 1 offset ?;

-- name: forget_contacts
delete from contacts
where (seller, buyer, channel) > (?, ?, ?) and (seller, buyer, channel) <= (?, ?, ?) and at < ?;

-- name: buyers_end
select seller, number from buyers where (seller, number) > (?, ?) order by seller, number limit 1 offset ?;

-- name: forget_buyers
delete from buyers where (seller, number) > (?, ?) and (seller, number) <= (?, ?) and at < ?;

-- name: notes_end
select name from notes where name > ? order by name limit 1 offset ?;

-- name: date_notes
-- A batch without arrivals knows no time.
update notes set at = :now where name > :begin and at = 0 and name <= :end;

-- name: forget_notes
delete from notes where name > ? and name <= ? and at < ?;

-- name: recent_orders
-- What limits count again at a start, oldest first: of so many orders the newest. Older ones are not looked at, however many.
select seller, buyer, currency, total, placed_at, vouched <> '' from orders
where id > (select coalesce(max(id), 0) from orders) - :limit and placed_at > :since order by id;

-- name: recent_codes
-- The same of codes that did not come back, with the numbers that they went to: of orders that wait for theirs, and of those whose
-- seller was told since. Who has no number was sent none.
select buyer, at from (
  select buyer, unconfirmed as at from awaited where unconfirmed > :since order by unconfirmed desc limit :limit
) union all select buyer, at from shop_messages
where id > (select coalesce(max(id), 0) from shop_messages) - :limit and at > :since
  and substr(text, 1, length(:told)) = :told and buyer <> '' and buyer not glob '*[^0-9+]*'
order by at;

-- name: secret
select value from meta where name = 'secret';

-- name: keep_secret
insert into meta (name, value) values ('secret', ?) on conflict do nothing;

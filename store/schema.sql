-- Everything that one shard of sellers keeps. Times are Unix seconds, money is in minor units.
-- `seller` is the number of a row of sellers wherever rows are many, since every index repeats it.

create table if not exists meta (
  name text primary key,
  value text not null
) without rowid;

-- Programs by the fingerprint that sessions are pinned to, as a number: what is each one's own, and the ids of its parts, eight
-- bytes each. Parts are named in the same way, and are there once for all programs that have them; see flows.packed.split.
create table if not exists programs (
  id integer primary key,
  own blob not null,
  parts blob not null
);
create table if not exists program_parts (
  id integer primary key,
  encoded blob not null
);

-- `orders`: how many of their orders were forgotten; those that are kept have the serials after it.
create table if not exists sellers (
  id integer primary key,
  seller text not null unique,
  fingerprint blob not null,
  orders integer not null default 0
);

-- Every publication, so that one can go back to an older.
create table if not exists publications (
  id integer primary key,
  seller integer not null,
  fingerprint blob not null,
  at integer not null
);
create index if not exists publications_of_seller on publications (seller, id);

-- `at`: the buyer's last turn; `stamp`: that of their last message, see sms.redelivery.
create table if not exists contacts (
  seller integer not null,
  buyer text not null,
  channel text not null,
  serial integer not null,
  at integer not null,
  stamp integer not null,
  session blob not null,
  primary key (seller, buyer, channel)
) without rowid;

-- `at`: when the record last changed.
create table if not exists buyers (
  seller integer not null,
  number text not null,
  at integer not null,
  record blob not null,
  primary key (seller, number)
) without rowid;

-- What is left. A product without a row has the stock that its catalog says.
create table if not exists stock (
  seller integer not null,
  code text not null,
  left_count integer not null check (left_count >= 0),
  primary key (seller, code)
) without rowid;

-- `serial` counts the seller's orders; center.orders.number makes the number of it. `session` and `turn` say which turn of
-- the buyer placed it, so that the same turn cannot place two. `paid`: what of the total was paid before. `vouched`: what says that the
-- number is its buyer's, see center.orders.order.Vouched; empty: nothing does. Of those from before schema 8 nobody knows.
create table if not exists orders (
  id integer primary key,
  seller integer not null,
  serial integer not null,
  buyer text not null,
  channel text not null,
  session integer not null,
  turn integer not null,
  status text not null,
  total integer not null,
  currency text not null,
  address text not null,
  placed_at integer not null,
  due_at integer,
  lines blob not null,
  paid integer not null default 0,
  vouched text not null default 'unknown',
  unique (seller, serial),
  unique (seller, buyer, channel, session, turn)
);

-- When an order entered each state after the first.
create table if not exists order_events (
  order_id integer not null references orders (id) on delete cascade,
  status text not null,
  at integer not null,
  primary key (order_id, status)
) without rowid;

-- Contacts and buyers that a batch changed, until they rest and go to their own rows: see store.recent.
create table if not exists recent (
  id integer primary key autoincrement,
  at integer not null,
  rows blob not null
);

-- Messages taken, so that a redelivery is known: keys and stamps of a batch's in one row, whose id is the first stamp.
-- `at`: for how many seconds we had run; see store.inbox.
create table if not exists inbox (
  first integer primary key,
  at integer not null,
  keys blob not null
);

-- The same of messages that their carrier names, by eight bytes of their key. One of the two tables takes new ones; when
-- the other has grown old it is emptied and takes its turn, which costs nothing a row and needs no index by age.
create table if not exists inbox_a (
  id integer primary key,
  at integer not null,
  stamp integer not null
);
create table if not exists inbox_b (
  id integer primary key,
  at integer not null,
  stamp integer not null
);

-- Texts of a batch that no carrier has taken yet, all of them in one row of `texts`; the row goes when none is left. No id
-- comes twice, so that who is told of a text late cannot take it for another.
create table if not exists outbox (
  id integer primary key autoincrement,
  at integer not null,
  left_count integer not null
);

-- What was written to phones, the texts of a batch in one row.
create table if not exists texts (
  id integer primary key,
  at integer not null,
  count integer not null,
  texts blob not null
);

-- What became of them: how far each has come, and why some failed. A row without one here is new.
create table if not exists text_stages (
  id integer primary key,
  stages blob not null
);

-- What carriers call texts whose receipts are to come, so that receipts are known after a restart; as it was learnt.
create table if not exists text_names (
  id integer primary key,
  at integer not null,
  names blob not null
);

-- What was said, that of a batch in one row: turns by seller, and which rows of texts have those of its sellers. `links` says
-- of each of them which row before has something of theirs; see store.turn_log.
create table if not exists turns (
  id integer primary key autoincrement,
  at integer not null,
  first_text integer not null,
  text_rows integer not null,
  links blob not null,
  turns blob not null
);

-- Where that way begins for each seller, as it was when `turns_known` in meta was the newest row, or later.
create table if not exists newest_turns (
  seller integer primary key,
  id integer not null
);

-- What a channel keeps for itself, such as the first segments of a text whose last has not come.
-- `at`: when it was written; 0: not dated yet.
create table if not exists notes (
  name text primary key,
  at integer not null,
  value blob not null
) without rowid;
create index if not exists notes_not_dated on notes (name) where at = 0;

create table if not exists shop_messages (
  id integer primary key,
  seller text not null,
  buyer text not null,
  text text not null,
  at integer not null
);
create index if not exists shop_messages_of_seller on shop_messages (seller, id);

-- What sessions wait for: an outcome that a person or a partner brings or, of an order that waits for its code, that.
-- `unconfirmed`: since when, of such an order; null for all else. By that they are found when they have waited too long.
create table if not exists awaited (
  seller text not null,
  buyer text not null,
  channel text not null,
  record blob not null,
  unconfirmed integer,
  primary key (seller, buyer, channel)
) without rowid;
create index if not exists awaited_unconfirmed on awaited (unconfirmed) where unconfirmed is not null;

create table if not exists hand_overs (
  id integer primary key,
  seller text not null,
  buyer text not null,
  channel text not null,
  serial integer not null,
  queue text not null,
  at integer not null
);

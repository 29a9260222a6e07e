-- Everything that one shard of sellers keeps. Times are Unix seconds, money is in minor units.

create table if not exists meta (
  name text primary key,
  value text not null
) without rowid;

-- Programs by the fingerprint that sessions are pinned to; `source` is the flow's own files as they were published.
create table if not exists programs (
  fingerprint blob primary key,
  encoded blob not null
) without rowid;

create table if not exists sellers (
  seller text primary key,
  fingerprint blob not null,
  orders integer not null default 0
) without rowid;

-- Every publication, so that one can go back to an older.
create table if not exists publications (
  id integer primary key,
  seller text not null,
  fingerprint blob not null,
  at integer not null
);
create index if not exists publications_of_seller on publications (seller, id);

create table if not exists contacts (
  seller text not null,
  buyer text not null,
  channel text not null,
  serial integer not null,
  session blob not null,
  primary key (seller, buyer, channel)
) without rowid;

create table if not exists buyers (
  seller text not null,
  number text not null,
  record blob not null,
  primary key (seller, number)
) without rowid;

-- What is left. A product without a row has the stock that its catalog says.
create table if not exists stock (
  seller text not null,
  code text not null,
  left_count integer not null check (left_count >= 0),
  primary key (seller, code)
) without rowid;

create table if not exists orders (
  id integer primary key,
  seller text not null,
  number text not null,
  key text not null unique,
  buyer text not null,
  channel text not null,
  status text not null,
  total integer not null,
  currency text not null,
  address text not null,
  placed_at integer not null,
  due_at integer,
  lines blob not null,
  unique (seller, number)
);
create index if not exists orders_of_buyer on orders (seller, buyer, id);

-- When an order entered each state.
create table if not exists order_events (
  order_id integer not null references orders (id),
  status text not null,
  at integer not null,
  primary key (order_id, status)
) without rowid;

-- Messages taken, so that a redelivery is known.
create table if not exists inbox (
  key blob primary key,
  at integer not null,
  epoch integer not null
) without rowid;
create index if not exists inbox_by_age on inbox (at);

-- Texts on their way out; a row goes when the carrier has taken the text.
create table if not exists outbox (
  id integer primary key,
  carrier text not null,
  source text not null,
  destination text not null,
  text text not null,
  at integer not null
);

-- What was said, a row a turn; `talks` shows it a row a session.
create table if not exists turns (
  id integer primary key,
  seller text not null,
  buyer text not null,
  channel text not null,
  serial integer not null,
  at integer not null,
  lines text not null
);
create index if not exists turns_of_session on turns (seller, buyer, channel, serial, id);

-- What a channel keeps for itself, such as the first segments of a text whose last has not come.
create table if not exists notes (
  name text primary key,
  value blob not null
) without rowid;

create table if not exists shop_messages (
  id integer primary key,
  seller text not null,
  buyer text not null,
  text text not null,
  at integer not null
);

-- What sessions wait for: an outcome that a person or a partner brings.
create table if not exists awaited (
  seller text not null,
  buyer text not null,
  channel text not null,
  record blob not null,
  primary key (seller, buyer, channel)
) without rowid;

create table if not exists hand_overs (
  id integer primary key,
  seller text not null,
  buyer text not null,
  channel text not null,
  serial integer not null,
  queue text not null,
  at integer not null
);

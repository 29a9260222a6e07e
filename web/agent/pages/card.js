// What is known of a buyer: facts, basket, address, recordings, past orders.

import { $, make } from "/pages/live.js";
import { redraw } from "/pages/redraw.js";

const LOCALES = { zh: "zh-CN", en: "en" };

/** What the reader calls the shop; what the buyer does where it has no name in the reader's language. */
export const shopOf = (card, reader) => card.names[reader] ?? card.shop;

/** `tools`: {word, language, mayChange, setBasket}. */
export function drawCard(card, tools) {
  const { word, language, mayChange } = tools;
  const money = minor => (minor / 10 ** card.decimals).toLocaleString(LOCALES[language()], { style: "currency", currency: card.currency });
  $("shop").textContent = shopOf(card, language());
  facts({
    number: card.number, name: card.name, spoken: spoken(card.language, language()), queue: card.queue, step: card.step,
    agent: card.guests.length || mayChange ? "" : card.agent, guests: card.guests.join(", "),
    waited: word("seconds", { n: Math.round(card.waited_s) }),
  }, word);
  basket(card, money, tools);
  address(card);
  redraw($("heard"), ...card.recordings.map(recording => make("div", { "data-key": `${card.contact} ${recording.id}` },
    make("span", { class: "faint" }, word("recording", { question: recording.question, seconds: Math.round(recording.seconds) })),
    make("audio", { controls: true, preload: "none", src: `/desk/recording?${new URLSearchParams({ contact: card.contact, recording: recording.id })}` }))));
  const day = new Intl.DateTimeFormat(LOCALES[language()], { dateStyle: "medium" });
  redraw($("orders"), ...(card.orders.length ? card.orders.map(order => make("li", {},
    `${order.number} · ${word(`order_${order.status}`)} · ${day.format(order.placed_at * 1_000)}`,
    make("div", { class: "faint" }, `${money(order.total)} · ${order.summary}`))) : [make("li", { class: "faint" }, word("no_orders"))]));
}

/** A language's own page calls it by name. */
function spoken(code, reader) {
  return code ? new Intl.DisplayNames([LOCALES[reader]], { type: "language" }).of(code) : "";
}

function facts(values, word) {
  redraw($("facts"), ...Object.entries(values).filter(([, value]) => value).flatMap(([name, value]) =>
    [make("dt", {}, word(name)), make("dd", {}, value)]));
}

function basket(card, money, { word, mayChange, setBasket }) {
  const goods = new Map(card.goods.map(each => [each.code, each]));
  const lines = new Map(card.basket.map(line => [line.code, line.quantity]));
  const active = document.activeElement?.closest("#basket input");
  // What the person has begun to type is not drawn over.
  if (active && active.value !== active.defaultValue && $("basket").dataset.contact === card.contact) return;
  $("basket").dataset.contact = card.contact;
  const change = (code, quantity) => {
    if (quantity > 0) lines.set(code, quantity); else lines.delete(code);
    setBasket(lines);
  };
  redraw($("basket").tBodies[0], ...card.basket.map(({ code, quantity }) => make("tr", { "data-key": `${card.contact} ${code}` },
    make("td", {}, goods.get(code)?.name ?? code),
    make("td", {}, mayChange
      ? make("input", { type: "number", min: 0, max: 9999, required: true, value: quantity, "aria-label": goods.get(code)?.name ?? code,
          onchange: ({ target }) => {
            if (!target.reportValidity()) return;
            target.defaultValue = target.value;
            change(code, Number(target.value));
          } })
      : `× ${quantity}`),
    make("td", {}, money((goods.get(code)?.price ?? 0) * quantity)),
    make("td", {}, mayChange ? make("button", { "aria-label": word("remove"), onclick: () => change(code, 0) }, "×") : ""))));
  const total = card.basket.reduce((sum, { code, quantity }) => sum + (goods.get(code)?.price ?? 0) * quantity, 0);
  $("total").textContent = money(total);
  const picked = $("goods").value;
  redraw($("goods"), ...card.goods.map(each => new Option(`${each.code} ${each.name}`, each.code)));
  if (picked && goods.has(picked)) $("goods").value = picked;
  $("goods").onchange = () => {
    const { price, stock } = goods.get($("goods").value) ?? {};
    $("left").value = price === undefined ? "" : `${money(price)} · ${stock ? word("left", { n: stock }) : word("sold_out")}`;
  };
  $("goods").onchange();
  $("order").hidden = !mayChange;
  $("order").querySelector("button").disabled = !card.basket.length;
}

function address(card) {
  redraw($("addresses"), ...card.addresses.map(each => new Option(each)));
  // What the person has changed stays; what was only shown follows the card.
  const field = $("address");
  if (field.value === field.dataset.shown) field.value = card.address;
  if (field.value === card.address) field.dataset.shown = card.address;
}

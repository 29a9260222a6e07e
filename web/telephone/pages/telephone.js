// The web telephone: one line to one shop, for calls and for messages.

import { words } from "/pages/words.js";
import { Live, $, make } from "/pages/live.js";
import { Softphone } from "/pages/softphone.js";

const { word, chosenBy, language } = words({
  title: { zh: "网页电话", en: "Web telephone" },
  shop: { zh: "店铺", en: "Shop" },
  number: { zh: "本机号码", en: "My number" },
  call: { zh: "电话", en: "Call" },
  messages: { zh: "短信", en: "Messages" },
  dial: { zh: "拨打", en: "Call" },
  hang_up: { zh: "挂断", en: "Hang up" },
  send: { zh: "发送", en: "Send" },
  write: { zh: "写短信……", en: "Write a message…" },
  heard: { zh: "通话内容", en: "What is said" },
  calling: { zh: "正在呼叫……", en: "Calling…" },
  up: { zh: "通话中", en: "On the call" },
  ended: { zh: "通话结束", en: "The call is over" },
  silent: { zh: "没有麦克风：可以按键，不能说话", en: "No microphone: keys work, speech does not" },
  no_line: { zh: "线路断了，正在重连……", en: "The line is down; trying again…" },
  no_calls: { zh: "这家店不接电话", en: "This shop takes no calls" },
  no_texts: { zh: "这家店不收短信", en: "This shop takes no messages" },
});

// What the exchange says in English, for readers of Chinese. What is not here is shown as it came.
const CHINESE = {
  "All lines are busy; please call again in a while.": "所有线路都忙，请稍后再拨。",
  "No calls are taken here.": "这里不接电话。",
  "This shop takes no calls.": "这家店不接电话。",
  "This shop takes no messages.": "这家店不收短信。",
  "There is a call already; hang up first.": "已经在通话中，请先挂断。",
  "called again": "同一号码又打来了，这个通话已结束",
  "no media came": "听不到您那边的声音，通话已结束",
  "an hour is over": "通话满一小时，已结束",
  "no outcome came": "没有等到结果，请再拨一次",
  "shutting down": "系统正在重启，请稍后再拨",
  "out of service": "系统出了故障，请再拨一次",
  "the shop has closed": "店铺已停止营业",
};
const inPageLanguage = text => (language() === "zh" && CHINESE[text]) || text;

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const LINES_MAX = 200;

let shops = [];
let shop = null;
let line = null;
let phone = null;
let newest = 0;  // The last message that was shown: their numbers grow.
let state = ["", ""];

// --- the page ---

function showState(name, kind = "", detail = "") {
  state = [name, kind, detail];
  $("state").textContent = inPageLanguage(detail) || (name && word(name));
  $("state").className = kind;
}

function add(list, text, kind = "") {
  const item = make("li", { class: kind }, text);
  $(list).append(item);
  while ($(list).children.length > LINES_MAX) $(list).firstChild.remove();
  item.scrollIntoView({ block: "nearest" });
}

/** In the page's language where the shop has one. */
const nameOf = each => each.names[language()] ?? each.name;

function showShop() {
  for (const option of $("shop").options) option.textContent = nameOf(shops.find(each => each.seller === option.value));
  document.title = shop ? `${nameOf(shop)} · ${word("title")}` : word("title");
  $("dialled").textContent = shop?.number ?? "";
  $("code").textContent = shop?.code ?? "";
  $("name").textContent = shop ? nameOf(shop) : word("title");
  $("text").disabled = !shop?.code;
  if (!phone) $("dial").disabled = !shop?.number;
  if (shop && !shop.number) showState("no_calls");
  else showState(...state);
}

function busy(isBusy) {
  $("dial").disabled = isBusy || !shop?.number;
  $("hang-up").disabled = !isBusy;
}

// --- the line ---

function connect() {
  line?.close();
  newest = 0;
  // What is written while there is no line stays where it is: Enter sends nothing while its button can do nothing.
  $("send").disabled = true;
  if (!shop || !$("number").checkValidity()) return;
  line = new Live(`/telephone/${shop.seller}/line?from=${$("number").value}`, {
    heard: hear,
    changed: isOpen => {
      $("send").disabled = !isOpen || !shop.code;
      if (isOpen) { if (state[0] === "no_line") showState(""); }
      else { closePhone(); showState("no_line", "refused"); }
    },
  });
}

const tell = message => line?.tell(message);

function hear(message) {
  switch (message.kind) {
    case "answer": return phone?.answered(message.answer);
    case "said": return add("said", message.text);
    case "text":
      // What was told and not known to be shown is told again: over a new line, to this page or the next one.
      if (message.id > newest) add("thread", message.text);
      newest = Math.max(newest, message.id);
      return tell({ kind: "shown", id: message.id });
    case "ended": closePhone(); return showState("ended", "", message.reason === "goodbye" ? "" : message.reason);
    case "refused":
      if (phone && !phone.isUp) { closePhone(); return showState("", "refused", message.why); }
      return add("thread", inPageLanguage(message.why), "refused");
  }
}

// --- calls ---

async function dial() {
  if (phone) return;
  busy(true);
  $("said").replaceChildren();
  showState("calling");
  phone = new Softphone($("sound"), {
    up: () => showState(phone.isSilent ? "silent" : "up", "up"),
    down: () => { hangUp(); showState("ended"); },
  });
  tell({ kind: "call", offer: await phone.offer() });
}

function closePhone() {
  phone?.close();
  phone = null;
  busy(false);
}

function hangUp() {
  if (!phone) return;
  tell({ kind: "hang up" });
  closePhone();
}

function press(key) {
  const button = $("keys").children[KEYS.indexOf(key)];
  button.classList.add("down");
  setTimeout(() => button.classList.remove("down"), 120);
  if (phone?.press(key)) add("said", `[${key}]`, "mine");
}

// --- wiring ---

for (const key of KEYS) {
  $("keys").append(make("button", { type: "button", onclick: () => press(key) }, key));
}
$("dial").onclick = dial;
$("hang-up").onclick = () => { hangUp(); showState("ended"); };
$("write").onsubmit = event => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!text) return;
  // The line may be down and not known to be.
  if (!tell({ kind: "text", text })) return;
  add("thread", text, "mine");
  $("text").value = "";
};
document.addEventListener("keydown", event => {
  if (event.target.matches("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (KEYS.includes(event.key)) press(event.key);
});
chosenBy($("language"), showShop);
$("shop").onchange = () => { location.pathname = `/telephone/${$("shop").value}`; };
$("number").onchange = () => {
  if (!$("number").reportValidity()) return;
  localStorage.setItem("number", $("number").value);
  hangUp();
  connect();
};

// A number of its own for each browser, from a range of Chinese mobiles, so that two who try it are two buyers.
$("number").value = localStorage.getItem("number") ?? `139${String(Math.floor(Math.random() * 1e8)).padStart(8, "0")}`;
localStorage.setItem("number", $("number").value);
shops = await (await fetch("/telephone/shops")).json();
for (const each of shops) $("shop").append(new Option(nameOf(each), each.seller));
shop = shops.find(each => each.seller === location.pathname.split("/")[2]) ?? shops[0] ?? null;
if (shop) $("shop").value = shop.seller;
showShop();
connect();

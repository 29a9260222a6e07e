// Signing in: to where the person was going, else to the desk.

import { words } from "/pages/words.js";

const { word, chosenBy } = words({
  title: { zh: "登录坐席", en: "Sign in" },
  name: { zh: "工号", en: "Name" },
  password: { zh: "密码", en: "Password" },
  sign_in: { zh: "登录", en: "Sign in" },
  wrong: { zh: "工号或密码不对", en: "The name or the password is wrong" },
  wait: { zh: "试得太多了，请 {seconds} 秒后再试", en: "Too many tries: wait {seconds} seconds" },
  form: { zh: "工号或密码太长", en: "The name or the password is too long" },
  origin: { zh: "页面的地址和服务器的不同；代理要保留 Host", en: "This page has another address than its server: a proxy must keep Host" },
  down: { zh: "服务器没有回应，请稍后再试", en: "The server does not answer; try again" },
});

const $ = id => document.getElementById(id);
let state = ["", {}];

function show() {
  $("state").textContent = state[0] && word(...state);
}

function tell(name, values = {}) {
  state = [name, values];
  show();
}

// Only a path of this site: a link from elsewhere must not lead away after the password was typed.
function destination(role) {
  const to = new URLSearchParams(location.search).get("to") ?? "";
  if (/^\/[a-z]/.test(to)) return to;
  return role === "supervisor" ? "/floor" : "/desk";
}

$("form").onsubmit = async event => {
  event.preventDefault();
  tell("");
  const body = JSON.stringify({ name: $("name").value, password: $("password").value });
  try {
    const answer = await fetch("/sign-in", { method: "POST", body });
    const said = await answer.json();
    if (answer.ok) location.replace(destination(said.role));
    else tell(said.why, { seconds: answer.headers.get("retry-after") });
  } catch {
    tell("down");
  }
};
chosenBy($("language"), show);

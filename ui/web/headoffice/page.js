"use strict";

let lang = localStorage.getItem("lang") === "en" ? 1 : 0;
let view = null; // last overview
let page = { count: 0, orders: [] };
let chosen = { day: "", branch: "", register: "" };
let seen = new Set(); // orders already shown, to greet new ones

const $ = (id) => document.getElementById(id);

function say(word, fill) {
  let text = (words[word] || [word, word])[lang];
  for (const k in fill) text = text.replace("{" + k + "}", fill[k]);
  return text;
}

// make builds an element: make("td", "n", "text", child, …).
function make(tag, cls, ...inside) {
  const e = document.createElement(tag);
  if (cls) e.className = cls;
  e.append(...inside.filter((x) => x !== null && x !== undefined && x !== ""));
  return e;
}

const group = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

// Amounts are whole fen; no fraction is ever computed with.
function money(fen) {
  const sign = fen < 0 ? "-" : "", a = Math.abs(fen);
  return sign + "¥" + group(Math.floor(a / 100)) + "." + String(a % 100).padStart(2, "0");
}

function ago(ms) {
  if (!ms) return say("never");
  const s = Math.max(0, Math.round((Date.now() - ms) / 1000));
  if (s < 5) return say("now");
  if (s < 60) return say("secondsago", { n: s });
  if (s < 3600) return say("minutesago", { n: Math.floor(s / 60) });
  if (s < 86400) return say("hoursago", { n: Math.floor(s / 3600) });
  return say("daysago", { n: Math.floor(s / 86400) });
}

// clock writes a time in the register's own zone, whatever the browser's is.
function clock(ms, zone) {
  const d = new Date(ms + zone * 60000);
  return String(d.getUTCHours()).padStart(2, "0") + ":" + String(d.getUTCMinutes()).padStart(2, "0");
}

function title(branch) {
  const b = view && view.branches.find((b) => b.branch === branch);
  return b ? b.title : branch;
}

function staticWords() {
  document.documentElement.lang = lang ? "en" : "zh-CN";
  document.title = say("brand") + " · " + say("office");
  for (const e of document.querySelectorAll("[data-word]")) e.textContent = say(e.dataset.word);
  $("lang").textContent = lang ? "中文" : "EN";
  $("theme").title = say("theme");
  $("foot").textContent = say("foot");
}

function big(id, text) {
  const e = $(id);
  if (e.textContent === text) return;
  const first = e.textContent === "";
  const dot = text.lastIndexOf(".");
  e.replaceChildren(dot < 0 ? text : text.slice(0, dot), dot < 0 ? "" : make("small", "", text.slice(dot)));
  if (!first) {
    e.classList.remove("fresh");
    void e.offsetWidth; // lets the animation start again
    e.classList.add("fresh");
  }
}

function figures() {
  const s = view.settled;
  big("amount", money(s.amount));
  big("orders", group(s.orders));
  big("average", money(s.orders ? Math.round(s.amount / s.orders) : 0));
  const on = view.registers.filter((r) => r.connected).length, all = view.registers.length;
  $("online").replaceChildren(String(on), make("small", "", " / " + all));
  $("online-sub").textContent = !all ? say("noregister") : on < all ? say("offlinecount", { n: all - on }) : say("allonline");
  $("orders-sub").textContent = view.unpaid ? say("unpaid", { n: group(view.unpaid) }) : s.orders ? say("allpaid") : "";
  $("average-sub").textContent = s.orders ? say("perorder", { n: (s.portions / s.orders).toFixed(1) }) : "";
  const i = view.days.findIndex((d) => d.day === view.day), prev = i >= 0 ? view.days[i + 1] : null;
  const sub = $("amount-sub");
  sub.replaceChildren();
  if (prev && prev.amount) {
    const p = Math.round(((s.amount - prev.amount) * 1000) / prev.amount) / 10;
    sub.append(make("b", p < 0 ? "down" : "up", (p < 0 ? "▼ " : "▲ ") + Math.abs(p) + "%"), " " + say("versus"));
  } else if (s.orders) sub.append(say("firstday"));
  const top = Math.max(1, ...view.days.map((d) => d.amount));
  $("trend").replaceChildren(...view.days.slice().reverse().map((d) => {
    const b = make("i", d.day === view.day ? "on" : "");
    b.style.height = Math.max(4, Math.round((d.amount * 100) / top)) + "%";
    b.title = d.day + "  " + money(d.amount) + "  " + say("ordercount", { n: group(d.orders) });
    b.addEventListener("click", () => choose({ day: d.day }));
    return b;
  }));
}

function hours() {
  const h = view.hours, used = h.map((x, i) => (x.orders ? i : -1)).filter((i) => i >= 0);
  const from = Math.min(8, ...used), to = Math.max(21, ...used);
  const top = Math.max(1, ...h.map((x) => x.amount));
  let peak = from;
  for (let i = from; i <= to; i++) if (h[i].amount > h[peak].amount) peak = i;
  $("peak").textContent = h[peak].orders ? say("peak", { h: peak, n: group(h[peak].orders) }) : "";
  const bars = [];
  for (let i = from; i <= to; i++) {
    const bar = make("i", "");
    bar.style.height = (h[i].amount * 100) / top + "%";
    const col = make("div", i === peak && h[i].orders ? "col peak" : "col",
      make("div", "well", make("em", "", h[i].amount ? "¥" + group(Math.round(h[i].amount / 100)) : ""), bar), make("span", "", String(i)));
    col.title = i + ":00–" + (i + 1) + ":00  " + money(h[i].amount) + "  " + say("ordercount", { n: h[i].orders });
    bars.push(col);
  }
  $("hours").replaceChildren(...bars);
}

const tint = { cash: "c1", wechat: "c2", alipay: "c3", card: "c4", unionpay: "c5" };

function ways() {
  const total = Math.max(1, view.ways.reduce((a, w) => a + w.amount, 0));
  const stack = make("div", "stack");
  const rows = view.ways.map((w) => {
    const part = make("i", tint[w.way] || "c6");
    part.style.flexGrow = w.amount;
    stack.append(part);
    return make("div", "way", make("i", tint[w.way] || "c6"), make("b", "", say(w.way)),
      make("span", "", say("share", { n: Math.round((w.amount * 100) / total) })), make("span", "n", money(w.amount)),
      w.pending_amount ? make("small", "", say("pending", { n: money(w.pending_amount) })) : null);
  });
  $("ways").replaceChildren(...(rows.length ? [stack, ...rows] : [make("p", "empty", "—")]));
}

function dishes() {
  const top = Math.max(1, ...view.dishes.map((d) => d.amount));
  $("dishes").replaceChildren(...(view.dishes.length ? view.dishes.map((d) => {
    const bar = make("i", "");
    bar.style.width = (d.amount * 100) / top + "%";
    return make("li", "", make("b", "", d.name), make("span", "qty", "×" + group(d.qty)), make("span", "n", money(d.amount)), bar);
  }) : [make("p", "empty", "—")]));
}

function branches() {
  const list = view.branches.slice().sort((a, b) => b.amount - a.amount);
  const top = Math.max(1, ...list.map((b) => b.amount));
  $("branches-sub").textContent = list.length ? say("branchcount", { n: list.length }) : "";
  $("branches").replaceChildren(...(list.length ? list.map((b) => {
    const bar = make("i", "");
    bar.style.width = (b.amount * 100) / top + "%";
    const state = b.faults ? "bad" : b.connected === b.registers ? "good" : b.connected ? "some" : "off";
    const row = make("button", chosen.branch === b.branch ? "branch on" : "branch",
      make("span", "name", make("i", "dot " + state), make("b", "", b.title)),
      make("span", "n", money(b.amount)),
      make("span", "sub", say("registercount", { n: b.connected, m: b.registers }) + " · " + ago(b.at)),
      make("span", "sub n", say("ordercount", { n: group(b.orders) })), make("span", "bar", bar));
    row.type = "button";
    row.addEventListener("click", () => choose({ branch: chosen.branch === b.branch ? "" : b.branch, register: "" }));
    return row;
  }) : [make("p", "empty", say("noregister"))]));
}

function cell(word, cls, ...inside) {
  const td = make("td", cls, ...inside);
  td.dataset.label = say(word);
  return td;
}

function registers() {
  $("registers").replaceChildren(...view.registers.map((r) => {
    const state = r.fault ? ["bad", "isstopped"] : r.revoked ? ["off", "isrevoked"] : r.connected ? ["good", "isonline"] : ["off", "isoffline"];
    const notes = [];
    if (r.contested) notes.push(make("span", "tag warn", say("contestedcount", { n: group(r.contested) })));
    if (r.unknown) notes.push(make("span", "tag", say("unknowncount", { n: group(r.unknown) })));
    const hash = make("code", "", r.booked ? r.hash.slice(0, 8) : "—");
    hash.title = r.hash;
    return make("tr", "", cell("register", "head", make("b", "", r.title + " · " + r.register), r.epoch > 1 ? make("span", "tag", say("epoch", { n: r.epoch })) : null),
      cell("state", "", make("span", "state " + state[0], make("i", "dot " + state[0]), say(state[1])), ...notes),
      cell("booked", "n", group(r.booked)), cell("hash", "", hash), cell("lastbooked", "", ago(r.at)),
      cell("orders", "n", group(r.orders)), cell("turnover", "n strong", money(r.amount)));
  }));
  if (!view.registers.length) {
    const td = make("td", "empty", say("noregister"));
    td.colSpan = 7;
    $("registers").append(make("tr", "", td));
  }
}

function orders() {
  const first = seen.size === 0;
  $("latest-sub").textContent = page.count ? say("shown", { n: group(page.orders.length), m: group(page.count) }) : "";
  $("list").replaceChildren(...page.orders.map((o) => {
    const key = o.branch + o.register + o.name;
    const row = make("tr", first || seen.has(key) ? "" : "new",
      cell("number", "head", make("b", "", o.name), o.pickup ? make("span", "tag", "#" + o.pickup) : null, o.contested ? make("span", "tag warn", say("contested")) : null),
      cell("time", "", clock(o.at, o.zone)), cell("where", "", title(o.branch) + " · " + o.register),
      cell("dishes", "what", make("span", "dim", say(o.channel === 2 ? "takeaway" : "dinein") + " "), o.dishes),
      cell("paid", "", o.paid_at ? o.ways.split(",").map(say).join(" + ") : make("span", "tag warn", say("notpaid"))), cell("sum", "n strong", money(o.total)));
    seen.add(key);
    return row;
  }));
  if (!page.orders.length) {
    const td = make("td", "empty", say("nothing"));
    td.colSpan = 6;
    $("list").append(make("tr", "", td));
  }
  $("more").hidden = page.orders.length >= page.count;
}

function alerts() {
  const list = view.alarms.map((a) => {
    const text = view.texts[a.code + " " + a.branch + "." + a.register + " " + a.seq];
    return make("div", "alert", make("b", "", title(a.branch) + " · " + a.register), make("span", "", text ? text[lang] : a.code),
      make("small", "", ago(a.latest) + (a.times > 1 ? " · " + say("times", { n: group(a.times) }) : "")));
  });
  if (view.trouble) list.unshift(make("div", "alert", make("b", "", say("trouble")), make("small", "", view.trouble)));
  $("alerts").replaceChildren(...list);
}

function options(id, all, list, value) {
  const make1 = (v, t) => { const o = make("option", "", t); o.value = v; return o; };
  $(id).replaceChildren(...(all ? [make1("", all)] : []), ...list.map((v) => make1(v, id === "branch" ? title(v) : v)));
  $(id).value = value;
}

function draw() {
  staticWords();
  if (!view) return;
  const days = view.days.map((d) => d.day);
  if (view.day !== "-" && !days.includes(view.day)) days.unshift(view.day);
  options("day", "", days, view.day);
  $("day").hidden = days.length === 0;
  options("branch", say("allbranches"), view.branches.map((b) => b.branch), chosen.branch);
  options("register", say("allregisters"), [...new Set(view.registers.filter((r) => !chosen.branch || r.branch === chosen.branch).map((r) => r.register))], chosen.register);
  alerts(); figures(); hours(); ways(); dishes(); branches(); registers(); orders();
}

async function get(path, query) {
  const q = new URLSearchParams();
  for (const k in query) if (query[k]) q.set(k, query[k]);
  const answer = await fetch(path + (q.size ? "?" + q : ""));
  const body = await answer.json();
  if (!answer.ok) throw new Error(lang ? body.en : body.zh);
  return body;
}

let busy = false, again = false;
async function load() {
  if (busy) { again = true; return; }
  busy = true;
  try {
    const next = await get("api/overview", { day: chosen.day });
    const limit = Math.min(500, Math.max(50, page.orders.length));
    page = await get("api/orders", { day: next.day === "-" ? "" : next.day, branch: chosen.branch, register: chosen.register, limit });
    view = next;
    draw();
  } catch (e) {
    link(false);
  }
  busy = false;
  if (again) { again = false; load(); }
}

function choose(change) {
  Object.assign(chosen, change);
  page = { count: 0, orders: [] };
  seen = new Set();
  load();
}

function link(up) {
  $("live").className = up ? "live on" : "live";
  $("live-text").textContent = say(up ? "live" : "lost");
}

$("day").addEventListener("change", (e) => choose({ day: e.target.selectedIndex === 0 ? "" : e.target.value }));
$("branch").addEventListener("change", (e) => choose({ branch: e.target.value, register: "" }));
$("register").addEventListener("change", (e) => choose({ register: e.target.value }));
$("more").addEventListener("click", async () => {
  const next = await get("api/orders", { day: view.day, branch: chosen.branch, register: chosen.register, skip: page.orders.length });
  page = { count: next.count, orders: page.orders.concat(next.orders) };
  orders();
});
$("lang").addEventListener("click", () => {
  lang = 1 - lang;
  localStorage.setItem("lang", lang ? "en" : "zh");
  draw();
  link($("live").classList.contains("on"));
});
function dress(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
}
$("theme").addEventListener("click", () => {
  const dark = getComputedStyle(document.documentElement).getPropertyValue("--dark").trim() === "1";
  localStorage.setItem("theme", dark ? "light" : "dark");
  dress(dark ? "light" : "dark");
});

const params = new URLSearchParams(location.search);
if (params.get("lang")) lang = params.get("lang") === "en" ? 1 : 0;
dress(params.get("theme") || localStorage.getItem("theme"));
staticWords();
load();
if (params.has("still")) {
  // One look without a live connection: for printing and pictures.
  $("live").className = "live on";
  $("live-text").textContent = new Date().toTimeString().slice(0, 5);
} else {
  let late = 0;
  const live = new EventSource("api/live");
  live.addEventListener("open", () => { clearTimeout(late); link(true); load(); });
  live.addEventListener("booked", load);
  live.addEventListener("error", () => { clearTimeout(late); late = setTimeout(() => link(false), 3000); });
  setInterval(load, 20000);
}

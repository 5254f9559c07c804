// A gate in the browser: camera, hand scanner and typed codes lead to one question, and one large answer.
// Eyes and voice are in gate_senses.js; its address, which changes with its content, stands in the page.


const KEY = "gate-key";
const API = "/api/v1";
const TOKEN_DIGITS = 227;
const HELD_STILL_MS = 2500; // the same code before the camera is the same phone, until it was away for so long
const SHOWN_MS = { ok: 1500, error: 4000, incomplete: 6000 };
const RETRIES_MS = [0, 400, 1200];
const RECENT = 12;

const element = (id) => document.getElementById(id);
const word = (name, values = {}) =>
  element("words").querySelector(`[data-word="${name}"]`).textContent.replace(/\{(\w+)\}/g, (_, key) => values[key]);
const locale = document.documentElement.lang;
const named = (thing) => (locale === "en" && thing.name_en) || thing.name;
const stored = (name) => localStorage.getItem(name);
const people = (n) => word(n === 1 ? "head" : "heads", { n });
const senses = await import(element("station").dataset.senses);

let gate = null;
let queue = Promise.resolve();
let hiding = 0;
let pending = null; // an incomplete scan that a following one may complete
let muted = stored("gate-muted") === "yes";

// ---- the server

async function ask(method, path, body) {
  const headers = { Authorization: `Bearer ${stored(KEY)}` };
  if (body) headers["Content-Type"] = "application/json";
  const options = { method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(4000) };
  const answer = await fetch(API + path, options);
  if (answer.status === 401 || answer.status === 403) leave((await answer.json()).detail);
  if (answer.status === 429 || answer.status >= 500) throw new Error(answer.status);
  return answer.json();
}

function nonce() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Date.now().toString(36) + "-" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// The number of the scan is made before the first try and kept for the others, also when the person scans again
// because no answer came: the server counts it once.
let unanswered = {};
async function redeem(code, extra) {
  const asked = { code, locale, ...extra };
  if (gate.direction === "both") asked.direction = document.querySelector("[name=direction]:checked").value;
  const name = JSON.stringify(asked);
  const scan = unanswered[name] ?? { scan_id: nonce(), scanned_at: new Date().toISOString(), ...asked };
  unanswered = { [name]: scan };
  for (const wait of RETRIES_MS) {
    await new Promise((done) => setTimeout(done, wait));
    try {
      const told = await ask("POST", "/scans", scan);
      unanswered = {};
      if (told.status in SHOWN_MS) return told;
      return { status: "error", reason: "error", sentence: told.detail || "", choices: [], needs: [] };
    } catch { /* tried again: an answer that was lost on its way is given once more */ }
  }
  return { status: "incomplete", reason: "offline", sentence: word("offline-why"), choices: [], needs: [] };
}

function take(code, extra = {}) {
  const text = code.trim();
  if (!text || !gate) return;
  const completes = pending && /^\d{8}$/.test(text) && pending.needs.includes("code");
  const whole = completes ? pending.code + text : text;
  queue = queue.then(async () => {
    const told = await redeem(whole, extra);
    if (!gate) return;
    show(told, whole, extra);
    note(told);
    if (told.status === "ok") presence();
  });
}

// ---- the answer

function show(told, code, extra) {
  const panel = element(`verdict-${told.status}`).content.cloneNode(true);
  const fill = (name, text) => {
    const line = panel.querySelector(`.verdict-${name}`);
    if (text) line.textContent = text;
    else line.remove();
  };
  const heads = told.heads > 1 ? people(told.heads) : "";
  fill("word", word(told.reason || (told.status === "ok" ? told.direction : "incomplete")));
  // "Go in" says it all for one person: what it is for says more than the same again.
  const alone = told.status === "ok" && told.party === 1;
  const title = told.title ? named({ name: told.title, name_en: told.title_en }) : "";
  fill("why", alone ? title : told.sentence);
  fill("who", [told.holder, heads].filter(Boolean).join(" · "));
  fill("detail", alone ? "" : title);
  element("verdict-place").replaceChildren(panel);
  pending = told.status === "incomplete" ? { code, needs: told.needs } : null;
  const answers = choices(told, code, extra);
  element("actions").replaceChildren(...answers);
  element("actions").hidden = !answers.length;
  const layer = element("verdict-layer");
  layer.classList.toggle("with-actions", answers.length > 0);
  layer.hidden = false;
  clearTimeout(hiding);
  if (!answers.length) hiding = setTimeout(hide, SHOWN_MS[told.status]);
  if (!muted) senses.sound(told.status);
  if (answers.length) answers[0].focus();
}

function choices(told, code, extra) {
  const made = [];
  const add = (text, more) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.addEventListener("click", () => { hide(); if (more) take(code, { ...extra, ...more }); });
    made.push(button);
  };
  told.choices.forEach((one) => add(`${named({ name: one.title, name_en: one.title_en })} ${clock(one.valid_from)}–${clock(one.valid_until)}`, { pass_id: one.pass_id }));
  if (told.needs.includes("heads")) {
    for (let heads = 1; heads <= Math.min(told.left, 12); heads += 1) add(people(heads), { heads });
  }
  if (told.needs.includes("identity")) add(word("identity"), { identity_seen: true });
  if (made.length) add(word("back"));
  return made;
}

function hide() {
  clearTimeout(hiding);
  element("verdict-layer").hidden = true;
}

const clock = (instant) => new Date(instant).toLocaleTimeString(locale, { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", hour12: false });

// ---- the last scans, and who is inside

function note(scan, last = false) {
  const line = document.createElement("li");
  const shape = element(`shape-${scan.status}`).content.cloneNode(true).firstElementChild;
  shape.classList.add(scan.status);
  const [time, what] = [document.createElement("time"), document.createElement("span")];
  time.textContent = clock(scan.received_at || Date.now());
  what.className = "what";
  what.textContent = [word(scan.reason || (scan.status === "ok" ? scan.direction : "incomplete")), scan.holder,
    scan.heads > 1 && people(scan.heads)].filter(Boolean).join(" · ");
  line.append(shape, time, what);
  const fresh = Date.now() - new Date(scan.received_at) < 15 * 60 * 1000;
  if (scan.annulled) line.classList.add("annulled");
  else if (scan.status === "ok" && fresh) line.append(undo(scan, line));
  if (last) element("recent").append(line);
  else element("recent").prepend(line);
  while (element("recent").children.length > RECENT) element("recent").lastElementChild.remove();
  element("nothing-yet").hidden = true;
}

function undo(scan, line) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "secondary small";
  button.textContent = word("undo");
  button.addEventListener("click", async () => {
    const told = await ask("POST", `/scans/${scan.scan_id}/annul`).catch(() => null);
    if (told && told.status === "ok") {
      line.classList.add("annulled");
      button.replaceWith(word("undone"));
      presence();
    } else {
      button.replaceWith(told ? told.sentence : word("offline"));
    }
  });
  return button;
}

async function presence() {
  const zones = await ask("GET", "/gates/me/presence").catch(() => null);
  if (!zones || !gate) return;
  element("inside").replaceChildren(...zones.map(({ zone, inside, capacity }) => {
    const [line, name, count] = ["li", "span", "b"].map((tag) => document.createElement(tag));
    name.textContent = named(zone);
    count.textContent = capacity === null ? people(inside) : word("room", { n: inside, most: capacity });
    line.append(name, count);
    return line;
  }));
}

// ---- reading: the camera, a hand scanner that types, and fingers

const seen = new Map();
function looked(text) {
  const same = /^\d{227,}$/.test(text) ? text.slice(0, TOKEN_DIGITS) : text;
  const now = performance.now();
  const away = now - (seen.get(same) ?? -Infinity);
  if (seen.size > 100) seen.clear();
  seen.set(same, now);
  if (away > HELD_STILL_MS && element("actions").hidden) take(text);
}

async function watch() {
  const said = await senses.watch(element("video"), element("station").dataset.wasm, looked);
  element("viewfinder").classList.toggle("seeing", said === "aim");
  element("camera-state").textContent = word(said);
}

element("typed").addEventListener("submit", (event) => {
  event.preventDefault();
  take(element("code").value);
  element("code").value = "";
});

// A scanner types wherever the focus is: what is not meant for a field goes into the one for codes. The field is
// not focused before, or a phone would hold its keyboard before the camera.
document.addEventListener("keydown", (event) => {
  senses.wake();
  if (!gate || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input")) return;
  if (/^[!-~]$/.test(event.key)) element("code").focus({ preventScroll: true });
});

// ---- what is touched: sounds are allowed once something was

document.addEventListener("pointerdown", senses.wake);
document.addEventListener("visibilitychange", () => gate && senses.stayOn());
element("verdict-layer").addEventListener("click", (event) => { if (!event.target.closest("button")) hide(); });
element("start").addEventListener("click", watch);
element("mute").addEventListener("click", () => {
  muted = !muted;
  localStorage.setItem("gate-muted", muted ? "yes" : "no");
  element("mute").setAttribute("aria-pressed", muted);
});

// ---- becoming a gate

element("enrol").querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = JSON.stringify({ code: element("enrolment").value, software: "gate page" });
  const headers = { "Content-Type": "application/json", "Accept-Language": locale };
  const answer = await fetch(`${API}/gates/enrol`, { method: "POST", headers, body }).catch(() => null);
  const told = answer ? await answer.json() : { detail: word("offline") };
  complain(told.detail);
  if (!told.key) return;
  localStorage.setItem(KEY, told.key);
  open();
});

function leave(why) {
  localStorage.removeItem(KEY);
  sessionStorage.setItem("gate-left", why);
  location.reload();
}

function complain(why) {
  element("enrol-error").hidden = !why;
  element("enrol-error").textContent = why || "";
}

async function open() {
  element("enrol").hidden = Boolean(stored(KEY));
  if (!stored(KEY)) {
    complain(sessionStorage.getItem("gate-left"));
    return element("enrolment").focus();
  }
  const me = await ask("GET", "/gates/me").catch(() => null);
  if (!me || !me.id) {
    show({ status: "incomplete", reason: "offline", sentence: word("connecting"), choices: [], needs: [] }, "", {});
    return setTimeout(open, 3000);
  }
  gate = me;
  hide();
  element("station").hidden = false;
  element("gate-name").textContent = named(gate);
  element("gate-zones").textContent = gate.zones.map(named).join(" · ");
  element("direction").hidden = gate.direction !== "both";
  element("mute").setAttribute("aria-pressed", muted);
  const recent = await ask("GET", `/gates/me/scans?limit=${RECENT}`).catch(() => []);
  recent.forEach((scan) => note(scan, true));
  presence();
  setInterval(presence, 15000);
  setInterval(() => ask("GET", "/gates/me").catch(() => null), 60000);
  senses.stayOn();
  watch();
}

open();

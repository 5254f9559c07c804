// The tape chart: arrow keys walk its bars, and whoever may move is taken to another room, by pointer or by keyboard.
// An addition: each bar is a link to a page with the same move. No text is written here: it comes from data-* attributes.

const table = document.querySelector("[data-tape]");
const form = document.getElementById("tape-move");
const frame = table?.closest(".tape");
const rows = table ? [...table.querySelectorAll("tr[data-r]")] : [];
const LONG_PRESS_MS = 350;
const SLOP_PX = 8;
const EDGE_PX = 56;
const PAGE_ROWS = 10;

const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
const say = (text) => { document.getElementById("live").textContent = text; };
const nameOf = (bar) => bar.lastChild.textContent;
const numberOf = (row) => row.querySelector("b").textContent;
const typeOf = (row) => row.querySelector("th span").textContent;
const movable = (bar) => bar.matches(".m, .p");

// ---- where each bar stands

const days = table ? [...table.tHead.rows[0].cells].slice(1).map((cell) => cell.querySelector("b").textContent) : [];
const places = new Map();

function read(row) {
  let night = 0;
  for (const cell of [...row.cells].slice(1)) {
    const bar = cell.querySelector("a.run");
    if (bar) places.set(bar, { row, first: night, until: night + cell.colSpan });
    night += cell.colSpan;
  }
}

function facts(bar) {
  const { row, first, until } = places.get(bar);
  const dates = fill(table.dataset.dates, { first: days[first], nights: until - first });
  return { name: nameOf(bar), room: numberOf(row), dates };
}

const barsOf = (row) => [...row.querySelectorAll("a.run")];
const across = (row, { first, until }) => barsOf(row).filter((bar) => places.get(bar).first < until && first < places.get(bar).until);

function prepare() {
  const states = JSON.parse(table.dataset.states);
  table.setAttribute("role", "grid");
  table.dataset.ready = "";
  rows.forEach(read);
  for (const bar of places.keys()) {
    const state = states[["m", "p", "h", "d"].find((one) => bar.classList.contains(one)) ?? "o"];
    bar.setAttribute("aria-label", fill(table.dataset.label, { ...facts(bar), state }));
    bar.tabIndex = -1;
  }
  const start = document.getElementById(location.hash.slice(1));
  const first = start?.matches("a.run") ? start : places.keys().next().value;
  if (first) first.tabIndex = 0;
  if (first && first === start) {
    first.focus({ preventScroll: true });
    first.scrollIntoView({ block: "center", inline: "nearest" });
  }
}

// ---- walking

function walk(bar, key) {
  const at = places.get(bar);
  const inRow = barsOf(at.row);
  const beside = (step) => inRow[inRow.indexOf(bar) + step];
  const below = (step) => {
    for (let next = rows.indexOf(at.row) + step; rows[next]; next += step) {
      const [met] = across(rows[next], at);
      if (met) return met;
    }
    return null;
  };
  const steps = {
    ArrowLeft: () => beside(-1), ArrowRight: () => beside(1), ArrowUp: () => below(-1), ArrowDown: () => below(1),
    Home: () => inRow[0], End: () => inRow.at(-1),
  };
  return steps[key] && (steps[key]() || bar);
}

table?.addEventListener("focusin", (event) => {
  const bar = event.target.closest("a.run");
  if (!bar) return;
  table.querySelectorAll("a.run[tabindex='0']").forEach((one) => { one.tabIndex = -1; });
  bar.tabIndex = 0;
});

// ---- one bar in hand

let held = null;

function pick(bar) {
  if (!movable(bar)) return void say(fill(table.dataset.still, facts(bar)));
  held = { bar, ...places.get(bar), target: places.get(bar).row };
  bar.classList.add("picked");
  say(fill(table.dataset.picked, facts(bar)));
}

function aim(row, { aloud }) {
  if (!held || !row || row === held.target) return;
  held.target.classList.remove("target", "held");
  held.target = row;
  if (row === held.row) return void (aloud && say(fill(table.dataset.overOwn, { room: numberOf(row) })));
  const met = across(row, held);
  const kind = !met.length ? "overFree" : met.every((bar) => bar.classList.contains("m")) ? "overTaken" : "overHeld";
  row.classList.add("target");
  row.classList.toggle("held", kind === "overHeld");
  const said = { room: numberOf(row), type: typeOf(row), names: met.map(nameOf).join(table.dataset.and) };
  if (aloud) say(fill(table.dataset[kind], said));
}

function letGo() {
  held.bar.classList.remove("picked");
  held.target.classList.remove("target", "held");
  held.ghost?.remove();
  const was = held;
  held = null;
  return was;
}

function giveUp() {
  const { bar } = letGo();
  say(fill(table.dataset.givenUp, facts(bar)));
}

function drop() {
  if (held.target === held.row) return giveUp();
  const { bar, target } = letGo();
  say(fill(table.dataset.dropped, { room: numberOf(target) }));
  form.action = bar.href;
  form.elements.room.value = target.dataset.r;
  form.requestSubmit();
}

table?.addEventListener("keydown", (event) => {
  const bar = event.target.closest("a.run");
  if (!bar || event.ctrlKey || event.metaKey || event.altKey) return;
  if (held) return keyInHand(event);
  const next = walk(bar, event.key);
  if (next) next.focus();
  else if (event.key === " ") pick(bar);
  else return;
  event.preventDefault();
});

function keyInHand(event) {
  const at = rows.indexOf(held.target);
  const steps = { ArrowUp: -1, ArrowDown: 1, PageUp: -PAGE_ROWS, PageDown: PAGE_ROWS };
  if (event.key in steps) {
    aim(rows[Math.max(0, Math.min(rows.length - 1, at + steps[event.key]))], { aloud: true });
    held.target.scrollIntoView({ block: "nearest" });
  } else if (event.key === "Enter" || event.key === " ") drop();
  else if (event.key === "Escape" || event.key === "Tab") {
    giveUp();
    if (event.key === "Tab") return;
  }
  event.preventDefault();
}

table?.addEventListener("focusout", () => { if (held && !held.ghost) giveUp(); });

// ---- by mouse at once, by finger after a moment: until then a finger scrolls

let pressed = null;

function begin() {
  if (held) letGo();
  const { bar, x, y } = pressed;
  clearTimeout(pressed.timer);
  const { left, top, width } = bar.getBoundingClientRect();
  pick(bar);
  held.ghost = bar.cloneNode(true);
  held.ghost.removeAttribute("id");
  held.ghost.ariaHidden = "true";
  held.ghost.classList.replace("picked", "ghost");
  held.ghost.style.inlineSize = `${width}px`;
  held.dx = left - x;
  held.dy = top - y;
  document.body.append(held.ghost);
  follow(x, y);
}

function follow(x, y) {
  held.x = x;
  held.y = y;
  held.ghost.style.transform = `translate(${x + held.dx}px, ${y + held.dy}px)`;
  aim(document.elementFromPoint(x, y)?.closest("tr[data-r]"), { aloud: false });
}

function scrollAtEdge() {
  if (!held?.ghost) return;
  const { top, bottom } = frame.getBoundingClientRect();
  const up = top + table.tHead.offsetHeight + EDGE_PX - held.y;
  const down = held.y - (Math.min(bottom, innerHeight) - EDGE_PX);
  if (up > 0 || down > 0) {
    frame.scrollTop += up > 0 ? -12 : 12;
    follow(held.x, held.y);
  }
  requestAnimationFrame(scrollAtEdge);
}

table?.addEventListener("pointerdown", (event) => {
  const bar = event.target.closest("a.run");
  if (!bar || !movable(bar) || event.button || !event.isPrimary) return;
  pressed = { bar, x: event.clientX, y: event.clientY, touch: event.pointerType === "touch" };
  if (pressed.touch) pressed.timer = setTimeout(() => { begin(); scrollAtEdge(); }, LONG_PRESS_MS);
});

document.addEventListener("pointermove", (event) => {
  if (!pressed || !event.isPrimary) return;
  if (held?.ghost) return follow(event.clientX, event.clientY);
  if (Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) < SLOP_PX) return;
  if (pressed.touch) return release();
  begin();
  scrollAtEdge();
  follow(event.clientX, event.clientY);
});

function release() {
  clearTimeout(pressed?.timer);
  pressed = null;
}

document.addEventListener("pointerup", () => {
  if (held?.ghost) {
    // The click that follows a drag is no wish to open the link; there may be none.
    const still = (event) => event.preventDefault();
    addEventListener("click", still, { capture: true, once: true });
    setTimeout(() => removeEventListener("click", still, { capture: true }), 50);
    drop();
  }
  release();
});
document.addEventListener("pointercancel", () => { if (held?.ghost) giveUp(); release(); });
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && held?.ghost) { giveUp(); release(); } });
table?.addEventListener("touchmove", (event) => { if (held?.ghost) event.preventDefault(); }, { passive: false });
table?.addEventListener("contextmenu", (event) => { if (pressed?.touch) event.preventDefault(); });
table?.addEventListener("dragstart", (event) => event.preventDefault());

if (table) prepare();

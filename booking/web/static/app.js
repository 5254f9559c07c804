// What pages gain with JavaScript: keys in the day grid, ranges of half hours, a word when the network goes.
// Everything here is an addition; each page works without it. No text is written here: it comes from data-* attributes.

const all = (selector, root = document) => [...(root.matches?.(selector) ? [root] : []), ...root.querySelectorAll(selector)];

// Speaks through the one live region. A sentence that follows quickly waits until the first was heard.
const live = document.getElementById("live");
let heard = Promise.resolve();
function announce(text) {
  heard = heard.then(() => new Promise((done) => {
    live.textContent = text;
    setTimeout(() => { live.textContent = ""; done(); }, 1500);
  }));
}

// Everything that a piece of the page needs once, on load and after each swap.
function prepare(root) {
  all("[data-flash] p", root).forEach((message) => announce(message.textContent));
  all("[data-focus]", root).forEach((element) => element.focus());
  all("[data-reveal], [data-step]", root).forEach((control) => { control.hidden = false; });
  if (navigator.clipboard) all("[data-copy]", root).forEach((control) => { control.hidden = false; });
  all("[data-hour-range]", root).forEach(sumHours);
  all("[data-grid] table", root).forEach(rove);
  all("[data-ring]", root).forEach(turn);
  all("[data-locate]", root).forEach(locate);
  all(".date-strip, .tabs", root).forEach((strip) => {
    const current = strip.querySelector("[aria-current]");
    if (current) strip.scrollLeft += current.getBoundingClientRect().left - strip.getBoundingClientRect().left - 16;
  });
}

// ---- forms

document.addEventListener("click", (event) => {
  const control = event.target.closest("[data-reveal], [data-step], [data-copy], [data-print]");
  if (!control) return;
  if (control.dataset.reveal) {
    const input = document.getElementById(control.dataset.reveal);
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    control.setAttribute("aria-pressed", shown);
  } else if (control.dataset.step) {
    const input = document.getElementById(control.getAttribute("aria-controls"));
    Number(control.dataset.step) > 0 ? input.stepUp() : input.stepDown();
    input.dispatchEvent(new Event("change", { bubbles: true }));
    announce(input.value);
  } else if (control.dataset.copy) {
    const input = document.getElementById(control.dataset.copy);
    input.select();
    navigator.clipboard.writeText(input.value).then(() => {
      control.lastElementChild.textContent = control.dataset.copied;
      announce(control.dataset.copied);
    });
  } else {
    window.print();
  }
});

// The nearest first: a form with the fields lat and lon, shown where the browser can tell where it is (https, or this machine).
function locate(button) {
  if (!navigator.geolocation || !isSecureContext) return;
  button.hidden = false;
  button.addEventListener("click", () => navigator.geolocation.getCurrentPosition(({ coords }) => {
    button.form.elements.lat.value = coords.latitude.toFixed(3);
    button.form.elements.lon.value = coords.longitude.toFixed(3);
    button.form.submit();
  }, () => announce(button.dataset.failed)));
}

// A second tap on a slow network must not send the form twice. The server would refuse the repeat; people need not see it.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 8000);
});
window.addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => delete form.dataset.sent));

// Ticking two half hours ticks those between; unticking one keeps the part before it. A taken hour ends the range.
document.addEventListener("change", (event) => {
  const picker = event.target.closest("[data-hour-range]");
  if (!picker) return;
  const boxes = all("input", picker);
  const at = boxes.indexOf(event.target);
  const ticked = boxes.flatMap((box, index) => (box.checked && index !== at ? [index] : []));
  let first = at;
  let last = at;
  if (event.target.checked) {
    if (ticked.length) [first, last] = [Math.min(ticked[0], at), Math.max(ticked.at(-1), at)];
    if (boxes.slice(first, last + 1).some((box) => box.disabled)) first = last = at;
  } else {
    first = ticked.length ? ticked[0] : 0;
    last = ticked.some((index) => index < at) ? at - 1 : ticked.at(-1) ?? -1;
    if (first > at) first = at + 1;
  }
  boxes.forEach((box, index) => { box.checked = !box.disabled && index >= first && index <= last; });
  sumHours(picker);
});

function sumHours(picker) {
  const chosen = all("input:checked", picker);
  const output = picker.querySelector("output");
  if (!chosen.length) return void (output.textContent = output.dataset.none);
  const fen = chosen.reduce((sum, box) => sum + Number(box.dataset.price), 0);
  const parts = {
    start: chosen[0].dataset.start,
    end: chosen.at(-1).dataset.end,
    hours: chosen.length / 2,
    price: fen ? `¥${(fen / 100).toFixed(fen % 100 ? 2 : 0)}` : output.dataset.free,
  };
  output.textContent = output.dataset.sum.replace(/\{(\w+)\}/g, (_, name) => parts[name]);
}

// ---- the day grid: one stop for Tab, arrow keys inside

function rove(table) {
  const links = all("a.slot", table);
  if (!links.length) return;
  table.setAttribute("role", "grid");
  links.forEach((link) => { link.tabIndex = -1; });
  links[0].tabIndex = 0;
}

document.addEventListener("focusin", (event) => {
  const table = event.target.matches("a.slot") && event.target.closest("[data-grid] table");
  if (!table) return;
  all("a.slot[tabindex='0']", table).forEach((link) => { link.tabIndex = -1; });
  event.target.tabIndex = 0;
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") all("details.menu[open]").forEach((menu) => { menu.open = false; menu.firstElementChild.focus(); });
  const table = event.target.matches("a.slot") && event.target.closest("[data-grid] table");
  if (!table || event.ctrlKey || event.metaKey || event.altKey) return;
  const rows = [...table.tBodies[0].rows];
  const cell = event.target.closest("td");
  const linkAt = (row, column) => rows[row]?.cells[column]?.querySelector("a.slot");
  const search = (down, across) => {
    let row = rows.indexOf(cell.parentElement) + down;
    let column = cell.cellIndex + across;
    for (; row >= 0 && row < rows.length && column > 0 && column < rows[row].cells.length; row += down, column += across) {
      if (linkAt(row, column)) return linkAt(row, column);
    }
    return null;
  };
  const inRow = all("a.slot", cell.parentElement);
  const moves = {
    ArrowUp: () => search(-1, 0), ArrowDown: () => search(1, 0), ArrowLeft: () => search(0, -1), ArrowRight: () => search(0, 1),
    Home: () => inRow[0], End: () => inRow.at(-1),
  };
  if (!moves[event.key]) return;
  event.preventDefault();
  moves[event.key]()?.focus();
});

// ---- live changes settle in: opened hours stay open, focus stays, nothing moves under a finger

let pressed = null;
const waiting = new Set();
document.addEventListener("pointerdown", (event) => { pressed = event.target.closest("[data-grid]"); });
for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, () => setTimeout(() => {
    pressed = null;
    waiting.forEach((grid) => window.htmx.ajax("GET", grid.getAttribute("hx-get"), { source: grid, target: grid, swap: "outerHTML" }));
    waiting.clear();
  }, 400));
}

let before = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  const target = event.detail.target;
  if (pressed && event.detail.requestConfig.elt === pressed) {
    event.detail.shouldSwap = false;
    waiting.add(pressed);
    return;
  }
  before = {
    id: target.id,
    open: all("details[open][id]", target).map((element) => element.id),
    focus: target.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null,
    slots: all(".slot", target).map((slot) => slot.className.replace(" settled", "")),
  };
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt.nodeType !== Node.ELEMENT_NODE) return;
  prepare(event.detail.elt);
  const root = before && document.getElementById(before.id);
  if (!root) return;
  before.open.map((id) => document.getElementById(id)).forEach((element) => { if (element) element.open = true; });
  if (before.focus) all("a", root).find((link) => link.getAttribute("href") === before.focus && link.offsetParent)?.focus({ preventScroll: true });
  const slots = all(".slot", root);
  if (slots.length === before.slots.length) slots.forEach((slot, at) => slot.classList.toggle("settled", slot.className !== before.slots[at]));
  if (root.dataset.announce) announce(root.dataset.announce);
  before = null;
});

// ---- the ring of a code that renews: seconds left of its period, on the clock that all codes share

function turn(ring) {
  const period = Number(ring.dataset.ring);
  const left = ring.querySelector(".left");
  const show = () => left.setAttribute("stroke-dashoffset", ((Date.now() / 1000) % period) / period * 100);
  show();
  const timer = setInterval(() => (ring.isConnected ? show() : clearInterval(timer)), 1000);
}

// ---- the network, and menus that close when one looks elsewhere

const banner = document.getElementById("offline");
const network = () => {
  if (navigator.onLine && !banner.hidden) announce(banner.dataset.back);
  banner.hidden = navigator.onLine;
};
window.addEventListener("online", network);
window.addEventListener("offline", network);
document.addEventListener("click", (event) => {
  all("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
});

network();
prepare(document);

// Ranks wishes in the page: by dragging, and by the same buttons that otherwise ask the server for each tap.
// An addition: without it every button sends the form. No text is written here: it comes from data-* attributes.

const form = document.querySelector("[data-ranking]");
const list = form.querySelector("[data-ranked]");
const most = Number(form.dataset.most);
const KEEP_AFTER_MS = 500;

const wishes = () => [...list.children];
const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
const say = (text, item, number) => {
  document.getElementById("live").textContent = fill(text, { name: item.dataset.name, number });
};

// Numbers, what can be tapped, and the words around the list follow its order.
function renew() {
  const items = wishes();
  items.forEach((item, at) => {
    item.querySelector(".wish-number").textContent = at + 1;
    item.querySelector("[name=up]").disabled = at === 0;
    item.querySelector("[name=down]").disabled = at === items.length - 1;
    item.querySelector("[data-grip]").hidden = false;
  });
  const chosen = new Set(items.map((item) => item.dataset.wish));
  for (const offer of form.querySelectorAll("[data-offer]")) {
    const button = offer.querySelector("[data-add]");
    const word = button.querySelector("[data-word]");
    const picked = chosen.has(offer.dataset.offer);
    word.textContent = picked ? word.dataset.picked : word.dataset.word;
    button.disabled = picked || items.length >= most;
  }
  form.querySelector("[data-count]").textContent = `${items.length}/${most}`;
  form.querySelector("[data-none]").hidden = items.length > 0;
  form.querySelector("[data-few]").hidden = items.length === 0 || items.length >= 3;
}

// The browser remembers the list as the server would after a tap, so that leaving the page loses nothing.
let timer;
function keep() {
  clearTimeout(timer);
  timer = setTimeout(send, KEEP_AFTER_MS);
}
function send() {
  clearTimeout(timer);
  timer = undefined;
  const fields = new FormData(form);
  fields.set("keep", "yes");
  fetch(form.action, { method: "POST", body: new URLSearchParams(fields), keepalive: true }).catch(() => {});
}
window.addEventListener("pagehide", () => { if (timer) send(); });

function changed(text, item) {
  renew();
  say(text, item, wishes().indexOf(item) + 1);
  keep();
}

const taps = {
  up(item, button) {
    item.previousElementSibling?.before(item);
    changed(form.dataset.moved, item);
    (button.disabled ? item.querySelector("[name=down]") : button).focus();
  },
  down(item, button) {
    item.nextElementSibling?.after(item);
    changed(form.dataset.moved, item);
    (button.disabled ? item.querySelector("[name=up]") : button).focus();
  },
  remove(item) {
    const next = item.nextElementSibling ?? item.previousElementSibling;
    item.remove();
    changed(form.dataset.removed, item);
    (next?.querySelector("[name=remove]") ?? form.querySelector("[data-add]:not(:disabled)"))?.focus();
  },
};

form.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button || button.disabled) return;
  if (button.name in taps) {
    event.preventDefault();
    taps[button.name](button.closest(".wish"), button);
  } else if (button.name === "add") {
    event.preventDefault();
    const offer = button.closest("[data-offer]");
    const item = offer.querySelector("template").content.firstElementChild.cloneNode(true);
    list.append(item);
    changed(form.dataset.added, item);
    if (button.disabled) (offer.nextElementSibling?.querySelector("[data-add]:not(:disabled)") ?? item.querySelector("[name=up]")).focus();
  }
});

// Dragging: the item follows the pointer by changing places with its neighbours.
let dragged = null;
list.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-grip]");
  if (!grip || event.button !== 0) return;
  event.preventDefault();
  dragged = { item: grip.closest(".wish"), grip, from: wishes().indexOf(grip.closest(".wish")) };
  dragged.item.classList.add("dragged");
  grip.setPointerCapture(event.pointerId);
});
list.addEventListener("pointermove", (event) => {
  if (!dragged) return;
  const { item } = dragged;
  const middle = (other) => { const box = other.getBoundingClientRect(); return box.top + box.height / 2; };
  const { previousElementSibling: before, nextElementSibling: after } = item;
  if (before && event.clientY < middle(before)) before.before(item);
  else if (after && event.clientY > middle(after)) after.after(item);
});
for (const end of ["pointerup", "pointercancel"]) {
  list.addEventListener(end, () => {
    if (!dragged) return;
    const { item, from } = dragged;
    item.classList.remove("dragged");
    dragged = null;
    if (wishes().indexOf(item) !== from) changed(form.dataset.moved, item);
  });
}

renew();

// The page that checks a draw: fetches the published files, has them checked by a worker, and says what came of it.
// Nothing is uploaded. No text is written here: it comes from data-* attributes.

const page = document.querySelector("[data-verify]");
const one = (name, within = page) => within.querySelector(`[data-${name}]`);
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
const say = (text) => { one("status").textContent = text; };
const find = document.querySelector("[data-find]");
let files = null;

async function fetched() {
  const named = [...page.querySelectorAll("[data-file]")];
  const all = Number(page.dataset.bytes);
  const found = {};
  let bytes = 0;
  for (const [at, { dataset }] of named.entries()) {
    say(filled(page.dataset.fetching, { file: dataset.file, done: at + 1, all: named.length }));
    const answer = await fetch(dataset.href);
    if (!answer.ok) throw new Error(answer.statusText);
    found[dataset.file] = new Uint8Array(await answer.arrayBuffer());
    bytes += found[dataset.file].length;
    one("progress").value = all ? bytes / all : 1;
  }
  const [units] = one("units").files;
  if (units) found["units.csv"] = new Uint8Array(await units.arrayBuffer());
  return found;
}

function checked(given) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(page.dataset.worker);
    worker.onerror = reject;
    worker.onmessage = ({ data }) => {
      if (data.step) mark(data.step, true);
      if (data.report) { worker.terminate(); resolve(data.report); }
    };
    worker.postMessage({ verifier: new URL(page.dataset.verifier, location.href).href, files: given });
  });
}

function mark(step, right) {
  const item = page.querySelector(`[data-check="${step}"]`);
  item.className = right ? "checked" : "failed";
  item.querySelector(".tick").textContent = right ? "✓" : "✕";
}

function verdict({ faults: [fault] }) {
  const box = one("verdict");
  const next = page.querySelector("[data-check]:not(.checked)");
  if (fault && next) mark(next.dataset.check, false);
  box.className = `notice ${fault ? "bad" : "good"}`;
  const told = document.createElement("p");
  const title = document.createElement("strong");
  title.textContent = fault ? page.dataset.bad : page.dataset.good;
  told.append(title);
  if (fault) told.append(" ", filled(fault.row ? page.dataset.fault : page.dataset.whole, fault));
  box.replaceChildren(told);
  box.hidden = false;
  box.focus();
  if (!fault && find && "order.csv" in files) find.hidden = false;
}

async function run() {
  const button = one("start");
  button.disabled = true;
  one("progress").hidden = false;
  one("verdict").hidden = true;
  for (const item of page.querySelectorAll("[data-check]")) { item.className = ""; item.querySelector(".tick").textContent = ""; }
  try {
    files = await fetched();
    say(page.dataset.working);
    const report = await checked(files);
    say("");
    verdict(report);
  } catch {
    say(page.dataset.failed);
  }
  one("progress").hidden = true;
  button.disabled = false;
}

// One's own row of the order, and what it got in each stage.
function looked(id) {
  const table = (name) => new TextDecoder().decode(files[name]).split("\n").slice(0, -1).map((line) => line.split(","));
  const order = table("order.csv");
  const mine = order.find(([, unit]) => unit === id);
  if (!mine) return [page.dataset.absent];
  const lines = [filled(page.dataset.mine, { position: mine[0], all: order.length, ticket: `${mine[2].slice(0, 16)}…` })];
  for (let stage = 1; `result-${stage}.csv` in files; stage++) {
    const won = table(`result-${stage}.csv`).find(([, unit]) => unit === id);
    lines.push(won ? filled(page.dataset.won, { stage, batch: won[2], type: won[3] }) : filled(page.dataset.lost, { stage }));
  }
  return lines;
}

if (page) {
  one("start").hidden = false;
  one("start").addEventListener("click", run);
}
find?.addEventListener("submit", (event) => {
  event.preventDefault();
  const lines = looked(new FormData(find).get("id").trim().toLowerCase());
  one("found", find).replaceChildren(...lines.flatMap((line) => [line, document.createElement("br")]));
});

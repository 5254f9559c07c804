// Checks a receipt in the page, with the verifier of the whole draw: nothing is uploaded.
// No text is written here: it comes from data-* attributes.

const { sha256, hex, unhex, leafOf, isIncluded } = globalThis.DrawVerifier;
const receipt = document.querySelector("[data-receipt]");
const said = document.querySelector("[data-verdicts]");
const text = (name) => receipt.querySelector(`[data-${name}]`)?.textContent ?? "";

function bytes(digits) {
  const made = new Uint8Array(digits.length / 2);
  unhex(digits, made, 0);
  return made;
}

function inner() {
  const record = new TextEncoder().encode(text("record"));
  const salt = bytes(text("salt"));
  const message = new Uint8Array(salt.length + record.length);
  message.set(salt);
  message.set(record, salt.length);
  return hex(sha256(message));
}

const { id, weight, index, units } = receipt.dataset;
const root = text("root");
const siblings = [...document.querySelectorAll("[data-sibling]")].map((one) => bytes(one.textContent));
const verdicts = {
  inner: inner() === text("inner"),
  leaf: hex(leafOf([id, weight, text("inner")])) === text("leaf"),
  root: root ? isIncluded(bytes(text("leaf")), Number(index), Number(units), siblings, bytes(root)) : null,
};
for (const [step, right] of Object.entries(verdicts)) {
  const mark = document.querySelector(`[data-proof="${step}"]`);
  mark.className = right === null ? "muted" : right ? "checked" : "failed";
  mark.textContent = right === null ? `(${said.dataset.later})` : right ? `✓ ${said.dataset.good}` : `✕ ${said.dataset.bad}`;
}
said.hidden = false;

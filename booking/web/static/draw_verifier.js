// Checks the published files of a draw, in the page or in a worker, without any library and without an upload.
// docs/draw-format.md says what every byte means. Ids are 16 hexadecimal digits and stay strings: as numbers, those
// above 2^53 would silently become others.
//
//   DrawVerifier.verify({"rules.csv": Uint8Array, …}, hear) → {faults: [{file, row, found, expected}], checked: […], seed}
"use strict";

globalThis.DrawVerifier = (() => {
  const BALLS = { kl8: [[20, 80]], ssq: [[6, 33], [1, 16]], dlt: [[5, 35], [2, 12]] };
  const DIGITS = { "3d": 3, pl5: 5 };
  const GONE = -1;
  const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
  const encoder = new TextEncoder();
  const decoder = new TextDecoder("utf-8", { fatal: true });

  // ------------------------------------------------------------------------------------------------- SHA-256
  // Written out, since WebCrypto answers each of a million questions by a promise. The constants are the first 32 bits
  // of the fractional parts of roots of primes (FIPS 180-4), computed here in integers.

  const PRIMES = Array.from({ length: 312 }, (_, n) => n).filter((n) => n > 1 && !dividesAny(n));
  const K = Int32Array.from(PRIMES, (prime) => fraction(prime, 3n));
  const START = Int32Array.from(PRIMES.slice(0, 8), (prime) => fraction(prime, 2n));
  const words = new Int32Array(64);
  const state = new Int32Array(8);
  const tail = new Uint8Array(128);

  function dividesAny(n) {
    for (let d = 2; d * d <= n; d++) if (n % d === 0) return true;
    return false;
  }

  function fraction(prime, power) {
    const scaled = BigInt(prime) << (32n * power); // its root is the prime's, times 2^32
    let low = 0n;
    let high = 1n << 40n;
    while (high - low > 1n) {
      const middle = (low + high) >> 1n;
      if (middle ** power <= scaled) low = middle;
      else high = middle;
    }
    return Number(BigInt.asIntN(32, low));
  }

  function block(bytes, at) {
    const w = words;
    for (let i = 0; i < 16; i++, at += 4) {
      w[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    }
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15];
      const y = w[i - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
    }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d; state[4] += e; state[5] += f; state[6] += g; state[7] += h;
  }

  function sha256(bytes, end = bytes.length) {
    state.set(START);
    let at = 0;
    for (; at + 64 <= end; at += 64) block(bytes, at);
    const left = end - at;
    const size = left < 56 ? 64 : 128;
    tail.fill(0);
    tail.set(bytes.subarray(at, end));
    tail[left] = 0x80;
    let bits = end * 8; // below 2^53 for every file that fits into memory
    for (let i = size - 1; bits > 0; i--, bits = Math.floor(bits / 256)) tail[i] = bits % 256;
    for (let i = 0; i < size; i += 64) block(tail, i);
    const found = new Uint8Array(32);
    state.forEach((word, i) => { for (let j = 0; j < 4; j++) found[4 * i + j] = word >>> (24 - 8 * j); });
    return found;
  }

  function hex(bytes) {
    let found = "";
    for (let i = 0; i < bytes.length; i++) found += HEX[bytes[i]];
    return found;
  }

  function unhex(text, into = new Uint8Array(text.length / 2), at = 0) {
    for (let i = 0; i < text.length; i += 2) into[at + i / 2] = parseInt(text.substr(i, 2), 16);
    return into;
  }

  function below(one, other) {
    for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return one[i] < other[i];
    return false;
  }

  // ---------------------------------------------------------------------------------------------------- rows

  class Fault extends Error {
    constructor(file, row, found, expected) {
      super(`${file} row ${row}: found ${found}, expected ${expected}`);
      Object.assign(this, { file, row, found: String(found), expected: String(expected) });
    }
  }

  function expect(file, row, found, expected) {
    if (String(found) !== String(expected)) throw new Fault(file, row, found, expected);
  }

  function compare(file, found, expected) {
    for (let i = 0; i < Math.max(found.length, expected.length); i++) expect(file, i + 1, found[i], expected[i]);
  }

  function read(file, bytes) {
    const rows = [];
    let start = 0;
    while (start < bytes.length) {
      const row = rows.length + 1;
      const end = bytes.indexOf(10, start);
      const comma = bytes.lastIndexOf(44, end);
      if (end < 0 || comma < start) throw new Fault(file, row, "a line without a check or an end", "a row");
      const prefix = encoder.encode(`${file}|${row}|`);
      const message = new Uint8Array(prefix.length + comma - start);
      message.set(prefix);
      message.set(bytes.subarray(start, comma), prefix.length);
      const check = String.fromCharCode(...bytes.subarray(comma + 1, end));
      expect(file, row, check, hex(sha256(message).subarray(0, 4)));
      rows.push(decoder.decode(bytes.subarray(start, comma)).split(","));
      start = end + 1;
    }
    return rows;
  }

  const split = (field) => (field === "" ? [] : field.split("+"));

  function whole(text) {
    if (!/^\d{1,15}$/.test(text)) throw new Error(`${text} is no whole number`);
    return Number(text);
  }

  // --------------------------------------------------------------------------------------- commitment and seed

  function rootOf(level) {
    if (level.length === 0) return sha256(new Uint8Array(0));
    const pair = new Uint8Array(65);
    pair[0] = 1;
    while (level.length > 1) {
      const above = [];
      for (let i = 0; i + 1 < level.length; i += 2) {
        pair.set(level[i], 1);
        pair.set(level[i + 1], 33);
        above.push(sha256(pair));
      }
      if (level.length % 2) above.push(level[level.length - 1]); // rises as it is (RFC 6962)
      level = above;
    }
    return level[0];
  }

  function leafOf([id, weight, inner]) {
    const message = new Uint8Array(42);
    unhex(id, message, 1);
    message[9] = whole(weight);
    unhex(inner, message, 10);
    return sha256(message);
  }

  // The proof that an application is under the root: its siblings from the bottom (RFC 9162, 2.1.3.2).
  function isIncluded(leaf, index, size, siblings, root) {
    let last = size - 1;
    let hash = leaf;
    const pair = new Uint8Array(65);
    pair[0] = 1;
    for (const sibling of siblings) {
      if (last === 0) return false;
      const right = index % 2 === 1 || index === last;
      pair.set(right ? sibling : hash, 1);
      pair.set(right ? hash : sibling, 33);
      hash = sha256(pair);
      while (right && index % 2 === 0 && index > 0) { index /= 2; last = Math.floor(last / 2); }
      index = Math.floor(index / 2);
      last = Math.floor(last / 2);
    }
    return last === 0 && hex(hash) === hex(root);
  }

  // The key of RFC 3797: ball sets ascending, ordered digits as one integer; and how many outcomes there are.
  function keyOf(results) {
    let key = "";
    let outcomes = 1n;
    for (const [lottery, , announced] of results) {
      let numbers = split(announced).map(whole);
      if (lottery in DIGITS) {
        outcomes *= 10n ** BigInt(DIGITS[lottery]);
        key += `${BigInt(numbers.join(""))}./`;
      }
      for (const [drawn, of] of BALLS[lottery] || []) {
        key += numbers.slice(0, drawn).sort((one, other) => one - other).map((number) => `${number}.`).join("") + "/";
        numbers = numbers.slice(drawn);
        for (let i = 0; i < drawn; i++) outcomes = (outcomes * BigInt(of - i)) / BigInt(i + 1);
      }
    }
    return [key, outcomes];
  }

  // SHA-256("T" ‖ seed ‖ id ‖ t), the best of as many as the weight.
  function ticketOf(seed, id, weight) {
    const message = new Uint8Array(42);
    message[0] = 84;
    message.set(seed, 1);
    unhex(id, message, 33);
    let best = null;
    for (let t = 0; t < weight; t++) {
      message[41] = t;
      const one = sha256(message);
      if (best === null || below(one, best)) best = one;
    }
    return best;
  }

  // ------------------------------------------------------------------------------------------------ the passes

  // One choice. A count is [limit in beds, rooms, men, women]; `sets` has one a set of guaranteed categories.
  class Cell {
    constructor(rooms, beds, kept, over) {
      const guaranteed = [...kept.values()].reduce((sum, number) => sum + number, 0);
      const free = rooms * beds - guaranteed;
      Object.assign(this, { beds, over, every: [...kept.keys()].reduce((sum, bit) => sum | bit, 0), sets: [] });
      this.everyone = [rooms * beds, 0, 0, 0];
      this.open = [free, 0, 0, 0];
      for (let some = 0; some <= this.every; some++) {
        if (some & ~this.every) continue;
        let inside = 0;
        for (const [bit, number] of kept) if (bit & some) inside += number;
        this.sets.push([some, [over ? inside : free + inside, 0, 0, 0]]);
      }
    }

    fits(need, count) {
      const men = Math.ceil((count[2] + need[1]) / this.beds);
      const women = Math.ceil((count[3] + need[2]) / this.beds);
      return this.beds * (count[1] + need[0] + men + women) <= count[0];
    }

    counts(mine, reserved) {
      if (this.over && !reserved) return [this.everyone, this.open];
      const under = this.sets.filter(([some]) => (mine & this.every & ~some) === 0);
      return [this.everyone, ...under.map(([, count]) => count)];
    }
  }

  // Each free unit in order gets its first choice that nothing blocks; the later passes (`number`) release limits.
  function onePass(rules, units, order, places, number) {
    const over = rules.policy[0][0] === "over";
    const released = [3, 2, 1].slice(0, Math.max(0, number - 1));
    const bit = new Map(rules.category.map(([name], index) => [name, 1 << index]));
    const kept = rules.choice.map(() => new Map());
    for (const [at, category, beds] of number === 0 ? rules.guarantee : []) {
      if (whole(beds)) kept[whole(at)].set(bit.get(category), whole(beds));
    }
    const cells = rules.choice.map(([, , rooms, beds], at) => new Cell(whole(rooms), whole(beds), kept[at], over));
    const level = new Map(rules.node.map(([code, , floor]) => [code, whole(floor)]));
    const above = new Map();
    for (const [code, parent] of rules.node) above.set(code, [code, ...(above.get(parent) || [])]);
    const caps = rules.cap.filter(([, node]) => !released.includes(level.get(node)));
    const left = new Map(caps.map(([pool, node, heads]) => [`${pool},${node}`, whole(heads)]));

    function headsOf(unit, pool) {
      const found = new Map();
      for (const node of unit.members.flatMap((member) => above.get(member))) {
        const cap = `${pool},${node}`;
        if (left.has(cap)) found.set(cap, (found.get(cap) || 0) + 1);
      }
      return found;
    }

    function seat(id, unit, choice, reserved, counts, heads) {
      places.set(id, [choice, reserved]);
      for (const count of counts) unit.need.forEach((number, i) => { count[i + 1] += number; });
      for (const [cap, number] of heads) left.set(cap, left.get(cap) - number);
    }

    function visit(id) {
      const unit = units.get(id);
      const mine = unit.categories.reduce((sum, name) => sum | bit.get(name), 0);
      const held = places.get(id);
      for (const choice of held ? [held[0]] : unit.wishes) {
        const cell = cells[choice];
        const heads = headsOf(unit, rules.choice[choice][4]);
        const reserved = held ? held[1] : over && !cell.fits(unit.need, cell.open);
        const counts = cell.counts(mine, reserved);
        const fits = counts.every((count) => cell.fits(unit.need, count));
        if (held || (fits && [...heads].every(([cap, number]) => number <= left.get(cap)))) {
          seat(id, unit, choice, reserved, counts, heads);
          return;
        }
      }
    }

    const seated = order.filter((id) => places.has(id) && places.get(id)[0] !== GONE);
    const free = order.filter((id) => !places.has(id));
    seated.forEach(visit);
    free.forEach(visit);
  }

  // ----------------------------------------------------------------------------------------------- the steps

  function checkManifest(files, tables) {
    tables["manifest.csv"].forEach(([file, rows, digest], index) => {
      const found = file in files ? `${tables[file].length} ${hex(sha256(files[file]))}` : "no such file";
      if (found !== `${rows} ${digest}`) throw new Fault("manifest.csv", index + 1, `${file}: ${found}`, `${rows} ${digest}`);
    });
    const named = new Set(tables["manifest.csv"].map(([file]) => file));
    for (const file of Object.keys(files)) {
      if (!named.has(file) && file !== "manifest.csv" && file !== "units.csv") throw new Fault(file, 0, "a file", "none");
    }
  }

  function checkCommitment(files, tables) {
    tables["roll.csv"].forEach(([id], index, roll) => {
      if (!/^[0-9a-f]{16}$/.test(id) || (index && id <= roll[index - 1][0])) throw new Fault("roll.csv", index + 1, id, "a higher id");
    });
    const root = hex(rootOf(tables["roll.csv"].map(leafOf)));
    const rules = hex(sha256(files["rules.csv"]));
    const expected = [["root", root], ["units", tables["roll.csv"].length], ["rules", rules]];
    compare("commitment.csv", tables["commitment.csv"].slice(0, 3), expected);
    return [root, rules];
  }

  function checkSeed(tables, rules, [root, rulesHash]) {
    const results = tables["seed.csv"].filter(([name]) => name === "result").map((fields) => fields.slice(1));
    const named = rules.source.map(([lottery, issue, , fallback], index) => {
      const said = results[index] && results[index][1];
      return [lottery, said && said === fallback ? fallback : issue];
    });
    compare("seed.csv", results.map((fields) => fields.slice(0, 2)), named);
    const [key, outcomes] = keyOf(results);
    const bits = whole(rules.bits[0][0]);
    if (bits > 512 || outcomes < 1n << BigInt(bits)) throw new Fault("rules.csv", 4, `${outcomes} outcomes`, `2^${bits}`);
    const seed = sha256(encoder.encode(`RETREAT1|SHA-256|${root}|${rulesHash}|${key}`));
    const expected = [["key", key], ["seed", hex(seed)]];
    tables["seed.csv"].slice(results.length).forEach((row, i) => expect("seed.csv", results.length + i + 1, row, expected[i]));
    expect("seed.csv", tables["seed.csv"].length + 1, tables["seed.csv"].length, results.length + 2);
    return seed;
  }

  function checkOrder(tables, seed) {
    const weights = new Map(tables["roll.csv"].map(([id, weight]) => [id, whole(weight)]));
    let before = "";
    tables["order.csv"].forEach((fields, index) => {
      const [, id] = fields;
      if (!weights.has(id)) throw new Fault("order.csv", index + 1, id, "an id of the roll, once");
      const ticket = hex(ticketOf(seed, id, weights.get(id)));
      expect("order.csv", index + 1, fields, [index + 1, id, ticket]);
      if (ticket + id <= before) throw new Fault("order.csv", index + 1, ticket, "a later ticket");
      before = ticket + id;
      weights.delete(id);
    });
    expect("order.csv", tables["order.csv"].length + 1, [...weights.keys()].slice(0, 1), []);
    return tables["order.csv"].map(([, id]) => id);
  }

  function checkPlaces(tables, order) {
    for (const file of Object.keys(tables).filter((name) => /^(result|kept)-/.test(name))) {
      tables[file].forEach(([position, id], index) => expect(file, index + 1, id, order[whole(position) - 1]));
    }
  }

  function rerun(tables, rules, order) {
    const units = new Map();
    const inners = tables["units.csv"].map((fields) => {
      const record = encoder.encode(fields.slice(0, -1).join(","));
      const salted = new Uint8Array(16 + record.length);
      unhex(fields[8], salted);
      salted.set(record, 16);
      const [id, weight, rooms, men, women, categories, members, wishes] = fields;
      const need = [rooms, men, women].map(whole);
      units.set(id, { need, categories: split(categories), members: split(members), wishes: split(wishes).map(whole) });
      return [id, weight, hex(sha256(salted))];
    });
    compare("units.csv", inners, tables["roll.csv"]);
    let places = new Map();
    for (let stage = 1; `result-${stage}.csv` in tables; stage++) {
      if (stage > 1) {
        const kept = new Set(tables[`kept-${stage}.csv`].map(([, id]) => id));
        places = new Map([...places].map(([id, place]) => [id, kept.has(id) ? place : [GONE, false]]));
      }
      for (let number = 0; number < (stage === 2 ? 5 : 1); number++) onePass(rules, units, order, places, number);
      const won = [];
      order.forEach((id, index) => {
        const choice = places.has(id) ? places.get(id)[0] : GONE;
        if (choice !== GONE) won.push([index + 1, id, ...rules.choice[choice].slice(0, 2)]);
      });
      compare(`result-${stage}.csv`, tables[`result-${stage}.csv`], won);
    }
  }

  function rulesOf(rows) {
    const rules = { source: [], category: [], node: [], choice: [], cap: [], guarantee: [] };
    for (const [name, ...fields] of rows) (rules[name] = rules[name] || []).push(fields);
    return rules;
  }

  // Checks what the files allow. Stops at the first fault; `checked` says how far it came, and `hear` is told on the way.
  function verify(files, hear = () => {}) {
    const checked = [];
    const pass = (step) => { checked.push(step); hear(step); };
    let seed = null;
    try {
      const tables = {};
      for (const file of Object.keys(files).sort()) tables[file] = read(file, files[file]);
      for (const file of ["manifest.csv", "rules.csv", "roll.csv", "commitment.csv"]) {
        if (!(file in tables)) throw new Fault(file, 0, "nothing", "a file");
      }
      checkManifest(files, tables);
      pass("manifest");
      const hashes = checkCommitment(files, tables);
      pass("commitment");
      if (!("seed.csv" in tables)) return { faults: [], checked, seed };
      const rules = rulesOf(tables["rules.csv"]);
      const found = checkSeed(tables, rules, hashes);
      seed = hex(found);
      pass("seed");
      const order = checkOrder(tables, found);
      pass("order");
      checkPlaces(tables, order);
      pass("places");
      if ("units.csv" in tables) {
        rerun(tables, rules, order);
        pass("rerun");
      }
      return { faults: [], checked, seed };
    } catch (error) {
      const { file = "", row = 0, found = "", expected = error.message } = error;
      return { faults: [{ file, row, found, expected }], checked, seed };
    }
  }

  return { sha256, hex, unhex, keyOf, rootOf, leafOf, isIncluded, ticketOf, read, verify };
})();

/* Daybook verifier, part 2: reading JSON, CSV and zip files that anyone may have made. */
"use strict";

(function (D) {
  /* Return hostile text fit to be shown: one line, no control or direction characters, not too long. */
  D.plain = function (text) {
    const all = Array.from(String(text));
    const shown = all.slice(0, 200).map((c) => {
      if (c === " " || !/[\p{C}\p{Z}]/u.test(c)) return c;
      return "\\u" + c.codePointAt(0).toString(16).padStart(4, "0");
    });
    return shown.join("") + (all.length > 200 ? "…" : "");
  };
  D.printable = (text) => !/[\p{C}\p{Z}]/u.test(text.replaceAll(" ", ""));

  /* Read a whole number in its one spelling. */
  D.number = function (text) {
    const fits = /^(?:0|-?[1-9][0-9]{0,15})$/.test(text) && !text.endsWith("\n") && Number.isSafeInteger(Number(text));
    D.need(fits, "number.form", () => `${D.plain(text)} is not a whole number, or it is too large`);
    return Number(text);
  };

  // --- JSON: UTF-8, no key twice in an object, whole numbers only, nothing after the value ---------------------------
  const SPACE = /[ \t\n\r]*/y;
  const TEXT = /"((?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*)"/y;
  const PLAIN = /"([^"\\\u0000-\u001f]*)"/y;
  const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
  const WORD = /true|false|null/y;
  const CONSTANT = /NaN|-?Infinity/y;
  const WORDS = { true: true, false: false, null: null };

  function parse(text) {
    let at = 0;
    const refuse = () => {
      throw new D.Wrong("json.form", "not JSON in UTF-8, or nested too deeply");
    };
    const take = (pattern) => {
      pattern.lastIndex = at;
      const match = pattern.exec(text);
      if (match) at = pattern.lastIndex;
      return match;
    };
    const string = () => {
      const match = take(PLAIN);
      if (match) return match[1];
      const escaped = take(TEXT);
      return escaped ? JSON.parse(escaped[0]) : refuse();
    };
    function value(depth) {
      if (depth > 900) refuse();
      take(SPACE);
      const first = text[at];
      if (first === '"') return string();
      if (first === "[" || first === "{") {
        const list = [];
        const members = new Map();
        const end = first === "[" ? "]" : "}";
        at++;
        take(SPACE);
        if (text[at] === end) at++;
        else
          for (;;) {
            if (first === "[") list.push(value(depth + 1));
            else {
              take(SPACE);
              const name = text[at] === '"' ? string() : refuse();
              take(SPACE);
              if (text[at++] !== ":") refuse();
              const member = value(depth + 1);
              D.need(!members.has(name), "json.duplicate", "the same key stands twice in one JSON object");
              members.set(name, member);
            }
            take(SPACE);
            const next = text[at++];
            if (next === end) break;
            if (next !== ",") refuse();
          }
        return first === "[" ? list : members;
      }
      const word = take(WORD);
      if (word) return WORDS[word[0]];
      const constant = take(CONSTANT) || take(NUMBER);
      return constant ? D.number(constant[0]) : refuse();
    }
    const whole = value(0);
    take(SPACE);
    if (at !== text.length) refuse();
    return whole;
  }

  /* Parse JSON; objects become Maps. */
  D.json = function (octets) {
    let text;
    try {
      text = D.utf8(octets);
    } catch {
      throw new D.Wrong("json.form", "not JSON in UTF-8, or nested too deeply");
    }
    return parse(text);
  };

  D.typeOf = function (value) {
    if (value === null) return "null";
    if (Array.isArray(value)) return "list";
    return value instanceof Map ? "object" : { string: "str", number: "int", boolean: "bool" }[typeof value];
  };

  /* Return a Map as an object if it has these members of these types and no other. */
  D.shaped = function (value, shape, what) {
    const names = Object.keys(shape);
    const fits =
      value instanceof Map && value.size === names.length && names.every((name) => D.typeOf(value.get(name)) === shape[name]);
    const sentence = () => `${what} must have the members ${names.join(", ")}, each of its type, and no other`;
    D.need(fits && names.every((name) => value.has(name)), "json.shape", sentence);
    return Object.fromEntries(value);
  };

  /* Return the rows of a CSV text (RFC 4180, strict): a list of lists of cells. */
  D.csv = function (text) {
    const rows = [];
    let at = 0;
    while (at < text.length) {
      const row = [];
      for (;;) {
        let cell = "";
        if (text[at] === '"') {
          for (at++; ; ) {
            const quote = text.indexOf('"', at);
            if (quote < 0) throw new Error("unclosed quotes");
            cell += text.slice(at, quote);
            at = quote + 1;
            if (text[at] !== '"') break;
            cell += '"';
            at++;
          }
          if (at < text.length && !",\r\n".includes(text[at])) throw new Error("text after quotes");
        } else {
          const from = at;
          while (at < text.length && !",\r\n".includes(text[at])) at++;
          cell = text.slice(from, at);
        }
        if (cell.length > 131072) throw new Error("a cell too long");
        row.push(cell);
        if (text[at] !== ",") break;
        at++;
      }
      at += text[at] === "\r" && text[at + 1] === "\n" ? 2 : 1;
      rows.push(row.length === 1 && row[0] === "" && text[at - 2] !== '"' ? [] : row);
    }
    return rows;
  };

  // --- zip: stored and deflated members, read in pieces -------------------------------------------------------------
  /* A zip that no bundle is; nothing further is checked. */
  D.BadZip = class extends D.Wrong {};
  const PIECE = 4 << 20;
  const MAX_RATIO = 200;
  const broken = (sentence) => new D.BadZip("zip.form", sentence);

  async function view(blob, from, length) {
    if (from < 0 || from + length > blob.size) throw broken("The zip is damaged: it is cut.");
    return new DataView(await blob.slice(from, from + length).arrayBuffer());
  }

  async function* pieces(blob) {
    for (let at = 0; at < blob.size; at += PIECE) yield new Uint8Array(await blob.slice(at, at + PIECE).arrayBuffer());
  }

  async function* inflated(blob) {
    const reader = blob.stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        yield value;
      }
    } catch {
      throw broken("The zip is damaged: a member cannot be unpacked.");
    } finally {
      reader.cancel().catch(() => {});
    }
  }

  async function* member(blob, entry) {
    const head = await view(blob, entry.offset, 30);
    if (head.getUint32(0, true) !== 0x04034b50) throw broken("The zip is damaged: a member has no head.");
    const [named, extra] = [head.getUint16(26, true), head.getUint16(28, true)];
    const name = new Uint8Array((await view(blob, entry.offset + 30, named)).buffer);
    if (!D.same(name, entry.raw)) throw broken("The zip is damaged: a member has two names.");
    const from = entry.offset + 30 + named + extra;
    if (from + entry.packed > blob.size) throw broken("The zip is damaged: it is cut.");
    const packed = blob.slice(from, from + entry.packed);
    let [length, crc] = [0, 0];
    for await (const piece of entry.method === 8 ? inflated(packed) : pieces(packed)) {
      length += piece.length;
      if (length > entry.size) throw new D.BadZip("zip.size", `${D.plain(entry.name)} is longer than it says.`);
      crc = D.crc32(crc, piece);
      yield piece;
    }
    if (length < entry.size) throw new D.BadZip("zip.size", `${D.plain(entry.name)} is shorter than it says.`);
    if (crc !== entry.crc) throw broken("The zip is damaged: a member's checksum is not its own.");
  }

  async function directory(blob) {
    const tail = Math.min(blob.size, 65557);
    const end = await view(blob, blob.size - tail, tail);
    let at = tail - 22;
    while (at >= 0 && end.getUint32(at, true) !== 0x06054b50) at--;
    if (at < 0) return null;
    let [count, size, offset] = [end.getUint16(at + 10, true), end.getUint32(at + 12, true), end.getUint32(at + 16, true)];
    if (at >= 20 && end.getUint32(at - 20, true) === 0x07064b50) {
      const large = await view(blob, Number(end.getBigUint64(at - 12, true)), 56);
      if (large.getUint32(0, true) !== 0x06064b50) throw broken("The zip is damaged: its end is not one.");
      [count, size, offset] = [32, 40, 48].map((place) => Number(large.getBigUint64(place, true)));
    }
    return { count, bytes: await view(blob, offset, size) };
  }

  function entries({ count, bytes }) {
    const found = [];
    for (let at = 0; at + 46 <= bytes.byteLength; ) {
      if (bytes.getUint32(at, true) !== 0x02014b50) throw broken("The zip is damaged: its list of members is not one.");
      const [flags, method] = [bytes.getUint16(at + 8, true), bytes.getUint16(at + 10, true)];
      const [named, extra, comment] = [28, 30, 32].map((place) => bytes.getUint16(at + place, true));
      const [crc, packed, size] = [16, 20, 24].map((place) => bytes.getUint32(at + place, true));
      const entry = { crc, packed, size, method, offset: bytes.getUint32(at + 42, true) };
      entry.mode = bytes.getUint32(at + 38, true) >>> 16;
      entry.raw = new Uint8Array(bytes.buffer, at + 46, named);
      try {
        entry.name = flags & 0x800 ? D.utf8(entry.raw) : D.ascii(entry.raw);
      } catch {
        throw broken("The zip is damaged: a name is not UTF-8.");
      }
      let place = at + 46 + named;
      const last = place + extra;
      while (place + 4 <= last) {
        const [id, length] = [bytes.getUint16(place, true), bytes.getUint16(place + 2, true)];
        let next = place + 4;
        if (id === 1)
          for (const name of ["size", "packed", "offset"])
            if (entry[name] === 0xffffffff) {
              entry[name] = Number(bytes.getBigUint64(next, true));
              next += 8;
            }
        place += 4 + length;
      }
      if (flags & 1) throw broken("The zip cannot be unpacked: a member is encrypted.");
      if (method !== 0 && method !== 8) throw broken("The zip cannot be unpacked: a member is packed in another way.");
      found.push(entry);
      at += 46 + named + extra + comment;
    }
    if (found.length !== count) throw broken("The zip is damaged: its list of members is cut.");
    return found;
  }

  function checkName(entry) {
    const folder = entry.name.endsWith("/");
    const name = folder ? entry.name.slice(0, -1) : entry.name;
    const bad =
      /[\\:\0]/.test(name) ||
      name.length > 240 ||
      !D.printable(name) ||
      name.split("/").some((part) => ["", ".", ".."].includes(part) || part.startsWith("~"));
    if (bad) throw new D.BadZip("path.unsafe", `${D.plain(entry.name)} is a name that no bundle has.`);
    if (![0, 0o040000, 0o100000].includes(entry.mode & 0o170000))
      throw new D.BadZip("path.unsafe", `${D.plain(entry.name)} is a link or a special file.`);
  }

  /* Return path → {size, pieces()} of a bundle's zip; null for a file that is no zip. Throws BadZip. */
  D.zipFiles = async function (blob) {
    const list = await directory(blob);
    if (!list) return null;
    const all = entries(list);
    all.forEach(checkName);
    if (!all.length) throw new D.BadZip("zip.folder", "The zip is empty.");
    const top = all[0].name.split("/")[0];
    const met = new Set();
    for (const { name } of all) {
      if (met.has(name.toLowerCase())) throw new D.BadZip("file.duplicate", `${D.plain(name)} is in the zip twice.`);
      met.add(name.toLowerCase());
      if (!name.startsWith(top + "/"))
        throw new D.BadZip("zip.folder", `${D.plain(name)} is not in the one folder that a bundle is.`);
    }
    if (all.reduce((total, { size }) => total + size, 0) > MAX_RATIO * blob.size)
      throw new D.BadZip("zip.size", "The zip says that it unpacks to far more than a bundle does.");
    const files = all.filter(({ name }) => !name.endsWith("/"));
    return new Map(
      files.map((entry) => [entry.name.slice(top.length + 1), { size: entry.size, pieces: () => member(blob, entry) }])
    );
  };

  /* Return path → {size, pieces()} of the files of a folder that was chosen in the browser. */
  D.folderFiles = (list) =>
    new Map(
      Array.from(list, (file) => [
        (file.webkitRelativePath || file.name).split("/").slice(1).join("/"),
        { size: file.size, pieces: () => pieces(file) },
      ])
    );
})(globalThis.Daybook);

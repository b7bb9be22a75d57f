/* Daybook verifier, part 4: the checks of verify.py, in its order, with its codes. */
"use strict";

(function (D) {
  const { need, Wrong, Unchecked, plain, same } = D;
  const MAX_RECORD = 2 ** 26;
  const MAX_PROOF = 2 ** 16;
  const MAX_LIST = 2 ** 30;
  const MAX_FIELDS = 20000;
  const [LOG, WITNESS] = [1, 4];

  const PART = "[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9_-])?";
  const PATH = new RegExp(`^(?:${PART}/){0,7}${PART}$`);
  const TEXTS = ["README.txt", "VERIFY-WITH-OTHER-TOOLS.txt", "bag-info.txt", "verify.py"];
  const [CHECKPOINT, SEAL_PROOF] = ["proofs/checkpoint", "proofs/seal.tlog-proof"];
  const ANCHOR = /^proofs\/checkpoint(?:\.[2-9]|\.[1-9][0-9])?\.tsr$/;
  const [MANIFEST, TAGMANIFEST] = ["manifest-sha256.txt", "tagmanifest-sha256.txt"];
  const FRAME = new Set([...TEXTS, "bagit.txt", MANIFEST, TAGMANIFEST, "seal.json", CHECKPOINT, SEAL_PROOF, "data/index.csv"]);
  const EVENT = { schema: "str", disclosures: "list", sd: "list", entry: "str" };
  const RECORD = { ...EVENT, bates: "str", record: "str", version: "str", withheld: "list", files: "list", history: "list" };
  const CELLS = ["/network", "/kind", "/id", "/published", "/author/handle", "/url"];
  const INDEX = ["Bates", "Record", "Version", "Network", "Kind", "Network id", "Published", "Author", "Address", "Withheld"];

  const [LEAF, NODE] = [Uint8Array.of(0), Uint8Array.of(1)]; // what is hashed before a leaf, before two nodes (RFC 6962)
  const byCodePoint = (a, b) => (a < b ? -1 : a > b ? 1 : 0); // of plain ASCII, where units are code points
  const joined = (list) => D.join(...list);

  // --- signed notes, checkpoints, inclusion proofs (c2sp.org) --------------------------------------------------------
  /* Read NAME+ID+BASE64, the key of a log (kind 1) or of a witness (kind 4). */
  D.keyParse = function (text, kind) {
    const [name, identity, ...rest] = text.trim().split("+");
    const octets = D.base64(rest.join("+"));
    const id = D.sha256(D.octets(`${name}\n`), octets).slice(0, 4);
    const formed = octets.length === 33 && octets[0] === kind && name;
    need(formed, "key.form", `not NAME+ID+BASE64 of the key of a ${kind === LOG ? "log" : "witness"}`);
    need(identity === D.hex(id), "key.id", "the key does not fit its id: a character was lost in copying");
    D.point(octets.slice(1));
    return { name, id, publicKey: octets.slice(1), kind };
  };

  const SIGNED = "([^\\n]+)\\n([^\\n]+)\\n([^\\n]+)\\n(?:[^\\n]+\\n)*";
  const NOTE = new RegExp(`^(${SIGNED})\\n((?:— [^\\s+]{1,255} [A-Za-z0-9+/=]{8,8192}\\n){1,32})$`);
  const HASH = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;

  D.checkpointOpen = async function (note, keys) {
    need(!note.includes(13), "note.crlf", "its lines end as Windows ends them: it was changed on its way");
    const whole = D.utf8(note);
    const match = NOTE.exec(whole);
    const formed = match && D.printable(whole.replaceAll("\n", ""));
    need(formed, "note.form", "not a signed note of an origin, a size and a root hash");
    const [, head, origin, size, root, signatures] = match;
    need(HASH.test(root), "base64.form", "the root is not 32 bytes in canonical base64");
    const text = D.octets(head);
    const [seen, others] = [[], []];
    let signer = null;
    for (const line of signatures.trimEnd().split("\n")) {
      const [, name, encoded] = line.split(" ");
      const octets = D.base64(encoded);
      const key = keys.find((each) => each.name === name && same(each.id, octets.subarray(0, 4)));
      if (!key) {
        others.push({ name, id: D.hex(octets.subarray(0, 4)) });
        continue;
      }
      let [message, signature] = [text, octets.slice(4)];
      if (key.kind === WITNESS) {
        const at = octets.slice(4, 12).reduce((total, each) => total * 256n + BigInt(each), 0n);
        signature = octets.slice(12);
        message = D.join(D.octets(`cosignature/v1\ntime ${at}\n`), text);
        seen.push({ at: Number(at), name });
      }
      const holds = await D.ed25519Holds(key.publicKey, message, signature);
      need(holds, "note.false", `the signature of ${plain(name)} under the checkpoint is false`);
      if (key.kind === LOG && name === origin) signer = key;
    }
    return { origin, size: D.number(size), root: D.base64(root), signer, note, text, seen, others };
  };

  D.proofSplit = function (octets) {
    need(!octets.includes(13), "note.crlf", "its lines end as Windows ends them: it was changed on its way");
    const all = D.ascii(octets);
    const gap = all.indexOf("\n\n");
    const head = gap < 0 ? all : all.slice(0, gap);
    const own = head.includes("\nsize ") || head.includes("\nroot ");
    need(!own, "proof.size", "the proof brings a size or root of its own; only the signed checkpoint's count");
    const match = gap < 0 ? null : /^c2sp\.org\/tlog-proof@v1\nindex ([^\s]+)\n((?:[^ \n]+\n){0,63})$/.exec(head + "\n");
    need(match, "proof.form", "not a tlog-proof of version 1 with an index, hashes and no other line");
    const hashes = match[2].split("\n").slice(0, -1);
    need(hashes.every((each) => HASH.test(each)), "base64.form", "a hash is not 32 bytes in canonical base64");
    return { index: D.number(match[1]), hashes: hashes.map(D.unbase64), note: octets.subarray(gap + 2) };
  };

  /* Throw Wrong unless `leaf` is in the tree at `index`; size and root come from the signed checkpoint only. */
  D.inclusionCheck = function (leaf, index, hashes, checkpoint) {
    let [at, last, root] = [BigInt(index), BigInt(checkpoint.size) - 1n, leaf];
    need(0n <= at && at <= last, "proof.index", "the proof's index lies outside the checkpoint's tree");
    for (const sibling of hashes) {
      need(last, "proof.root", "the inclusion proof is too long for the checkpoint's tree");
      if (at & 1n || at === last) {
        root = D.sha256(NODE, sibling, root);
        while (at && !(at & 1n)) [at, last] = [at >> 1n, last >> 1n];
      } else root = D.sha256(NODE, root, sibling);
      [at, last] = [at >> 1n, last >> 1n];
    }
    const ends = !last && same(root, checkpoint.root);
    need(ends, "proof.root", "the proof does not lead to the checkpoint's root: this is not what the log holds");
  };

  // --- events: what was committed, and what of it is shown -----------------------------------------------------------
  const SCHEMA = /^[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*\/[1-9][0-9]{0,3}$/;
  const DIGEST = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;
  const NAME = /^(?:\/(?=[^/])[!-.0-}]*(?:~[01][!-.0-}]*)*)+$/;
  const strict = (pattern, text) => typeof text === "string" && !text.endsWith("\n") && pattern.test(text);

  D.eventOpen = function ({ schema, disclosures, sd, entry }) {
    const formed = strict(SCHEMA, schema) && 0 < sd.length && sd.length <= MAX_FIELDS;
    need(formed, "event.schema", "no schema name, or no digests");
    if (![...sd, ...disclosures].every((each) => typeof each === "string")) throw new TypeError("not a text");
    const sound = sd.every((each, i) => strict(DIGEST, each) && (!i || sd[i - 1] < each));
    need(sound, "event.digests", "the digests are malformed, unsorted, or one stands twice");
    const committed = `daybook.commit/v1\n{"_sd":["${sd.join('","')}"],"_sd_alg":"sha-256","schema":"${schema}"}`;
    const expected = `{"c":"${D.base64url(D.sha256(D.octets(committed)))}","v":1}`;
    need(entry === expected, "event.entry", "the digests are not those that the log entry commits to");
    const listed = new Set(sd);
    const fields = new Map();
    for (const shown of disclosures) {
      if (/[^\0-\x7f]/.test(shown)) throw new TypeError("not ASCII");
      const known = listed.has(D.base64url(D.sha256(D.octets(shown))));
      need(known, "event.field", () => `a shown field is not what was committed: ${plain(shown)}`);
    }
    for (const shown of disclosures) {
      if (!/^[A-Za-z0-9_-]+$/.test(shown)) throw new TypeError("not base64url");
      const octets = D.unbase64(shown.replace(/-/g, "+").replace(/_/g, "/"));
      const list = octets[0] === 0x5b && octets[1] === 0x22 && octets[octets.length - 1] === 0x5d;
      need(list, "event.shown", "a shown field is not a list of salt, name and value");
      const parts = D.json(octets);
      need(parts.length === 3, "event.shown", "a shown field is not a list of salt, name and value");
      const [salt, name, value] = parts;
      const named = strict(DIGEST, salt) && strict(NAME, name) && !fields.has(name);
      need(named, "event.shown", "a field is shown twice, or has a bad salt or name");
      const odd = value instanceof Map && value.size === 1 && value.has("$utf16be");
      const scalar = ["str", "int", "bool", "null"].includes(D.typeOf(value));
      need(odd || scalar, "event.shown", "a shown field is not of a kind that is committed to");
      fields.set(name, value);
    }
    return { fields, leaf: D.sha256(LEAF, D.octets(entry)), hidden: sd.length - fields.size };
  };

  /* Hold each subject's events together; tell whether the first of each is there. */
  D.chainCheck = function (events) {
    const chains = new Map();
    for (const { fields, leaf } of events) {
      const [subject, n, back] = ["/event/subject", "/event/n", "/event/prev"].map((name) => fields.get(name));
      const counted = typeof subject === "string" && typeof n === "number" && n >= 0;
      const linked = counted && D.typeOf(back) === (n ? "str" : "null");
      need(linked, "chain.form", "an event does not show its subject, its count and the back-link of that count");
      if (!chains.has(subject)) chains.set(subject, []);
      chains.get(subject).push({ n, back, leaf: D.base64url(leaf) });
    }
    let whole = true;
    for (const chain of chains.values()) {
      chain.sort((a, b) => a.n - b.n);
      for (let i = 1; i < chain.length; i++) {
        const next = chain[i].n === chain[i - 1].n + 1;
        need(next, "chain.gap", "an event between two that are shown is left out, or stands twice");
        need(chain[i].back === chain[i - 1].leaf, "chain.link", "the back-link of an event does not name the event before it");
      }
      whole = whole && chain[0].n === 0;
    }
    return whole;
  };

  /* Return withheld path → code; nothing withheld may be shown, and no segment of a shown text may just be absent. */
  D.withheldCheck = function (fields, entries) {
    const shape = { path: "str", code: "str" };
    const hidden = new Map(entries.map((each) => Object.values(D.shaped(each, shape, "an entry of withheld")) && [each.get("path"), each.get("code")]));
    const named = hidden.size === entries.length && [...hidden.keys()].every((path) => strict(NAME, path));
    need(named, "withheld.form", "a field is withheld twice, or is none");
    const covered = (name) => {
      for (; name; name = name.slice(0, name.lastIndexOf("/"))) if (hidden.has(name)) return true;
      return false;
    };
    for (const name of fields.keys())
      need(name.endsWith("/#") || !covered(name), "withheld.shown", () => `${plain(name)} is said to be withheld, and is shown`);
    for (const [name, count] of fields) {
      if (!name.endsWith("/#") || covered(name)) continue;
      const stem = name.slice(0, -1);
      const counted = typeof count === "number" && 0 <= count && count <= MAX_FIELDS && !fields.has(stem + count);
      need(counted, "withheld.count", () => `${plain(name)} is not the number of segments`);
      for (let n = 0; n < count; n++) {
        const told = fields.has(stem + n) || covered(stem + n);
        need(told, "withheld.gap", () => `${plain(stem + n)} is neither shown nor listed as withheld`);
      }
    }
    return hidden;
  };

  // --- the bag and the bundle ---------------------------------------------------------------------------------------
  /* One verification. `files` is a Map of path → {size, pieces()}; `keys` come from keyParse. */
  D.Bundle = class {
    constructor(files, keys, roots, progress) {
      Object.assign(this, { files, keys, roots, anchors: [], captured: [], progress: progress || (() => {}) });
      Object.assign(this, { wrong: [], unchecked: [], listed: new Map(), met: new Set(), seal: new Map(), info: new Map() });
      Object.assign(this, { named: new Set([CHECKPOINT, SEAL_PROOF]), leaves: new Map(), rows: new Map(), checkpoint: null });
      Object.assign(this, { entries: 0, hidden: 0, later: 0, vouched: 0, times: [], kinds: new Map(), codes: new Map() });
    }

    find(path, code, sentence) {
      this.wrong.push({ path, code, sentence });
    }

    /* Run one check; whatever goes wrong in it is a finding about `path`, and the other checks go on. */
    async guard(path, check) {
      try {
        return await check();
      } catch (error) {
        if (error instanceof D.BadZip) throw error;
        if (error instanceof Unchecked) this.unchecked.push({ path, code: error.code, sentence: error.message });
        else if (error instanceof Wrong) this.find(path, error.code, error.message);
        else this.find(path, "form", `cannot be read as what it should be (${error.name})`);
        return undefined;
      }
    }

    async run() {
      this.names();
      await this.list(TAGMANIFEST);
      this.manifest = await this.list(MANIFEST);
      for (const path of [...new Set([...this.listed.keys(), ...FRAME])].sort(byCodePoint))
        if (!this.files.has(path)) this.find(path, "file.missing", "missing");
      const paths = [...this.files.keys()].sort(byCodePoint);
      for (const path of paths)
        if (!this.listed.has(path) && path !== TAGMANIFEST)
          this.find(path, "file.unlisted", "unlisted: it is in no manifest");
        else if (!FRAME.has(path) && !/^(?:data|proofs)\//.test(path))
          this.find(path, "file.stray", "no bundle has this file beside its payload");
      const records = paths.filter((path) => path.startsWith("data/records/"));
      await this.guard(CHECKPOINT, () => this.checkCheckpoint());
      for (const path of paths.filter((each) => ANCHOR.test(each))) await this.guard(path, () => this.checkAnchor(path));
      await this.guard("seal.json", () => this.checkSeal(records.length));
      await this.guard("bag-info.txt", () => this.checkFrame());
      for (const [done, path] of records.entries()) {
        if (done % 50 === 0) this.progress(done, records.length);
        await this.guard(path, () => this.checkRecord(path));
      }
      for (const [path, first] of this.twice || []) this.find(path, "record.twice", `the same version as ${first}`);
      await this.guard("data/index.csv", () => this.checkIndex());
      for (const path of paths) {
        if (this.listed.has(path) && !this.met.has(path)) await this.guard(path, () => this.read(path));
        if (/^(?:proofs|data\/media)\//.test(path) && !this.named.has(path))
          this.find(path, "file.owner", "belongs to no record of this bundle");
      }
      return this.code;
    }

    get code() {
      return this.wrong.length ? 1 : this.unchecked.length ? 2 : 0;
    }

    /* Leave out files of names that no bundle has; name the first part of each that is bad, once. */
    names() {
      const unsafe = new Set();
      for (const path of [...this.files.keys()]) {
        const parts = path.split("/");
        const bad = parts.map((_, i) => parts.slice(0, i + 1).join("/")).find((each) => !PATH.test(each) || each.endsWith("\n"));
        if (bad === undefined) continue;
        this.files.delete(path);
        if (!unsafe.has(bad)) this.find(bad, "path.unsafe", "a name that no bundle has, a link, or a special file");
        unsafe.add(bad);
      }
    }

    async list(manifest) {
      const octets = (await this.guard(manifest, () => this.read(manifest, MAX_LIST))) || new Uint8Array();
      const folded = new Set();
      for (const line of new TextDecoder("utf-8", { ignoreBOM: true }).decode(octets).match(/[^\n]*\n|[^\n]+$/g) || []) {
        const [digest, path] = [line.slice(0, 64), line.slice(66).replace(/\n$/, "")];
        const gap = line.slice(64, 66) === "  ";
        const formed = /^[0-9a-f]{64}$/.test(digest) && gap && PATH.test(path) && line.endsWith("\n");
        const where = path.startsWith("data/") === (manifest === MANIFEST);
        if (!formed || !where) {
          const unsafe = gap && !PATH.test(path) ? "path.unsafe" : "manifest.line";
          const code = /[A-Z]/.test(line.split("  ")[0]) ? "manifest.hex" : unsafe;
          this.find(manifest, code, `a line that this manifest cannot have: ${plain(line)}`);
        } else if (folded.has(path.toLowerCase())) {
          this.find(path, "file.duplicate", `duplicate: listed twice in ${manifest}`);
        } else {
          folded.add(path.toLowerCase());
          this.listed.set(path, digest);
        }
      }
      return octets;
    }

    /* Hold a file's digest against its manifest; return its octets, or none of them when `limit` is 0. */
    async read(path, limit = 0) {
      this.met.add(path);
      need(this.files.has(path), "file.missing", "missing");
      const { size, pieces } = this.files.get(path);
      need(!limit || size <= limit, "file.large", "larger than any file of its kind");
      const [total, kept] = [new D.Sha256(), []];
      let own = null;
      for await (const piece of pieces()) {
        if (piece.length === size && size > 16384) own = new Uint8Array(await crypto.subtle.digest("SHA-256", piece));
        else total.update(piece);
        if (limit) kept.push(piece);
      }
      const digest = D.hex(own || total.digest());
      if ((this.listed.get(path) || digest) !== digest)
        this.find(path, "file.changed", "changed: its SHA-256 is not the one in the manifest");
      return kept.length === 1 ? kept[0] : joined(kept);
    }

    async checkCheckpoint() {
      const head = await D.checkpointOpen(await this.read(CHECKPOINT, MAX_PROOF), this.keys);
      const skip = (code, sentence) => this.unchecked.push({ path: CHECKPOINT, code, sentence });
      if (!this.keys.some((key) => key.kind === LOG)) skip("key.none", "its signature: no key was given");
      else if (!head.signer) {
        const code = this.keys.some((key) => key.name === head.origin) ? "key.id" : "key.other";
        throw new Wrong(code, `not signed by a key you gave; it says that it is of the log ${plain(head.origin)}`);
      }
      this.checkpoint = head;
      this.anchors = head.seen.map(({ at, name }) => ({ at, name: `witness ${plain(name)}` }));
      for (const { name, id } of head.others)
        if (name !== head.origin) skip("witness.unchecked", `signed by ${plain(name)}+${id}: no key of a witness was given`);
      for (const { name } of this.keys.filter((key) => key.kind === WITNESS))
        if (!head.seen.some((each) => each.name === name))
          skip("witness.absent", `the witness ${plain(name)} that you named has not signed it`);
    }

    async checkAnchor(path) {
      this.named.add(path);
      const token = await this.read(path, MAX_PROOF);
      if (!this.checkpoint) return; // that is the finding
      this.anchors.push({ at: await D.stampCheck(token, this.checkpoint.text, this.roots), name: `time stamp ${path}` });
    }

    async prove(path, event) {
      const { index, hashes, note } = D.proofSplit(await this.read(path, MAX_PROOF));
      if (this.checkpoint) {
        need(same(note, this.checkpoint.note), "proof.note", `${path} is not under the checkpoint of this bundle`);
        D.inclusionCheck(event.leaf, index, hashes, this.checkpoint);
      }
      this.hidden += event.hidden;
      this.entries += 1;
      const at = event.fields.get("/event/time");
      if (at) this.times.push(String(at));
    }

    async checkSeal(records) {
      const value = D.shaped(D.json(await this.read("seal.json", MAX_RECORD)), EVENT, "the seal");
      const event = D.eventOpen(value);
      this.seal = event.fields;
      const sealing = value.schema === "production.sealed/1" && this.seal.get("/event/kind") === "production.sealed";
      need(sealing, "seal.kind", "this event seals no production");
      if (this.seal.get("/manifest/sha256") !== D.base64url(D.sha256(this.manifest)))
        this.find(MANIFEST, "manifest.seal", "not the manifest that was sealed: the payload was changed");
      const sealed = this.seal.get("/production/records");
      if (sealed !== records)
        this.find("data/records", "seal.count", `${records} records are here, ${plain(sealed)} were sealed`);
      await this.prove(SEAL_PROOF, event);
    }

    async checkFrame() {
      const declared = D.octets("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
      if (!same(await this.read("bagit.txt", MAX_PROOF), declared))
        this.find("bagit.txt", "bag.form", "not the declaration of a BagIt 1.0 bag in UTF-8");
      const lines = D.utf8(await this.read("bag-info.txt", MAX_PROOF)).split("\n");
      const last = lines.pop();
      for (const line of lines) {
        const gap = line.indexOf(": ");
        if (gap < 0) throw new TypeError("a line without a label");
        this.info.set(line.slice(0, gap), line.slice(gap + 2));
      }
      const whole = last === "" && this.info.size === lines.length && D.printable(lines.join(""));
      need(whole, "bag.form", "a cut line, a label twice, or a control character");
      const sizes = [...this.files].filter(([path]) => path.startsWith("data/")).map(([, { size }]) => size);
      const oxum = `${sizes.reduce((a, b) => a + b, 0)}.${sizes.length}`;
      need(this.info.get("Payload-Oxum") === oxum, "bag.oxum", `Payload-Oxum does not fit the payload, which is ${oxum}`);
      const fits = this.info.get("External-Identifier") === this.seal.get("/production/ref");
      need(fits, "bag.production", "External-Identifier is not the production that the seal names");
    }

    async checkRecord(path) {
      const value = D.shaped(D.json(await this.read(path, MAX_RECORD)), RECORD, "a record");
      const { bates, history } = value;
      const fits = path === `data/records/${bates}.json` && value.schema.startsWith("record/");
      need(fits, "record.name", () => `it says that it is ${plain(bates)}, of the schema ${plain(value.schema)}`);
      const proofs = [...history.keys(), history.length].map((n) => `proofs/${bates}${n ? `.${n}` : ""}.tlog-proof`);
      const files = value.files.map((each) => ({ name: each.get("path"), disclosed: each.get("disclosed") }));
      for (const name of [...proofs, ...files.map((each) => String(each.name))]) this.named.add(name);
      const events = [D.eventOpen(value)];
      const leaf = D.hex(events[0].leaf);
      if (this.leaves.has(leaf)) (this.twice ||= []).push([path, this.leaves.get(leaf)]);
      else this.leaves.set(leaf, bates);
      for (const [n, each] of history.entries()) {
        const event = D.shaped(each, { ...EVENT, proof: "str" }, "an event of the history");
        need(event.proof === proofs[n + 1], "record.proof", `an event of the history does not name ${proofs[n + 1]}`);
        events.push(D.eventOpen(event));
      }
      for (const [n, event] of events.entries()) await this.prove(proofs[n], event);
      if (!D.chainCheck(events)) this.later++;
      const { fields } = events[0];
      const withheld = D.withheldCheck(fields, value.withheld);
      for (const { name, disclosed } of files) {
        if (typeof name !== "string" || disclosed === undefined) throw new TypeError("not a file");
        const listed = name.startsWith("data/") && this.listed.has(name);
        need(listed, "record.file", () => `it names a file that is not in the manifest: ${plain(name)}`);
        const octets = Uint8Array.from(this.listed.get(name).match(/../g), (each) => parseInt(each, 16));
        const digest = D.base64url(octets);
        const same = disclosed === null || events.some((event) => event.fields.get(disclosed) === digest);
        need(same, "record.digest", () => `${name} is not the file whose digest was committed as ${plain(disclosed)}`);
        if (disclosed === null) this.vouched++;
      }
      const time = fields.get("/event/time");
      if (fields.get("/event/kind") === "capture" && fields.has("/event/time"))
        if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}Z$/.test(time) || Number.isNaN(Date.parse(time))) throw new TypeError("no time");
      const count = (counter, name) => counter.set(name, (counter.get(name) || 0) + 1);
      if (fields.get("/event/kind") === "capture" && fields.has("/event/time")) {
        const said = fields.get("/event/time");
        const at = Date.parse(said) / 1000;
        if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}Z$/.test(said) || Number.isNaN(at)) throw new TypeError("not a time");
        this.captured.push(Math.floor(at));
      }
      count(this.kinds, `${fields.get("/network")} ${fields.get("/kind") ?? fields.get("/event/kind")}`);
      for (const code of withheld.values()) count(this.codes, code);
      const cells = [bates, value.record, value.version, ...CELLS.map((name) => fields.get(name)), withheld.size];
      this.rows.set(bates, cells.map(cellText));
    }

    async checkIndex() {
      const text = D.utf8(await this.read("data/index.csv", MAX_LIST)).replace(/^\ufeff/, "");
      const [first, ...rows] = D.csv(text);
      const headed = same((first || []).slice(0, INDEX.length), INDEX);
      need(headed, "index.form", "its first line is not that of an index");
      const left = new Map(this.rows);
      for (const row of rows) {
        const cells = row.slice(0, INDEX.length).map((cell) => (/^'['=+\-@\t\r]|^'$/.test(cell) ? cell.slice(1) : cell));
        const expected = left.get(cells[0] || "");
        left.delete(cells[0] || "");
        const fits = expected !== undefined && same(cells, expected);
        need(fits, "index.row", () => `a row without its record, twice, or not as the record says: ${plain(row)}`);
      }
      need(!left.size, "index.absent", () => `no row for ${plain([...left.keys()].sort(byCodePoint)[0])}`);
    }
  };

  function cellText(cell) {
    if (cell === null || cell === undefined) return "";
    if (typeof cell === "boolean") return cell ? "True" : "False";
    if (cell instanceof Map) return `{'$utf16be': '${cell.get("$utf16be")}'}`;
    return String(cell).replaceAll("\0", "\ufffd");
  }

  // --- what the person reads ----------------------------------------------------------------------------------------
  /* Return {verdict, anchor, sections: [[title, lines]]} of a verification that was run. */
  D.report = function (bundle) {
    const { wrong, unchecked, checkpoint, seal } = bundle;
    const verdicts = ["HOLDS: everything present was checked.", `DOES NOT HOLD: findings: ${wrong.length}.`];
    const verdict = [...verdicts, "NOT ALL CHECKED: nothing is wrong."][bundle.code];
    const anchors = [...bundle.anchors].sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1));
    const there = unchecked.some(({ code }) => /^(?:anchor|witness)/.test(code));
    const lacking = there ? "The outside anchor was not checked" : "No outside anchor exists";
    const sections = [];
    for (const [title, findings] of [["Wrong", wrong], ["Not checked here", unchecked]]) {
      const lines = findings.slice(0, 100).map(({ code, path, sentence }) => `[${code}] ${plain(path)}: ${sentence}`);
      if (findings.length > 100) lines.push(`and ${findings.length - 100} more`);
      if (lines.length) sections.push([title, lines]);
    }
    if (!wrong.length && checkpoint) {
      const { origin, size, signer } = checkpoint;
      const signature = signer ? `signed by the key you gave, id ${D.hex(signer.id)}` : "signature NOT checked";
      const agency = plain(bundle.info.get("Source-Organization") ?? "nobody");
      const times = bundle.times.length ? [...bundle.times].sort() : ["none shown"];
      const counted = (counter, what) => [...counter].sort().map(([name, count]) => `${count} ${what}${plain(name)}`);
      const after = anchors.map(({ at, name }) => `not after: ${new Date(at * 1000).toISOString()}, ${name}`);
      if (anchors.length && bundle.captured.length) {
        const [least, most] = [Math.max(...bundle.captured), Math.min(...bundle.captured)];
        const hours = (at) => ((anchors[0].at - at) / 3600).toFixed(1);
        after.push(`hours from capture, as claimed, to the first outside anchor here: ${hours(least)} to ${hours(most)}`);
      }
      sections.push(
        ["Who", [`log ${plain(origin)}, ${size} entries, ${signature}`, `${agency}, as the bundle says of itself`]],
        [
          "What",
          [
            `production ${plain(seal.get("/production/ref"))}, ${bundle.files.size} files, each in its manifest`,
            `${bundle.rows.size} records, ${bundle.entries} log entries with their proofs`,
            ...counted(bundle.kinds, ""),
          ],
        ],
        [
          "When",
          [
            `claimed times of these entries: ${plain(times[0])} to ${plain(times[times.length - 1])}`,
            `claimed time of the seal: ${plain(seal.get("/event/time"))}`,
            "not before: nobody outside says (there is no beacon in a bundle); the times above are claims",
            ...after,
          ],
        ],
        [
          "Hidden",
          [
            `${bundle.hidden} digests are not opened: withheld, not asked for, or mere padding`,
            ...counted(bundle.codes, "passages withheld under "),
            `${bundle.later} records have earlier events that are not shown`,
          ],
        ],
        [
          "Not shown by any of this",
          [
            "that the archive took in everything, that the networks showed it, that the claimed times are true",
            `${bundle.vouched} files of records are vouched for by the seal alone, as is all but data/records/`,
            `${TEXTS.join(", ")} are not sealed: take them as mere text`,
            ...(anchors.length ? ["whether a certificate of a time stamp was revoked"] : []),
          ],
        ]
      );
    }
    return { verdict, anchor: anchors.length ? "" : `${lacking}: nobody outside vouches for the time.`, sections };
  };

  /* Check files (Map, or a zip as a Blob) with key texts and certificates in PEM. Return {code, findings: [[path, code]], report}. */
  D.verify = async function (source, vkeys, witnesses, authorities, progress) {
    const roots = authorities.flatMap(D.certificatesParse);
    const keys = [...vkeys.map((text) => D.keyParse(text, LOG)), ...witnesses.map((text) => D.keyParse(text, WITNESS))];
    try {
      const files = source instanceof Map ? source : await D.zipFiles(source);
      need(files, "zip.none", "the file is not a zip");
      const bundle = new D.Bundle(files, keys, roots, progress);
      await bundle.run();
      const findings = [...bundle.wrong, ...bundle.unchecked].map(({ path, code }) => [path, code]);
      return { code: bundle.code, findings, report: D.report(bundle) };
    } catch (error) {
      if (!(error instanceof Wrong)) throw error;
      const code = error instanceof D.BadZip ? 1 : 2;
      const title = code === 1 ? "Wrong" : "Not checked here";
      const verdict = code === 1 ? "DOES NOT HOLD: findings: 1." : "Cannot check: nothing could be read.";
      const report = { verdict, anchor: "", sections: [[title, [`[${error.code}] ${error.message}`]]] };
      return { code, findings: [["", error.code]], report };
    }
  };
})(globalThis.Daybook);

/* Daybook verifier, part 3: outside time stamps (RFC 3161), which verify.py lets openssl check. What this cannot read is
   said to be unread; what it refuses, openssl refuses too. */
"use strict";

(function (D) {
  const { need, Wrong, Unchecked, same } = D;
  const unread = (what) => new Unchecked("anchor.unreadable", `this browser cannot read it (${what}), which says nothing against it`);
  const falsely = (what) => new Wrong("anchor.false", `the time stamp is false: ${what}`);

  // --- DER (X.690), of definite length and no longer than what it lies in --------------------------------------------
  /* Return {tag, body, whole} of the one value that `octets` begin with, and what follows it. */
  function take(octets) {
    let [length, at] = [octets[1], 2];
    if (octets.length < 2 || (octets[0] & 31) === 31) throw unread("a tag");
    if (length > 127) {
      const digits = length - 128;
      if (!digits || digits > 3 || octets.length < 2 + digits) throw unread("a length");
      length = 0;
      while (at < 2 + digits) length = length * 256 + octets[at++];
      if (length < 128) throw unread("a length");
    }
    const end = at + length;
    if (!(end <= octets.length)) throw unread("a length");
    return [{ tag: octets[0], body: octets.subarray(at, end), whole: octets.subarray(0, end) }, octets.subarray(end)];
  }

  function one(octets, tag, what) {
    const [value, rest] = take(octets);
    if (rest.length || value.tag !== tag) throw unread(what);
    return value;
  }

  /* Return the values that lie in one. */
  function parts({ tag, body }) {
    if (!(tag & 0x20)) throw unread("a value");
    const values = [];
    let value;
    for (let rest = body; rest.length; values.push(value)) [value, rest] = take(rest);
    return values;
  }

  /* Hand out the parts of a sequence one by one: next(tag) must be there, next(tag, true) may be missing. */
  function walk(sequence, what) {
    if (sequence.tag !== SEQUENCE) throw unread(what);
    const left = parts(sequence);
    return (tag, optional) => {
      if (left.length && (tag === undefined || left[0].tag === tag)) return left.shift();
      if (optional) return undefined;
      throw unread(what);
    };
  }

  const [INTEGER, OCTETS, OID, SEQUENCE, SET, TIME, SHORT_TIME] = [0x02, 0x04, 0x06, 0x30, 0x31, 0x18, 0x17];

  function oid(value) {
    if (!value || value.tag !== OID || !value.body.length) throw unread("a name");
    const numbers = [];
    let n = 0;
    for (const octet of value.body) {
      n = n * 128 + (octet & 127);
      if (n > 2 ** 40) throw unread("a name");
      if (!(octet & 128)) [numbers[numbers.length], n] = [n, 0];
    }
    const first = Math.min(Math.trunc(numbers[0] / 40), 2);
    return [first, numbers[0] - 40 * first, ...numbers.slice(1)].join(".");
  }

  /* Return seconds since 1970 of a UTCTime or GeneralizedTime in the one form of RFC 5280, fractions left out. */
  function seconds({ tag, body }) {
    const text = String.fromCharCode(...body);
    const digits = tag === SHORT_TIME ? (Number(text.slice(0, 2)) < 50 ? "20" : "19") + text : text;
    const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d+)?Z$/.exec(digits);
    if (!found || (tag !== TIME && tag !== SHORT_TIME)) throw unread("a time");
    const [year, month, ...rest] = found.slice(1).map(Number);
    return Date.UTC(year, month - 1, ...rest) / 1000;
  }

  // --- algorithms: those that browsers have; SHA-1 is none, as it proves nothing any more ----------------------------
  const HASHES = { "2.16.840.1.101.3.4.2.1": "SHA-256", "2.16.840.1.101.3.4.2.2": "SHA-384", "2.16.840.1.101.3.4.2.3": "SHA-512" };
  const [RSA, EC_KEY] = ["1.2.840.113549.1.1.1", "1.2.840.10045.2.1"];
  const SIGNATURES = {
    "1.2.840.113549.1.1.11": ["RSASSA-PKCS1-v1_5", "SHA-256"],
    "1.2.840.113549.1.1.12": ["RSASSA-PKCS1-v1_5", "SHA-384"],
    "1.2.840.113549.1.1.13": ["RSASSA-PKCS1-v1_5", "SHA-512"],
    "1.2.840.10045.4.3.2": ["ECDSA", "SHA-256"],
    "1.2.840.10045.4.3.3": ["ECDSA", "SHA-384"],
    "1.2.840.10045.4.3.4": ["ECDSA", "SHA-512"],
  };
  const CURVES = { "1.2.840.10045.3.1.7": ["P-256", 32], "1.3.132.0.34": ["P-384", 48], "1.3.132.0.35": ["P-521", 66] };

  async function digest(hash, octets) {
    return new Uint8Array(await crypto.subtle.digest(hash, octets));
  }

  /* Return the name of an algorithm, which may have no parameter but NULL. */
  function named(algorithm) {
    const [name, ...rest] = algorithm.tag === SEQUENCE ? parts(algorithm) : [];
    if (rest.length > 1 || (rest.length && (rest[0].tag !== 0x05 || rest[0].body.length))) throw unread("an algorithm");
    return oid(name);
  }

  function hashOf(algorithm) {
    const name = named(algorithm);
    if (!HASHES[name]) throw unread(`the digest ${name}`);
    return HASHES[name];
  }

  /* Tell whether `signature` over `octets` is by the key of `certificate`; `hash` is for plain RSA, which names none. */
  async function signed(certificate, algorithm, hash, octets, signature) {
    const name = named(algorithm);
    const [scheme, digestName] = name === RSA ? ["RSASSA-PKCS1-v1_5", hash] : SIGNATURES[name] || [];
    if (!scheme) throw unread(`the signature ${name}`);
    const [kind, curve] = parts(parts(certificate.key)[0]);
    if (scheme !== "ECDSA") {
      if (oid(kind) !== RSA) throw unread("a key of another kind");
      const key = await crypto.subtle.importKey("spki", certificate.key.whole, { name: scheme, hash: digestName }, false, ["verify"]);
      return crypto.subtle.verify(scheme, key, signature, octets);
    }
    const [namedCurve, width] = (oid(kind) === EC_KEY && CURVES[oid(curve)]) || [];
    if (!namedCurve) throw unread("a key of another kind");
    const key = await crypto.subtle.importKey("spki", certificate.key.whole, { name: scheme, namedCurve }, false, ["verify"]);
    const raw = new Uint8Array(2 * width);
    const numbers = parts(one(signature, SEQUENCE, "a signature"));
    if (numbers.length !== 2) return false;
    for (const [n, { tag, body }] of numbers.entries()) {
      const digits = body[0] === 0 ? body.subarray(1) : body;
      if (tag !== INTEGER || digits.length > width) return false;
      raw.set(digits, (n + 1) * width - digits.length);
    }
    return crypto.subtle.verify({ name: scheme, hash: digestName }, key, raw, octets);
  }

  // --- certificates (RFC 5280) ---------------------------------------------------------------------------------------
  const STAMPING = "1.3.6.1.5.5.7.3.8";
  const UNDERSTOOD = new Set(["2.5.29.14", "2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.31", "2.5.29.32", "2.5.29.35", "2.5.29.37"]);

  function certificateRead(value) {
    const [made, algorithm, signature] = parts(value);
    const next = walk(made, "a certificate");
    next(0xa0, true);
    const serial = next(INTEGER);
    const inner = next(SEQUENCE);
    const issuer = next(SEQUENCE);
    const [since, until] = parts(next(SEQUENCE)).map(seconds);
    const subject = next(SEQUENCE);
    const key = next(SEQUENCE);
    next(0x81, true);
    next(0x82, true);
    const extensions = new Map();
    const listed = next(0xa3, true);
    for (const each of listed ? parts(parts(listed)[0]) : []) {
      const [name, ...rest] = parts(each);
      if (extensions.has(oid(name)) || !rest.length) throw unread("an extension");
      extensions.set(oid(name), { critical: rest.length > 1 && rest[0].body[0] !== 0, octets: rest[rest.length - 1].body });
    }
    if (!algorithm || !signature || signature.tag !== 0x03 || signature.body[0] !== 0 || !same(inner.whole, algorithm.whole))
      throw unread("a certificate");
    return { whole: value.whole, made, algorithm, signature: signature.body.subarray(1), serial, issuer, subject, since, until, key, extensions };
  }

  /* Tell whether the bit of the key usage is set; without such an extension every use is allowed. */
  function mayBeUsed({ extensions }, ...bits) {
    const usage = extensions.get("2.5.29.15");
    if (!usage) return true;
    const { body } = one(usage.octets, 0x03, "a key usage");
    return bits.some((bit) => (body[1 + (bit >> 3)] ?? 0) & (0x80 >> (bit & 7)));
  }

  /* Return how many certificates of authorities may stand below this one; -1 where it may sign none. */
  function roomBelow(certificate) {
    const basic = certificate.extensions.get("2.5.29.19");
    if (!basic || !mayBeUsed(certificate, 5)) return -1;
    const [authority, length] = parts(one(basic.octets, SEQUENCE, "basic constraints"));
    if (!authority || authority.tag !== 0x01 || !authority.body[0]) return -1;
    return length ? length.body.reduce((n, octet) => n * 256 + octet, 0) : Infinity;
  }

  const understood = ({ extensions }) => [...extensions].every(([name, { critical }]) => !critical || UNDERSTOOD.has(name));
  const ranAt = ({ since, until }, at) => since <= at && at <= until;

  /* Tell whether a way leads from the certificate to one that the person trusts, all of them in force `at` that time. */
  async function trusted(certificate, others, roots, at, below = 0) {
    if (!understood(certificate) || !ranAt(certificate, at)) return false;
    const selfMade = same(certificate.issuer.whole, certificate.subject.whole);
    if (selfMade && roots.some((root) => same(root.whole, certificate.whole))) return true;
    if (selfMade || below > 7) return false;
    for (const issuer of [...roots, ...others]) {
      if (!same(issuer.subject.whole, certificate.issuer.whole) || roomBelow(issuer) < below) continue;
      let holds = false;
      try {
        holds = await signed(issuer, certificate.algorithm, "", certificate.made.whole, certificate.signature);
      } catch (error) {
        if (!(error instanceof Wrong) && !(error instanceof DOMException)) throw error; // an algorithm that is not known here
      }
      if (holds && (await trusted(issuer, others, roots, at, below + 1))) return true;
    }
    return false;
  }

  /* Tell whether the certificate is for time stamps and nothing else (RFC 3161, 2.3). */
  function forStamping(certificate) {
    const uses = certificate.extensions.get("2.5.29.37");
    if (!uses || !uses.critical || !mayBeUsed(certificate, 0, 1)) return false;
    const purposes = parts(one(uses.octets, SEQUENCE, "key purposes")).map(oid);
    return purposes.length === 1 && purposes[0] === STAMPING;
  }

  // --- the token (RFC 3161 in RFC 5652) ------------------------------------------------------------------------------
  const ATTRIBUTES = { type: "1.2.840.113549.1.9.3", digest: "1.2.840.113549.1.9.4", signer: "1.2.840.113549.1.9.16.2.12", signer2: "1.2.840.113549.1.9.16.2.47" };
  const [SIGNED_DATA, INFO] = ["1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"];

  function tokenRead(octets) {
    const reply = walk(one(octets, SEQUENCE, "the reply"), "the reply");
    const status = parts(reply(SEQUENCE))[0];
    if (!status || status.tag !== INTEGER || status.body.length !== 1 || status.body[0] > 1) throw falsely("the authority refused");
    const [type, content] = parts(reply(SEQUENCE));
    if (oid(type) !== SIGNED_DATA || !content || content.tag !== 0xa0) throw unread("the token");
    const data = walk(one(content.body, SEQUENCE, "the token"), "the token");
    data(INTEGER);
    const hashes = parts(data(SET)).map(hashOf);
    const [infoType, wrapped] = parts(data(SEQUENCE));
    if (oid(infoType) !== INFO || !wrapped || wrapped.tag !== 0xa0) throw unread("what is stamped");
    const said = one(wrapped.body, OCTETS, "what is stamped").body;
    const certificates = parts(data(0xa0, true) || { tag: SEQUENCE, body: new Uint8Array() }).filter(({ tag }) => tag === SEQUENCE).map(certificateRead);
    data(0xa1, true);
    const signers = parts(data(SET));
    if (signers.length !== 1) throw unread("its signers");
    const info = walk(one(said, SEQUENCE, "what is stamped"), "what is stamped");
    info(INTEGER);
    info(OID);
    const [algorithm, imprint] = parts(info(SEQUENCE));
    info(INTEGER);
    return { said, hashes, certificates, signer: signers[0], hash: hashOf(algorithm), imprint: imprint.body, at: seconds(info(TIME)) };
  }

  /* Return what the signer signed: the attributes as they are hashed, and the one value of each. */
  function signerRead(signer) {
    const next = walk(signer, "the signer");
    next(INTEGER);
    const id = next();
    const hash = hashOf(next(SEQUENCE));
    const attributes = next(0xa0);
    const algorithm = next(SEQUENCE);
    const signature = next(OCTETS).body;
    const values = new Map();
    for (const each of parts(attributes)) {
      const [name, value] = parts(each);
      if (values.has(oid(name)) || !value || value.tag !== SET) throw unread("the signer's words");
      values.set(oid(name), parts(value)[0]);
    }
    const octets = Uint8Array.from(attributes.whole);
    octets[0] = SET; // RFC 5652, 5.4: what is hashed has the tag of a set
    return { id, hash, algorithm, signature, values, octets };
  }

  function signerFound(certificates, name) {
    if (name.tag === SEQUENCE) {
      const [issuer, serial] = parts(name);
      return certificates.find((each) => same(each.issuer.whole, issuer.whole) && same(each.serial.whole, serial.whole));
    }
    return certificates.find(({ extensions }) => {
      const id = extensions.get("2.5.29.14");
      return id && name.tag === 0x80 && same(one(id.octets, OCTETS, "a key's name").body, name.body);
    });
  }

  /* RFC 5035: the signer's words must name the certificate itself, so that no other one can be put in its place. */
  async function namesCertificate(values, certificate) {
    const [second, first] = [values.get(ATTRIBUTES.signer2), values.get(ATTRIBUTES.signer)];
    if (!second && !first) return false;
    const [id] = parts(parts(second || first)[0]).map(parts);
    const withName = second && id[0].tag === SEQUENCE;
    const hash = second ? (withName ? hashOf(id[0]) : "SHA-256") : "SHA-1";
    return same(id[withName ? 1 : 0].body, await digest(hash, certificate.whole));
  }

  async function genuine(octets, text, roots) {
    const token = tokenRead(octets);
    if (!same(token.imprint, await digest(token.hash, text))) throw falsely("it is of another text");
    const signer = signerRead(token.signer);
    const certificate = signerFound([...token.certificates, ...roots], signer.id);
    if (!certificate || !token.hashes.includes(signer.hash)) throw unread("its signer");
    const type = signer.values.get(ATTRIBUTES.type);
    const kept = signer.values.get(ATTRIBUTES.digest);
    if (!type || oid(type) !== INFO || !kept || !same(kept.body, await digest(signer.hash, token.said)))
      throw falsely("its signer signed something else");
    const holds = await signed(certificate, signer.algorithm, signer.hash, signer.octets, signer.signature);
    if (!holds || !(await namesCertificate(signer.values, certificate))) throw falsely("its signature does not hold");
    const known = forStamping(certificate) && (await trusted(certificate, token.certificates, roots, token.at));
    if (!known) throw new Unchecked("anchor.untrusted", "the time stamp is not by an authority whose certificate you gave");
    return token.at;
  }

  /* Check the time stamp of `text` under certificates that the person trusts; return its time in seconds since 1970. */
  D.stampCheck = async function (octets, text, roots) {
    const whole = octets[0] === 0x30 && octets[1] === 0x82 && octets.length === 4 + octets[2] * 256 + octets[3];
    need(whole, "anchor.form", "not a time stamp: it is cut, or was never one");
    const hex = D.hex(octets);
    const digests = await Promise.all(["SHA-256", "SHA-384", "SHA-512"].map((name) => digest(name, text)));
    const there = digests.some((each) => hex.includes("04" + D.hex(Uint8Array.of(each.length, ...each))));
    need(there, "anchor.message", "a time stamp of something else than this checkpoint");
    if (!roots.length) throw new Unchecked("anchor.unchecked", "the outside time stamp: choose the certificate of its authority");
    try {
      return await genuine(octets, text, roots);
    } catch (error) {
      throw error instanceof Wrong ? error : unread("its form");
    }
  };


  /* Read certificates in PEM (RFC 7468); throw Wrong where there is none or one cannot be read. */
  D.certificatesParse = function (text) {
    const found = [...text.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]{1,65536})-----END CERTIFICATE-----/g)];
    need(found.length, "authority.form", "no certificate in PEM is in the file of an authority");
    try {
      const read = ([, base64]) => Uint8Array.from(atob(base64.replace(/\s/g, "")), (c) => c.charCodeAt(0));
      return found.map((each) => certificateRead(one(read(each), SEQUENCE, "a certificate")));
    } catch {
      throw new Wrong("authority.form", "a certificate of an authority cannot be read");
    }
  };
})(globalThis.Daybook);

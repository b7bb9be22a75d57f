/* Daybook verifier, part 1: digests, base64 and Ed25519. Nothing here reads a file or speaks to anyone. */
"use strict";
globalThis.Daybook = globalThis.Daybook || {};

(function (D) {
  /* The bundle says something that does not hold: the stable code of the finding, and its sentence. */
  D.Wrong = class extends Error {
    constructor(code, sentence) {
      super(sentence);
      this.code = code;
    }
  };
  /* Something could not be checked here, which says nothing against it. */
  D.Unchecked = class extends D.Wrong {};

  D.need = function (holds, code, sentence) {
    if (!holds) throw new D.Wrong(code, typeof sentence === "function" ? sentence() : sentence);
  };

  // --- SHA-256 (FIPS 180-4), in pieces; the browser's own is used for whole files -----------------------------------
  const primes = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p)) primes.push(n);
  const fraction = (x) => ((x - Math.floor(x)) * 2 ** 32) | 0;
  const K = Int32Array.from(primes, (p) => fraction(Math.cbrt(p)));
  const START = Int32Array.from(primes.slice(0, 8), (p) => fraction(Math.sqrt(p)));
  const W = new Int32Array(64);

  D.Sha256 = class {
    constructor() {
      this.h = START.slice();
      this.block = new Uint8Array(64);
      this.filled = 0;
      this.length = 0;
    }

    update(octets) {
      this.length += octets.length;
      let at = 0;
      if (this.filled) {
        at = Math.min(64 - this.filled, octets.length);
        this.block.set(octets.subarray(0, at), this.filled);
        this.filled += at;
        if (this.filled < 64) return this;
        this.mix(this.block, 0);
      }
      for (; at + 64 <= octets.length; at += 64) this.mix(octets, at);
      this.block.set(octets.subarray(at));
      this.filled = octets.length - at;
      return this;
    }

    mix(octets, at) {
      for (let i = 0; i < 16; i++, at += 4)
        W[i] = (octets[at] << 24) | (octets[at + 1] << 16) | (octets[at + 2] << 8) | octets[at + 3];
      for (let i = 16; i < 64; i++) {
        const x = W[i - 15];
        const y = W[i - 2];
        const s = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
        const t = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
        W[i] = (W[i - 16] + s + W[i - 7] + t) | 0;
      }
      let a = this.h[0];
      let b = this.h[1];
      let c = this.h[2];
      let d = this.h[3];
      let e = this.h[4];
      let f = this.h[5];
      let g = this.h[6];
      let h = this.h[7];
      for (let i = 0; i < 64; i++) {
        const s = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
        const x = (h + s + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
        const t = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
        const y = (t + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        h = g;
        g = f;
        f = e;
        e = (d + x) | 0;
        d = c;
        c = b;
        b = a;
        a = (x + y) | 0;
      }
      const sums = this.h; // 32 bits each, which wrap by themselves
      sums[0] += a;
      sums[1] += b;
      sums[2] += c;
      sums[3] += d;
      sums[4] += e;
      sums[5] += f;
      sums[6] += g;
      sums[7] += h;
    }

    digest() {
      const bits = this.length * 8;
      const padding = new Uint8Array(((119 - (this.length % 64)) % 64) + 9);
      padding[0] = 0x80;
      const view = new DataView(padding.buffer);
      view.setUint32(padding.length - 8, Math.floor(bits / 2 ** 32));
      view.setUint32(padding.length - 4, bits >>> 0);
      this.update(padding);
      const out = new Uint8Array(32);
      this.h.forEach((value, i) => new DataView(out.buffer).setInt32(4 * i, value));
      return out;
    }
  };
  D.sha256 = (...parts) => parts.reduce((total, part) => total.update(part), new D.Sha256()).digest();

  const CRC = Int32Array.from({ length: 256 }, (_, n) => {
    for (let k = 0; k < 8; k++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
    return n;
  });
  /* Go on with a CRC-32 (as zip files have it); begin with 0. */
  D.crc32 = function (crc, octets) {
    crc = ~crc;
    for (let i = 0; i < octets.length; i++) crc = CRC[(crc ^ octets[i]) & 255] ^ (crc >>> 8);
    return ~crc >>> 0;
  };

  // --- text and octets ----------------------------------------------------------------------------------------------
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  D.utf8 = (octets) => decoder.decode(octets);
  D.octets = (text) => new TextEncoder().encode(text);
  D.ascii = function (octets) {
    let text = "";
    for (let at = 0; at < octets.length; at += 4096) text += String.fromCharCode(...octets.subarray(at, at + 4096));
    return text;
  };
  const HEX = Array.from({ length: 256 }, (_, n) => n.toString(16).padStart(2, "0"));
  D.hex = (octets) => octets.reduce((text, each) => text + HEX[each], "");
  D.same = (a, b) => a.length === b.length && a.every((each, i) => each === b[i]);
  D.base64url = (octets) => btoa(D.ascii(octets)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  D.unbase64 = function (text) {
    const raw = atob(text);
    const octets = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) octets[i] = raw.charCodeAt(i);
    return octets;
  };
  const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/;
  /* Decode standard base64 with its padding; another spelling of the same octets is refused. */
  D.base64 = function (text) {
    D.need(text && !text.endsWith("\n") && BASE64.test(text), "base64.form", "not canonical base64");
    return D.unbase64(text);
  };

  // --- Ed25519 verification (RFC 8032 section 5.1.7), strict; the browser's own must agree where it has one ----------
  const P = 2n ** 255n - 19n;
  const L = 2n ** 252n + 27742317777372353535851937790883648493n;
  const mod = (x) => ((x % P) + P) % P;
  function power(base, exponent) {
    let total = 1n;
    for (; exponent; exponent >>= 1n, base = mod(base * base)) if (exponent & 1n) total = mod(total * base);
    return total;
  }
  const DD = mod(-121665n * power(121666n, P - 2n));
  const ROOT = power(2n, (P - 1n) / 4n);
  const little = (octets) => BigInt("0x" + (D.hex(octets.slice().reverse()) || "0"));

  function add(p, q) {
    const a = mod((p[1] - p[0]) * (q[1] - q[0]));
    const b = mod((p[1] + p[0]) * (q[1] + q[0]));
    const c = mod(2n * p[3] * q[3] * DD);
    const d = mod(2n * p[2] * q[2]);
    const [e, f, g, h] = [b - a, d - c, d + c, b + a];
    return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
  }

  function times(n, p) {
    let total = [0n, 1n, 1n, 0n];
    for (; n; n >>= 1n, p = add(p, p)) if (n & 1n) total = add(total, p);
    return total;
  }

  /* Decode a point; a y of P or more, a y off the curve and a negative zero are refused. */
  D.point = function (octets) {
    const whole = little(octets);
    const [sign, y] = [whole >> 255n, whole & (2n ** 255n - 1n)];
    const square = mod((y * y - 1n) * power(mod(DD * y * y + 1n), P - 2n));
    let x = power(square, (P + 3n) / 8n);
    if (mod(x * x - square)) x = mod(x * ROOT);
    const onCurve = y < P && !mod(x * x - square) && !(x === 0n && sign);
    D.need(onCurve, "key.point", "not a point of the Ed25519 curve in its canonical form");
    if ((x & 1n) !== sign) x = P - x;
    return [x, y, 1n, mod(x * y)];
  };
  const base = mod(4n * power(5n, P - 2n));
  const BASE = D.point(Uint8Array.from({ length: 32 }, (_, i) => Number((base >> BigInt(8 * i)) & 255n)));

  D.join = function (...parts) {
    const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
    return whole;
  };

  /* Tell whether `signature` is that of `message` under the public key; all are Uint8Array. */
  D.ed25519Holds = async function (publicKey, message, signature) {
    const s = little(signature.subarray(32));
    if (publicKey.length !== 32 || signature.length !== 64 || s >= L) return false;
    const [a, r] = [D.point(publicKey), D.point(signature.slice(0, 32))];
    const hashed = await crypto.subtle.digest("SHA-512", D.join(signature.subarray(0, 32), publicKey, message));
    const k = little(new Uint8Array(hashed)) % L;
    const [left, right] = [times(s, BASE), add(r, times(k, a))];
    if (mod(left[0] * right[2] - right[0] * left[2]) || mod(left[1] * right[2] - right[1] * left[2])) return false;
    try {
      const key = await crypto.subtle.importKey("raw", publicKey, { name: "Ed25519" }, false, ["verify"]);
      return await crypto.subtle.verify({ name: "Ed25519" }, key, signature, message);
    } catch (error) {
      if (error.name === "NotSupportedError") return true; // this browser has no Ed25519 of its own
      throw error;
    }
  };
})(globalThis.Daybook);

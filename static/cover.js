/* The idle cover: when nobody was there for a while, what is half typed is kept, the page is left and covered, and what
   was typed comes back after the person has shown that it is still them. Without JavaScript the server covers the next
   request all the same. */
(function () {
  "use strict";
  const idle = Number(document.body.dataset.idleSeconds || 0) * 1000;
  const token = document.querySelector("input[name=csrfmiddlewaretoken]");
  if (!idle || !token) return;
  const AWAKE_EVERY = 5 * 60 * 1000;
  const SHARED = "daybook-last-touch"; // the tabs of one browser count together
  const SECRET = ["password", "hidden", "file", "submit", "button"];
  const touched = new Set();
  let told = Date.now();
  let leaving = false;

  function last() { return Math.max(Number(localStorage.getItem(SHARED) || 0), loaded); }
  const loaded = Date.now();
  localStorage.setItem(SHARED, String(loaded));

  function send(address, fields) {
    fields.set("csrfmiddlewaretoken", token.value);
    return fetch(address, { method: "POST", body: new URLSearchParams(fields), keepalive: true });
  }

  function alive(event) {
    const now = Date.now();
    if (leaving || now - last() >= idle) return check();
    localStorage.setItem(SHARED, String(now));
    if (event.type === "input" && event.target.form) touched.add(event.target.form);
    if (now - told > AWAKE_EVERY) {
      told = now;
      send("/sign-in/again/awake/", new URLSearchParams()).catch(function () {});
    }
  }

  function typed() {
    const fields = [];
    for (const form of touched) {
      for (const one of form.elements) {
        if (!one.name || SECRET.includes(one.type)) continue;
        if ((one.type === "checkbox" || one.type === "radio") && !one.checked) continue;
        const values = one.type === "select-multiple" ? Array.from(one.selectedOptions, (o) => o.value) : [one.value];
        for (const value of values) fields.push([one.name, value]);
      }
    }
    return fields;
  }

  async function check() {
    if (leaving || Date.now() - last() < idle) return;
    leaving = true;
    document.body.hidden = true;
    const here = location.pathname + location.search;
    const fields = new URLSearchParams({ path: here, fields: JSON.stringify(typed()) });
    try { await send("/sign-in/again/cover/", fields); } catch { /* the server covers by itself */ }
    location.replace("/sign-in/again/?next=" + encodeURIComponent(here));
  }

  function give_back() {
    const kept = document.getElementById("kept-fields");
    if (!kept) return;
    const left = JSON.parse(kept.textContent);
    const lists = new Map();
    for (const [name, value] of left) lists.set(name, (lists.get(name) || []).concat([value]));
    for (const form of document.forms) {
      for (const one of form.elements) {
        if (!one.name || SECRET.includes(one.type) || !lists.has(one.name)) continue;
        const values = lists.get(one.name);
        if (one.type === "checkbox" || one.type === "radio") one.checked = values.includes(one.value);
        else if (one.type === "select-multiple") for (const o of one.options) o.selected = values.includes(o.value);
        else one.value = values.length > 1 ? values.shift() : values[0];
        touched.add(form);
      }
    }
  }

  give_back();
  for (const name of ["input", "keydown", "pointerdown", "scroll"]) {
    document.addEventListener(name, alive, { passive: true, capture: true });
  }
  document.addEventListener("visibilitychange", check);
  setInterval(check, 10000);
})();

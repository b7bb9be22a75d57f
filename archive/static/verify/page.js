/* Daybook verifier, part 5: the form. What is chosen stays in this browser. */
"use strict";

(function (D) {
  const part = (id) => document.getElementById(`verify-${id}`);
  const lines = (field) => field.value.split("\n").map((line) => line.trim()).filter(Boolean);
  let running = false;

  function shown(name, text, into) {
    const element = document.createElement(name);
    element.textContent = text;
    into.append(element);
    return element;
  }

  function show({ code, report }) {
    const into = part("result");
    into.replaceChildren();
    into.dataset.code = code;
    const heading = shown("h2", report.verdict, into);
    heading.tabIndex = -1;
    if (report.anchor) shown("p", report.anchor, into);
    for (const [title, said] of report.sections) {
      shown("h3", title, into);
      const list = shown("ul", "", into);
      for (const line of said) shown("li", line, list);
    }
    heading.focus();
  }

  async function check(event) {
    event.preventDefault();
    const [zip, folder] = [part("zip").files[0], part("folder").files];
    if (running) return;
    if (!zip && !folder.length) return void (part("state").textContent = "Choose the zip of a bundle, or its folder, first.");
    if (!globalThis.crypto || !crypto.subtle)
      return void (part("state").textContent = "This browser offers no cryptography here. Open this page over https, or save it and open the file.");
    running = true;
    part("state").textContent = "Checking …";
    part("result").replaceChildren();
    delete part("result").dataset.code;
    const progress = (done, all) => (part("state").textContent = `Checking: ${done} of ${all} records …`);
    try {
      const authorities = await Promise.all([...part("authorities").files].map((file) => file.text()));
      const source = zip || D.folderFiles(folder);
      const result = await D.verify(source, lines(part("keys")), lines(part("witnesses")), authorities, progress);
      part("state").textContent = "Done.";
      show(result);
    } catch (error) {
      const why = error instanceof D.Wrong ? `[${error.code}] ${error.message}` : `${error.name}: ${error.message}`;
      part("state").textContent = `Could not check: ${why}`;
      part("result").dataset.code = 2;
    } finally {
      running = false;
    }
  }

  part("form").addEventListener("submit", check);
  part("zip").addEventListener("change", () => (part("folder").value = ""));
  part("folder").addEventListener("change", () => (part("zip").value = ""));
})(globalThis.Daybook);

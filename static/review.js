// Marking words: Shift with a click or the space bar ticks everything from the last word to this one.
"use strict";
(() => {
  const boxes = [...document.querySelectorAll(".foia-text input[type=checkbox]")];
  let last = null;
  let shift = false;
  const keep = (event) => { shift = event.shiftKey; };
  document.addEventListener("keydown", keep, true);
  document.addEventListener("keyup", keep, true);
  document.addEventListener("mousedown", keep, true);
  const near = { ArrowRight: 1, ArrowLeft: -1 };
  boxes.forEach((box, place) => {
    box.addEventListener("change", () => {
      if (shift && last !== null) {
        const [from, to] = last < place ? [last, place] : [place, last];
        for (let n = from; n <= to; n += 1) boxes[n].checked = box.checked;
      }
      last = place;
    });
    box.addEventListener("keydown", (event) => {
      const next = boxes[place + (near[event.key] ?? 0)];
      if (!(event.key in near) || !next) return;
      event.preventDefault();
      if (event.shiftKey) { box.checked = true; next.checked = true; last = place; }
      next.focus();
    });
  });
})();

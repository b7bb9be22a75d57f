/* Security keys and passkeys: asks the browser for the key's answer and sends it with the form. */
(function () {
  "use strict";

  function creation(options, alone) {
    const wanted = JSON.parse(JSON.stringify(options));
    const choice = wanted.publicKey.authenticatorSelection;
    choice.residentKey = alone ? "required" : "discouraged";
    choice.requireResidentKey = alone;
    if (alone) choice.userVerification = "required";
    return wanted;
  }

  async function answer(button) {
    const form = button.form;
    if (button.dataset.key === "sign-in") {
      const asked = await fetch(form.action, { headers: { Accept: "application/json" } });
      return window.webauthnJSON.get((await asked.json()).request_options);
    }
    const told = JSON.parse(document.getElementById("js_data").textContent);
    if (button.dataset.key === "add") {
      const alone = form.elements.passwordless;
      return window.webauthnJSON.create(creation(told.creation_options, Boolean(alone && alone.checked)));
    }
    return window.webauthnJSON.get(told.request_options);
  }

  for (const button of document.querySelectorAll("button[data-key]")) {
    if (!window.PublicKeyCredential) continue;
    button.disabled = false;
    button.addEventListener("click", async function () {
      const trouble = button.form.querySelector("[data-key-trouble]");
      if (trouble) trouble.hidden = true;
      try {
        button.form.elements.credential.value = JSON.stringify(await answer(button));
        button.form.submit();
      } catch {
        if (trouble) trouble.hidden = false;
      }
    });
  }
})();

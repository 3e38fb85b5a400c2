// What a page of the desk asks of the browser: to make a passkey, or to sign with one. All else works without this file.
"use strict";
(() => {
  const form = document.querySelector("form[data-passkey]");
  if (!form) return;
  const failed = document.getElementById("failed");
  const button = form.querySelector("button[type=submit]");
  const data = form.dataset;

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (ids) => (ids ? ids.split(" ").map((id) => ({ type: "public-key", id: bytes(id) })) : []);
  const set = (name, value) => { form.elements[name].value = value; };

  // Makes a passkey: its parts go into the form.
  async function create() {
    const made = await navigator.credentials.create({ publicKey: {
      challenge: bytes(data.challenge),
      rp: { id: data.rp, name: "gonogo desk" },
      user: { id: bytes(data.user), name: data.person, displayName: data.name },
      pubKeyCredParams: [-7, -8, -257].map((alg) => ({ type: "public-key", alg })),
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
      excludeCredentials: named(data.ids),
      attestation: "none",
    } });
    const answer = made.response;
    const key = answer.getPublicKey && answer.getPublicKey();
    if (!key) throw new Error("this browser does not give out the public key: use a newer one");
    set("credential", text(made.rawId));
    set("authenticator", text(answer.getAuthenticatorData()));
    set("client", text(answer.clientDataJSON));
    set("key", text(key));
    set("algorithm", String(answer.getPublicKeyAlgorithm()));
  }

  // Signs the challenge: the parts of the signature go into the form.
  async function sign() {
    const made = await navigator.credentials.get({ publicKey: {
      challenge: bytes(data.challenge),
      rpId: data.rp,
      allowCredentials: named(data.ids),
      userVerification: "required",
    } });
    set("credential", text(made.rawId));
    set("authenticator", text(made.response.authenticatorData));
    set("client", text(made.response.clientDataJSON));
    set("signature", text(made.response.signature));
  }

  function sentence(error) {
    if (error.name === "NotAllowedError") return "The passkey was not used: you cancelled, it took too long, or there is none here for this address.";
    if (error.name === "InvalidStateError") return "This device has a passkey of yours for this desk already.";
    if (error.name === "SecurityError") return "The browser refuses passkeys at this address: open the desk at the address that its policy names.";
    return `The passkey could not be used: ${error.message}`;
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    failed.textContent = "";
    button.disabled = true;
    try {
      if (!window.PublicKeyCredential) throw new Error("this browser knows no passkeys");
      await (data.passkey === "create" ? create() : sign());
      form.submit();
    } catch (error) {
      failed.textContent = sentence(error);
      button.disabled = false;
    }
  });
})();

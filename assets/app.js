// Small help for every page. Nothing here is needed to use the product: without it, the pages work by links and forms.
(() => {
  "use strict";
  const live = document.querySelector("#live > p");

  // One polite live region, at most one announcement a pause. state: "", or "late" while something is not saved.
  let spoken = 0;
  let waiting;
  function say(text, state = "") {
    if (!live) return;
    clearTimeout(waiting);
    const pause = Math.max(0, spoken + 2000 - Date.now());
    waiting = setTimeout(() => {
      spoken = Date.now();
      live.parentElement.dataset.state = state;
      if (live.textContent !== text) live.textContent = text;
      if (!state) waiting = setTimeout(() => { live.textContent = ""; }, 6000);
    }, pause);
  }
  window.passerelle = { say };
  // A part of a page that asks again by itself says aloud what the server has chosen, and takes the focus from nothing.
  document.addEventListener("say", (event) => say(event.detail.text));
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    if (event.detail.target.contains(document.activeElement)) event.detail.shouldSwap = false;
  });

  // The menu on a small screen.
  for (const toggle of document.querySelectorAll("[data-menu]")) {
    toggle.addEventListener("click", () => {
      toggle.setAttribute("aria-expanded", String(toggle.getAttribute("aria-expanded") !== "true"));
    });
  }
  // The person's menu closes with Escape and with a click elsewhere.
  for (const menu of document.querySelectorAll("details.who")) {
    document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  }

  // The error summary takes the focus when the page comes back with errors.
  document.querySelector("main > .frame > [data-error-summary], main .overtaken")?.focus();

  // Fields that only some answers have: with another they are hidden and not sent, and what they hold waits in them.
  // Where one of them is refused, they stay, to be read.
  for (const part of document.querySelectorAll("[data-shown-with]")) {
    const choices = part.closest("form").querySelectorAll(`[name="${part.dataset.shownWith}"]`);
    const values = part.dataset.values.split(" ");
    const show = () => {
      const chosen = [...choices].find((choice) => choice.checked);
      const hidden = Boolean(chosen) && !values.includes(chosen.value);
      part.hidden = hidden;
      for (const field of part.querySelectorAll("input, select, textarea, button")) field.disabled = hidden;
    };
    for (const choice of choices) choice.addEventListener("change", show);
    if (!part.querySelector(".field--error")) show();
  }

  // How much may still be written. The figure follows each key; it is read aloud only after a pause.
  for (const count of document.querySelectorAll("[data-count]")) {
    const field = document.getElementById(count.dataset.for);
    if (!field) continue;
    const most = Number(count.dataset.max.replace(/\D/g, ""));
    const shown = document.createElement("span");
    const read = document.createElement("span");
    shown.setAttribute("aria-hidden", "true");
    read.className = "hidden-text";
    read.setAttribute("role", "status");
    count.replaceChildren(shown, read);
    const french = document.documentElement.lang.startsWith("fr");
    const words = count.dataset.count === "words";
    // As the server counts (questions.schema.values.words_in): lone punctuation is no word.
    const wordsIn = (text) => text.split(/[\s\x1c-\x1f\x85\ufeff]+/).filter((run) => /[\p{L}\p{N}]/u.test(run)).length;
    let later;
    const tell = () => {
      const used = words ? wordsIn(field.value) : [...field.value.replace(/\r\n/g, "\n")].length;
      const left = most - used;
      const figure = Math.abs(left).toLocaleString(french ? "fr-CA" : "en-CA");
      shown.textContent = `${left < 0 ? count.dataset.textOver : count.dataset.textLeft} ${figure}`;
      count.toggleAttribute("data-over", left < 0);
      clearTimeout(later);
      later = setTimeout(() => { if (document.activeElement === field) read.textContent = shown.textContent; }, 1500);
    };
    field.addEventListener("input", tell);
    tell();
  }

  // What was typed and is not saved yet is kept for one person, and goes as they sign out.
  document.addEventListener("submit", (event) => {
    const who = event.target.dataset.forget;
    if (!who) return;
    try {
      for (const key of Object.keys(localStorage)) if (key.startsWith(`passerelle:${who}:`)) localStorage.removeItem(key);
    } catch { /* storage refused: nothing was kept */ }
  });

  // One press, one sending. The button that was pressed is still sent, so it is barred only after the form has left.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "dialog" || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    if (form.method === "get" || form.matches("[data-many]") || event.submitter?.hasAttribute("formtarget")) return;
    form.dataset.sent = "1";
    setTimeout(() => {
      for (const button of form.querySelectorAll("button:not([type=button])")) button.setAttribute("aria-disabled", "true");
    });
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      for (const button of form.querySelectorAll("button[aria-disabled]")) button.removeAttribute("aria-disabled");
    }
  });

  // Two minutes before the session ends, a bar at the foot of the page offers to stay. It takes no focus.
  const warning = document.getElementById("session-end");
  if (warning) {
    let ends = Number(warning.dataset.ends.replace(/\D/g, "")) * 1000;
    const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;
    const watch = () => {
      const near = ends - Date.now() <= 120000;
      if (near && warning.hidden) say(document.getElementById("session-end-text").textContent);
      warning.hidden = !near;
    };
    setInterval(watch, 10000);
    watch();
    // Unanswered or briefly away, the page stays as it is and asks again: a reload would lose what is typed.
    let again;
    const stay = async () => {
      clearTimeout(again);
      const answer = await fetch(warning.dataset.stay, { method: "POST", headers: { "X-CSRFToken": token || "" } }).catch(() => null);
      if (answer?.ok) {
        ends = (await answer.json()).ends * 1000;
        watch();
      } else if (!answer || answer.status >= 500) {
        say(warning.dataset.late, "late");
        again = setTimeout(stay, Math.min(120, Number(answer?.headers.get("Retry-After")) || 10) * 1000);
      } else {
        location.reload();
      }
    };
    warning.querySelector("[data-stay-signed-in]").addEventListener("click", stay);
  }

  // htmx posts carry the page's token (the cookie is closed to scripts).
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;
    if (token && !["get", "head"].includes(event.detail.verb)) event.detail.headers["X-CSRFToken"] = token;
  });
})();

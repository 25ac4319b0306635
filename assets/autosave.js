// Autosave: each answer is sent as it is left, and nothing typed is ever lost. The contract with the server is written in
// templates/components/autosave.html. Plain fetch: an answer's reply is data, and a refused one must not replace the page.
(() => {
  "use strict";
  const say = (text, state) => window.passerelle?.say(text, state);
  const passesNever = (status) => [404, 409, 410].includes(status);
  const seconds = (answer) => Math.min(120, Number(answer?.headers.get("Retry-After")) || 0);

  class Answers {
    constructor(form) {
      this.form = form;
      this.text = form.dataset; // the sentences, translated
      this.store = `passerelle:${form.dataset.autosaveBy || ""}:${form.dataset.autosaveKey || location.pathname}:`;
      this.waiting = new Map(); // key → what is not saved yet
      this.sending = new Set();
      this.typing = new Map();
      this.tries = 0;
      form.addEventListener("input", (event) => this.touched(event));
      form.addEventListener("change", (event) => this.left(event));
      form.addEventListener("focusout", (event) => this.left(event));
      form.addEventListener("submit", (event) => this.leaveToForm(event));
      addEventListener("online", () => this.sendAll());
      addEventListener("pagehide", () => this.keepAll());
      this.putBack();
    }

    // Where an answer lives, and what it holds.
    box(key) {
      return this.form.querySelector(`[data-answer="${CSS.escape(key)}"]`);
    }
    inputs(box) {
      return [...box.querySelectorAll("input, select, textarea")].filter(
        (input) => input.name && !["file", "hidden", "submit", "button"].includes(input.type) && !input.closest("[data-no-autosave]"),
      );
    }
    read(box) {
      const named = box.hasAttribute("data-answer-named");
      const pairs = [];
      for (const input of this.inputs(box)) {
        if (["checkbox", "radio"].includes(input.type) && !input.checked) continue;
        if (input instanceof HTMLSelectElement && input.multiple) {
          for (const option of input.selectedOptions) pairs.push([named ? input.name : "value", option.value]);
        } else pairs.push([named ? input.name : "value", input.value]);
      }
      return pairs;
    }
    write(box, pairs) {
      const named = box.hasAttribute("data-answer-named");
      for (const input of this.inputs(box)) {
        const values = pairs.filter(([name]) => name === (named ? input.name : "value")).map(([, value]) => value);
        if (["checkbox", "radio"].includes(input.type)) input.checked = values.includes(input.value);
        else if (input instanceof HTMLSelectElement && input.multiple) {
          for (const option of input.options) option.selected = values.includes(option.value);
        } else input.value = values[0] ?? "";
      }
    }

    // From the keyboard to the queue. A long answer is also sent while it is written, after a pause of three seconds.
    touched(event) {
      const box = event.target.closest("[data-answer]");
      if (!box || !this.inputs(box).includes(event.target)) return;
      box.dataset.dirty = "1";
      box.dataset.typed = "1";
      this.keep(box);
      clearTimeout(this.typing.get(box.dataset.answer));
      this.typing.set(box.dataset.answer, setTimeout(() => this.queue(box), 3000));
    }
    left(event) {
      const box = event.target.closest?.("[data-answer]");
      if (box?.dataset.dirty) this.queue(box);
    }
    queue(box) {
      clearTimeout(this.typing.get(box.dataset.answer));
      if (box.dataset.conflict) return;
      delete box.dataset.dirty;
      this.waiting.set(box.dataset.answer, { pairs: this.read(box), version: box.dataset.version || "0" });
      this.keep(box);
      this.send(box.dataset.answer);
    }

    // Kept in this browser until the server has it.
    keep(box) {
      try {
        localStorage.setItem(this.store + box.dataset.answer, JSON.stringify({ pairs: this.read(box), version: box.dataset.version || "0" }));
      } catch { /* storage full or refused: the value is still on the page */ }
    }
    keepAll() {
      for (const box of this.form.querySelectorAll("[data-answer][data-dirty]")) this.keep(box);
    }
    forget(key) {
      localStorage.removeItem(this.store + key);
    }
    // The whole form is about to leave. What was typed is saved alone first, so that an answer changed elsewhere is asked
    // about and not written over; then the form says which answers were typed here.
    leaveToForm(event) {
      for (const timer of this.typing.values()) clearTimeout(timer);
      if (this.ready) {
        this.ready = false;
        clearTimeout(this.retry);
        return;
      }
      event.preventDefault();
      if (!this.leaving) this.leaving = this.settle(event.submitter).finally(() => (this.leaving = null));
    }
    async settle(submitter) {
      for (const box of this.form.querySelectorAll("[data-answer][data-dirty]")) this.queue(box);
      const wait = (ms) => new Promise((done) => setTimeout(done, ms));
      await wait(0); // a form cannot be sent again from inside its own event
      for (let tries = 0; this.sending.size && tries < 50; tries += 1) await wait(60);
      const both = this.form.querySelector("[data-conflict] .answer__both");
      if (both) {
        both.querySelector("button").focus();
        return say(this.text.textBoth, "late");
      }
      if (this.isOver) return say(this.text.textOver, "late");
      // No network, or a service that is briefly away: the page stays, with all of it, and goes on trying.
      if (this.waiting.size && (this.away || !navigator.onLine)) return say(this.text.textLate, "late");
      for (const old of this.form.querySelectorAll("input[name=typed]")) old.remove();
      const keys = [...this.form.querySelectorAll("[data-answer][data-typed]")].map((box) => box.dataset.answer);
      for (const value of ["", ...keys]) {
        this.form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name: "typed", value }));
      }
      this.ready = true;
      this.form.requestSubmit(submitter);
    }

    async send(key) {
      if (this.sending.has(key)) return;
      const box = this.box(key);
      const given = this.waiting.get(key);
      if (!box || !given) return;
      this.sending.add(key);
      this.waiting.delete(key);
      const body = new URLSearchParams([["key", key], ["version", box.dataset.version || given.version], ...given.pairs]);
      let answer = null;
      let data = {};
      try {
        answer = await fetch(this.text.autosaveUrl, {
          method: "POST",
          body,
          headers: { "X-CSRFToken": this.form.querySelector("[name=csrfmiddlewaretoken]").value, Accept: "application/json" },
          redirect: "manual",
        });
        if (answer.headers.get("content-type")?.includes("json")) data = await answer.json();
      } catch {
        answer = null;
      }
      this.sending.delete(key);
      const status = answer?.type === "opaqueredirect" ? 401 : (answer?.status ?? 0);
      this.away = !status || status === 503;
      if (status === 200) this.saved(box, key, data);
      else if (status === 409 && "version" in data) this.overtaken(box, key, data, given);
      else if (status === 422) this.refused(box, data.message);
      else if (status === 401 || status === 403) this.ended(box, key, given);
      else if (passesNever(status)) this.over(box);
      else this.late(box, key, given, seconds(answer));
      if (this.waiting.has(key) && status === 200) this.send(key);
    }
    sendAll() {
      for (const key of [...this.waiting.keys()]) this.send(key);
    }

    saved(box, key, data) {
      this.number(box, data.version);
      delete box.dataset.refused;
      this.tries = 0;
      if (!this.waiting.has(key) && !box.dataset.dirty) this.forget(key);
      this.note(box, data.note || data.advice || "", data.note ? "refused" : "", data.places);
      for (const [id, html] of Object.entries(data.fragments || {})) this.replace(id, html);
      if (this.form.querySelector("[data-answer][data-refused]")) say(this.text.textRefused);
      else if (this.waiting.size === 0) say(data.message || this.text.textSaved);
      else this.sendAll();
    }
    number(box, version) { // the same version travels with the whole form, for its own button
      box.dataset.version = version;
      const sent = box.querySelector("input[data-version-of]");
      if (sent) sent.value = version;
    }
    refused(box, message) {
      box.dataset.refused = "1";
      this.note(box, message || this.text.textRefused, "refused");
      say(this.text.textRefused);
    }
    // What is written here is waited for no more (withdrawn, deleted, decided elsewhere): it stays on the page, and so
    // does whoever wrote it, whose button would leave for a page that has none of it.
    over(box) {
      this.isOver = true;
      box.dataset.refused = "1";
      this.note(box, this.text.textOver, "refused");
      say(this.text.textOver, "late");
    }
    ended(box, key, given) {
      this.waiting.set(key, given);
      this.note(box, this.text.textLeave, "late");
      say(this.text.textEnded, "late");
    }
    late(box, key, given, wait = 0) {
      if (!this.waiting.has(key)) this.waiting.set(key, given);
      this.note(box, this.text.textLeave, "late");
      say(this.text.textLate, "late");
      clearTimeout(this.retry);
      const told = wait * (1000 + 250 * Math.random()); // everybody was told the same
      this.retry = setTimeout(() => this.sendAll(), told || Math.min(60000, 2000 * 2 ** this.tries++));
    }

    // Somebody saved a newer version: show both, and let the person choose. Neither is lost before that.
    overtaken(box, key, data, given) {
      box.dataset.conflict = "1";
      box.querySelector(".answer__both")?.remove();
      const both = document.createElement("div");
      both.className = "answer__both";
      both.setAttribute("role", "group");
      both.setAttribute("aria-label", this.text.textBoth);
      const paragraph = (text) => both.appendChild(Object.assign(document.createElement("p"), { textContent: text }));
      const quote = (text) => both.appendChild(Object.assign(document.createElement("blockquote"), { textContent: text }));
      const button = (text, act) => {
        const made = Object.assign(document.createElement("button"), { type: "button", className: "button button--secondary button--small", textContent: text });
        made.addEventListener("click", () => {
          both.remove();
          delete box.dataset.conflict;
          this.number(box, data.version);
          this.inputs(box)[0]?.focus();
          act();
        });
        both.appendChild(made);
        both.append(" ");
      };
      const theirs = Array.isArray(data.theirs) ? data.theirs : [data.theirs ?? ""];
      const pairs = typeof theirs[0] === "object" ? theirs : theirs.map((value) => ["value", String(value)]);
      paragraph(data.message || this.text.textBoth);
      paragraph([this.text.textTheirs, data.by, data.at].filter(Boolean).join(" · "));
      quote(data.theirs_shown ?? pairs.map(([, value]) => value).join("\n"));
      paragraph(this.text.textYours);
      quote(given.pairs.map(([, value]) => value).join("\n"));
      button(this.text.textKeepMine, () => this.queue(box));
      button(this.text.textKeepTheirs, () => {
        this.write(box, pairs);
        this.forget(key);
      });
      box.appendChild(both);
      this.note(box, "");
      say(this.text.textBoth, "late");
    }

    note(box, text, state = "", places = []) { // places: the names of the inputs that it is of, where not of all
      let note = box.querySelector(".answer__note");
      if (!note && !text) return;
      if (!note) note = box.appendChild(Object.assign(document.createElement("p"), { className: "answer__note" }));
      note.textContent = text;
      note.dataset.state = state;
      note.hidden = !text;
      for (const input of this.inputs(box)) {
        const wrong = state === "refused" && (!places.length || places.includes(input.name));
        if (wrong) input.setAttribute("aria-invalid", "true"); // without a value it reads as false
        else input.removeAttribute("aria-invalid");
      }
    }
    replace(id, html) {
      const old = document.getElementById(id);
      if (!old || old.contains(document.activeElement)) return; // never under the person's hands
      const made = document.createElement("template");
      made.innerHTML = html;
      old.replaceWith(made.content);
      window.htmx?.process?.(document.getElementById(id) || document.body);
    }

    // After a reload: put back what had not been saved, beside a newer version, never over it.
    putBack() {
      let restored = 0;
      for (const box of this.form.querySelectorAll("[data-answer]")) {
        const key = box.dataset.answer;
        let kept = null;
        try {
          kept = JSON.parse(localStorage.getItem(this.store + key));
        } catch { /* unreadable: as if nothing was kept */ }
        if (!kept) continue;
        const shown = this.read(box);
        if (JSON.stringify(shown) === JSON.stringify(kept.pairs)) this.forget(key);
        else {
          // Saved meanwhile, by this person before the network went or by somebody else: the server compares, and
          // answers what is there when it differs.
          this.number(box, kept.version);
          this.write(box, kept.pairs);
          box.dataset.typed = "1";
          this.queue(box);
          restored += 1;
        }
      }
      if (restored) say(this.text.textRestored, "late");
    }
  }

  for (const form of document.querySelectorAll("form[data-autosave]")) new Answers(form);
})();

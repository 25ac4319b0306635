// Single keys of the split screen, for whoever switches them on (kept on this device): digits choose a score, j and k
// change criterion, n saves and goes to the next file, / searches, ? shows the help. Never active in a field.
(() => {
  "use strict";
  const screen = document.querySelector("[data-review]");
  const help = document.getElementById("keys");
  const box = document.getElementById("keys-on");
  if (!screen || !help || !box) return;
  const NAME = "passerelle:keys";
  const read = () => {
    try {
      return localStorage.getItem(NAME) === "on";
    } catch {
      return false;
    }
  };
  help.querySelector(".keys-none").hidden = true;
  help.querySelector(".keys-switch").hidden = false;
  box.checked = read();
  box.addEventListener("change", () => {
    try {
      localStorage.setItem(NAME, box.checked ? "on" : "off");
    } catch { /* storage refused: they stay on for this page */ }
  });

  const typing = (target) => target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]");
  // Going to another criterion takes what is typed along: a save on its way is waited for, the rest is kept by autosave.
  const go = (url) => { if (url) location.assign(url); };
  const acts = {
    j: () => go(screen.dataset.next),
    k: () => go(screen.dataset.previous),
    n: () => document.querySelector("[data-key-next]")?.click(),
    "/": () => document.getElementById("review-search")?.focus(),
    "?": () => {
      help.open = true;
      help.querySelector("summary").focus();
    },
  };
  document.addEventListener("keydown", (event) => {
    if (!box.checked || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
    if (/^[0-9]$/.test(event.key)) {
      const point = document.getElementById(`point-${event.key}`);
      if (!point) return;
      event.preventDefault();
      point.focus();
      if (!point.checked) point.click();
    } else if (acts[event.key]) {
      event.preventDefault();
      acts[event.key]();
    }
  });
})();

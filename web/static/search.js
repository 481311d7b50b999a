// The search of the header as a combobox with a list, by the pattern of the ARIA Authoring Practices.
// htmx loads what is suggested; this module opens and closes the list and moves through it. Without
// it the search is a plain form.
(() => {
  "use strict";
  const input = document.getElementById("search-words");
  const panel = document.getElementById("search-panel");
  const count = document.getElementById("search-count");
  if (!input || !panel || !count) return;

  const options = () => [...panel.querySelectorAll("[role=option]")];
  const isOpen = () => !panel.hidden;
  const typed = () => input.value.trim();
  let active = null;
  // Since the list was closed nothing was typed or asked for.
  let isDismissed = false;

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-haspopup", "listbox");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", "search-suggestions");

  function activate(option) {
    active?.setAttribute("aria-selected", "false");
    active = option ?? null;
    if (active) {
      active.setAttribute("aria-selected", "true");
      active.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", active.id);
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }

  // Whether there is a list for what stands in the field.
  function hasList() {
    const list = panel.querySelector("[role=listbox]");
    return list !== null && list.dataset.typed === typed();
  }

  function open() {
    const list = panel.querySelector("[role=listbox]");
    panel.hidden = false;
    input.setAttribute("aria-expanded", "true");
    count.textContent = list.dataset.count;
  }

  function close() {
    activate(null);
    panel.hidden = true;
    input.setAttribute("aria-expanded", "false");
    count.textContent = "";
  }

  // What is still on its way is not shown any more.
  function dismiss() {
    isDismissed = true;
    input.dispatchEvent(new CustomEvent("htmx:abort", { bubbles: true, detail: {} }));
    close();
  }

  function ask() {
    isDismissed = false;
    input.dispatchEvent(new Event("suggest"));
  }

  // By one step; past either end is the field itself.
  function move(step) {
    const all = [null, ...options()];
    const place = all.indexOf(active) + step;
    activate(all[(place + all.length) % all.length]);
  }

  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const isArrow = event.key === "ArrowDown" || event.key === "ArrowUp";
    if (isArrow && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      if (isOpen()) {
        move(event.key === "ArrowDown" ? 1 : -1);
      } else if (hasList()) {
        open();
        if (!event.altKey) move(event.key === "ArrowDown" ? 1 : -1);
      } else {
        ask();
      }
    } else if (event.key === "Escape" && isOpen()) {
      event.preventDefault();
      dismiss();
    } else if (event.key === "Enter" && isOpen() && active) {
      event.preventDefault();
      active.click();
    } else if (event.key === "Enter") {
      dismiss();
    } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      activate(null);
    }
  });

  input.addEventListener("input", () => {
    isDismissed = false;
    activate(null);
  });

  input.addEventListener("focus", () => {
    if (typed() === "" && "hasPast" in input.dataset && !isOpen()) ask();
  });

  // A press on the list leaves the focus in the field, so that the list stays open under it.
  panel.addEventListener("mousedown", (event) => {
    if (event.target.closest("[role=listbox]")) event.preventDefault();
  });

  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    dismiss();
    input.focus();
  });

  input.form.addEventListener("focusout", (event) => {
    if (!input.form.contains(event.relatedTarget)) dismiss();
  });

  // An answer that failed, or that is not for what stands in the field now, changes nothing.
  input.addEventListener("htmx:beforeOnLoad", (event) => {
    if (event.detail.xhr.status !== 200) {
      event.preventDefault();
      close();
    }
  });

  panel.addEventListener("htmx:afterSwap", () => {
    active = null;
    if (hasList() && !isDismissed && input.form.contains(document.activeElement)) open();
    else close();
  });
})();

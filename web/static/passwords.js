// A button below each password that shows what was typed, and hides it again. Without scripts there
// is none.
(() => {
  "use strict";
  for (const input of document.querySelectorAll("input[data-show]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "field__show";

    function show(isShown) {
      input.type = isShown ? "text" : "password";
      button.textContent = isShown ? input.dataset.hide : input.dataset.show;
    }

    show(false);
    button.addEventListener("click", () => show(input.type === "password"));
    // A browser remembers what was typed into a field of text.
    input.form?.addEventListener("submit", () => show(false));
    input.after(button);
  }
})();

// Marks the small picture of the large one that is shown. Without it the small ones are plain links.
(() => {
  "use strict";
  const row = document.querySelector(".gallery__pictures");
  const links = document.querySelectorAll(".gallery__thumbnails a");
  if (!row || !("IntersectionObserver" in self)) return;

  function mark(picture) {
    for (const link of links) {
      if (link.hash === `#${picture.id}`) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  const observer = new IntersectionObserver(
    (entries) => {
      const shown = entries.find((entry) => entry.isIntersecting);
      if (shown) mark(shown.target);
    },
    { root: row, threshold: 0.6 },
  );
  for (const picture of row.children) observer.observe(picture);
})();

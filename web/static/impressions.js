// Tells the shop which cards of its lists were on the screen: half of one, for a second. A click
// needs no script: the link says where it was.
(() => {
  "use strict";
  // The server has read it: the page opened again, or passed on, is no second click.
  const here = new URL(location.href);
  if (here.searchParams.has("from")) {
    here.searchParams.delete("from");
    history.replaceState(history.state, "", here);
  }
  if (!("IntersectionObserver" in self) || !navigator.sendBeacon) return;

  const delay = 1000;
  const most = 50;
  const source = document.currentScript.src;
  const timers = new Map();
  const told = new WeakSet();
  let seen = [];

  function send() {
    const token = document.querySelector("input[name=_csrf_token]")?.value;
    if (!seen.length || !token) return;
    const body = new URLSearchParams({ _csrf_token: token });
    for (const card of seen.splice(0, most)) {
      body.append("tag", card.dataset.from);
      body.append("product", card.dataset.product);
    }
    navigator.sendBeacon(new URL("../seen", source), body);
    if (seen.length) send();
  }

  function leave(card) {
    clearTimeout(timers.get(card));
    timers.delete(card);
  }

  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) {
          leave(target);
        } else if (!timers.has(target)) {
          timers.set(
            target,
            setTimeout(() => {
              observer.unobserve(target);
              timers.delete(target);
              seen.push(target);
              if (seen.length >= most) send();
            }, delay),
          );
        }
      }
    },
    { threshold: 0.5 },
  );

  function watch(root) {
    for (const card of root.querySelectorAll("[data-from]")) {
      if (told.has(card)) continue;
      told.add(card);
      observer.observe(card);
    }
  }

  watch(document);
  document.addEventListener("htmx:afterSettle", () => watch(document));
  // Several cards are one message; what is left goes with the page.
  setInterval(send, 3000);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") send();
  });
})();

// <also-like place="similar" product="knife-1">: puts a block of products in the place of its own
// content once the block has arrived. The content stays where it does not arrive or is empty.
(() => {
  "use strict";
  if (customElements.get("also-like")) return;

  const script = document.currentScript ?? document.querySelector('script[src*="/also-like."]');
  const source = script.src;
  // What of a block is taken over: no script can come with it, whatever the server sends.
  const elements = new Set(["A", "DEL", "H2", "IMG", "INS", "LI", "SECTION", "SPAN", "UL"]);
  const attributes = /^(alt|class|data-[a-z]+|decoding|dir|height|href|loading|src|width)$/;
  const addresses = /^(https?:\/\/|\/(?!\/)|data:image\/)/i;
  const policy = self.trustedTypes?.createPolicy("also-like", { createHTML: (text) => text });

  function parse(text) {
    const html = policy ? policy.createHTML(text) : text;
    return new DOMParser().parseFromString(html, "text/html").body;
  }

  function copy(from, to) {
    for (const node of from.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) to.append(node.data);
      if (!elements.has(node.tagName)) continue;
      const made = document.createElement(node.tagName);
      for (const { name, value } of node.attributes) {
        const isAddress = name === "href" || name === "src";
        if (attributes.test(name) && (!isAddress || addresses.test(value))) {
          made.setAttribute(name, value);
        }
      }
      to.append(copy(node, made));
    }
    return to;
  }

  async function read(address, options) {
    const answer = await fetch(address, options);
    if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
    return (await answer.text()).trim();
  }

  function detailOf(item) {
    const { product, place, model, impression } = item.dataset;
    return { product_id: product, place, model, impression_id: impression };
  }

  class AlsoLike extends HTMLElement {
    static observedAttributes = [
      "place",
      "product",
      "count",
      "filter",
      "heading",
      "noted-as",
      "token-url",
    ];

    #isDue = false;
    #loading;
    // Products of which half is on the screen, each with its timer.
    #timers = new Map();
    #watching;

    constructor() {
      super();
      for (const kind of ["click", "auxclick"]) {
        this.addEventListener(kind, (event) => this.#tell(event));
      }
    }

    connectedCallback() {
      this.#plan();
    }

    disconnectedCallback() {
      this.#loading?.abort();
      this.#unwatch();
    }

    attributeChangedCallback() {
      this.#plan();
    }

    // Several changes at once are one request.
    #plan() {
      if (this.#isDue) return;
      this.#isDue = true;
      queueMicrotask(() => {
        this.#isDue = false;
        if (this.isConnected) this.#load();
      });
    }

    #address() {
      const place = encodeURIComponent(this.getAttribute("place") ?? "recommendations");
      const address = new URL(`../blocks/${place}`, source);
      address.search = this.getAttribute("filter") ?? "";
      for (const name of ["product", "count", "heading"]) {
        const value = this.getAttribute(name);
        if (value) address.searchParams.set(name, value);
      }
      const notedAs = this.getAttribute("noted-as");
      if (notedAs) address.searchParams.set("noted_as", notedAs);
      // Of the page, or of a part of it.
      const language = this.closest("[lang]")?.lang;
      if (language) address.searchParams.set("language", language);
      return address;
    }

    async #load() {
      this.#loading?.abort();
      this.#loading = new AbortController();
      const { signal } = this.#loading;
      try {
        const headers = {};
        const tokenUrl = this.getAttribute("token-url");
        if (tokenUrl) {
          // A token is good once. Without one the visitor is nobody in particular.
          const token = await read(tokenUrl, { signal, cache: "no-store" });
          if (token) headers.Authorization = `Bearer ${token}`;
        }
        const text = await read(this.#address(), { signal, headers, credentials: "omit" });
        const block = copy(parse(text), document.createDocumentFragment());
        if (!signal.aborted && block.childElementCount) this.#show(block);
      } catch (error) {
        if (!signal.aborted) this.#dispatch("also-like-error", { message: error.message });
      }
    }

    #show(block) {
      // What stands below does not move up if the block is lower.
      if (getComputedStyle(this).display === "inline") this.style.display = "block";
      this.style.minHeight = `${this.offsetHeight}px`;
      this.replaceChildren(block);
      this.#dispatch("also-like-shown", { place: this.getAttribute("place") });
      this.#watch();
    }

    // A product has been seen when half of it was on the screen for a second.
    #watch() {
      this.#unwatch();
      this.#watching = new IntersectionObserver(
        (entries) => {
          for (const { target, intersectionRatio } of entries) {
            this.#time(target, intersectionRatio >= 0.5);
          }
        },
        { threshold: 0.5 },
      );
      for (const item of this.querySelectorAll("[data-impression]")) this.#watching.observe(item);
    }

    #unwatch() {
      this.#watching?.disconnect();
      for (const timer of this.#timers.values()) clearTimeout(timer);
      this.#timers.clear();
    }

    #time(item, isOnScreen) {
      clearTimeout(this.#timers.get(item));
      this.#timers.delete(item);
      if (!isOnScreen) return;
      const tell = () => {
        this.#watching.unobserve(item);
        this.#timers.delete(item);
        this.#dispatch("also-like-seen", detailOf(item));
      };
      this.#timers.set(item, setTimeout(tell, 1000));
    }

    #tell(event) {
      const item = event.target.closest("[data-product]");
      if (item) this.#dispatch("also-like-click", detailOf(item));
    }

    #dispatch(name, detail) {
      this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
    }
  }

  customElements.define("also-like", AlsoLike);
})();

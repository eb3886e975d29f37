// Runs in every document and frame before its own scripts: keeps the bodies of later result batches for google_look.js,
// and lets the page that holds a frame know of, and answer, a question for consent inside it.
(() => {
  const MAX_CHARACTERS = 16_000_000;
  const STUB = 2000;
  const watch = {
    bodies: [], kept: 0, pending: 0, refused: false, retryAfter: null, height: 0, changedAt: performance.now(),
    read: false, asking: null,
  };
  Object.defineProperty(window, "aidWatch", { value: watch });

  const path = (address) => new URL(address || "", document.baseURI).pathname;
  const ours = (address) => path(address) === "/search";
  const began = () => { watch.pending += 1; };
  const ended = (address, status, body, retryAfter) => {
    watch.pending -= 1;
    watch.changedAt = performance.now();
    const stub = body.length < STUB && body.includes("/sorry/");
    if (status === 429 || status === 403 || stub || path(address).startsWith("/sorry")) {
      watch.refused = true;
      watch.retryAfter = retryAfter;
    } else if (body && watch.kept + body.length <= MAX_CHARACTERS) {
      watch.kept += body.length;
      watch.bodies.push(body);
    }
  };

  const text = (request) => {
    if (request.responseType === "" || request.responseType === "text") return request.responseText;
    if (request.responseType === "arraybuffer") return new TextDecoder().decode(request.response || new ArrayBuffer(0));
    return request.responseType === "json" ? JSON.stringify(request.response) : "";
  };
  const open = XMLHttpRequest.prototype.open;
  XMLHttpRequest.prototype.open = function (method, address, ...rest) {
    if (ours(address)) {
      this.addEventListener("loadstart", began, { once: true });
      this.addEventListener("loadend", () => {
        ended(this.responseURL, this.status, text(this), this.getResponseHeader("Retry-After"));
      }, { once: true });
    }
    return open.call(this, method, address, ...rest);
  };

  const fetch = window.fetch;
  window.fetch = async function (resource, ...rest) {
    const address = resource instanceof Request ? resource.url : String(resource);
    if (!ours(address)) return fetch.call(this, resource, ...rest);
    began();
    try {
      const response = await fetch.call(this, resource, ...rest);
      const retryAfter = response.headers.get("Retry-After");
      response.clone().text().then(
        (body) => ended(response.url, response.status, body, retryAfter),
        () => ended("", 0, "", null),
      );
      return response;
    } catch (error) {
      ended("", 0, "", null);
      throw error;
    }
  };

  // A frame's document may be of another origin than the page's, so the two talk in messages.
  addEventListener("message", ({ source, data }) => {
    if (data === "aid:asks" && window === top) { watch.asking = source; return; }
    if (source !== top || !Array.isArray(data?.aidRejectAll)) return;
    const buttons = data.aidRejectAll.flatMap((selector) => [...document.querySelectorAll(selector)]);
    const button = buttons.find((one) => one.getClientRects().length > 0);
    if (!button) return;
    if (data.click) { button.click(); } else { top.postMessage("aid:asks", "*"); }
  });
})();

// Runs in every document before its own scripts: keeps the bodies of later result batches for google_look.js.
(() => {
  const MAX_CHARACTERS = 16_000_000;
  const watch = { bodies: [], kept: 0, pending: 0, refused: false, height: 0, changedAt: performance.now() };
  Object.defineProperty(window, "aidWatch", { value: watch });

  const path = (address) => new URL(address || "", document.baseURI).pathname;
  const ours = (address) => path(address) === "/search";
  const began = () => { watch.pending += 1; };
  const ended = (address, status, body) => {
    watch.pending -= 1;
    watch.changedAt = performance.now();
    if (status === 429 || path(address).startsWith("/sorry")) {
      watch.refused = true;
    } else if (watch.kept + body.length <= MAX_CHARACTERS) {
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
      this.addEventListener("loadend", () => ended(this.responseURL, this.status, text(this)), { once: true });
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
      response.clone().text().then((body) => ended(response.url, response.status, body), () => ended("", 0, ""));
      return response;
    } catch (error) {
      ended("", 0, "");
      throw error;
    }
  };
})();

// What the document says by now, or null while it may still say more. The answer is a `Look` of google_page.py.
const [signs, answered] = arguments;
if (document.readyState === "loading" && !signs.at_once) return null;
const STUB = 2000;
const RECORD = /\[0,"[^"\\]{1,200}",\["http/;

const root = document.documentElement;
const watch = window.aidWatch || { bodies: [], pending: 0, height: 0, changedAt: 0 };
const now = performance.now();
if (root.scrollHeight !== watch.height) {
  watch.height = root.scrollHeight;
  watch.changedAt = now;
}
const quiet = !watch.pending && watch.drawn !== false && now - watch.changedAt > signs.quiet_ms;

const all = (selectors) => selectors.flatMap((selector) => [...document.querySelectorAll(selector)]);
const shown = (element) => element.getClientRects().length > 0;
const says = (text, sentences) => sentences.some((sentence) => text.includes(sentence));

const first = !watch.read;
const scripts = first ? [...document.scripts].map((script) => script.textContent).filter((text) => RECORD.test(text)) : [];
const found = scripts.length + watch.bodies.length > 0;
const links = first && !found && all(signs.imgres).length > 0;

const frames = all(signs.consent_frame).filter(shown);
for (const frame of frames) frame.contentWindow.postMessage({ aidRejectAll: signs.reject_all }, "*");
const asking = frames.some((frame) => frame.contentWindow === watch.asking);
const heard = asking || all(signs.reject_all).some(shown);
const asks = heard || frames.length > 0;

// innerText, because the sentences also lie unspoken in scripts.
const spoken = first && !found && !links ? (document.body?.innerText || "").slice(0, 20_000) : "";
const nothing = says(spoken, signs.no_results) && !all(signs.tile_images).some((image) => image.alt);
const ended = !watch.pending && all(signs.end_at).some((place) => shown(place) && says(place.textContent, signs.end));
const captcha = first && !found && !links && (all(signs.captcha).length > 0 || says(spoken, signs.unusual));
const refused = Boolean(watch.refused) || captcha;
const navigation = performance.getEntriesByType("navigation")[0];
const status = navigation ? navigation.responseStatus : 0;

const short = first && !found && navigation && navigation.decodedBodySize < STUB;
const stub = short && root.outerHTML.length < STUB ? root.outerHTML : "";

const enough = found || links || nothing || ended || stub.includes("/sorry/");
const settled = (asks ? heard && !answered : enough) || refused || status >= 400;
if (!settled && !quiet && !signs.at_once) return null;

let room = signs.max_characters;
const cut = (text) => {
  const part = text.slice(0, room);
  room -= part.length;
  return part;
};
watch.read = !asks;
return {
  address: location.href, status, stub, asks, nothing, ended, refused, retry_after: watch.retryAfter || "",
  // While it asks, what has come is kept for the look after the answer.
  scripts: scripts.map(cut), bodies: asks && !answered ? [] : watch.bodies.splice(0).map(cut),
};

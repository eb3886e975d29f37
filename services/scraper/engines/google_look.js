// What the document says by now, or null while it may still say more. The answer is a `Look` of google_page.py.
const [signs, first, answered] = arguments;
const RECORD = /\[0,"[^"\\]{1,200}",\["http/;

const root = document.documentElement;
const watch = window.aidWatch || { bodies: [], pending: 0, refused: false, height: 0, changedAt: 0 };
const now = performance.now();
if (root.scrollHeight !== watch.height) {
  watch.height = root.scrollHeight;
  watch.changedAt = now;
}
const quiet = !watch.pending && now - watch.changedAt > signs.quiet_ms;

const all = (selectors) => selectors.flatMap((selector) => [...document.querySelectorAll(selector)]);
const says = (text, sentences) => sentences.some((sentence) => text.includes(sentence));

const scripts = first ? [...document.scripts].map((script) => script.textContent).filter((text) => RECORD.test(text)) : [];
const found = scripts.length + watch.bodies.length > 0;
const asks = all(signs.reject_all).some((button) => button.getClientRects().length > 0);
// innerText, because the sentences also lie unspoken in scripts.
const nothing = first && !found && says(document.body.innerText.slice(0, 20_000), signs.no_results);
const ended = !watch.pending && all(signs.end_at).some((place) => says(place.textContent, signs.end));
const navigation = performance.getEntriesByType("navigation")[0];
const status = navigation ? navigation.responseStatus : 0;

const settled = (asks && !answered) || (!asks && (found || nothing)) || watch.refused || status >= 400;
if (!settled && !quiet && !(ended && !first) && !signs.at_once) return null;

let room = signs.max_characters;
const cut = (text) => {
  const part = text.slice(0, room);
  room -= part.length;
  return part;
};
const stub = first && !found && root.outerHTML.length < 2000 ? root.outerHTML : "";
return {
  address: location.href, status, stub, asks, nothing, ended, refused: watch.refused,
  texts: [...scripts, ...watch.bodies.splice(0)].map(cut),
};

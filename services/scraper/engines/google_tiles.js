// The tiles of the page. "list": those it did not have the last time, as `Tile` of google_tiles.py. Of the tile with
// this key, "open" clicks it, "look" gives the address of its picture once the side panel shows it, "" when the click
// opens nothing, or null; "close" shuts the panel. Tiles are looked for anew each time: the page replaces them as it likes.
const [signs, what, key] = arguments;
const KEY_END = 100;
const MAX_ADDRESS = 5000;
const MAX_TITLE = 1000;

const all = (selectors) => [...document.querySelectorAll(selectors.join(","))];
const watch = window.aidWatch || {};
watch.tiles = watch.tiles || new Set();

const tileOf = (image) => image.closest("[data-docid], [data-lpage], [data-id], [id^='e-']");
function docid(tile) {
  if (!tile) return "";
  const { docid, id, jsdata } = tile.dataset;
  return docid || id || (tile.id.startsWith("e-") ? tile.id.slice(2) : (jsdata || "").split(";")[1]) || "";
}
const keyOf = (image) => docid(tileOf(image)).slice(0, MAX_TITLE) || `${image.src.length}:${image.src.slice(-KEY_END)}`;
const width = (image) => Number(image.getAttribute("width")) || image.clientWidth;
const within = (image, selectors) => selectors.some((selector) => image.closest(selector));
const isResult = (image) => image.alt && width(image) >= signs.smallest && !within(image, signs.not_in);
const results = () => all(signs.images).filter(isResult);

function describe(image) {
  const tile = tileOf(image);
  const page = tile && (tile.dataset.lpage || tile.querySelector("a[href^=http]")?.href);
  const thumbnail = image.src.length <= signs.max_data ? image.src : "";
  return { key: keyOf(image), title: image.alt.slice(0, MAX_TITLE), page: (page || "").slice(0, MAX_ADDRESS), thumbnail };
}

function list() {
  const tiles = [];
  let room = signs.max_characters;
  for (const image of results()) {
    if (tiles.length >= signs.max_tiles || room < 0) break;
    if (watch.tiles.has(keyOf(image))) continue;
    watch.tiles.add(keyOf(image));
    tiles.push(describe(image));
    room -= tiles.at(-1).thumbnail.length;
  }
  return tiles;
}

function open() {
  const image = results().find((one) => keyOf(one) === key);
  if (!image) return false;
  watch.former = new Set(all(signs.full).map((one) => one.src));
  watch.openedAt = performance.now();
  // Last of all that hear of it: a link must not lead away from the page.
  addEventListener("click", (event) => event.preventDefault(), { once: true });
  for (const type of ["mousedown", "mouseup", "click"]) {
    image.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true, view: window }));
  }
  return true;
}

const isPicture = (src) => /^https?:/.test(src) && !new URL(src).hostname.endsWith(signs.thumbnail_host);
function look() {
  const shown = all(signs.full);
  const full = shown.find((one) => isPicture(one.src) && !watch.former.has(one.src));
  const opensNothing = !shown.length && performance.now() - watch.openedAt > signs.quiet_ms;
  return full ? full.src.slice(0, MAX_ADDRESS) : opensNothing ? "" : null;
}

function close() {
  all(signs.close).find((one) => one.getClientRects().length > 0)?.click();
}

return { list, open, look, close }[what]();

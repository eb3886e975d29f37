// Scrolls to the end, or pushes the button that shows more.
// Up first: at the bottom already, scrolling to the bottom would be no event. The page hears of it before it is drawn
// again, however busy the machine is: until then it is not quiet.
const watch = window.aidWatch;
if (watch) {
  watch.changedAt = performance.now();
  watch.drawn = false;
  requestAnimationFrame(() => requestAnimationFrame(() => { watch.drawn = true; }));
}
const buttons = arguments[0].flatMap((selector) => [...document.querySelectorAll(selector)]);
const shown = buttons.find((button) => button.getClientRects().length > 0);
if (shown) shown.click();
window.scrollBy(0, -window.innerHeight);
window.scrollTo(0, document.documentElement.scrollHeight);

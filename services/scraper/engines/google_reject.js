// Says no to what the page asks consent for: here, or in the frame that asks.
const [selectors, frames] = arguments;
const watch = window.aidWatch;
if (watch) watch.changedAt = performance.now();
const all = (some) => some.flatMap((selector) => [...document.querySelectorAll(selector)]);
const button = all(selectors).find((one) => one.getClientRects().length > 0);
if (button) button.click();
else for (const frame of all(frames)) frame.contentWindow.postMessage({ aidRejectAll: selectors, click: true }, "*");

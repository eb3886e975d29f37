// The addresses of links that have come since the last time.
const [selectors, count] = arguments;
const watch = window.aidWatch || {};
watch.links = watch.links || new Set();
const links = selectors.flatMap((selector) => [...document.querySelectorAll(selector)]).map((link) => link.href);
const fresh = [...new Set(links)].filter((link) => !watch.links.has(link)).slice(0, count);
for (const link of fresh) watch.links.add(link);
return fresh.map((link) => link.slice(0, 16_000));

// Loads the next results when the end of the page comes into view; now and then only behind a button.
(function () {
  const grid = document.getElementById("rso");
  const button = document.querySelector("input.mye4qd");
  const end = document.querySelector(".Yu2Dnd") || document.querySelector("[role=status]");
  const status = document.querySelector("[role=status]");
  const BY_ITSELF = 2;
  let next = site.next, last = site.last, waiting = false, loaded = 0;

  const image = (src) => Object.assign(document.createElement("img"), { className: "rg_i Q4LuWd", width: 259, src });
  function tileOf(item) {
    const tile = grid.firstElementChild.cloneNode(true);
    tile.dataset.id = item.image_docid;
    tile.querySelector("img").replaceWith(Object.assign(image(item.thumbnail.url), { alt: item.result.page_title }));
    tile.querySelector(".WGvvNb").textContent = item.result.page_title;
    tile.querySelector(".fxgdke").textContent = item.result.site_title;
    tile.querySelector(".kGQAp").href = item.result.referrer_url;
    return tile;
  }
  const takers = {
    html(body) {
      const before = grid.childElementCount;
      grid.insertAdjacentHTML("beforeend", body);
      last = grid.childElementCount - before < site.batch;
    },
    json(body) {
      const items = JSON.parse(body.slice(body.indexOf("\n") + 1)).ischj.metadata;
      grid.append(...items.map(tileOf));
      last = items.length < site.batch;
    },
    tiles(body) {
      const parts = Object.fromEntries(JSON.parse(body.slice(body.indexOf("\n") + 1)));
      try { Object.assign(window.W_jd, JSON.parse(parts.W_jd)); } catch (broken) { console.warn(broken.message); }
      grid.insertAdjacentHTML("beforeend", parts.tiles);
      last = parts.last;
    },
  };
  takers.records = takers.tiles;

  const query = () => "q=" + encodeURIComponent(site.q) + "&start=" + next + "&ijn=" + Math.floor(next / site.batch);
  const addresses = {
    html: () => "/search?" + query() + "&tbm=isch&asearch=ichunklite&async=_id:islrg_c,_fmt:html&vet=1abc..i",
    json: () => "/search?" + query() + "&tbm=isch&asearch=isch&async=_fmt:json,p:1,ijn:1",
    tiles: () => "/search?vet=1abc..i&" + query() + "&udm=2&asearch=isch",
  };
  addresses.records = addresses.tiles;

  function said(text) { status.textContent = text; }
  function more() {
    const request = new XMLHttpRequest();
    waiting = true;
    said("Loading");
    request.open("GET", addresses[site.later]());
    request.onloadend = function () {
      waiting = false;
      loaded += 1;
      next += site.batch;
      said("");
      if (request.status !== 200) { last = true; said("Something went wrong"); return; }
      takers[site.later](request.responseText);
      if (last) reached();
      if (button && !last && loaded % BY_ITSELF === 0) button.style.display = "";
    };
    request.send();
  }
  function reached() {
    if (site.silent) return;
    if (button) { end.style.display = ""; } else { end.textContent = "Looks like you've reached the end"; }
  }
  if (button) button.onclick = function () { button.style.display = "none"; more(); };
  addEventListener("scroll", function () {
    const covered = document.querySelector("[role=dialog], iframe[src*=consent]");
    const asked = button && button.style.display === "";
    const near = innerHeight + scrollY > document.documentElement.scrollHeight - 800;
    if (!waiting && !last && !covered && !asked && near) more();
  });
  if (site.stale) setInterval(function () {
    for (const tile of [...grid.children]) tile.replaceWith(tile.cloneNode(true));
  }, 50);
})();

// Opens a tile: the thumbnail at once, the picture when its address has come.
(function () {
  const grid = document.getElementById("rso");
  const panel = document.querySelector("aside");
  if (!panel) return;
  const [full, close, title] = ["img", "button", "p"].map((name) => panel.querySelector(name));
  let opened = 0;
  grid.addEventListener("click", function (event) {
    const tile = [...grid.children].find((one) => one.contains(event.target));
    if (!tile || event.target.closest(".kGQAp")) return;
    const turn = opened += 1;
    const small = tile.querySelector("img");
    panel.hidden = false;
    full.src = small.src;
    full.alt = title.textContent = small.alt;
    fetch("/panel?q=" + encodeURIComponent(site.q) + "&rank=" + [...grid.children].indexOf(tile))
      .then((answer) => answer.json())
      .then((answer) => { if (turn === opened && answer.url) full.src = answer.url; });
  });
  close.onclick = function () { opened += 1; panel.hidden = true; full.src = ""; };
})();

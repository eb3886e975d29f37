// Times in the browser's own zone, and the page kept fresh until the job has ended.

const EVERY = 5_000;

function localise(root) {
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  for (const time of root.querySelectorAll("time")) {
    time.title = `${time.textContent} UTC`;
    time.textContent = format.format(new Date(time.dateTime));
  }
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) root.querySelector(".zone-name").textContent = zone.replaceAll("_", " ");
}

// The part that is exchanged cannot announce itself: it is new each time.
function announce(fresh, current) {
  const [now, before] = [fresh, current].map((part) => part.querySelector(".stage").textContent.trim());
  if (now !== before) document.getElementById("announcer").textContent = now;
}

async function refresh() {
  const answer = await fetch(location.href, { cache: "no-store" });
  if (answer.status === 503) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("status");
  if (!fresh) {
    location.reload();
    return;
  }
  localise(fresh);
  const current = document.getElementById("status");
  announce(fresh, current);
  if (fresh.innerHTML !== current.innerHTML || fresh.dataset.ended !== current.dataset.ended) current.replaceWith(fresh);
  document.title = page.title;
}

async function keepFresh() {
  while (document.getElementById("status").dataset.ended === "no") {
    await new Promise((resolve) => setTimeout(resolve, EVERY));
    // Away for a moment, we or the network: what stands here stays, and is asked for again.
    await refresh().catch(() => undefined);
  }
}

localise(document);
keepFresh();

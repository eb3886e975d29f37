// Times in the browser's own zone, and the page kept fresh until the job has ended.

const EVERY = 5_000;

function localise(root) {
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeStyle: "short" });
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
  for (const time of root.querySelectorAll("time")) {
    time.title = time.textContent;
    time.textContent = `${format.format(new Date(time.dateTime))} (${zone.replaceAll("_", " ")})`;
  }
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
  if (fresh.innerHTML !== current.innerHTML) current.replaceWith(fresh);
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

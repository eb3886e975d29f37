// Times in the browser's own zone, and the page kept fresh until the job has ended.

import { dayOf, ownZone, readable, timeOf } from "./clock.js";

const EVERY = 5_000;

function localise(root) {
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  for (const time of root.querySelectorAll("time")) {
    time.title = `${time.textContent} UTC`;
    time.textContent = format.format(new Date(time.dateTime));
  }
  if (ownZone()) root.querySelector(".zone-name").textContent = readable(ownZone());
}

// What was typed in another zone, and came back with a problem, stays in that zone.
function localiseForm(root) {
  const form = root.querySelector("form[data-due]");
  if (!form?.dataset.due || !ownZone()) return;
  const due = new Date(form.dataset.due);
  form.elements["date"].value = dayOf(due);
  form.elements["date"].min = dayOf(new Date());
  form.elements["time"].value = timeOf(due);
  form.elements["time-zone"].value = ownZone();
  form.querySelector(".zone-name").textContent = readable(ownZone());
}

// The part that is exchanged cannot announce itself: it is new each time.
function announce(fresh, current) {
  const [now, before] = [fresh, current].map((part) => part.querySelector(".stage").textContent.trim());
  if (now !== before) document.getElementById("announcer").textContent = now;
}

function exchange(id, page, isSame) {
  const [current, fresh] = [document.getElementById(id), page.getElementById(id)];
  if (!isSame(fresh, current)) current.replaceWith(fresh);
}

async function refresh() {
  const current = document.getElementById("status");
  const answer = await fetch(current.dataset.path + location.search, { cache: "no-store" });
  if (answer.status === 503) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("status");
  if (!fresh) {
    location.replace(current.dataset.path);
    return;
  }
  localise(fresh);
  localiseForm(page);
  announce(fresh, current);
  exchange("status", page, (one, other) => one.innerHTML === other.innerHTML && one.dataset.fresh === other.dataset.fresh);
  // While the job may be asked the same, what is being typed there stays.
  exchange("changes", page, (one, other) => one.dataset.state === other.dataset.state);
  document.title = page.title;
}

async function keepFresh() {
  while (document.getElementById("status").dataset.fresh === "yes") {
    await new Promise((resolve) => setTimeout(resolve, EVERY));
    // Away for a moment, we or the network: what stands here stays, and is asked for again.
    await refresh().catch(() => undefined);
  }
}

localise(document.getElementById("status"));
localiseForm(document);
keepFresh();
document.querySelector("#changes .problem-summary")?.focus();

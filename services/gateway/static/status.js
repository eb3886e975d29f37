// Times on the person's own clock, and the page kept as the job fares: the server tells, or is asked where that does
// not pass.

import { followCountdowns, left } from "./countdown.js";
import { dayOf, knows, ownZone, readable, timeOf } from "./clock.js";

const SILENCE = 5_000;
const EVERY = 5_000;
const ASKED_BEFORE_TOLD_AGAIN = 12;
const HIDDEN_FOR_LONG = 60_000;
const ANNOUNCED_EVERY = 5_000;

const status = () => document.getElementById("status");
const path = status().dataset.path;
const site = document.title.slice(document.title.lastIndexOf(" · "));

let source = null;
let asleep = false;

function localise(root) {
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  for (const time of root.querySelectorAll("time")) {
    time.title = `${time.textContent} UTC`;
    time.textContent = format.format(new Date(time.dateTime));
  }
  if (ownZone()) root.querySelector(".zone-name").textContent = readable(ownZone());
  for (const other of root.querySelectorAll(".asked-in")) other.hidden = other.dataset.zone === (ownZone() || "UTC");
}

function setZone(control, zone) {
  control.value = zone;
  if (control.value === zone) return;
  control.add(new Option(readable(zone), zone));
  control.value = zone;
}

const changeForm = (root) => root.querySelector("#changes form[data-due]");

const isTyped = (form) => form.dataset.typed !== undefined;

// The zone the job was asked in, else the person's. What came back with a problem stays in the zone it was typed in.
function localiseForm(root) {
  const form = changeForm(root);
  const zone = form?.dataset.zone || ownZone();
  if (!form?.dataset.due || isTyped(form) || !zone || !knows(zone)) return;
  const due = new Date(form.dataset.due);
  form.elements["date"].value = dayOf(due, zone);
  form.elements["date"].min = dayOf(new Date(), zone);
  form.elements["time"].value = timeOf(due, zone);
  setZone(form.elements["time-zone"], zone);
}

let announced = 0;
let toAnnounce = null;

// The part that is exchanged cannot announce itself: it is new each time.
function announce(words) {
  clearTimeout(toAnnounce);
  const wait = Math.max(0, announced + ANNOUNCED_EVERY - Date.now());
  toAnnounce = setTimeout(() => {
    announced = Date.now();
    document.getElementById("announcer").textContent = words;
  }, wait);
}

// Whoever stands on something inside, or has opened it, does so afterwards.
function exchange(current, fresh) {
  const focused = current.contains(document.activeElement) ? document.activeElement.id : null;
  for (const open of current.querySelectorAll("details[open]")) fresh.querySelector(`#${open.id}`)?.setAttribute("open", "");
  current.replaceWith(fresh);
  if (focused === null) return;
  const same = focused && document.getElementById(focused);
  (same || fresh.querySelector("h1, h2")).focus({ preventScroll: true });
}

function show(fresh) {
  const current = status();
  if (fresh.dataset.tag === current.dataset.tag && fresh.dataset.more === current.dataset.more) return;
  localise(fresh);
  if (fresh.dataset.stage !== current.dataset.stage) announce(fresh.dataset.stage);
  exchange(current, fresh);
  document.title = fresh.dataset.title + site;
  left();
}

// While the job may be asked the same, what is being typed there stays; what nobody has touched follows its time.
function isOld(changes, state, due) {
  const form = changeForm(document);
  return changes.dataset.state !== state || Boolean(form && !isTyped(form) && form.dataset.due !== due);
}

function showChanges(fresh) {
  const current = document.getElementById("changes");
  const due = fresh.querySelector("form[data-due]")?.dataset.due;
  if (isOld(current, fresh.dataset.state, due)) exchange(current, fresh);
}

// The address says whether it was the person who had it deleted.
const leave = () => location.replace(path + location.search);

const parsed = (text) => new DOMParser().parseFromString(text, "text/html");

const isBehind = () => isOld(document.getElementById("changes"), status().dataset.state, status().dataset.due);

// Whether what stands here is how things are.
async function refresh() {
  const headers = isBehind() ? {} : { "If-None-Match": `"${status().dataset.tag}"` };
  const answer = await fetch(path + location.search, { cache: "no-store", headers });
  if (answer.status === 404 || answer.status === 410) leave();
  if (answer.status !== 200) return answer.status < 400;
  const page = parsed(await answer.text());
  const fresh = page.getElementById("status");
  localiseForm(page);
  show(fresh);
  showChanges(page.getElementById("changes"));
  return true;
}

// Away for a moment, we or the network: what stands here stays, and is asked for again.
const refreshIfPossible = () => refresh().catch(() => false);

async function ask() {
  for (let asked = 0; asked < ASKED_BEFORE_TOLD_AGAIN; asked += 1) {
    await new Promise((resolve) => setTimeout(resolve, EVERY));
    await refreshIfPossible();
    if (status().dataset.more !== "yes") return;
  }
  listen();
}

// `since`: the event that was told last; then nothing need come for long.
function listen(since = "") {
  const query = new URLSearchParams(location.search);
  if (since) query.set("last-event-id", since);
  source = new EventSource(`${path}/events?${query}`);
  const giveUp = () => {
    clearTimeout(silent);
    source.close();
    ask();
  };
  const silent = since ? null : setTimeout(giveUp, SILENCE);
  source.addEventListener("status", (event) => {
    clearTimeout(silent);
    show(parsed(event.data).getElementById("status"));
    if (isBehind()) refreshIfPossible();
  });
  source.addEventListener("end", (event) => {
    clearTimeout(silent);
    source.close();
    if (event.data === "expired") leave();
  });
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) giveUp();
  });
}

let sleep = null;

document.addEventListener("visibilitychange", () => {
  clearTimeout(sleep);
  if (document.hidden) {
    sleep = setTimeout(() => {
      asleep = source?.readyState !== EventSource.CLOSED;
      if (asleep) source?.close();
    }, HIDDEN_FOR_LONG);
  } else if (asleep) {
    asleep = false;
    listen(status().dataset.tag);
  }
});

localise(status());
localiseForm(document);
document.addEventListener("input", ({ target }) => target.closest("form[data-due]")?.setAttribute("data-typed", ""));
followCountdowns(refreshIfPossible);
if (status().dataset.more === "yes") listen();
document.querySelector("#changes .problem-summary")?.focus();

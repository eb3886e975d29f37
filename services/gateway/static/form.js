// Times in the browser's own zone, "now" unless the person chooses, and the server's checks before the server's.

import { dayOf, ownZone, readable, timeOf } from "./clock.js";

const form = document.querySelector("form[data-texts]");
const summary = document.getElementById("summary");
const texts = JSON.parse(form.dataset.texts);
const mostImages = Number(form.dataset.mostImages);
const daysAhead = Number(form.dataset.daysAhead);
const longestQuery = Number(form.dataset.longestQuery);
const input = (name) => form.elements[name];

const GRACE = 120_000;
const DAY = 86_400_000;

// What was sent once stands still: sent again, by a second click or after Back, it is the same job.
// Browsers bring back the rest; not the filters, which they are told never to fill in.
const folded = form.querySelector("details");
const filters = [...folded.querySelectorAll("[name]")].map((field) => field.name);
const FROZEN = ["date", "time", "time-zone", "nonce", ...filters];

let untouched = form.dataset.suggested === "yes";
let sent = untouched ? (history.state?.sent ?? null) : null;

function text(code, facts = {}) {
  return texts[code].replace(/\{(\w+)\}/g, (_, name) => facts[name]);
}

function showZone() {
  if (ownZone()) {
    input("time-zone").value = ownZone();
    document.getElementById("zone-name").textContent = readable(ownZone());
  }
}

function keepClock() {
  const now = new Date();
  input("date").min = dayOf(now);
  if (untouched && !sent) {
    input("date").value = dayOf(now);
    input("time").value = timeOf(now);
  }
}

function freeze() {
  sent = Object.fromEntries(FROZEN.map((name) => [name, input(name).value]));
  history.replaceState({ sent }, "");
}

function thaw() {
  sent = null;
  history.replaceState(null, "");
}

function queryProblem(query) {
  if (!query.trim()) return text("query_required");
  if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(query)) return text("query_unreadable");
  if ([...query.trim()].length > longestQuery) return text("query_too_long", { longest: longestQuery });
  return "";
}

function dateProblem(field) {
  if (field.validity.badInput) return text("date_invalid");
  if (!field.value) return text("date_required");
  const moment = new Date(`${field.value}T00:00`);
  if (!sent && field.value < dayOf(new Date())) return text("past");
  if (moment - Date.now() > daysAhead * DAY) return text("date_too_far", { days: daysAhead });
  return "";
}

function timeProblem(field, date) {
  if (field.validity.badInput) return text("time_invalid");
  if (!field.value) return text("time_required");
  const today = !sent && date.value === dayOf(new Date());
  if (today && new Date(`${date.value}T${field.value}`) <= Date.now() - GRACE) return text("past");
  return "";
}

function emailProblem(field) {
  const address = field.value.trim();
  if (!address) return text("email_required");
  return field.validity.typeMismatch || !/^[^\s@,;]+@[^\s@,;]+\.[^\s@,;]+$/.test(address) ? text("email_invalid") : "";
}

function imagesProblem(field) {
  if (field.validity.badInput) return text("images_invalid");
  if (!field.value) return text("images_required");
  if (!/^-?[0-9]+$/.test(field.value)) return text("images_invalid");
  if (Number(field.value) < 1) return text("images_not_positive");
  if (Number(field.value) > mostImages) return text("images_too_many", { most: mostImages });
  return "";
}

function allProblems() {
  return {
    "search-query": queryProblem(input("search-query").value),
    date: dateProblem(input("date")),
    time: timeProblem(input("time"), input("date")),
    email: emailProblem(input("email")),
    images: imagesProblem(input("images")),
  };
}

function showBeside(name, problem) {
  const field = input(name);
  const error = document.getElementById(`${name}-error`);
  error.textContent = problem;
  error.hidden = !problem;
  field.classList.toggle("is-invalid", Boolean(problem));
  if (problem) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

function summaryLine(name, problem) {
  const link = document.createElement("a");
  link.href = `#${name}`;
  link.textContent = problem;
  const line = document.createElement("li");
  line.append(link);
  return line;
}

function showProblems(problems) {
  for (const [name, problem] of Object.entries(problems)) showBeside(name, problem);
  const wrong = Object.entries(problems).filter(([, problem]) => problem);
  document.getElementById("summary-detail").hidden = true;
  summary.querySelector("ul").replaceChildren(...wrong.map(([name, problem]) => summaryLine(name, problem)));
  summary.hidden = wrong.length === 0;
  if (wrong.length === 0) return;
  document.title = `Error: ${document.title.replace(/^Error: /, "")}`;
  summary.focus();
}

// A fragment link would only scroll; the field must also get the focus.
summary.addEventListener("click", (event) => {
  const name = event.target.closest("a[href^='#']")?.hash.slice(1);
  if (!name) return;
  event.preventDefault();
  input(name).closest("details")?.setAttribute("open", "");
  input(name).focus();
});

form.addEventListener("submit", (event) => {
  keepClock();
  const problems = allProblems();
  if (!Object.values(problems).some(Boolean)) {
    freeze();
    return;
  }
  event.preventDefault();
  showProblems(problems);
});

form.addEventListener("input", () => {
  if (sent) thaw();
});

for (const name of ["date", "time"]) {
  input(name).addEventListener("input", () => {
    untouched = false;
  });
}

// What narrows the search is never out of sight.
function restore() {
  for (const name of FROZEN.filter((name) => name in sent)) {
    if (filters.includes(name) && input(name).value !== sent[name]) folded.open = true;
    input(name).value = sent[name];
  }
}

showZone();
if (sent) restore();
keepClock();
setInterval(keepClock, 5_000);
if (!summary.hidden) summary.focus();

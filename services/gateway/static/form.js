// The person's own time zone, and the server's checks before the server's.

import { dayOf, knows, momentsOf, nextShown, ownZone, readable, timeOf } from "./clock.js";

const form = document.querySelector("form[data-texts]");
const summary = document.getElementById("summary");
const texts = JSON.parse(form.dataset.texts);
const mostImages = Number(form.dataset.mostImages);
const daysAhead = Number(form.dataset.daysAhead);
const longestQuery = Number(form.dataset.longestQuery);
const input = (name) => form.elements[name];

const GRACE = 120_000;
const DAY = 86_400_000;
const WHEN = ["when", "date", "time", "time-zone"];

const folded = form.querySelector("details");
const filters = [...folded.querySelectorAll("[name]")].map((field) => field.name);
const zones = input("time-zone");

// What was sent once is sent again as the same job, after Back too: browsers do not bring back the nonce by themselves.
let sent = form.dataset.suggested ? (history.state?.sent ?? null) : null;

function text(code, facts = {}) {
  return texts[code].replace(/\{(\w+)\}/g, (_, name) => facts[name]);
}

function select(zone) {
  if (![...zones.options].some((option) => option.value === zone)) zones.prepend(new Option(readable(zone), zone));
  zones.value = zone;
}

// Only over what the server suggested: what a browser has brought back stays.
function suggest() {
  if (!form.dataset.suggested || !zones.selectedOptions[0]?.defaultSelected || !ownZone()) return;
  const soon = new Date(form.dataset.suggested);
  select(ownZone());
  for (const [name, value] of [["date", dayOf(soon)], ["time", timeOf(soon)]]) {
    if (input(name).value === input(name).defaultValue) input(name).value = value;
  }
}

// The address stays the browser's matter.
function remember() {
  const { email, ...rest } = Object.fromEntries(new FormData(form));
  sent = rest;
  history.replaceState({ sent }, "");
}

// What narrows the search is never out of sight.
function restore() {
  for (const [name, value] of Object.entries(sent)) {
    if (filters.includes(name) && input(name).value !== value) folded.open = true;
    if (name === "time-zone") select(value);
    else input(name).value = value;
  }
}

// A time that was accepted may have come meanwhile.
function isSentAgain() {
  return sent !== null && WHEN.every((name) => input(name).value === sent[name]);
}

function queryProblem(query) {
  if (!query.trim()) return text("query_required");
  if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(query)) return text("query_unreadable");
  if ([...query.trim()].length > longestQuery) return text("query_too_long", { longest: longestQuery });
  return "";
}

function isAt() {
  return input("when").value !== "now";
}

// Empty where the server alone can tell.
function chosenMoments() {
  const [day, time, zone] = [input("date").value, input("time").value, zones.value];
  return isAt() && day.length === "YYYY-MM-DD".length && time && knows(zone) ? momentsOf(day, time, zone) : null;
}

function dateProblem(field) {
  if (field.validity.badInput) return text("date_invalid");
  if (!field.value) return text("date_required");
  if (field.value.length !== "YYYY-MM-DD".length) return text("date_invalid");
  if (!knows(zones.value) || isSentAgain()) return "";
  if (field.value < dayOf(new Date(), zones.value)) return text("past");
  const [moment] = chosenMoments() ?? [];
  return moment - Date.now() > daysAhead * DAY ? text("date_too_far", { days: daysAhead }) : "";
}

function timeProblem(field) {
  if (field.validity.badInput) return text("time_invalid");
  if (!field.value) return text("time_required");
  const moments = chosenMoments();
  if (!moments) return "";
  if (moments.length === 0) {
    return text("time_skipped", { next: nextShown(input("date").value, field.value, zones.value) });
  }
  const today = input("date").value === dayOf(new Date(), zones.value);
  return today && moments[0] <= Date.now() - GRACE && !isSentAgain() ? text("past") : "";
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
    date: isAt() ? dateProblem(input("date")) : "",
    time: isAt() ? timeProblem(input("time")) : "",
    email: emailProblem(input("email")),
    images: imagesProblem(input("images")),
  };
}

function showBeside(name, problem) {
  const field = input(name);
  const error = document.getElementById(`${name}-error`);
  error.textContent = problem;
  error.hidden = !problem;
  field.closest(".field").classList.toggle("field-wrong", Boolean(problem));
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

// The day is today's or later on the clock of the chosen zone; on one night it shows an hour twice.
function followZone() {
  if (knows(zones.value)) input("date").min = dayOf(new Date(), zones.value);
  const note = document.getElementById("clock-note");
  const said = chosenMoments()?.length === 2 ? note.dataset.twice : "";
  if (note.textContent !== said) note.textContent = said;
}

// A fragment link would only scroll; the field must also get the focus.
summary.addEventListener("click", (event) => {
  const name = event.target.closest("a[href^='#']")?.hash.slice(1);
  if (!name) return;
  event.preventDefault();
  const field = document.getElementById(name);
  field.closest("details")?.setAttribute("open", "");
  field.focus();
});

form.addEventListener("submit", (event) => {
  const problems = allProblems();
  if (!Object.values(problems).some(Boolean)) {
    remember();
    return;
  }
  event.preventDefault();
  showProblems(problems);
});

form.addEventListener("input", followZone);

suggest();
if (sent) restore();
followZone();
if (!summary.hidden) summary.focus();

// How long until the moments that a page names, by the server's clock: the person's own may be wrong.

const LONGEST_WAIT = 8_000;
const DAY = 86_400, HOUR = 3_600, MINUTE = 60;

let ahead = 0;
let reached = async () => undefined;

function inWords(seconds) {
  const [days, hours] = [Math.floor(seconds / DAY), Math.floor((seconds % DAY) / HOUR)];
  const [minutes, rest] = [Math.floor((seconds % HOUR) / MINUTE), seconds % MINUTE];
  if (days) return `${days} ${days === 1 ? "day" : "days"} ${hours} h`;
  if (hours) return `${hours} h ${minutes} min`;
  return minutes ? `${minutes} min ${rest} s` : `${rest} s`;
}

function tick(countdown) {
  const seconds = Math.ceil((new Date(countdown.dataset.until) - Date.now() - ahead) / 1000);
  countdown.hidden = false;
  const words = seconds > 0 ? `${countdown.dataset.before} ${inWords(seconds)}` : countdown.dataset.after;
  if (countdown.textContent !== words) countdown.textContent = words;
  if (seconds > 0 || countdown.dataset.reached) return;
  countdown.dataset.reached = "yes";
  tell(countdown);
}

// Not all at once who wait for the same moment, and again until somebody has listened.
function tell(countdown, wait = 1_000) {
  setTimeout(async () => {
    if (countdown.isConnected && !(await reached())) tell(countdown, 2 * wait);
  }, Math.min(wait, LONGEST_WAIT) * (1 + Math.random()));
}

function tickAll() {
  for (const countdown of document.querySelectorAll(".countdown")) tick(countdown);
}

// To be called when a page has just come from the server.
export function left() {
  ahead = new Date(document.getElementById("status").dataset.now) - Date.now();
  tickAll();
}

// `then` is called when a moment is reached, again and again until it says that it has done its part.
export function followCountdowns(then) {
  reached = then;
  left();
  setInterval(tickAll, 1_000);
}

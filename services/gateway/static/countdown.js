// How long until the moments that a page names, by the server's clock: the person's own may be wrong.

const DAY = 86_400, HOUR = 3_600, MINUTE = 60;

let ahead = 0;
let reached = () => undefined;

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
  // Not all at once who wait for the same moment.
  setTimeout(reached, 1_000 + Math.random() * 2_000);
}

function tickAll() {
  for (const countdown of document.querySelectorAll(".countdown")) tick(countdown);
}

// To be called when a page has just come from the server.
export function left() {
  ahead = new Date(document.getElementById("status").dataset.now) - Date.now();
  tickAll();
}

// `then` is called when a moment is reached.
export function followCountdowns(then) {
  reached = then;
  left();
  setInterval(tickAll, 1_000);
}

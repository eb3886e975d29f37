// Moments as date and time fields write them, on the clock of a time zone: the person's own unless another is named.

const MINUTE = 60_000;
const DAY = 86_400_000;

// Empty where the browser does not know, or names one that there is not.
export function ownZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
  return zone && knows(zone) ? zone : "";
}

// As the list of zones writes it: the place first.
export function readable(zone) {
  const parts = zone.replaceAll("_", " ").split("/");
  return (parts.length > 1 ? parts.slice(1) : parts).reverse().join(", ");
}

export function knows(zone) {
  try {
    return Boolean(clockOf(zone));
  } catch {
    return false;
  }
}

function clockOf(zone) {
  const digits = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" };
  return new Intl.DateTimeFormat("en", { ...digits, hourCycle: "h23", timeZone: zone });
}

function wallOf(moment, zone) {
  const parts = clockOf(zone).formatToParts(moment);
  const { year, month, day, hour, minute } = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  return { day: `${year.padStart(4, "0")}-${month}-${day}`, time: `${hour}:${minute}` };
}

export function dayOf(moment, zone) {
  return wallOf(moment, zone).day;
}

export function timeOf(moment, zone) {
  return wallOf(moment, zone).time;
}

function instant({ day, time }) {
  return Date.parse(`${day}T${time}Z`);
}

// When a clock in that zone shows it, in milliseconds: once, on the night it is set back twice, on the night it jumps never.
export function momentsOf(day, time, zone) {
  const shown = instant({ day, time });
  const offsets = [-DAY, DAY].map((apart) => instant(wallOf(shown + apart, zone)) - (shown + apart));
  const moments = [...new Set(offsets)].map((offset) => shown - offset);
  return moments.filter((moment) => instant(wallOf(moment, zone)) === shown).sort((one, other) => one - other);
}

// The first time of day that the clock shows again where it jumps over this one; the longest jump was a whole day.
export function nextShown(day, time, zone) {
  const skipped = instant({ day, time });
  for (let shown = skipped; shown <= skipped + DAY; shown += MINUTE) {
    const wall = wallOf(shown, "UTC");
    if (momentsOf(wall.day, wall.time, zone).length > 0) return wall.time;
  }
  return time;
}

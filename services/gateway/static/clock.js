// Moments as date and time fields write them, on the person's own clock.

function twoDigits(number) {
  return String(number).padStart(2, "0");
}

export function dayOf(moment) {
  return `${moment.getFullYear()}-${twoDigits(moment.getMonth() + 1)}-${twoDigits(moment.getDate())}`;
}

export function timeOf(moment) {
  return `${twoDigits(moment.getHours())}:${twoDigits(moment.getMinutes())}`;
}

// Empty where the browser does not know.
export function ownZone() {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "";
}

export function readable(zone) {
  return zone.replaceAll("_", " ");
}

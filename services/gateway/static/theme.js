// Light, dark, or as the system has it. Runs before the page is drawn, so that nothing flashes in the other one.
"use strict";
{
  const KEY = "theme";
  const LOOKS = ["light", "dark"];
  const root = document.documentElement;

  // Where storage is refused, the choice holds for this page.
  function remembered() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  }

  function remember(choice) {
    try {
      localStorage.setItem(KEY, choice);
    } catch {
      return;
    }
  }

  function show(choice) {
    const look = LOOKS.includes(choice) ? choice : null;
    if (look) root.dataset.bsTheme = look;
    else delete root.dataset.bsTheme;
    for (const meta of document.querySelectorAll("meta[name=theme-color]")) {
      const own = meta.dataset.look;
      if (look) meta.media = own === look ? "all" : "not all";
      else meta.media = `(prefers-color-scheme: ${own})`;
    }
    return look ?? "auto";
  }

  show(remembered());

  document.addEventListener("DOMContentLoaded", () => {
    const chooser = document.getElementById("theme");
    chooser.closest("[hidden]").hidden = false;
    chooser.addEventListener("change", () => {
      show(chooser.value);
      remember(chooser.value);
    });
    // Also when the page comes back as it was left, and another one was asked to look otherwise meanwhile.
    addEventListener("pageshow", () => {
      chooser.value = show(remembered());
    });
  });
}

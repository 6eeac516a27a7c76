// Improves the desk's pages: live counts, and buttons that say that they work. All pages work without it.
"use strict";

const show = (counts) => {
  for (const badge of document.querySelectorAll("[data-count]")) {
    const count = counts[badge.dataset.count] ?? 0;
    badge.querySelector("[data-number]").textContent = count;
    badge.hidden = count === 0;
  }
  let hasChanged = false;
  for (const number of document.querySelectorAll("[data-count-text]")) {
    const count = String(counts[number.dataset.countText] ?? 0);
    hasChanged ||= number.textContent !== count;
    number.textContent = count;
  }
  const note = document.getElementById("changed");
  if (note && hasChanged) note.hidden = false;
  document.title = (counts.needs ? `(${counts.needs}) ` : "") + document.body.dataset.title;
};

const source = document.body.dataset.events && window.EventSource && new EventSource(document.body.dataset.events);
if (source) {
  source.addEventListener("counts", (event) => show(JSON.parse(event.data)));
  addEventListener("pagehide", () => source.close());
}

for (const form of document.forms) {
  form.addEventListener("submit", () => {
    const button = form.querySelector("button[data-busy]");
    if (!button) return;
    button.textContent = button.dataset.busy;
    button.setAttribute("aria-disabled", "true");
    form.addEventListener("submit", (again) => again.preventDefault());
  });
}

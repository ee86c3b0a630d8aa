(() => {
  "use strict";
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const search = document.getElementById("search");
  const parts = all("main > section[id]").map((section) => ({
    section,
    rows: all("[data-row]", section).map((row) => ({ row, text: row.textContent.toLowerCase() })),
    headings: all("[data-heading]", section),
    empty: section.querySelector(".empty[hidden]"),
  }));

  // Within a group of filters any may hold, between groups all must.
  const chosen = (section) => {
    const groups = new Map();
    const links = section.id === "tasks" ? all(".node[aria-pressed=true]") : [];
    for (const button of [...all(".chip[aria-pressed=true]", section), ...links]) {
      const { group, value } = button.dataset;
      groups.set(group, [...(groups.get(group) ?? []), value]);
    }
    return [...groups];
  };
  const fits = (row, filters) =>
    filters.every(([group, values]) => {
      const has = group === "link" ? row.dataset.link.trim().split(" ") : [row.dataset[group]];
      return values.some((value) => has.includes(value));
    });

  const apply = () => {
    const terms = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let total = 0;
    for (const { section, rows, headings, empty } of parts) {
      const filters = chosen(section);
      let shown = 0;
      for (const { row, text } of rows) {
        row.hidden = !(terms.every((term) => text.includes(term)) && fits(row, filters));
        shown += row.hidden ? 0 : 1;
      }
      const narrowed = terms.length > 0 || filters.length > 0;
      for (const heading of headings) heading.hidden = narrowed;
      for (const list of all(".rows", section)) {
        const gone = narrowed && !list.querySelector("[data-row]:not([hidden])");
        list.hidden = gone;
        if (list.previousElementSibling?.tagName === "H3") list.previousElementSibling.hidden = gone;
      }
      if (empty) empty.hidden = shown > 0 || rows.length === 0;
      for (const count of all(`[data-count="${section.id}"]`)) count.textContent = shown.toLocaleString("en");
      total += shown;
    }
    document.getElementById("status").textContent = `${total} shown`;
  };
  const clear = () => {
    search.value = "";
    for (const button of all("[aria-pressed=true]")) button.setAttribute("aria-pressed", "false");
    apply();
  };

  search.addEventListener("input", apply);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[aria-pressed]");
    if (!button) return;
    button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
    apply();
    if (button.matches(".node[aria-pressed=true]")) document.getElementById("tasks").scrollIntoView();
  });

  // A link leads to its row even where a filter hides it or it is folded.
  const arrive = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.hidden || target.closest("[hidden]")) clear();
    if (target.matches("details")) target.open = true;
    target.scrollIntoView({ block: target.matches("section") ? "start" : "center" });
    const focus = target.querySelector("summary") ?? target;
    if (target.matches("[data-row]")) focus.focus({ preventScroll: true });
  };
  window.addEventListener("hashchange", arrive);

  const root = document.documentElement;
  const themes = ["auto", "light", "dark"];
  const theme = document.getElementById("theme");
  const dress = (name) => {
    if (name === "auto") delete root.dataset.theme;
    else root.dataset.theme = name;
    theme.textContent = name[0].toUpperCase() + name.slice(1);
  };
  const remembered = () => {
    try {
      const name = localStorage.getItem("specward-theme");
      return themes.includes(name) ? name : "auto";
    } catch {
      return "auto"; // a page from a file may have no storage
    }
  };
  const turn = () => {
    const next = themes[(themes.indexOf(root.dataset.theme ?? "auto") + 1) % themes.length];
    dress(next);
    try {
      localStorage.setItem("specward-theme", next);
    } catch {
      // then it holds for this visit
    }
  };
  theme.addEventListener("click", turn);
  dress(remembered());

  const keys = document.getElementById("keys");
  document.getElementById("help").addEventListener("click", () => keys.showModal());
  const step = (by) => {
    const rows = all("[data-row]").filter((row) => !row.hidden && row.checkVisibility());
    const here = rows.findIndex((row) => row.contains(document.activeElement));
    const next = rows[here < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, here + by))];
    if (!next) return;
    (next.querySelector("summary") ?? next).focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };
  const actions = { "/": () => search.focus(), j: () => step(1), k: () => step(-1), t: turn, "?": () => keys.showModal() };
  parts.forEach(({ section }, index) => {
    actions[index + 1] = () => section.scrollIntoView();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || keys.open) return;
    if (event.key === "Escape") {
      clear();
      search.blur();
    } else if (event.key in actions && event.target !== search) {
      event.preventDefault();
      actions[event.key]();
    }
  });

  const tabs = new Map(all("nav a").map((tab) => [tab.hash.slice(1), tab]));
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) tabs.get(target.id)?.classList.toggle("here", isIntersecting);
    },
    { rootMargin: "-30% 0px -69% 0px" },
  );
  for (const { section } of parts) watcher.observe(section);

  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = all("details:not([open])");
    for (const details of folded) details.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const details of folded) details.open = false;
  });
  if (location.hash) arrive();
})();

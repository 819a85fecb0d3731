/* Tocsin — the whole of the client script beside htmx: theme, clocks, connection, palette, keys. Every page works without it. */
(() => {
  const root = document.documentElement;
  const palette = () => document.querySelector("dialog.palette");

  /* What stands beside the button is marked in any case: without https a browser lets no script copy. */
  const copy = (button) => {
    const said = button.parentElement.querySelector(".hash");
    getSelection().selectAllChildren(said);
    navigator.clipboard?.writeText(said.textContent).then(() => { button.textContent = button.dataset.done; });
  };

  document.addEventListener("click", (e) => {
    const action = e.target.closest("[data-action]")?.dataset.action;
    if (action === "theme") {
      e.preventDefault();
      const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = dark ? "light" : "dark";
      document.cookie = `theme=${root.dataset.theme};path=/;max-age=31536000;samesite=lax`;
    }
    if (action === "palette") palette()?.showModal();
    if (action === "print") print();
    if (action === "copy") copy(e.target.closest("button"));
    document.querySelectorAll("details.menu[open]").forEach((menu) => { if (!menu.contains(e.target)) menu.open = false; });
  });

  /* Clocks. The server says how long is left when it renders; the browser only counts from the moment it saw the clock. */
  const two = (n) => String(n).padStart(2, "0");
  const show = (s) => {
    const a = Math.abs(s), h = Math.floor(a / 3600), m = Math.floor(a / 60) % 60;
    return (s < 0 ? "+" : "") + (h ? h + ":" + two(m) : two(m)) + ":" + two(a % 60);
  };
  const seen = new WeakMap();
  const passed = (clock) => {
    if (!seen.has(clock)) seen.set(clock, performance.now());
    return Math.floor((performance.now() - seen.get(clock)) / 1000);
  };
  const bar = (count, left) => {
    const clock = count.closest(".clock"), progress = clock?.querySelector(".clock-bar");
    if (!progress) return;
    progress.value = Math.max(0, left);
    if (clock.dataset.state === "running" && left < progress.max / 5) clock.dataset.state = "soon";
  };
  const tick = () => {
    document.querySelectorAll("[data-left]").forEach((c) => {
      const left = c.dataset.left - passed(c);
      c.textContent = show(left);
      bar(c, left);
    });
    document.querySelectorAll("[data-since]").forEach((c) => { c.textContent = show(+c.dataset.since + passed(c)); });
  };
  setInterval(tick, 1000);
  addEventListener("DOMContentLoaded", tick);
  document.addEventListener("htmx:load", tick);

  /* Connection. Without it the page is read-only: a banner says so, forms rest, clocks go on. Nothing is queued. So it is where the server
     itself says that it can change nothing. */
  const shut = () => document.querySelector("[data-read-only]") !== null;
  const rest = (yes) => {
    document.querySelectorAll("form[method=post]").forEach((f) => {
      for (const c of f.elements) {
        if (yes && !c.disabled) { c.disabled = true; c.dataset.rests = ""; }
        else if (!yes && "rests" in c.dataset) { c.disabled = false; delete c.dataset.rests; }
      }
    });
  };
  const lost = (yes) => {
    document.querySelectorAll(".banner--offline").forEach((b) => { b.hidden = !yes; });
    document.querySelectorAll(".live[data-lost]").forEach((l) => {
      l.dataset.live ??= l.textContent;
      l.textContent = yes ? l.dataset.lost : l.dataset.live;
      l.toggleAttribute("data-state", yes);
      if (yes) l.dataset.state = "lost";
    });
    rest(yes || shut());
  };
  for (const arrives of ["DOMContentLoaded", "htmx:load"]) document.addEventListener(arrives, () => { if (shut()) rest(true); });
  addEventListener("offline", () => lost(true));
  addEventListener("online", () => lost(false));
  document.addEventListener("htmx:sseError", () => lost(true));
  document.addEventListener("htmx:sseOpen", () => lost(false));

  /* A notice never takes away what someone writes, nor a refusal that was hardly read: what it wanted to show is fetched when the field is
     left, or later. What was unfolded stays so. */
  const changed = (f) => {
    if (f.matches("[type=radio], [type=checkbox]")) return f.checked !== f.defaultChecked;
    if (f.matches("select")) return f.selectedIndex !== Math.max(0, [...f.options].findIndex((o) => o.defaultSelected));
    return f.value !== f.defaultValue;
  };
  const written = (part) => [...part.querySelectorAll("input:not([type=hidden]), textarea, select")].some(changed);
  const READ_MS = 20000;
  const unread = (part) => [...part.querySelectorAll("[role=alert]")].some((told) => performance.now() - (told.since ??= performance.now()) < READ_MS);
  document.addEventListener("htmx:load", (e) => { unread(e.target); });
  document.addEventListener("htmx:beforeSwap", (e) => {
    const { target, requestConfig } = e.detail, focus = document.activeElement;
    const notice = requestConfig?.triggeringEvent?.type; // none for what is fetched again at its pace
    if (notice && !notice.startsWith("sse:")) return;
    const busy = focus?.matches("input, textarea, select") && target.contains(focus);
    if (!busy && !written(target) && !unread(target)) {
      const folds = [...target.querySelectorAll("details[id]")].map((d) => [d.id, d.open]);
      document.addEventListener("htmx:afterSettle", () => folds.forEach(([id, open]) => { const d = document.getElementById(id); if (d) d.open = open; }), { once: true });
      return;
    }
    e.detail.shouldSwap = false;
    if (!notice) return;
    const again = () => htmx.trigger(requestConfig.elt, notice);
    if (busy) focus.addEventListener("blur", () => setTimeout(again, 1000), { once: true });
    else setTimeout(again, 5000);
  });
  document.addEventListener("sse:stale", () => location.reload());

  /* Whoever has to sign in again finds on the same page what was written and not sent; in no other tab, and nobody else does. */
  const UNSENT = "tocsin-unsent";
  const viewer = () => document.querySelector("[data-viewer]")?.dataset.viewer;
  const forms = () => document.querySelectorAll("form[method=post]");
  const fields = (f) => [...f.elements].filter((c) => c.name && !["hidden", "password", "file", "submit", "button", "fieldset"].includes(c.type));
  const which = (f) => [f.action, ...[...f.elements].filter((c) => c.type === "hidden" && c.name !== "csrfmiddlewaretoken" && c.name !== "key").map((c) => c.value)].join(" ");
  const chosen = (c) => c.matches("[type=radio], [type=checkbox]");
  document.addEventListener("htmx:beforeOnLoad", (e) => {
    if (!e.detail.xhr.getResponseHeader("HX-Redirect")?.startsWith("/sign-in")) return;
    const unsent = [...forms()].filter(written).map((f) => [which(f), fields(f).map((c) => [c.name, c.value, c.checked])]);
    sessionStorage.setItem(UNSENT, JSON.stringify({ whose: viewer(), page: location.pathname, unsent }));
  });
  addEventListener("DOMContentLoaded", () => {
    const kept = viewer() && JSON.parse(sessionStorage.getItem(UNSENT));
    if (!kept) return;
    sessionStorage.removeItem(UNSENT);
    const unsent = kept.whose === viewer() && kept.page === location.pathname ? new Map(kept.unsent) : new Map();
    for (const f of forms()) {
      const said = unsent.get(which(f)) ?? [];
      for (const c of fields(f)) {
        const found = said.find(([name, value]) => name === c.name && (!chosen(c) || value === c.value));
        if (found && chosen(c)) c.checked = found[2];
        else if (found) c.value = found[1];
      }
      for (let part = f; said.length && part; part = part.parentElement) if (part.matches("details")) part.open = true;
    }
  });

  /* The text of a plan: numbers beside its lines, marked where something is found; a finding leads to its place. */
  const editor = () => document.querySelector(".editor-text");
  const number = () => {
    const field = editor(), gutter = document.querySelector(".editor-lines");
    if (!field || !gutter) return;
    const marks = new Map();
    document.querySelectorAll("#reading .lint[data-line]").forEach((l) => { if (marks.get(l.dataset.line) !== "error") marks.set(l.dataset.line, l.dataset.severity); });
    const line = (_, i) => {
      const found = marks.get(String(i + 1)), text = document.createTextNode(`${i + 1}\n`);
      if (!found) return text;
      const mark = document.createElement(found === "error" ? "b" : "i");
      mark.append(text);
      return mark;
    };
    gutter.replaceChildren(...field.value.split("\n").map(line));
    gutter.scrollTop = field.scrollTop;
  };
  addEventListener("DOMContentLoaded", number);
  document.addEventListener("htmx:afterSettle", number);
  document.addEventListener("input", (e) => { if (e.target.matches(".editor-text")) number(); });
  document.addEventListener("scroll", (e) => { if (e.target === editor()) document.querySelector(".editor-lines").scrollTop = e.target.scrollTop; }, true);
  document.addEventListener("click", (e) => {
    const link = e.target.closest("a[data-line]"), field = editor();
    if (!link || !field) return;
    e.preventDefault();
    const lines = field.value.split("\n"), before = lines.slice(0, link.dataset.line - 1);
    const at = before.reduce((sum, l) => sum + l.length + 1, 0) + Math.max(0, link.dataset.column - 1);
    field.focus();
    field.setSelectionRange(at, at);
    field.scrollTop = (field.scrollHeight / lines.length) * Math.max(0, before.length - 6);
  });

  /* A citation opens over the page; without script it is a page of its own. */
  document.addEventListener("click", (e) => {
    const link = e.target.closest("a.clause"), over = document.querySelector("dialog.cited");
    if (!link || !over || e.button || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
    e.preventDefault();
    htmx.ajax("GET", link.href, { source: link, target: "#cited-in", swap: "innerHTML" }).then(() => { if (!over.open) over.showModal(); });
  });

  /* The palette keeps what contains the typed words; arrows choose, Enter goes. */
  const shown = () => [...document.querySelectorAll(".palette-item")].filter((item) => !item.hidden);
  const choose = (item) => document.querySelectorAll(".palette-item").forEach((i) => i.setAttribute("aria-selected", i === item));
  document.addEventListener("input", (e) => {
    if (!e.target.matches(".palette-input")) return;
    const typed = e.target.value.trim().toLowerCase();
    document.querySelectorAll(".palette-item").forEach((item) => { item.hidden = !item.textContent.toLowerCase().includes(typed); });
    choose(shown()[0]);
  });
  const inPalette = (e) => {
    const items = shown(), at = items.findIndex((i) => i.ariaSelected === "true");
    if (e.key === "Enter") (items[at] ?? items[0])?.click();
    else if (e.key === "ArrowDown") choose(items[Math.min(at + 1, items.length - 1)]);
    else if (e.key === "ArrowUp") choose(items[Math.max(at - 1, 0)]);
    else return;
    e.preventDefault();
  };

  /* Keys. Single letters act only where the profile lets them, and never inside a field. */
  let g = false;
  document.addEventListener("keydown", (e) => {
    const key = e.key.toLowerCase();
    if ((e.metaKey || e.ctrlKey) && key === "k") { e.preventDefault(); palette()?.showModal(); return; }
    if (e.target.matches(".palette-input")) { inPalette(e); return; }
    if (e.target.matches("input, textarea, select, [contenteditable]") || e.metaKey || e.ctrlKey || e.altKey) return;
    if (!document.body.hasAttribute("data-letter-keys") || !/^[a-z?]$/.test(key)) return;
    const link = document.querySelector(g ? `[data-go="${key}"]` : `[data-key="${key}"]`);
    if (link) link.click();
    else if (key === "?") palette()?.showModal();
    g = !g && key === "g";
  });
})();

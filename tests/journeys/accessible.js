/* What a page does wrong for somebody who sees little, or uses the keyboard alone: a list of sentences, empty where nothing is wrong. */
() => {
  const wrong = [];
  const where = (e) => `<${e.tagName.toLowerCase()}${e.id ? " #" + e.id : ""}${e.className && e.className.baseVal === undefined ? " ." + e.className : ""}> ${(e.textContent || "").trim().slice(0, 40)}`;
  const shown = (e) => {
    const box = e.getBoundingClientRect(), style = getComputedStyle(e);
    return box.width > 1 && box.height > 1 && style.visibility === "visible" && e.checkVisibility({ opacityProperty: true });
  };

  /* names */
  const said = (e) => (e.getAttribute("aria-label") || (e.getAttribute("aria-labelledby") || "").split(/\s+/).map((id) => document.getElementById(id)?.textContent || "").join(" ") || "").trim();
  const named = (e) => {
    if (said(e)) return true;
    if (e.labels && [...e.labels].some((l) => l.textContent.trim())) return true;
    if (e.matches("input, select, textarea")) return e.type === "submit" && !!e.value;
    return [e, ...e.querySelectorAll("[aria-label]")].some((part) => part.textContent.trim() || said(part));
  };
  for (const e of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=option]")) {
    if (!named(e)) wrong.push(`has no name: ${where(e)} ${e.getAttribute("name") || e.getAttribute("href") || ""}`);
  }
  for (const e of document.querySelectorAll("[tabindex]")) if (e.tabIndex > 0) wrong.push(`comes before its turn: ${where(e)}`);
  for (const e of document.querySelectorAll("img:not([alt]), svg:not([role=img])")) if (shown(e) && !e.closest("[aria-hidden=true]") && !e.closest("svg svg") && !said(e)) wrong.push(`a picture without words: ${where(e)}`);
  for (const e of document.querySelectorAll("[role=img]")) if (!said(e) && !e.querySelector("title")) wrong.push(`a picture without words: ${where(e)}`);
  for (const name of ["aria-labelledby", "aria-describedby", "aria-controls"]) {
    for (const e of document.querySelectorAll(`[${name}]`)) for (const id of e.getAttribute(name).split(/\s+/)) if (!document.getElementById(id)) wrong.push(`${name} leads nowhere: ${id} of ${where(e)}`);
  }

  /* order */
  const ids = new Map();
  for (const e of document.querySelectorAll("[id]")) ids.set(e.id, (ids.get(e.id) || 0) + 1);
  for (const [id, times] of ids) if (times > 1) wrong.push(`the id ${id} stands ${times} times`);
  const heads = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter((h) => !h.closest("dialog") && h.checkVisibility());
  if (heads.filter((h) => h.tagName === "H1").length !== 1) wrong.push(`${heads.filter((h) => h.tagName === "H1").length} headings of the first order`);
  let before = 0;
  for (const h of heads) {
    const order = +h.tagName[1];
    if (order > before + 1) wrong.push(`a heading of order ${order} after one of ${before}: ${where(h)}`);
    before = order;
  }
  if (!document.documentElement.lang) wrong.push("says no language");
  if (!document.title.trim()) wrong.push("has no title");
  if (document.querySelectorAll("main").length !== 1) wrong.push("has not one main part");

  /* contrast, of the colours as they are drawn */
  const canvas = document.createElement("canvas"), pen = canvas.getContext("2d", { willReadFrequently: true }), known = new Map();
  canvas.width = canvas.height = 1;
  const rgba = (colour) => {
    if (!known.has(colour)) {
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = colour;
      pen.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
      known.set(colour, [r, g, b, a / 255]);
    }
    return known.get(colour);
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (e) => {
    const layers = [];
    for (let each = e; each; each = each.parentElement) {
      const colour = rgba(getComputedStyle(each).backgroundColor);
      if (colour[3]) layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), [...rgba("Canvas").slice(0, 3), 1]);
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const told = new Set();
  while (texts.nextNode()) {
    const e = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || told.has(e) || !shown(e) || e.closest("[disabled], [aria-disabled=true], script, style, option, .visually-hidden")) continue;
    told.add(e);
    const style = getComputedStyle(e), below = ground(e);
    let opacity = 1;
    for (let each = e; each; each = each.parentElement) opacity *= +getComputedStyle(each).opacity;
    const colour = rgba(style.color), ink = over([colour[0], colour[1], colour[2], colour[3] * opacity], below);
    const [a, b] = [light(ink), light(below)].sort((x, y) => y - x), ratio = (a + 0.05) / (b + 0.05);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && +style.fontWeight >= 700);
    if (ratio < (large ? 3 : 4.5)) wrong.push(`contrast ${ratio.toFixed(2)}: ${where(e)}`);
  }
  return wrong;
}

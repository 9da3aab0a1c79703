// Charts, filters, sorting and the theme. Text of the data is only ever set as text, never as HTML.
"use strict";
(function () {
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);

  // Charts take their colours from the style sheet, so that there is one place that says them.
  function chartConfig() {
    const ink = colour("--ink");
    const soft = colour("--soft");
    const line = colour("--line");
    const font = getComputedStyle(document.body).fontFamily;
    const series = ["1", "2", "3", "4", "5", "6", "7", "8", "9"].map((n) => colour("--series-" + n));
    return {
      background: "transparent", font: font, padding: 2,
      view: { stroke: null },
      axis: {
        labelColor: soft, titleColor: soft, gridColor: line, domainColor: line, tickColor: line,
        labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", labelLimit: window.innerWidth < 600 ? 130 : 240, labelPadding: 8, titlePadding: 8,
      },
      legend: {
        labelColor: ink, titleColor: soft, labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal",
        orient: "bottom", columns: window.innerWidth < 600 ? 2 : 4, symbolType: "circle", labelLimit: window.innerWidth < 600 ? 115 : 190,
      },
      range: {
        category: series, ramp: [colour("--ramp-0"), colour("--ramp-1")], heatmap: [colour("--ramp-0"), colour("--ramp-1")],
        diverging: [series[1], line, series[0]],
      },
      bar: { color: series[0], cornerRadiusEnd: 3 }, rect: { color: series[0] }, line: { color: series[0] },
      point: { color: series[0] }, circle: { color: series[0] }, text: { color: ink, fontSize: 12 }, rule: { color: soft },
    };
  }

  const views = [];
  function drawCharts() {
    if (!window.vegaEmbed) { return; }
    while (views.length) { views.pop().finalize(); }
    for (const box of document.querySelectorAll(".vega")) {
      const spec = JSON.parse(document.getElementById(box.dataset.spec).textContent);
      window.vegaEmbed(box, spec, {
        actions: false, renderer: "canvas", ast: true, defaultStyle: false, config: chartConfig(),
        tooltip: { disableDefaultStyle: true },
      }).then((result) => { views.push(result); box.dataset.drawn = "yes"; fit(); })
        .catch((error) => { console.error("chart " + box.dataset.spec + ": " + error.message); });
    }
  }
  let waiting = 0;
  function fit() { clearTimeout(waiting); waiting = setTimeout(() => { root.dataset.ready = "yes"; }, 50); }

  const toggle = document.getElementById("theme");
  function sayTheme() {
    toggle.textContent = isDark() ? "Light" : "Dark";
    toggle.setAttribute("aria-label", "Switch to " + (isDark() ? "light" : "dark") + " colours");
  }
  toggle.hidden = false;
  toggle.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch (error) { /* kept for this page only */ }
    sayTheme();
    drawCharts();
  });
  system.addEventListener("change", () => { sayTheme(); drawCharts(); });
  sayTheme();

  const fold = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").replace(/\s+/g, " ").toLowerCase();
  // Words, phrases in quotation marks, and ="the whole of a cell or of a tag in it".
  const wanted = (text) => Array.from(fold(text).matchAll(/(=?)"([^"]+)"|([^\s"]+)/g),
    (found) => ({ words: (found[2] || found[3]).trim(), isWhole: found[1] === "=" }));
  function wholes(row) {
    const found = new Set();
    for (const cell of row.cells) {
      for (const node of [cell, ...cell.childNodes]) { found.add(fold(node.textContent).trim()); }
    }
    return found;
  }

  function setUpFilter(input) {
    const section = input.closest("section");
    const rows = Array.from(section.querySelectorAll("tbody tr"));
    const count = section.querySelector(".count");
    const texts = rows.map((row) => fold(Array.from(row.cells, (cell) => cell.textContent).join(" \n ")));
    const parts = rows.map(() => null);
    let none = null;
    input.addEventListener("input", () => {
      const words = wanted(input.value);
      let shown = 0;
      rows.forEach((row, index) => {
        row.hidden = !words.every(({ words, isWhole }) => {
          if (!isWhole) { return texts[index].includes(words); }
          parts[index] = parts[index] || wholes(row);
          return parts[index].has(words);
        });
        shown += row.hidden ? 0 : 1;
      });
      count.textContent = shown.toLocaleString("en") + " of " + rows.length.toLocaleString("en") + " rows";
      if (none) { none.remove(); none = null; }
      if (!shown) {
        none = document.createElement("p");
        none.className = "empty";
        none.textContent = "No row of this table has \u201c" + input.value + "\u201d.";
        section.querySelector(".scroll").after(none);
      }
    });
  }
  document.querySelectorAll("input.filter").forEach(setUpFilter);

  function applyFilter(section, words) {
    const input = section && section.querySelector("input.filter");
    if (input) { input.value = words; input.dispatchEvent(new Event("input")); }
  }
  // An address leads to a place, or to a table and what its filter shall hold: #table~words.
  function follow() {
    const [place, words] = location.hash.slice(1).split("~");
    const target = document.getElementById(place);
    if (!target) { return; }
    if (words !== undefined) {
      try { applyFilter(target, decodeURIComponent(words)); } catch (error) { applyFilter(target, ""); }
      target.scrollIntoView();
      target.focus({ preventScroll: true });
    } else if (target.tagName === "TR" && target.hidden) {
      // A row that is led to must be seen, whatever was typed before.
      applyFilter(target.closest("section"), "");
      target.scrollIntoView();
    }
  }
  window.addEventListener("hashchange", follow);
  // The same link once more changes no address, but its filter may have been typed over.
  document.addEventListener("click", (event) => {
    const anchor = event.target.closest("a[href]");
    if (anchor && anchor.hash && anchor.href === location.href) { follow(); }
  });
  follow();

  // Says so where a table is wider than its frame.
  function sayWidth() {
    for (const frame of document.querySelectorAll(".scroll")) {
      frame.parentElement.toggleAttribute("data-wide", frame.scrollWidth > frame.clientWidth + 1);
    }
  }
  window.addEventListener("resize", sayWidth);
  sayWidth();

  document.querySelectorAll("button.sort").forEach((button) => {
    button.addEventListener("click", () => {
      const head = button.closest("th");
      const body = button.closest("table").tBodies[0];
      const column = Array.from(head.parentNode.children).indexOf(head);
      const isNumber = head.classList.contains("number");
      const before = head.getAttribute("aria-sort");
      const direction = before ? (before === "ascending" ? "descending" : "ascending") : isNumber ? "descending" : "ascending";
      for (const other of head.parentNode.children) { other.removeAttribute("aria-sort"); }
      head.setAttribute("aria-sort", direction);
      const sign = direction === "ascending" ? 1 : -1;
      const value = (row) => {
        const cell = row.cells[column];
        const text = "sort" in cell.dataset ? cell.dataset.sort : isNumber ? "" : cell.textContent;
        return isNumber ? (text === "" ? null : Number(text)) : fold(text);
      };
      const keyed = Array.from(body.rows, (row) => [value(row), row]);
      keyed.sort(([a], [b]) => {
        if (a === null || b === null) { return (a === null) - (b === null); }
        return sign * (isNumber ? a - b : a.localeCompare(b));
      });
      body.append(...keyed.map(([, row]) => row));
    });
  });

  drawCharts();
  if (!document.querySelector(".vega")) { root.dataset.ready = "yes"; }
})();

// Another baseline or metric for a table of methods by benchmarks. The differences and intervals are
// computed here; tests that are corrected over all comparisons stay the report's own.
(function () {
  const { estimate, estimateRatio, estimateText, ratioText, differenceText } = assay.numbers;
  const signed = (value, decimals) => differenceText({ mean: value }, decimals);
  const arrows = { higher: " \u2191", lower: " \u2193", neither: "" };
  const steps = 4;

  const rowOf = (benchmark, name) => benchmark.rows.find((row) => row.name === name);
  const metricOf = (benchmark, id) => benchmark.metrics.findIndex((metric) => metric.id === id);

  // The paired difference of a row to the baseline; undefined where there is none to make.
  function difference(benchmark, row, baseline, m) {
    const base = rowOf(benchmark, baseline);
    if (!base || row.reference || row.name === baseline || benchmark.metrics[m].ratio) return undefined;
    return estimate(row.values[m].map((value, i) => (value === null || base.values[m][i] === null
      ? null : value - base.values[m][i])));
  }

  // As reports/sections/heat.cc.
  function step(oriented, largest) {
    if (!(largest > 0) || oriented === 0) return 0;
    return Math.min(steps, Math.ceil(steps * Math.abs(oriented) / largest - 1e-9));
  }

  function differenceCell(cell, metric, change, largest) {
    if (change.n === 0) return "not comparable";
    const oriented = metric.better === "lower" ? -change.mean : change.mean;
    const decided = metric.better !== "neither" && change.low !== undefined &&
      (change.low > 0 || change.high < 0);
    const size = metric.better === "neither" ? 0 : step(oriented, largest);
    if (size > 0) cell.classList.add((oriented > 0 ? "better-" : "worse-") + size);
    if (!decided) cell.classList.add("hatched");
    return (decided ? (oriented > 0 ? "\u25b2 " : "\u25bc ") : "\u25cb ") +
      signed(change.mean, metric.decimals);
  }

  // What a cell's tooltip says: all of the difference, of which the cell has only the middle.
  function describe(cell, benchmark, choice) {
    const m = choice.metric(benchmark), baseline = choice.baseline(benchmark);
    const row = rowOf(benchmark, cell.getAttribute("data-m"));
    if (!row) return;
    const change = m < 0 ? undefined : difference(benchmark, row, baseline, m);
    let text = (row.reference ? row.title : row.name) + " on " + benchmark.title;
    if (change && change.n > 0) {
      text += ": " + differenceText(change, benchmark.metrics[m].decimals) + " over " + baseline + ", " +
        change.n + (change.n === 1 ? " seed" : " seeds in pairs");
    }
    cell.setAttribute("data-tip", text);
  }

  function fill(cell, served, benchmark, choice, largest) {
    const row = rowOf(benchmark, cell.getAttribute("data-m"));
    if (!row) return;
    const m = choice.metric(benchmark), baseline = choice.baseline(benchmark);
    cell.className = "number heat";
    cell.removeAttribute("data-sort");
    const below = [];
    let text = ["not defined"], n = 0;
    if (!row.state.includes("d")) {
      // Why there is no result at all is the same for every metric.
      text = (served.querySelector(".value") || served).cloneNode(true).childNodes;
      if (row.name === baseline) below.push("baseline");
    } else if (m >= 0) {
      const metric = benchmark.metrics[m];
      const measured = metric.ratio
        ? estimateRatio(...metric.ratio.map((index) => row.values[index] || [])) : estimate(row.values[m]);
      n = measured.n;
      if (metric.ratio) {
        text = [ratioText(measured, metric.decimals)];
        if (measured.ratio !== undefined) cell.setAttribute("data-sort", measured.ratio);
      } else if (n > 0) {
        text = [estimateText(measured, metric.decimals)];
        cell.setAttribute("data-sort", measured.mean);
      }
      const change = difference(benchmark, row, baseline, m);
      if (change && n > 0) below.push(differenceCell(cell, metric, change, largest));
      else if (row.name === baseline) below.push("baseline");
    }
    if (n > 0 && n < row.values[0].length) below.push("n\u00a0" + n + " of " + row.values[0].length);
    cell.replaceChildren(assay.make("span", { class: "value" }, ...text));
    if (below.length > 0) cell.append(assay.make("span", { class: "below" }, below.join(" ")));
  }

  function picker(title, key, options) {
    const select = assay.make("select", {}, ...options.map(([value, text]) =>
      assay.make("option", { value: value }, text)));
    select.addEventListener("change", () => assay.state.set({ [key]: select.value }));
    assay.state.listen(() => {
      select.value = assay.state.get(key);
      // A link made for another report may name what is not here.
      if (select.selectedIndex < 0) select.selectedIndex = 0;
    });
    return assay.make("label", {}, title + " ", select);
  }

  document.querySelectorAll("table[data-heat]").forEach((table, index) => {
    const shown = new Set(Array.from(table.querySelectorAll("td[data-b]"),
      (cell) => Number(cell.getAttribute("data-b"))));
    const family = assay.data.benchmarks.filter((benchmark, b) => shown.has(b));
    if (family.length === 0) return;
    const keys = { b: index === 0 ? "b" : "b" + (index + 1), m: index === 0 ? "m" : "m" + (index + 1) };
    const cells = Array.from(table.querySelectorAll("td[data-b]"));
    const unique = (items) => Array.from(new Map(items.map((item) => [item[0], item])).values());
    const main = family[0].metrics[family[0].primary];
    const metrics = unique(family.flatMap((benchmark) => benchmark.metrics)
      .map((metric) => [metric.id, metric.title + arrows[metric.better]]));
    const names = unique(family.flatMap((benchmark) => benchmark.rows)
      .map((row) => [row.name, row.reference ? row.title : row.name]));

    const region = table.parentElement;
    const caption = region.previousElementSibling;
    const served = { caption: caption.textContent, cells: cells.map((cell) => cell.cloneNode(true)) };

    function draw() {
      const b = names.some(([name]) => name === assay.state.get(keys.b)) ? assay.state.get(keys.b) : "";
      const m = metrics.some(([id]) => id === assay.state.get(keys.m)) ? assay.state.get(keys.m) : "";
      const choice = {
        metric: (benchmark) => (m ? metricOf(benchmark, m) : benchmark.primary),
        baseline: (benchmark) => (b && rowOf(benchmark, b) ? b : benchmark.baseline),
      };
      if (!b && !m) {
        cells.forEach((cell, i) => {
          Array.from(cell.attributes).forEach((attribute) => {
            if (!["tabindex", "hidden"].includes(attribute.name)) cell.removeAttribute(attribute.name);
          });
          Array.from(served.cells[i].attributes).forEach((attribute) => {
            if (attribute.name !== "tabindex") cell.setAttribute(attribute.name, attribute.value);
          });
          cell.replaceChildren(...served.cells[i].cloneNode(true).childNodes);
        });
        caption.textContent = served.caption;
      } else {
        const changes = family.flatMap((benchmark) => benchmark.rows.map((row) =>
          (choice.metric(benchmark) < 0 ? undefined
            : difference(benchmark, row, choice.baseline(benchmark), choice.metric(benchmark)))));
        const largest = Math.max(0, ...changes.filter((change) => change && change.n > 0)
          .map((change) => Math.abs(change.mean)));
        cells.forEach((cell, i) => fill(cell, served.cells[i],
          assay.data.benchmarks[Number(cell.getAttribute("data-b"))], choice, largest));
        const metric = m ? metrics.find(([id]) => id === m)[1] : main.title + arrows[main.better];
        caption.textContent = metric + ": mean over seeds with its 95 % interval, and below it the paired " +
          "difference to " + (b || "the benchmark\u2019s baseline") + ". Intervals only: \u25b2 better, " +
          "\u25bc worse where the difference\u2019s own 95 % interval leaves out zero, \u25cb and hatched " +
          "where it does not. For corrected tests run assay report" + (b ? " --baseline " + b : "") + ".";
      }
      region.setAttribute("aria-label", caption.textContent);
      cells.forEach((cell) =>
        describe(cell, assay.data.benchmarks[Number(cell.getAttribute("data-b"))], choice));
    }

    caption.before(assay.make("div", { class: "controls pickers", role: "group",
      "aria-label": "What this table compares" },
      picker("Baseline", keys.b, [["", "as in the suite"], ...names]),
      picker("Metric", keys.m, [["", main.title + arrows[main.better]],
        ...metrics.filter(([id]) => id !== main.id)])));
    let drawn = "";
    assay.state.listen(() => {
      const wanted = JSON.stringify([assay.state.get(keys.b), assay.state.get(keys.m)]);
      if (wanted !== drawn) draw();
      drawn = wanted;
    });
  });
})();

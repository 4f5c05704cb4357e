// Which rows and benchmarks the tables show: a search, chips, and what to leave out.
(function () {
  const benchmarks = assay.data.benchmarks;
  const first = document.querySelector("#leaderboard, #overview, #benchmarks");
  if (benchmarks.length === 0 || !first) return;

  const unique = (items) => Array.from(new Set(items));
  const families = unique(benchmarks.map((benchmark) => benchmark.family));
  const rows = new Map();  // by the name that is shown: what is known of the rows of this name
  benchmarks.forEach((benchmark, b) => benchmark.rows.forEach((row) => {
    const shown = row.reference ? row.title : row.name;
    const known = rows.get(shown) || { reference: row.reference, failed: new Set() };
    if (/[^d]/.test(row.state)) known.failed.add(b);
    rows.set(shown, known);
  }));
  const methods = Array.from(rows.keys()).filter((name) => !rows.get(name).reference);

  // The parts of a section from a heading to the next.
  function part(heading) {
    const elements = [heading];
    for (let next = heading.nextElementSibling; next && next.localName !== "h3";
      next = next.nextElementSibling) elements.push(next);
    return elements;
  }
  const partsById = new Map();
  document.querySelectorAll("#leaderboard > h3, #overview > h3, #benchmarks > h3").forEach(
    (heading) => partsById.set(heading.id, part(heading)));
  const tables = Array.from(document.querySelectorAll(
    "#leaderboard table, #overview table, #benchmarks table"))
    .filter((table) => Array.from(table.tBodies[0].rows).some((row) => rows.has(assay.nameIn(row.cells[0]))))
    .map((table) => {
      const owner = Array.from(partsById).find(([id, elements]) => id.startsWith("benchmark-") &&
        elements.some((element) => element.contains(table)));
      return { table, benchmark: owner ? Number(owner[0].slice("benchmark-".length)) - 1 : null,
        family: table.getAttribute("data-heat"),
        names: new Map(Array.from(table.tBodies[0].rows, (row) => [row, assay.nameIn(row.cells[0])])) };
    });

  function wantedBenchmarks() {
    const ids = assay.state.list("on"), wantedFamilies = assay.state.list("family");
    return benchmarks.map((benchmark) => (ids.length === 0 || ids.includes(benchmark.id)) &&
      (wantedFamilies.length === 0 || wantedFamilies.includes(benchmark.family)));
  }

  function wantedRow(name, benchmark, wanted) {
    const known = rows.get(name);
    if (!known) return true;
    const query = assay.state.get("q").toLowerCase(), names = assay.state.list("f");
    if (query && !name.toLowerCase().includes(query)) return false;
    if (known.reference ? assay.state.get("r") : names.length > 0 && !names.includes(name)) return false;
    if (!assay.state.get("x")) return true;
    return benchmark === null ? !Array.from(known.failed).some((b) => wanted[b])
      : !known.failed.has(benchmark);
  }

  function showColumns(entry, wanted) {
    const own = benchmarks.map((benchmark, b) => b)
      .filter((b) => benchmarks[b].family === entry.family);
    Array.from(entry.table.rows).forEach((row) => own.forEach((b, i) => {
      if (row.cells[i + 1] && row.cells.length > own.length) row.cells[i + 1].hidden = !wanted[b];
    }));
  }

  function show() {
    const wanted = wantedBenchmarks();
    const wantedFamilies = assay.state.list("family");
    const setHidden = (id, hidden) => (partsById.get(id) || []).forEach((element) => {
      element.hidden = hidden;
    });
    wanted.forEach((one, b) => setHidden("benchmark-" + (b + 1), !one));
    families.forEach((family, i) => ["leaderboard-", "overview-"].forEach((section) =>
      setHidden(section + (i + 1), wantedFamilies.length > 0 && !wantedFamilies.includes(family))));
    tables.forEach((entry) => {
      entry.names.forEach((name, row) => { row.hidden = !wantedRow(name, entry.benchmark, wanted); });
      if (entry.family !== null) showColumns(entry, wanted);
    });
    const shown = methods.filter((name) => wantedRow(name, null, wanted)).length;
    status.textContent = "Tables show " + shown + " of " + methods.length + " methods" +
      (benchmarks.length > 1 ? " on " + wanted.filter(Boolean).length + " of " + benchmarks.length +
        " benchmarks" : "") + ".";
    bar.classList.toggle("changed", Boolean(
      ["q", "f", "on", "family", "r", "x"].some((key) => assay.state.get(key))));
  }

  // Buttons that stay pressed; none pressed shows all.
  function chips(title, key, names, labels) {
    const buttons = names.map((name, i) => {
      const button = assay.make("button", { type: "button", class: "chip", "aria-pressed": "false" },
        labels ? labels[i] : name);
      button.addEventListener("click", () => {
        const pressed = assay.state.list(key);
        assay.state.set(
          { [key]: names.filter((other) => pressed.includes(other) !== (other === name)) });
      });
      return button;
    });
    const count = assay.make("span", { class: "muted" });
    const box = assay.make("details", { class: "chips" }, assay.make("summary", {}, title, " ", count),
      assay.make("div", { role: "group", "aria-label": title }, ...buttons));
    assay.state.listen(() => {
      const pressed = assay.state.list(key);
      names.forEach((name, i) => buttons[i].setAttribute("aria-pressed", String(pressed.includes(name))));
      count.textContent = pressed.length > 0 ? pressed.length + " of " + names.length : "all";
    });
    return box;
  }

  function tick(title, key) {
    const box = assay.make("input", { type: "checkbox" });
    box.addEventListener("change", () => assay.state.set({ [key]: box.checked ? "1" : "" }));
    assay.state.listen(() => { box.checked = assay.state.get(key) !== ""; });
    return assay.make("label", {}, box, " ", title);
  }

  const search = assay.make("input", { type: "search", placeholder: "method name", spellcheck: "false" });
  search.addEventListener("input", () => assay.state.set({ q: search.value.trim() }));
  assay.state.listen(() => {
    if (search.value.trim() !== assay.state.get("q")) search.value = assay.state.get("q");
  });
  const status = assay.make("p", { role: "status", class: "muted" });
  const reset = assay.make("button", { type: "button", class: "reset" }, "Show all");
  reset.addEventListener("click", () => {
    assay.state.set({ q: "", f: "", on: "", family: "", r: "", x: "" });
    search.focus();
  });

  const families_ = document.querySelectorAll("#overview > h3");
  const bar = assay.make("div", { class: "controls", role: "group", "aria-label": "What the tables show" },
    assay.make("label", {}, "Search ", search));
  if (families.length > 1) {
    bar.append(chips("Families", "family", families,
      families.map((family, i) => (families_[i] ? families_[i].textContent : family))));
  }
  if (benchmarks.length > 1) {
    bar.append(chips("Benchmarks", "on", benchmarks.map((benchmark) => benchmark.id)));
  }
  if (methods.length > 1) bar.append(chips("Methods", "f", methods));
  if (Array.from(rows.values()).some((row) => row.failed.size > 0)) {
    bar.append(tick("Hide rows with failures", "x"));
  }
  if (methods.length < rows.size) bar.append(tick("Hide references", "r"));
  bar.append(reset, status);
  first.before(bar);
  assay.state.listen(show);
})();

// What a column or a cell means, on hover and on focus: titles alone show only to a mouse. Escape hides
// it, and the pointer may move onto it (WCAG 2.1, 1.4.13).
(function () {
  const tip = assay.make("div", { id: "assay-tip", role: "tooltip", hidden: "hidden" });
  document.body.append(tip);
  let owner = null;

  document.querySelectorAll("th[title]").forEach((header) => {
    header.setAttribute("data-tip", header.title);
    header.removeAttribute("title");
  });

  function place(element) {
    const box = element.getBoundingClientRect();
    const width = document.documentElement.clientWidth;
    tip.hidden = false;
    const left = Math.min(Math.max(8, box.left), Math.max(8, width - tip.offsetWidth - 8));
    const above = box.top - tip.offsetHeight - 4;
    tip.style.left = left + window.scrollX + "px";
    tip.style.top = (above > 0 ? above : box.bottom + 4) + window.scrollY + "px";
  }

  function show(element) {
    if (owner === element) return;
    hide();
    owner = element;
    tip.textContent = element.getAttribute("data-tip");
    (element.querySelector("button") || element).setAttribute("aria-describedby", tip.id);
    place(element);
  }

  function hide() {
    if (!owner) return;
    (owner.querySelector("button") || owner).removeAttribute("aria-describedby");
    owner = null;
    tip.hidden = true;
  }

  const ownerOf = (event) => (event.target.closest ? event.target.closest("[data-tip]") : null);
  const follow = (event) => {
    if (event.target === tip) return;
    const element = ownerOf(event);
    if (element) show(element);
    else hide();
  };
  document.addEventListener("pointerover", follow);
  document.addEventListener("focusin", follow);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });

  // A table of methods by benchmarks is one stop of the Tab key; arrow keys go through its cells.
  document.querySelectorAll("table[data-heat]").forEach((table) => {
    const start = table.querySelector("td[data-b]");
    if (start) start.tabIndex = 0;
    table.addEventListener("keydown", (event) => {
      const cell = event.target.closest("td");
      const [down, right] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1],
        ArrowRight: [0, 1] }[event.key] || [0, 0];
      if (!cell || (down === 0 && right === 0)) return;
      event.preventDefault();
      const rows = Array.from(table.tBodies[0].rows).filter((row) => !row.hidden);
      const next = rows[rows.indexOf(cell.parentElement) + down];
      let column = cell.cellIndex + right;
      while (next && next.cells[column] && next.cells[column].hidden) column += right;
      if (!next || !next.cells[column] || next.cells[column].localName !== "td") return;
      cell.tabIndex = -1;
      next.cells[column].tabIndex = 0;
      next.cells[column].focus();
    });
  });
})();

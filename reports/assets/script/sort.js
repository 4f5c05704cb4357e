// Sorting by a click on a column's title: the first click puts the largest number or the first name on
// top, the second turns that round, the third restores the report's own order.
(function () {
  const tables = Array.from(document.querySelectorAll("table.sortable"));
  const orders = new Map();  // the rows as the report has them

  function key(row, column) {
    const cell = row.cells[column];
    const sort = cell ? cell.getAttribute("data-sort") : null;
    return sort === null ? (cell ? cell.textContent.trim() : "") : Number(sort);
  }

  function compare(column, descending) {
    return (one, other) => {
      // References stay below the methods, and cells without a number below those with one.
      const quiet = one.classList.contains("quiet") - other.classList.contains("quiet");
      if (quiet !== 0) return quiet;
      const a = key(one, column), b = key(other, column);
      if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
      const order = typeof a === "number" ? a - b : a.localeCompare(b);
      return descending ? -order : order;
    };
  }

  function show(table, order) {
    const headers = Array.from(table.tHead.rows[0].cells);
    headers.forEach((header) => header.removeAttribute("aria-sort"));
    let rows = orders.get(table);
    if (order) {
      headers[order.column].setAttribute("aria-sort", order.descending ? "descending" : "ascending");
      // A line across the table divides it: rows are sorted within its parts.
      const parts = [[]];
      rows.forEach((row) => {
        if (row.classList.contains("divider")) parts.push([row], []);
        else parts[parts.length - 1].push(row);
      });
      rows = parts.flatMap((part) => part.sort(compare(order.column, order.descending)));
    }
    table.tBodies[0].append(...rows);
  }

  // "0.2d,3.1a": the first table by its third column, descending; the fourth by its second.
  function chosen() {
    const orders = new Map();
    assay.state.get("s").split(",").forEach((text) => {
      const match = /^(\d+)\.(\d+)([ad])$/.exec(text);
      if (!match) return;
      const table = tables[Number(match[1])];
      if (!table || Number(match[2]) >= table.tHead.rows[0].cells.length) return;
      orders.set(table, { column: Number(match[2]), descending: match[3] === "d" });
    });
    return orders;
  }

  function click(table, column, descendingFirst) {
    const orders = chosen();
    const before = orders.get(table);
    if (!before || before.column !== column) {
      orders.set(table, { column, descending: descendingFirst });
    } else if (before.descending === descendingFirst) {
      orders.set(table, { column, descending: !descendingFirst });
    } else {
      orders.delete(table);
    }
    assay.state.set({ s: Array.from(orders).map(([sorted, order]) => tables.indexOf(sorted) + "." +
      order.column + (order.descending ? "d" : "a")).sort().join(",") });
  }

  tables.forEach((table) => {
    orders.set(table, Array.from(table.tBodies[0].rows));
    Array.from(table.tHead.rows[0].cells).forEach((header, column) => {
      const button = assay.make("button", { type: "button" });
      button.append(...header.childNodes);
      header.append(button);
      button.addEventListener("click", () =>
        click(table, column, header.classList.contains("number")));
    });
  });

  // After a change of baseline or metric, too, the rows of a sorted table are put in their order.
  let sorted = new Map();
  assay.state.listen(() => {
    const before = sorted;
    sorted = chosen();
    tables.filter((table) => sorted.has(table) || before.has(table))
      .forEach((table) => show(table, sorted.get(table)));
  });
})();

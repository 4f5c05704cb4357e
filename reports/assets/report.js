// Sorting of tables. The report is complete without it.
"use strict";
(function () {
  function key(cell) {
    var sort = cell.getAttribute("data-sort");
    return sort === null ? cell.textContent.trim() : Number(sort);
  }
  function compare(a, b) {
    var numbers = typeof a === "number", others = typeof b === "number";
    if (numbers !== others) return numbers ? -1 : 1;
    return numbers ? a - b : a.localeCompare(b);
  }
  function sort(table, column, header) {
    var descending = header.getAttribute("aria-sort") !== "descending";
    var body = table.tBodies[0];
    var rows = Array.prototype.slice.call(body.rows);
    rows.sort(function (a, b) {
      // References stay below the methods, and cells without a number below those with one.
      var quiet = a.classList.contains("quiet") - b.classList.contains("quiet");
      if (quiet !== 0) return quiet;
      var x = key(a.cells[column]), y = key(b.cells[column]);
      if (typeof x !== typeof y) return compare(x, y);
      return descending ? compare(y, x) : compare(x, y);
    });
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (cell) {
      cell.removeAttribute("aria-sort");
    });
    header.setAttribute("aria-sort", descending ? "descending" : "ascending");
    rows.forEach(function (row) { body.appendChild(row); });
  }
  document.querySelectorAll("table.sortable").forEach(function (table) {
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (header, column) {
      var button = document.createElement("button");
      button.type = "button";
      while (header.firstChild) button.appendChild(header.firstChild);
      header.appendChild(button);
      button.addEventListener("click", function () { sort(table, column, header); });
    });
  });
})();

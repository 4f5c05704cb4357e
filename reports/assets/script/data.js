// The report is complete without this script, which adds to what is already on the page. Its parts
// are the files of reports/assets/script, joined in the order of reports/CMakeLists.txt.
"use strict";
const assay = {};

// The numbers of the run, which the element #assay-data holds as JSON:
//   {"benchmarks": [{"id", "title", "family", "primary": index of a metric, "baseline": name or "",
//     "metrics": [{"id", "title", "better": "higher", "lower" or "neither", "decimals",
//                  "ratio": [index, index] where it is a ratio of two metrics' means}],
//     "seeds": [...],
//     "rows": [{"name", "title", "reference", "apart", "state": one letter a seed (d: done),
//               "values": by metric and seed, numbers or null}]}]}
(function () {
  const element = document.getElementById("assay-data");
  assay.data = element ? JSON.parse(element.textContent) : { benchmarks: [] };

  assay.make = function (tag, attributes, ...content) {
    const made = document.createElement(tag);
    Object.entries(attributes || {}).forEach(([name, value]) => {
      if (value !== undefined) made.setAttribute(name, value);
    });
    made.append(...content);
    return made;
  };

  // What stands in a cell for a reader, on one line as in the data: without notes such as "baseline"
  // beside a name.
  assay.nameIn = function (cell) {
    const copy = cell.cloneNode(true);
    copy.querySelectorAll(".muted").forEach((note) => note.remove());
    return copy.textContent.replace(/[\n\t]/g, " ").trim();
  };
})();

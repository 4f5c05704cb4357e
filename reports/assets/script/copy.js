// "Copy" below each table: what it shows now, as Markdown or as LaTeX with booktabs.
(function () {
  const latexSigns = {
    "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "&": "\\&", "%": "\\%", "$": "\\$",
    "#": "\\#", "_": "\\_", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}",
    "<": "\\textless{}", ">": "\\textgreater{}", "\u00b1": "$\\pm$", "\u2212": "$-$",
    "\u2191": "$\\uparrow$", "\u2193": "$\\downarrow$", "\u2014": "---", "\u00a0": "~",
    "\u00d7": "$\\times$", "\u2265": "$\\geq$", "\u2264": "$\\leq$", "\u2013": "--",
    "\u2019": "\\textquoteright{}", "\u25b2": "$\\bigtriangleup$", "\u25bc": "$\\bigtriangledown$",
    "\u25cb": "$\\circ$",
  };
  const latex = (text) => Array.from(text).map((sign) => latexSigns[sign] || sign).join("");
  // As reports/writers/markdown_text.cc: an empty comment breaks mentions and links.
  const entities = { "<": "&lt;", ">": "&gt;", "&": "&amp;" };
  const markdown = (text) => text.replace(/[\\`*_[\]|~$]/g, "\\$&")
    .replace(/[<>&]/g, (sign) => entities[sign])
    .replace(/[@#](?=[A-Za-z0-9])|:(?=\/)/g, "$&<!-- -->");

  // The value, and what stands below it, as they are read.
  function textOf(cell) {
    const parts = Array.from(cell.querySelectorAll(".value, .below"));
    const text = (parts.length > 0 ? parts : [cell]).map((part) => part.textContent).join(" ");
    return text.replace(/[ \n]+/g, " ").trim();
  }

  // Rows of {text, number}, the header first, without what is hidden.
  function cells(table) {
    const shown = (element) => !element.hidden;
    return Array.from(table.rows).filter(shown).map((row) =>
      Array.from(row.cells).filter(shown).map((cell) => ({
        text: textOf(cell),
        number: cell.classList.contains("number") || cell.classList.contains("value"),
        span: cell.colSpan,
      })));
  }

  function asMarkdown(rows) {
    const line = (texts) => "| " + texts.join(" | ") + " |";
    const width = rows[0].length;
    const lines = rows.map((row) => line(Array.from({ length: width },
      (unused, i) => (row[i] ? markdown(row[i].text) : ""))));
    lines.splice(1, 0, line(rows[0].map((cell) => (cell.number ? "---:" : "---"))));
    return lines.join("\n") + "\n";
  }

  function asLatex(rows) {
    const line = (row) => row.map((cell) => (cell.span > 1
      ? "\\multicolumn{" + cell.span + "}{l}{" + latex(cell.text) + "}" : latex(cell.text)))
      .join(" & ") + " \\\\";
    return ["\\begin{tabular}{" + rows[0].map((cell) => (cell.number ? "r" : "l")).join("") + "}",
      "\\toprule", line(rows[0]), "\\midrule", ...rows.slice(1).map(line), "\\bottomrule",
      "\\end{tabular}", ""].join("\n");
  }

  // Where the page may not use the clipboard itself, by way of a text that is selected.
  function copyBySelection(text) {
    const area = assay.make("textarea", { "aria-hidden": "true", class: "off-screen" });
    area.value = text;
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    return copied;
  }

  async function copy(text, status) {
    let copied = false;
    try {
      await navigator.clipboard.writeText(text);
      copied = true;
    } catch (refused) {
      copied = copyBySelection(text);
    }
    status.textContent = copied ? "Copied" : "The browser refused";
  }

  document.querySelectorAll(".scroll > table").forEach((table) => {
    const region = table.parentElement;
    const status = assay.make("span", { role: "status" });
    const name = region.getAttribute("aria-label") || "table";
    const button = (format, write) => {
      const made = assay.make("button", { type: "button", "aria-label": "Copy as " + format + ": " + name },
        format);
      made.addEventListener("click", () => copy(write(cells(table)), status));
      return made;
    };
    const tools = assay.make("details", { class: "copy" }, assay.make("summary", { "aria-label": "Copy table: " + name }, "Copy table"),
      button("Markdown", asMarkdown), button("LaTeX", asLatex), status);
    region.after(tools);
  });
})();

#include "reports/writers/html_table.h"

#include "reports/model/plain_text.h"

#include <fmt/format.h>

#include <cmath>

namespace assay::reports {

namespace {

// "heat better-3", "heat worse-1 hatched": the sign and the word stand in the cell's text as well.
std::string heat_class(const Heat& heat) {
  std::string name = "heat";
  if (heat.step > 0) name += " better-" + std::to_string(heat.step);
  if (heat.step < 0) name += " worse-" + std::to_string(-heat.step);
  return heat.decided ? name : name + " hatched";
}

void write_toned(Markup& markup, const Cell& cell) {
  if (cell.tone == Tone::none) {
    write_text(markup, cell.text);
    return;
  }
  markup.open("span", {{"class", std::string("mark ") + tone_class(cell.tone)}});
  write_text(markup, cell.text);
  markup.close();
}

void write_cell(Markup& markup, const Cell& cell, const Column& column, bool row_header) {
  const std::string sort = std::isfinite(cell.sort) ? fmt::format("{}", cell.sort) : "";
  std::string css_class = column.number ? "number" : "";
  if (cell.heat) css_class += (css_class.empty() ? "" : " ") + heat_class(*cell.heat);
  // The row's name as in the page's data (page_data.cc), where the script looks it up.
  markup.open(row_header ? "th" : "td",
              {{"scope", row_header ? "row" : ""},
               {"class", css_class},
               {"data-sort", sort},
               {"data-b", cell.heat ? std::to_string(cell.heat->benchmark) : ""},
               {"data-m", cell.heat ? one_line(cell.heat->row) : ""}});
  if (cell.below.empty()) {
    write_toned(markup, cell);
  } else {
    markup.open("span", {{"class", "value"}});
    write_toned(markup, cell);
    markup.close().open("span", {{"class", "below"}});
    write_text(markup, cell.below);
    markup.close();
  }
  markup.close();
}

void write_row(Markup& markup, const Table& table, const TableRow& row) {
  if (!row.divider.empty()) {
    markup.open("tr", {{"class", "divider"}});
    markup.element("th", {{"scope", "rowgroup"}, {"colspan", std::to_string(table.columns.size())}},
                   row.divider);
    markup.close().line();
    return;
  }
  markup.open("tr", {{"class", row.quiet ? "quiet" : ""}});
  for (std::size_t i = 0; i < row.cells.size() && i < table.columns.size(); ++i) {
    write_cell(markup, row.cells[i], table.columns[i], i == 0);
  }
  markup.close().line();
}

}  // namespace

const char* tone_class(Tone tone) {
  switch (tone) {
    case Tone::good:
      return "good";
    case Tone::bad:
      return "bad";
    case Tone::open:
      return "open";
    case Tone::warning:
      return "warning";
    case Tone::none:
      break;
  }
  return "";
}

void write_text(Markup& markup, const Text& text) {
  for (const Span& span : text) {
    switch (span.kind) {
      case Span::Kind::plain:
        markup.text(span.text);
        break;
      case Span::Kind::strong:
        markup.element("strong", {}, span.text);
        break;
      case Span::Kind::code:
        markup.element("code", {}, span.text);
        break;
      case Span::Kind::muted:
        markup.element("span", {{"class", "muted"}}, span.text);
        break;
      case Span::Kind::link:
        markup.element("a", {{"href", span.target}, {"rel", "noreferrer"}}, span.text);
        break;
    }
  }
}

void write_table(Markup& markup, const Table& table) {
  // Outside of the container: a caption inside would be as wide as the table, and cut on a phone.
  if (!table.caption.empty()) markup.element("p", {{"class", "caption"}}, table.caption).line();
  const std::string label = table.caption.empty() ? table.columns.front().title : table.caption;
  markup.open("div",
              {{"class", "scroll"}, {"tabindex", "0"}, {"role", "region"}, {"aria-label", label}});
  const std::string css_class = table.heat.empty() ? "" : "heat-table";
  markup.line().open("table",
                     {{"class", table.sortable ? css_class + (css_class.empty() ? "" : " ") + "sortable"
                                               : css_class},
                      {"data-heat", one_line(table.heat)}});
  markup.line();
  markup.open("thead").open("tr").line();
  for (const Column& column : table.columns) {
    markup.element(
        "th", {{"scope", "col"}, {"class", column.number ? "number" : ""}, {"title", column.help}},
        column.title);
    markup.line();
  }
  markup.close().close().line().open("tbody").line();
  for (const TableRow& row : table.rows) write_row(markup, table, row);
  markup.close().line().close().line().close();
}

}  // namespace assay::reports

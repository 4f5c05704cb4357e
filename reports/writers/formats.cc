#include "reports/writers/formats.h"

#include "reports/sections/sections.h"

#include <algorithm>

namespace assay::reports {

Report make_report(RunResults results) {
  Report report;
  report.results = std::move(results);
  report.analysis = analyse(report.results);
  report.document = build_document(report.results, report.analysis);
  return report;
}

const std::vector<Format>& formats() {
  static const std::vector<Format> all = {
      {"html", "one self-contained page", write_html},
      {"md", "Markdown for pull requests", write_markdown},
      {"json", "the numbers, for tools", write_json},
      {"csv", "one line for each cell and metric", write_csv},
  };
  return all;
}

const Format* find_format(const std::string& id) {
  const auto found = std::find_if(formats().begin(), formats().end(),
                                  [&](const Format& format) { return format.id == id; });
  return found == formats().end() ? nullptr : &*found;
}

}  // namespace assay::reports

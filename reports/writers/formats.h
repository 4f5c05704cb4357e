// The formats of reports. A new one is a function here and a line in formats.cc.
#pragma once

#include "reports/analysis/analysis.h"
#include "reports/model/document.h"

#include <string>
#include <vector>

namespace assay::reports {

/// Everything a writer may use: documents are for readers, numbers for tools.
struct Report {
  RunResults results;
  Analysis analysis;
  Document document;
};

Report make_report(RunResults results);

struct Format {
  const char* id;  ///< "html"; also the file's extension
  const char* summary;
  std::string (*write)(const Report& report);
};

const std::vector<Format>& formats();
/// nullptr when there is none of that id.
const Format* find_format(const std::string& id);

/// One self-contained file: no network, no script needed, no address that is loaded.
std::string write_html(const Report& report);
/// GitHub's Markdown, with the same sections and numbers.
std::string write_markdown(const Report& report);
/// Format "assay-report": estimates, comparisons, claims. For tools.
std::string write_json(const Report& report);
/// Long form: one line for each cell and metric.
std::string write_csv(const Report& report);

}  // namespace assay::reports

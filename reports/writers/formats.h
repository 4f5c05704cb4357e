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
  const char* id;         ///< "html": what --format is given
  const char* extension;  ///< of its file: report.<extension>
  const char* summary;
  std::string (*write)(const Report& report);
};

const std::vector<Format>& formats();
/// nullptr when there is none of that id.
const Format* find_format(const std::string& id);
/// The format whose files end like `file`: the longest extension counts, and any other .xml is
/// JUnit's. nullptr when there is none.
const Format* format_of_file(const std::string& file);

/// One self-contained file: no network, no script needed, no address that is loaded.
std::string write_html(const Report& report);
/// GitHub's Markdown, with the same sections and numbers.
std::string write_markdown(const Report& report);
/// GitHub's Markdown for a comment on a pull request: the verdicts, what was decided, what failed.
/// At most 60 lines and 65,000 bytes whatever the run holds; says what it leaves out.
std::string write_pr_comment(const Report& report);
/// Tables for \input in a paper, with booktabs; bold is the group of the best (best_group.h).
std::string write_latex(const Report& report);
/// JUnit's XML: a case for each cell and each claim.
std::string write_junit(const Report& report);
/// Format "assay-report": estimates, comparisons, claims. For tools.
std::string write_json(const Report& report);
/// Long form: one line for each cell and metric.
std::string write_csv(const Report& report);

}  // namespace assay::reports

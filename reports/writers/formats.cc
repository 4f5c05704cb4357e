#include "reports/writers/formats.h"

#include "reports/sections/sections.h"

#include <assay/common/error.h>

#include <algorithm>

namespace assay::reports {

Report make_report(RunResults results) {
  Report report;
  report.results = std::move(results);
  try {
    report.analysis = analyse(report.results);
    report.document = build_document(report.results, report.analysis);
  } catch (const Json::exception& error) {
    // Descriptions of families and methods and the provenance are read where they are printed.
    throw Error((report.results.folder / "run.json").string() +
                " does not follow its format: " + error.what());
  }
  return report;
}

const std::vector<Format>& formats() {
  static const std::vector<Format> all = {
      {"html", "html", "one self-contained page", write_html},
      {"md", "md", "the same in Markdown", write_markdown},
      {"pr-comment", "pr-comment.md", "Markdown of 60 lines at most", write_pr_comment},
      {"tex", "tex", "tables for a paper", write_latex},
      {"json", "json", "the numbers, for tools", write_json},
      {"csv", "csv", "one line for each cell and metric", write_csv},
      {"junit", "junit.xml", "cells and claims as tests, for build servers", write_junit},
  };
  return all;
}

const Format* find_format(const std::string& id) {
  const auto found = std::find_if(formats().begin(), formats().end(),
                                  [&](const Format& format) { return format.id == id; });
  return found == formats().end() ? nullptr : &*found;
}

const Format* format_of_file(const std::string& file) {
  const Format* longest = nullptr;
  for (const Format& format : formats()) {
    const std::string ending = std::string(".") + format.extension;
    if (!file.ends_with(ending)) continue;
    if (longest == nullptr || ending.size() > std::string(longest->extension).size() + 1) {
      longest = &format;
    }
  }
  return longest == nullptr && file.ends_with(".xml") ? find_format("junit") : longest;
}

}  // namespace assay::reports

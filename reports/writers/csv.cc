// RFC 4180 in long form, one line for each cell and metric (docs/reports.md). A failed cell has one
// line with its cause, a missing one an empty one.
#include "reports/model/plain_text.h"
#include "reports/writers/formats.h"

#include <assay/common/text.h>

#include <cmath>

namespace assay::reports {

namespace {

// Quoted where needed. A text that a spreadsheet would run as a formula gets an apostrophe before
// it, and so does one that begins with a space, which some spreadsheets drop. That changes the
// text: who needs it as it was reads the JSON report. Numbers are written by this file and keep
// their sign.
std::string field(const std::string& foreign) {
  std::string text = one_line(foreign);
  if (!text.empty() && std::string_view("=+-@ ").find(text[0]) != std::string_view::npos) {
    text.insert(0, "'");
  }
  if (text.find_first_of(",\"") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

const char* state_word(CellState state) {
  switch (state) {
    case CellState::done:
      return "done";
    case CellState::failed:
      return "failed";
    case CellState::missing:
      break;
  }
  return "missing";
}

}  // namespace

std::string write_csv(const Report& report) {
  std::string out = "benchmark,family,method,use,role,seed,status,metric,value,error,run\r\n";
  for (const BenchmarkResults& benchmark : report.results.benchmarks) {
    for (const Row& row : benchmark.rows) {
      for (const SeedResult& seed : row.seeds) {
        const std::string cell = field(benchmark.id) + "," + field(benchmark.family) + "," +
                                 field(row.name) + "," + field(row.use) + "," +
                                 (row.reference ? "reference" : "method") + "," +
                                 std::to_string(seed.seed) + "," + state_word(seed.state) + ",";
        const bool ran = seed.state != CellState::missing;
        const std::string run = ran ? field(report.results.runs.at(seed.run).label) : "";
        if (seed.state != CellState::done) {
          const std::string cause = seed.state == CellState::failed
                                        ? seed.error_kind + ": " + seed.error_message
                                        : std::string();
          out += cell + ",," + field(cause) + "," + run + "\r\n";
          continue;
        }
        if (seed.metrics.empty()) out += cell + ",,," + run + "\r\n";
        for (const auto& [metric, value] : seed.metrics) {
          out += cell + field(metric) + "," + (std::isfinite(value) ? number_text(value) : "") +
                 ",," + run + "\r\n";
        }
      }
    }
  }
  return out;
}

}  // namespace assay::reports

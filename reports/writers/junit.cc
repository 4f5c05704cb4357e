// JUnit's XML as build servers read it: a suite for each benchmark and one for the claims, a case
// for each cell and each claim. A failed or missing cell is an error, a refuted claim a failure, an
// inconclusive one skipped: a server then shows "red" only for what is known to be wrong.
#include "reports/model/plain_text.h"
#include "reports/writers/claim_text.h"
#include "reports/writers/formats.h"
#include "reports/writers/markup.h"

#include <fmt/format.h>

#include <cmath>
#include <map>

namespace assay::reports {

namespace {

// XML 1.0 has no place for these two, not even as references; clean() has seen to the others.
std::string allowed(std::string text) {
  for (const char* forbidden : {"\ufffe", "\uffff"}) {
    for (std::size_t at = 0; (at = text.find(forbidden, at)) != std::string::npos;) {
      text.replace(at, 3, "\ufffd");
    }
  }
  return text;
}

// Parsers turn line breaks of attributes into spaces anyway.
std::string attribute(std::string_view foreign) {
  return allowed(one_line(foreign));
}

std::string seconds_text(double seconds) {
  return std::isfinite(seconds) ? fmt::format("{:.3f}", seconds) : "";
}

// "2026-01-31T12:00:05Z" without its zone, which the format's schema does not allow; "" for others.
std::string timestamp(const std::string& iso) {
  return iso.size() >= 19 && iso[10] == 'T' ? iso.substr(0, 19) : "";
}

struct Case {
  std::string group, name;
  double seconds = std::nan("");
  const char* outcome = "";  ///< the element's name, "" for a case that has passed
  std::string type, message, text;
};

struct CaseSuite {
  std::string name, started;
  std::vector<Case> cases;

  std::size_t count(const std::string& outcome) const {
    std::size_t count = 0;
    for (const Case& one : cases) count += one.outcome == outcome ? 1 : 0;
    return count;
  }
  double seconds() const {
    double sum = 0;
    for (const Case& one : cases) sum += std::isfinite(one.seconds) ? one.seconds : 0;
    return sum;
  }
};

Case cell_case(const BenchmarkResults& benchmark, const Row& row, const SeedResult& seed) {
  Case one;
  one.group = benchmark.id + "." + row.name;
  one.name = row.name + " seed " + std::to_string(seed.seed);
  switch (seed.state) {
    case CellState::done:
      one.seconds = seed.seconds;
      break;
    case CellState::missing:
      one.outcome = "error";
      one.type = "missing";
      one.message = "this cell has no result yet: running the suite again computes it";
      break;
    case CellState::failed:
      one.seconds = seed.seconds;
      one.outcome = "error";
      one.type = seed.error_kind;
      one.message = (seed.error_phase.empty() ? "" : "in " + seed.error_phase + ": ") +
                    (seed.error_message.empty() ? seed.error_kind : seed.error_message);
      one.text = seed.error_message;
      if (!seed.log_end.empty()) one.text += "\n\nEnd of " + seed.error_log + ":\n" + seed.log_end;
      break;
  }
  return one;
}

CaseSuite claim_suite(const Report& report) {
  CaseSuite suite{"claims", report.results.started, {}};
  const std::vector<Finding> findings = claim_findings(report.document);
  std::map<std::string, int> seen;
  for (std::size_t i = 0; i < report.analysis.claims.size(); ++i) {
    const ClaimResult& claim = report.analysis.claims[i];
    Case one;
    one.group = "claims";
    one.name = claim.claim.says;
    // Servers take cases of one name for one case.
    if (const int times = ++seen[one.name]; times > 1) {
      one.name += " (" + std::to_string(times) + ")";
    }
    if (claim.verdict != Verdict::supported) {
      one.outcome = claim.verdict == Verdict::refuted ? "failure" : "skipped";
      one.type = verdict_word(claim.verdict);
      one.message = std::string(verdict_word(claim.verdict)) + ": expected " + claim.claim.expect +
                    " in " + claim.claim.metric;
      if (i < findings.size()) {
        for (const Text& detail : findings[i].details) one.text += words(detail) + "\n";
      }
    }
    suite.cases.push_back(std::move(one));
  }
  return suite;
}

void write_case(Markup& xml, const Case& one) {
  xml.open("testcase", {{"classname", attribute(one.group)},
                        {"name", attribute(one.name)},
                        {"time", seconds_text(one.seconds)}});
  const std::string outcome = one.outcome;
  if (!outcome.empty()) {
    // The schema gives "skipped" no type.
    const std::string type = outcome == "skipped" ? "" : attribute(one.type);
    xml.element(one.outcome, {{"type", type}, {"message", attribute(one.message)}},
                allowed(clean(one.text)));
  }
  xml.close().line();
}

void write_suite(Markup& xml, const CaseSuite& suite) {
  xml.open("testsuite", {{"name", attribute(suite.name)},
                         {"tests", std::to_string(suite.cases.size())},
                         {"failures", std::to_string(suite.count("failure"))},
                         {"errors", std::to_string(suite.count("error"))},
                         {"skipped", std::to_string(suite.count("skipped"))},
                         {"time", seconds_text(suite.seconds())},
                         {"timestamp", timestamp(suite.started)}});
  xml.line();
  for (const Case& one : suite.cases) write_case(xml, one);
  xml.close().line();
}

}  // namespace

std::string write_junit(const Report& report) {
  std::vector<CaseSuite> suites;
  for (const BenchmarkResults& benchmark : report.results.benchmarks) {
    CaseSuite& suite = suites.emplace_back();
    suite.name = benchmark.id;
    suite.started = report.results.started;
    for (const Row& row : benchmark.rows) {
      for (const SeedResult& seed : row.seeds) {
        suite.cases.push_back(cell_case(benchmark, row, seed));
      }
    }
  }
  if (!report.analysis.claims.empty()) suites.push_back(claim_suite(report));
  std::size_t tests = 0, failures = 0, errors = 0, skipped = 0;
  double seconds = 0;
  for (const CaseSuite& suite : suites) {
    tests += suite.cases.size();
    failures += suite.count("failure");
    errors += suite.count("error");
    skipped += suite.count("skipped");
    seconds += suite.seconds();
  }
  Markup xml;
  xml.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
  xml.open("testsuites", {{"name", attribute(report.results.name)},
                          {"tests", std::to_string(tests)},
                          {"failures", std::to_string(failures)},
                          {"errors", std::to_string(errors)},
                          {"skipped", std::to_string(skipped)},
                          {"time", seconds_text(seconds)}});
  xml.line();
  for (const CaseSuite& suite : suites) write_suite(xml, suite);
  xml.close().line();
  return xml.take();
}

}  // namespace assay::reports

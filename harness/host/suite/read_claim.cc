// One [[claim]]: names are checked against every benchmark that it speaks of.
#include "host/suite/claim_axis.h"
#include "host/suite/expectation.h"
#include "host/suite/reading.h"

#include <assay/common/text.h>

#include <algorithm>
#include <cmath>

namespace assay {

namespace {

const Entry* find_entry(const Node& table, const std::string& key) {
  const auto found = std::find_if(table.entries.begin(), table.entries.end(),
                                  [&](const Entry& entry) { return entry.key == key; });
  return found == table.entries.end() ? nullptr : &*found;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void unknown_name(Reading& reading, const std::string& name, const Place& at, const std::string& id,
                  const std::vector<std::string>& known) {
  const std::string near = did_you_mean(name, known);
  reading.mistake(at, quote(name) + " is neither a method nor a reference of '" + id + "'" +
                          (near.empty() ? "; it has " + join(known, ", ") : near));
}

void check_name(Reading& reading, const std::string& name, const Place& at,
                const std::vector<std::string>& on) {
  for (const std::string& id : on) {
    const BenchmarkNames& about = reading.benchmarks.at(id);
    if (about.complete && !contains(about.names, name)) {
      unknown_name(reading, name, at, id, about.names);
    }
  }
}

/// The text of `expect`, and where its parts stand in the file.
struct Expected {
  std::string text;
  Place at;
  std::optional<Expectation> parts;  ///< none after a mistake

  Place place(const Reading& reading, std::size_t offset) const {
    return reading.source.inside(at, text, offset);
  }
};

Expected read_expectation(Reading& reading, const Node& table) {
  Expected expected;
  const std::optional<std::string> text = read_text(reading, table, "expect", true, &expected.at);
  if (!text) return expected;
  expected.text = *text;
  const auto parsed = parse_expectation(*text);
  if (const auto* problem = std::get_if<ExpectationProblem>(&parsed)) {
    reading.mistake(expected.place(reading, problem->offset),
                    "'expect' is not understood: " + problem->message);
  } else {
    expected.parts = std::get<Expectation>(parsed);
  }
  return expected;
}

/// The key of a claim about one form only.
void refuse(Reading& reading, const Node& table, const char* key, const char* forms) {
  if (const Entry* entry = find_entry(table, key)) {
    reading.mistake(entry->at, "'" + std::string(key) + "' belongs to " + forms + " alone");
  }
}

bool read_flag(Reading& reading, const Node& table, const std::string& key) {
  const Node* node = table.find(key);
  if (node == nullptr) return false;
  if (node->is(Node::Kind::boolean)) return node->boolean;
  reading.mistake(node->at, "'" + key + "' must be true or false, not " + kind_of(*node));
  return false;
}

std::optional<double> read_level(Reading& reading, const Node& table, const Expected& expected) {
  const Node* node = table.find("at");
  if (node == nullptr) {
    reading.mistake(table.at,
                    "missing required key 'at': the value that the metric crosses at a threshold");
    return std::nullopt;
  }
  double level = std::nan("");
  if (node->is(Node::Kind::integer)) level = static_cast<double>(node->integer);
  if (node->is(Node::Kind::real)) level = node->real;
  if (!std::isfinite(level)) {
    reading.mistake(node->at, "'at' must be a number, not " + kind_of(*node));
    return std::nullopt;
  }
  if (expected.parts->log_metric && level <= 0) {
    reading.mistake(node->at, "'at' = " + number_text(level) + " has no logarithm");
    return std::nullopt;
  }
  return level;
}

/// Metric, method and axis of a claim about a sweep.
void read_sweep_claim(Reading& reading, const Node& table, const Suite& suite,
                      const Expected& expected, Claim& claim) {
  const Expectation& parts = *expected.parts;
  Place metric_at;
  const auto metric = read_text(reading, table, "metric", false, &metric_at);
  if (metric && *metric != parts.metric) {
    reading.mistake(metric_at, "'metric' is " + quote(*metric) + " here and " +
                                   quote(parts.metric) + " in 'expect': leave 'metric' out");
  }
  claim.metric = parts.metric;
  refuse(reading, table, "log", "claims that compare rows");
  check_metric(reading, claim.metric, expected.place(reading, parts.metric_offset), claim.on);
  if (parts.kind == Expectation::Kind::threshold) {
    claim.at = read_level(reading, table, expected);
  } else {
    refuse(reading, table, "at", "threshold(...)");
  }
  if (parts.fits() && parts.kind == Expectation::Kind::threshold && parts.log_axis &&
      parts.high <= 0) {
    reading.mistake(expected.place(reading, parts.range_offset),
                    "no value of a logarithmic axis lies below " + number_text(parts.high));
  } else if (parts.fits() && parts.kind == Expectation::Kind::threshold && parts.log_axis &&
             parts.low <= 0 && std::isinf(parts.high)) {
    reading.mistake(expected.place(reading, parts.range_offset),
                    "every value of a logarithmic axis lies above " + number_text(parts.low));
  }
  Place method_at;
  if (table.find("method") == nullptr) {
    reading.mistake(table.at, "missing required key 'method': whose " + quote(parts.axis) +
                                  " varies, the name of a method as in 'use' or 'as'");
    return;
  }
  claim.method = read_text(reading, table, "method", true, &method_at).value_or("");
  const bool known = std::all_of(claim.on.begin(), claim.on.end(), [&](const std::string& id) {
    return reading.benchmarks.at(id).complete;
  });
  if (claim.method.empty() || claim.on.empty() || !known) return;
  const std::size_t before = reading.mistakes.size();
  for (const Benchmark& benchmark : suite.benchmarks) {
    if (!contains(claim.on, benchmark.id)) continue;
    std::vector<std::string> names = sweep_stems(benchmark);
    const std::vector<std::string>& rows = reading.benchmarks.at(benchmark.id).names;
    names.insert(names.end(), rows.begin(), rows.end());
    if (!contains(names, claim.method)) {
      unknown_name(reading, claim.method, method_at, benchmark.id, names);
    }
  }
  if (reading.mistakes.size() > before) return;
  const auto lines = find_lines(claim, parts, suite);
  if (const auto* problem = std::get_if<AxisProblem>(&lines)) {
    reading.mistake(problem->part == AxisProblem::Part::method
                        ? method_at
                        : expected.place(reading, parts.axis_offset),
                    problem->message);
  }
}

/// Rows of named benchmarks: those of `on`, each of them at least once.
void check_named_rows(Reading& reading, const Node& table, const Expected& expected,
                      const std::vector<std::string>& on) {
  const Expectation& parts = *expected.parts;
  for (std::size_t i = 0; i < parts.names.size(); ++i) {
    const std::string& id = parts.benchmarks[i];
    const Place at = expected.place(reading, parts.offsets[i]);
    if (contains(on, id)) {
      check_name(reading, parts.names[i], at, {id});
    } else {
      reading.mistake(at, quote(id) + " is none of the benchmarks of 'on'" + did_you_mean(id, on));
    }
  }
  for (const std::string& id : on) {
    if (contains(parts.benchmarks, id)) continue;
    reading.mistake(table.find("on")->at,
                    quote(id) + " stands in 'on', but 'expect' names no row of it");
  }
}

/// Metric and names of a claim that compares rows.
void read_comparison(Reading& reading, const Node& table, const Expected& expected, Claim& claim) {
  Place metric_at;
  // A claim about a sweep that is not understood needs none.
  const bool required = !begins_sweep(expected.text);
  const auto metric = read_text(reading, table, "metric", required, &metric_at);
  if (metric) check_metric(reading, *metric, metric_at, claim.on);
  claim.metric = metric.value_or("");
  claim.log = read_flag(reading, table, "log");
  if (!expected.parts) return;
  if (expected.parts->across()) {
    check_named_rows(reading, table, expected, claim.on);
  } else {
    for (std::size_t i = 0; i < expected.parts->names.size(); ++i) {
      check_name(reading, expected.parts->names[i],
                 expected.place(reading, expected.parts->offsets[i]), claim.on);
    }
  }
  refuse(reading, table, "method", "claims about a sweep, such as slope(...),");
  refuse(reading, table, "at", "threshold(...)");
}

}  // namespace

std::optional<Claim> read_claim(Reading& reading, const Node& table, const Suite& suite) {
  check_keys(reading, table,
             {"says", "paper", "on", "metric", "expect", "method", "at", "exact", "log"},
             " in a claim");
  Claim claim;
  claim.says = read_text(reading, table, "says", true).value_or("");
  claim.paper = read_text(reading, table, "paper", false).value_or("");
  claim.on = read_on(reading, table);
  claim.exact = read_flag(reading, table, "exact");
  const Expected expected = read_expectation(reading, table);
  claim.expect = expected.text;
  if (expected.parts && expected.parts->sweeps()) {
    read_sweep_claim(reading, table, suite, expected, claim);
  } else {
    read_comparison(reading, table, expected, claim);
  }
  return claim;
}

}  // namespace assay

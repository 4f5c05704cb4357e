// One [[claim]]: names are checked against every benchmark that it speaks of.
#include "host/suite/expectation.h"
#include "host/suite/reading.h"

#include <assay/common/text.h>

#include <algorithm>
#include <set>

namespace assay {

namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<std::string> read_on(Reading& reading, const Node& table) {
  std::vector<std::string> known;
  for (const auto& [id, about] : reading.benchmarks) known.push_back(id);
  std::vector<std::string> on;
  for (const auto& [id, at] : read_texts(reading, table, "on")) {
    if (contains(on, id)) {
      reading.mistake(at, "the benchmark " + quote(id) + " is listed twice");
    } else if (!contains(known, id)) {
      const std::string near = did_you_mean(id, known);
      reading.mistake(
          at, "unknown benchmark " + quote(id) +
                  (near.empty() && !known.empty() ? "; there are " + join(known, ", ") : near));
    } else {
      on.push_back(id);
    }
  }
  return on;
}

std::string read_metric(Reading& reading, const Node& table, const std::vector<std::string>& on) {
  Place at;
  const std::optional<std::string> metric = read_text(reading, table, "metric", true, &at);
  if (!metric) return "";
  std::set<std::string> told;  // one mistake a family
  for (const std::string& id : on) {
    const std::string& family = reading.benchmarks.at(id).family;
    if (family.empty() || !told.insert(family).second) continue;
    const std::vector<std::string> known = ids_of(reading.family(family)->at("metrics"));
    if (contains(known, *metric)) continue;
    const std::string near = did_you_mean(*metric, known);
    reading.mistake(at, "unknown metric " + quote(*metric) + " of " + family +
                            (near.empty() ? "; it has " + join(known, ", ") : near));
  }
  return *metric;
}

void check_names(Reading& reading, const Expectation& expectation, const std::string& text,
                 const Place& at, const std::vector<std::string>& on) {
  for (std::size_t i = 0; i < expectation.names.size(); ++i) {
    const std::string& name = expectation.names[i];
    const Place name_at = reading.source.inside(at, text, expectation.offsets[i]);
    for (const std::string& id : on) {
      const BenchmarkNames& about = reading.benchmarks.at(id);
      if (!about.complete || contains(about.names, name)) continue;
      const std::string near = did_you_mean(name, about.names);
      reading.mistake(name_at, quote(name) + " is neither a method nor a reference of '" + id +
                                   "'" +
                                   (near.empty() ? "; it has " + join(about.names, ", ") : near));
    }
  }
}

std::string read_expectation(Reading& reading, const Node& table,
                             const std::vector<std::string>& on) {
  Place at;
  const std::optional<std::string> text = read_text(reading, table, "expect", true, &at);
  if (!text) return "";
  const auto parsed = parse_expectation(*text);
  if (const auto* problem = std::get_if<ExpectationProblem>(&parsed)) {
    reading.mistake(reading.source.inside(at, *text, problem->offset),
                    "'expect' is not understood: " + problem->message);
  } else {
    check_names(reading, std::get<Expectation>(parsed), *text, at, on);
  }
  return *text;
}

}  // namespace

std::optional<Claim> read_claim(Reading& reading, const Node& table) {
  check_keys(reading, table, {"says", "paper", "on", "metric", "expect"}, " in a claim");
  Claim claim;
  claim.says = read_text(reading, table, "says", true).value_or("");
  claim.paper = read_text(reading, table, "paper", false).value_or("");
  claim.on = read_on(reading, table);
  claim.metric = read_metric(reading, table, claim.on);
  claim.expect = read_expectation(reading, table, claim.on);
  return claim;
}

}  // namespace assay

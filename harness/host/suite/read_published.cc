// One [[published]] row, and what it shares with a claim: benchmarks and a metric of theirs.
#include "host/suite/reading.h"

#include <assay/common/text.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace assay {

namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// A finite number under `key`; nothing when it is not there, or after a mistake.
std::optional<double> read_number(Reading& reading, const Node& table, const std::string& key,
                                  bool at_least_zero) {
  const Node* node = table.find(key);
  if (node == nullptr) return std::nullopt;
  double number = std::nan("");
  if (node->is(Node::Kind::integer)) number = static_cast<double>(node->integer);
  if (node->is(Node::Kind::real)) number = node->real;
  if (std::isfinite(number) && !(at_least_zero && number < 0)) return number;
  reading.mistake(node->at, "'" + key + "' must be a number" + (at_least_zero ? " from 0 up" : "") +
                                ", not " +
                                (std::isfinite(number) ? number_text(number) : kind_of(*node)));
  return std::nullopt;
}

}  // namespace

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

void check_metric(Reading& reading, const std::string& metric, const Place& at,
                  const std::vector<std::string>& on) {
  std::set<std::string> told;  // one mistake a family
  for (const std::string& id : on) {
    const std::string& family = reading.benchmarks.at(id).family;
    if (family.empty() || !told.insert(family).second) continue;
    const std::vector<std::string> known = ids_of(reading.family(family)->at("metrics"));
    if (contains(known, metric)) continue;
    const std::string near = did_you_mean(metric, known);
    reading.mistake(at, "unknown metric " + quote(metric) + " of " + family +
                            (near.empty() ? "; it has " + join(known, ", ") : near));
  }
}

std::optional<Published> read_published(Reading& reading, const Node& table) {
  check_keys(reading, table,
             {"on", "method", "metric", "value", "spread", "source", "setting", "tolerance"},
             " in a published row");
  Published row;
  row.on = read_on(reading, table);
  row.method = read_text(reading, table, "method", true).value_or("");
  Place metric_at;
  if (const auto metric = read_text(reading, table, "metric", true, &metric_at)) {
    row.metric = *metric;
    check_metric(reading, row.metric, metric_at, row.on);
  }
  if (table.find("value") == nullptr) {
    reading.mistake(table.at, "missing required key 'value', the number that was published");
  }
  row.value = read_number(reading, table, "value", false).value_or(0);
  row.spread = read_number(reading, table, "spread", true);
  row.source = read_text(reading, table, "source", true).value_or("");
  row.setting = read_text(reading, table, "setting", false).value_or("");
  row.tolerance = read_number(reading, table, "tolerance", true);
  return row;
}

}  // namespace assay

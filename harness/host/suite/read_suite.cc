// The top level of a suite: [suite], [limits], and the lists of benchmarks and claims.
#include "host/suite/claim_axis.h"
#include "host/suite/quantity.h"
#include "host/suite/reading.h"

#include <assay/common/text.h>

#include <algorithm>
#include <cmath>

namespace assay {

namespace {

constexpr double longest_time_s = 366.0 * 86400;

const std::vector<std::string> top_keys{"suite", "limits", "benchmark", "claim", "published"};
const std::vector<std::string> suite_keys{"name",  "title", "description",
                                          "seeds", "level", "correction"};

void check_top(Reading& reading, const Node& root) {
  for (const Entry& entry : root.entries) {
    if (std::find(top_keys.begin(), top_keys.end(), entry.key) != top_keys.end()) continue;
    if (std::find(suite_keys.begin(), suite_keys.end(), entry.key) != suite_keys.end()) {
      reading.mistake(entry.at, "'" + entry.key + "' belongs below [suite]");
    } else {
      reading.mistake(entry.at, unknown_key(entry.key, top_keys, " at the top of the file"));
    }
  }
}

/// The table under `key`, or nullptr (after a mistake when something else is there).
const Node* top_table(Reading& reading, const Node& root, const std::string& key) {
  const Node* table = root.find(key);
  if (table != nullptr && !table->is(Node::Kind::table)) {
    reading.mistake(table->at,
                    "'" + key + "' must be a table, written [" + key + "], not " + kind_of(*table));
    return nullptr;
  }
  return table;
}

/// The tables of [[key]].
std::vector<const Node*> top_list(Reading& reading, const Node& root, const std::string& key) {
  std::vector<const Node*> tables;
  const Node* list = root.find(key);
  if (list == nullptr) return tables;
  if (!list->is(Node::Kind::list)) {
    reading.mistake(list->at, "'" + key + "' must be a list of tables: write [[" + key + "]]");
    return tables;
  }
  for (const Node& item : list->items) {
    if (item.is(Node::Kind::table)) {
      tables.push_back(&item);
    } else {
      reading.mistake(item.at, "'" + key + "' must hold tables, not " + kind_of(item));
    }
  }
  return tables;
}

double read_level(Reading& reading, const Node& table) {
  const Node* node = table.find("level");
  if (node == nullptr) return ClaimRules().level;
  double level = 0;
  if (node->is(Node::Kind::real)) level = node->real;
  if (level >= ClaimRules::lowest_level && level <= ClaimRules::highest_level) return level;
  reading.mistake(node->at, "'level' must be a number from " +
                                number_text(ClaimRules::lowest_level) + " to " +
                                number_text(ClaimRules::highest_level) + ", not " + kind_of(*node));
  return ClaimRules().level;
}

Correction read_correction(Reading& reading, const Node& table) {
  Place at;
  const auto word = read_text(reading, table, "correction", false, &at);
  if (!word) return ClaimRules().correction;
  if (const auto correction = correction_named(*word)) return *correction;
  reading.mistake(at, "'correction' must be one of holm, bonferroni, none, not " + quote(*word) +
                          did_you_mean(*word, {"holm", "bonferroni", "none"}));
  return ClaimRules().correction;
}

void read_head(Reading& reading, const Node& root, Suite& suite) {
  const bool present = root.find("suite") != nullptr;
  const Node* table = top_table(reading, root, "suite");
  if (table == nullptr) {
    if (!present) reading.mistake({}, "missing table [suite], with name and seeds");
    return;
  }
  check_keys(reading, *table, suite_keys, " in [suite]");
  suite.name = read_id(reading, *table, "name").value_or("");
  suite.title = read_text(reading, *table, "title", false).value_or(suite.name);
  suite.description = read_text(reading, *table, "description", false).value_or("");
  suite.rules = {read_level(reading, *table), read_correction(reading, *table)};
  if (const Node* seeds = table->find("seeds")) {
    suite.seeds = read_seeds(reading, *seeds).value_or(std::vector<std::int64_t>{});
  } else {
    reading.mistake(table->at,
                    "missing required key 'seeds', a number of seeds or a list of seeds");
  }
}

void read_time(Reading& reading, const Node& node, Limits& limits) {
  std::optional<double> seconds;
  if (node.is(Node::Kind::text)) seconds = parse_seconds(node.text);
  if (node.is(Node::Kind::integer)) seconds = static_cast<double>(node.integer);
  if (node.is(Node::Kind::real)) seconds = node.real;
  if (!seconds) {
    reading.mistake(node.at,
                    "'time' must be seconds or text such as \"90s\", \"10m\" or \"1h30m\", "
                    "not " +
                        (node.is(Node::Kind::text) ? quote(node.text) : kind_of(node)));
  } else if (!std::isfinite(*seconds) || *seconds <= 0 || *seconds > longest_time_s) {
    reading.mistake(node.at, "'time' = " + number_text(*seconds) +
                                 " seconds: it must be more than 0 and at most a year");
  } else {
    limits.time_s = *seconds;
  }
}

void read_memory(Reading& reading, const Node& node, Limits& limits) {
  std::optional<std::int64_t> bytes;
  if (node.is(Node::Kind::text)) bytes = parse_bytes(node.text);
  if (node.is(Node::Kind::integer)) bytes = node.integer;
  if (!bytes) {
    reading.mistake(node.at, "'memory' must be bytes or text such as \"500MB\" or \"4GiB\", not " +
                                 (node.is(Node::Kind::text) ? quote(node.text) : kind_of(node)));
  } else if (*bytes <= 0) {
    reading.mistake(node.at, "'memory' = " + std::to_string(*bytes) +
                                 " bytes: it must be more than 0 (leave it out for no limit)");
  } else {
    limits.memory_bytes = *bytes;
  }
}

void read_limits(Reading& reading, const Node& root, Limits& limits) {
  const Node* table = top_table(reading, root, "limits");
  if (table == nullptr) return;
  check_keys(reading, *table, {"time", "memory"}, " in [limits]");
  if (const Node* time = table->find("time")) read_time(reading, *time, limits);
  if (const Node* memory = table->find("memory")) read_memory(reading, *memory, limits);
}

}  // namespace

Suite read_root(Reading& reading, const Node& root) {
  Suite suite;
  check_top(reading, root);
  read_head(reading, root, suite);
  read_limits(reading, root, suite.limits);
  const Node* list = root.find("benchmark");
  if (list == nullptr) {
    reading.mistake({}, "missing [[benchmark]]: a suite needs at least one");
  } else if (list->is(Node::Kind::list) && list->items.empty()) {
    reading.mistake(list->at, "'benchmark' is empty: a suite needs at least one");
  }
  for (const Node* table : top_list(reading, root, "benchmark")) {
    if (auto benchmark = read_benchmark(reading, *table, suite)) {
      suite.benchmarks.push_back(std::move(*benchmark));
    }
  }
  for (const Node* table : top_list(reading, root, "claim")) {
    if (auto claim = read_claim(reading, *table, suite)) suite.claims.push_back(std::move(*claim));
  }
  for (const Node* table : top_list(reading, root, "published")) {
    if (auto row = read_published(reading, *table)) suite.published.push_back(std::move(*row));
  }
  complete_claims(suite);
  return suite;
}

}  // namespace assay

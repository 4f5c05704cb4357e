#include "host/suite/reading.h"

#include <assay/common/text.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace assay {

namespace {

const Json* find_in(const std::map<std::string, Json>& documents, const std::string& id) {
  const auto found = documents.find(id);
  return found == documents.end() ? nullptr : &found->second;
}

struct Target {
  const Node* node;
  Place key_at;
};

/// What keys lead to, from a table.
Target follow(const Node& table, const std::vector<std::string>& path) {
  Target target{&table, table.at};
  for (const std::string& key : path) {
    const auto& entries = target.node->entries;
    const auto entry = std::find_if(entries.begin(), entries.end(),
                                    [&](const Entry& one) { return one.key == key; });
    if (entry == entries.end()) break;
    target = {&entry->value, entry->at};
  }
  return target;
}

}  // namespace

std::string Reading::where(const Place& at) const {
  if (at.override_index >= 0) {
    return "--set " + overrides.at(static_cast<std::size_t>(at.override_index));
  }
  return "line " + std::to_string(at.line);
}

const Json* Reading::family(const std::string& id) const {
  return find_in(catalogue.families, id);
}

const Json* Reading::method(const std::string& id) const {
  return find_in(catalogue.methods, id);
}

std::string kind_of(const Node& node) {
  switch (node.kind) {
    case Node::Kind::table:
      return "a table";
    case Node::Kind::list:
      return "a list";
    case Node::Kind::text:
      return "text";
    case Node::Kind::integer:
      return "the integer " + std::to_string(node.integer);
    case Node::Kind::real:  // 2.0, not 2
      return "the number " +
             (std::isfinite(node.real) ? Json(node.real).dump() : number_text(node.real));
    case Node::Kind::boolean:
      return node.boolean ? "true" : "false";
    case Node::Kind::date:
      return "a date or time";
  }
  return "";
}

void check_keys(Reading& reading, const Node& table, const std::vector<std::string>& known,
                const std::string& place) {
  for (const Entry& entry : table.entries) {
    if (std::find(known.begin(), known.end(), entry.key) == known.end()) {
      reading.mistake(entry.at, unknown_key(entry.key, known, place));
    }
  }
}

std::optional<std::string> read_text(Reading& reading, const Node& table, const std::string& key,
                                     bool required, Place* at) {
  const Node* node = table.find(key);
  if (node == nullptr) {
    if (required) reading.mistake(table.at, "missing required key '" + key + "'");
    return std::nullopt;
  }
  if (at != nullptr) *at = node->at;
  if (!node->is(Node::Kind::text)) {
    reading.mistake(node->at, "'" + key + "' must be text, not " + kind_of(*node));
    return std::nullopt;
  }
  return node->text;
}

std::optional<std::string> read_id(Reading& reading, const Node& table, const std::string& key,
                                   Place* at) {
  Place here;
  const std::optional<std::string> given = read_text(reading, table, key, true, &here);
  if (at != nullptr) *at = here;
  if (!given || is_id(*given)) return given;
  reading.mistake(here,
                  "'" + key + "' = " + quote(*given) +
                      " is not an id: use a-z, 0-9, '.', '_' and '-', a letter or digit first, "
                      "64 characters at most");
  return std::nullopt;
}

std::vector<std::pair<std::string, Place>> read_texts(Reading& reading, const Node& table,
                                                      const std::string& key) {
  std::vector<std::pair<std::string, Place>> texts;
  const Node* list = table.find(key);
  if (list == nullptr) {
    reading.mistake(table.at, "missing required key '" + key + "'");
  } else if (!list->is(Node::Kind::list)) {
    reading.mistake(list->at, "'" + key + "' must be a list of texts, not " + kind_of(*list));
  } else if (list->items.empty()) {
    reading.mistake(list->at, "'" + key + "' is empty");
  } else {
    for (const Node& item : list->items) {
      if (item.is(Node::Kind::text)) {
        texts.emplace_back(item.text, item.at);
      } else {
        reading.mistake(item.at, "'" + key + "' must hold texts, not " + kind_of(item));
      }
    }
  }
  return texts;
}

std::optional<std::vector<std::int64_t>> read_seeds(Reading& reading, const Node& seeds) {
  const std::string limits = "1 to " + std::to_string(most_seeds);
  std::vector<std::int64_t> read;
  if (seeds.is(Node::Kind::integer)) {
    if (seeds.integer < 1 || seeds.integer > most_seeds) {
      reading.mistake(seeds.at, "'seeds' = " + std::to_string(seeds.integer) +
                                    " is not a number of seeds: " + limits + " are possible");
      return std::nullopt;
    }
    for (std::int64_t seed = 0; seed < seeds.integer; ++seed) read.push_back(seed);
    return read;
  }
  if (!seeds.is(Node::Kind::list)) {
    reading.mistake(seeds.at,
                    "'seeds' must be a number of seeds or a list of seeds, not " + kind_of(seeds));
    return std::nullopt;
  }
  if (seeds.items.empty() || seeds.items.size() > static_cast<std::size_t>(most_seeds)) {
    reading.mistake(seeds.at, "'seeds' lists " + std::to_string(seeds.items.size()) +
                                  " seeds: " + limits + " are possible");
    return std::nullopt;
  }
  std::map<std::int64_t, Place> first;
  bool good = true;
  for (const Node& item : seeds.items) {
    std::string wrong;
    if (!item.is(Node::Kind::integer)) {
      wrong = "a seed must be an integer, not " + kind_of(item);
    } else if (item.integer < 0) {
      wrong = "a seed must not be negative: " + std::to_string(item.integer);
    } else if (!first.emplace(item.integer, item.at).second) {
      wrong = "the seed " + std::to_string(item.integer) + " is listed twice";
    }
    if (!wrong.empty()) {
      reading.mistake(item.at, wrong);
      good = false;
    }
    read.push_back(item.integer);
  }
  if (!good) return std::nullopt;
  return read;
}

Json to_json(Reading& reading, const Node& node) {
  switch (node.kind) {
    case Node::Kind::table: {
      Json table = Json::object();
      for (const Entry& entry : node.entries) table[entry.key] = to_json(reading, entry.value);
      return table;
    }
    case Node::Kind::list: {
      Json list = Json::array();
      for (const Node& item : node.items) list.push_back(to_json(reading, item));
      return list;
    }
    case Node::Kind::text:
      return node.text;
    case Node::Kind::integer:
      return node.integer;
    case Node::Kind::real:
      return node.real;
    case Node::Kind::boolean:
      return node.boolean;
    case Node::Kind::date:
      reading.mistake(node.at, "a date or time cannot be a setting: write it as text in quotes");
      return nullptr;
  }
  return nullptr;
}

bool check_against(Reading& reading, const Node& table, const Json& given,
                   const std::vector<ParameterSpec>& specs) {
  const std::vector<SettingProblem> problems = check_settings(given, specs);
  for (const SettingProblem& problem : problems) {
    const Target target = follow(table, problem.path);
    // Dates were reported when they became null.
    if (target.node->is(Node::Kind::date) && !problem.at_key) continue;
    reading.mistake(problem.at_key ? target.key_at : target.node->at, problem.message);
  }
  return problems.empty();
}

std::vector<std::string> ids_of(const Json& list) {
  std::vector<std::string> ids;
  for (const Json& entry : list) ids.push_back(entry.at("id").get<std::string>());
  return ids;
}

}  // namespace assay

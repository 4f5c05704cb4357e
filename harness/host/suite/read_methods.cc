// The methods of a benchmark: names or tables, each a variant, or several when it sweeps.
#include "host/suite/reading.h"

#include <assay/common/text.h>

#include <algorithm>

namespace assay {

namespace {

const std::vector<std::string> own_keys{"use", "as", "sweep"};  // beside a method's parameters

/// One swept parameter: its values, checked and as they were written.
struct Axis {
  std::string key;
  std::vector<Json> values;
};

/// One entry of the list, with what was found out about it.
struct Item {
  const Node* node;
  std::string use;
  std::string stem;  // of the variants' names
  Place name_at;
  std::vector<ParameterSpec> specs;
  Json fixed = Json::object();
  std::vector<Axis> axes;
};

bool is_own(const std::string& key) {
  return std::find(own_keys.begin(), own_keys.end(), key) != own_keys.end();
}

const ParameterSpec* find_spec(const std::vector<ParameterSpec>& specs, const std::string& key) {
  const auto found = std::find_if(specs.begin(), specs.end(),
                                  [&](const ParameterSpec& spec) { return spec.key == key; });
  return found == specs.end() ? nullptr : &*found;
}

/// Whether `name` may stand in tables, claims and folders: an id that may also have '=' and ','.
bool is_variant_name(std::string name) {
  std::replace_if(name.begin(), name.end(), [](char c) { return c == '=' || c == ','; }, '-');
  return is_id(name);
}

/// The method `use` when it is one of the family, else nullptr after a mistake.
const Json* find_method(Reading& reading, const std::string& use, const std::string& family,
                        const Place& at) {
  const Json* method = reading.method(use);
  std::vector<std::string> known;
  for (const auto& [id, document] : reading.catalogue.methods) {
    if (document.at("family") == family) known.push_back(id);
  }
  if (method == nullptr) {
    std::string message = "unknown method " + quote(use);
    const std::string near = did_you_mean(use, known);
    message += near.empty() && !known.empty() ? "; " + family + " has " + join(known, ", ") : near;
    if (const std::size_t broken = reading.catalogue.broken.size(); broken > 0) {
      message += "; " + std::to_string(broken) + (broken == 1 ? " plugin" : " plugins") +
                 " could not be read, see `assay doctor`";
    }
    reading.mistake(at, message);
  } else if (const auto belongs = method->at("family").get<std::string>(); belongs != family) {
    reading.mistake(at,
                    "the method " + quote(use) + " belongs to " + belongs + ", not to " + family);
    return nullptr;
  }
  return method;
}

/// The values of one swept key, or nothing after a mistake.
std::optional<Axis> read_axis(Reading& reading, const Entry& entry,
                              const std::vector<ParameterSpec>& specs) {
  const ParameterSpec* spec = find_spec(specs, entry.key);
  if (spec == nullptr) {
    std::vector<std::string> known;
    for (const ParameterSpec& one : specs) known.push_back(one.key);
    reading.mistake(entry.at, unknown_key(entry.key, known, " in 'sweep'"));
    return std::nullopt;
  }
  if (!entry.value.is(Node::Kind::list) || entry.value.items.empty()) {
    reading.mistake(
        entry.value.at,
        "'" + entry.key + "' in 'sweep' must be a list of values, not " +
            (entry.value.is(Node::Kind::list) ? "an empty list" : kind_of(entry.value)));
    return std::nullopt;
  }
  Axis axis{entry.key, {}};
  bool good = true;
  for (const Node& item : entry.value.items) {
    const std::size_t before = reading.mistakes.size();
    const Json given = {{entry.key, to_json(reading, item)}};
    for (const SettingProblem& problem : check_settings(given, {*spec})) {
      if (!item.is(Node::Kind::date)) reading.mistake(item.at, problem.message);
    }
    if (reading.mistakes.size() == before) {
      const Json value = resolve_settings(given, {*spec}).at(entry.key);
      if (value.is_structured()) {
        reading.mistake(item.at, "'" + entry.key + "' is a table: only single values can be swept");
      } else if (std::find(axis.values.begin(), axis.values.end(), value) != axis.values.end()) {
        reading.mistake(item.at, "the value is listed twice in the sweep of '" + entry.key + "'");
      }
      axis.values.push_back(value);
    }
    good = good && reading.mistakes.size() == before;
  }
  if (!good) return std::nullopt;
  return axis;
}

/// Fills `item.axes`; returns whether there was no mistake.
bool read_sweep(Reading& reading, Item& item) {
  const Node* sweep = item.node->find("sweep");
  if (sweep == nullptr) return true;
  if (!sweep->is(Node::Kind::table) || sweep->entries.empty()) {
    reading.mistake(sweep->at,
                    "'sweep' must be a table of lists such as { alpha = [0.25, 0.5] }, "
                    "not " +
                        (sweep->is(Node::Kind::table) ? "an empty table" : kind_of(*sweep)));
    return false;
  }
  bool good = true;
  for (const Entry& entry : sweep->entries) {
    if (std::optional<Axis> axis = read_axis(reading, entry, item.specs)) {
      item.axes.push_back(std::move(*axis));
    } else {
      good = false;
    }
    const auto fixed = std::find_if(item.node->entries.begin(), item.node->entries.end(),
                                    [&](const Entry& one) { return one.key == entry.key; });
    if (fixed != item.node->entries.end()) {
      reading.mistake(fixed->at, "'" + entry.key + "' has a value here and is swept too (" +
                                     reading.where(entry.at) + "): leave one of them out");
      good = false;
    }
  }
  return good;
}

/// Fills `item.fixed`; returns whether there was no mistake.
bool read_parameters(Reading& reading, Item& item) {
  const Node* sweep = item.node->find("sweep");
  std::vector<std::string> known = own_keys;
  // Without what is swept, or a required parameter would be called missing.
  std::vector<ParameterSpec> unswept;
  for (const ParameterSpec& spec : item.specs) {
    known.push_back(spec.key);
    if (sweep == nullptr || sweep->find(spec.key) == nullptr) unswept.push_back(spec);
  }
  const std::size_t before = reading.mistakes.size();
  check_keys(reading, *item.node, known, " of " + item.use);
  for (const Entry& entry : item.node->entries) {
    if (!is_own(entry.key) && find_spec(unswept, entry.key) != nullptr) {
      item.fixed[entry.key] = to_json(reading, entry.value);
    }
  }
  check_against(reading, *item.node, item.fixed, unswept);
  return reading.mistakes.size() == before;
}

std::string value_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_number_float()) return value.dump();
  std::string text = number_text(value.get<double>());
  text.erase(std::remove(text.begin(), text.end(), '+'), text.end());  // 1e+20
  return text;
}

/// The variants of an entry: one for each combination, the last key's values changing fastest.
std::vector<MethodVariant> expand(Reading& reading, const Item& item) {
  std::vector<MethodVariant> variants;
  std::vector<std::size_t> at(item.axes.size(), 0);
  while (true) {
    MethodVariant variant{item.stem, item.use, {}, {}};
    Json given = item.fixed;
    for (std::size_t i = 0; i < item.axes.size(); ++i) {
      const Axis& axis = item.axes[i];
      variant.name += (i == 0 ? "-" : ",") + axis.key + "=" + value_text(axis.values[at[i]]);
      variant.sweep.push_back(axis.key);
      given[axis.key] = axis.values[at[i]];
    }
    variant.parameters = resolve_settings(given, item.specs);
    if (!is_variant_name(variant.name)) {
      // One is enough: its siblings have the same fault.
      reading.mistake(
          item.name_at,
          "the sweep makes the name " + quote(variant.name) +
              ", which is not possible: "
              "names have 64 characters at most, of a-z, 0-9, '.', '_', '-', '=' and ','; " +
              "'as' gives a shorter stem");
      return {};
    }
    variants.push_back(std::move(variant));
    std::size_t axis = item.axes.size();
    while (axis > 0 && ++at[axis - 1] == item.axes[axis - 1].values.size()) at[--axis] = 0;
    if (axis == 0) return variants;
  }
}

/// Adds an entry's cells to the suite's; false, after a mistake, when they are too many.
bool count_cells(Reading& reading, const Item& item, std::int64_t seeds) {
  std::int64_t cells = seeds;
  for (const Axis& axis : item.axes) {
    cells =
        std::min(cells * static_cast<std::int64_t>(axis.values.size()), most_cells * most_cells);
  }
  const bool told = reading.cells > most_cells;
  reading.cells = std::min(reading.cells + cells, most_cells * most_cells);
  if (reading.cells <= most_cells) return true;
  if (!told) {
    const Node* sweep = item.node->find("sweep");
    reading.mistake(sweep != nullptr ? sweep->at : item.node->at,
                    "too many cells: " + std::to_string(cells) + " here, " +
                        std::to_string(reading.cells) + " so far, and a suite may have " +
                        std::to_string(most_cells));
  }
  return false;
}

/// The first part of an entry: which method, under which name. False after a mistake.
bool read_name(Reading& reading, const std::string& family, Item& item) {
  Place use_at = item.node->at;
  if (item.node->is(Node::Kind::text)) {
    item.use = item.stem = item.node->text;
  } else if (item.node->is(Node::Kind::table)) {
    item.use = read_text(reading, *item.node, "use", true, &use_at).value_or("");
    item.stem = item.use;
  } else {
    reading.mistake(item.node->at,
                    "a method must be text or a table with 'use', not " + kind_of(*item.node));
    return false;
  }
  item.name_at = use_at;
  bool good = true;
  if (item.node->find("as") != nullptr) {
    const std::optional<std::string> as = read_id(reading, *item.node, "as", &item.name_at);
    good = as.has_value();
    item.stem = as.value_or(item.use);
  }
  if (item.use.empty()) return false;
  // Of an unknown family every method would be unknown.
  const Json* method = family.empty() ? nullptr : find_method(reading, item.use, family, use_at);
  if (method == nullptr) return false;
  item.specs = parameters_from_json(method->at("parameters"));
  return good;
}

}  // namespace

std::vector<MethodVariant> read_methods(Reading& reading, const Node& list,
                                        const std::string& family, std::int64_t seeds) {
  std::vector<MethodVariant> methods;
  if (!list.is(Node::Kind::list) || list.items.empty()) {
    reading.mistake(list.at, list.is(Node::Kind::list)
                                 ? "'methods' is empty: a benchmark needs at least one"
                                 : "'methods' must be a list, not " + kind_of(list));
    return methods;
  }
  std::vector<std::string> references;
  if (!family.empty()) references = ids_of(reading.family(family)->at("references"));
  std::map<std::string, Place> first;
  for (const Node& node : list.items) {
    Item item;
    item.node = &node;
    if (!read_name(reading, family, item)) continue;
    if (node.is(Node::Kind::table)) {
      const bool sweeps = read_sweep(reading, item);
      if (!read_parameters(reading, item) || !sweeps) continue;
    } else if (!check_against(reading, node, item.fixed, item.specs)) {
      continue;
    }
    if (!count_cells(reading, item, seeds)) continue;
    for (MethodVariant& variant : expand(reading, item)) {
      const auto [earlier, fresh] = first.emplace(variant.name, item.name_at);
      if (std::find(references.begin(), references.end(), variant.name) != references.end()) {
        reading.mistake(item.name_at, "'" + variant.name + "' is the name of a reference row of " +
                                          family + ": give the method another name with 'as'");
      } else if (!fresh) {
        reading.mistake(item.name_at, "duplicate method name '" + variant.name + "' (first at " +
                                          reading.where(earlier->second) +
                                          "): give one of them another name with 'as'");
      } else {
        methods.push_back(std::move(variant));
      }
    }
  }
  return methods;
}

}  // namespace assay

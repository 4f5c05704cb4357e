// One [[benchmark]]: the reader's own keys, and the settings that its family describes.
#include "host/suite/reading.h"

#include <assay/common/text.h>

#include <algorithm>

namespace assay {

namespace {

// A family cannot use these as settings.
const std::vector<std::string> own_keys{"id",     "title",   "family",  "seeds",
                                        "cohort", "methods", "baseline"};

bool is_own(const std::string& key) {
  return std::find(own_keys.begin(), own_keys.end(), key) != own_keys.end();
}

/// The family's id, or "" after a mistake.
std::string read_family(Reading& reading, const Node& table) {
  Place at;
  const std::optional<std::string> given = read_text(reading, table, "family", true, &at);
  if (!given || reading.family(*given) != nullptr) return given.value_or("");
  std::vector<std::string> known;
  for (const auto& [id, document] : reading.catalogue.families) known.push_back(id);
  const std::string near = did_you_mean(*given, known);
  reading.mistake(at, "unknown family " + quote(*given) +
                          (near.empty() ? "; there are " + join(known, ", ") : near));
  return "";
}

Json read_settings(Reading& reading, const Node& table, const std::string& family) {
  const auto specs = parameters_from_json(reading.family(family)->at("settings"));
  std::vector<std::string> known = own_keys;
  for (const ParameterSpec& spec : specs) known.push_back(spec.key);
  check_keys(reading, table, known, " of a " + family + " benchmark");
  Json given = Json::object();
  for (const Entry& entry : table.entries) {
    const bool is_known = std::find(known.begin(), known.end(), entry.key) != known.end();
    if (is_known && !is_own(entry.key)) given[entry.key] = to_json(reading, entry.value);
  }
  if (!check_against(reading, table, given, specs)) return Json::object();
  return resolve_settings(given, specs);
}

std::int64_t read_cohort(Reading& reading, const Node& table) {
  const Node* node = table.find("cohort");
  if (node == nullptr || (node->is(Node::Kind::text) && node->text == "auto")) return 0;
  if (node->is(Node::Kind::integer) && node->integer >= 1 && node->integer <= most_seeds) {
    return node->integer;
  }
  reading.mistake(node->at, "'cohort' must be \"auto\" or a number of seeds from 1 to " +
                                std::to_string(most_seeds) + ", not " +
                                (node->is(Node::Kind::text) ? quote(node->text) : kind_of(*node)));
  return 0;
}

std::string read_baseline(Reading& reading, const Node& table, const Benchmark& benchmark,
                          const BenchmarkNames& about) {
  Place at;
  const std::optional<std::string> given = read_text(reading, table, "baseline", false, &at);
  if (!given) return "";
  std::vector<std::string> names;
  for (const MethodVariant& method : benchmark.methods) names.push_back(method.name);
  if (!about.complete || std::find(names.begin(), names.end(), *given) != names.end())
    return *given;
  if (std::find(about.names.begin(), about.names.end(), *given) != about.names.end()) {
    reading.mistake(at, quote(*given) +
                            " is a reference row; the baseline must be one of the "
                            "benchmark's methods: " +
                            join(names, ", "));
    return "";
  }
  const std::string near = did_you_mean(*given, names);
  reading.mistake(at, "the baseline " + quote(*given) + " is not one of the benchmark's methods" +
                          (near.empty() ? ": " + join(names, ", ") : near));
  return "";
}

/// Notes the id, unless an earlier benchmark has it.
void register_id(Reading& reading, const std::string& id, BenchmarkNames about) {
  const auto [first, fresh] = reading.benchmarks.emplace(id, about);
  if (fresh) return;
  reading.mistake(about.at, "duplicate benchmark id '" + id + "' (first at " +
                                reading.where(first->second.at) + ")");
}

}  // namespace

std::optional<Benchmark> read_benchmark(Reading& reading, const Node& table, const Suite& suite) {
  Benchmark benchmark;
  BenchmarkNames about;
  const std::optional<std::string> id = read_id(reading, table, "id", &about.at);
  benchmark.id = id.value_or("");
  benchmark.title = read_text(reading, table, "title", false).value_or(benchmark.id);
  benchmark.family = about.family = read_family(reading, table);
  benchmark.seeds = suite.seeds;
  if (const Node* seeds = table.find("seeds")) {
    benchmark.seeds = read_seeds(reading, *seeds).value_or(std::vector<std::int64_t>{});
  }
  benchmark.cohort = read_cohort(reading, table);
  if (!about.family.empty()) {
    benchmark.settings = read_settings(reading, table, about.family);
    about.names = ids_of(reading.family(about.family)->at("references"));
  }

  const Node* methods = table.find("methods");
  if (methods == nullptr) {
    reading.mistake(table.at, "missing required key 'methods', a list of methods");
    about.complete = false;
  } else {
    const std::size_t before = reading.mistakes.size();
    const auto seeds = static_cast<std::int64_t>(std::max<std::size_t>(1, benchmark.seeds.size()));
    benchmark.methods = read_methods(reading, *methods, about.family, seeds);
    about.complete = reading.mistakes.size() == before && !about.family.empty();
  }
  for (const MethodVariant& method : benchmark.methods) about.names.push_back(method.name);
  benchmark.baseline = read_baseline(reading, table, benchmark, about);
  if (!id) return std::nullopt;
  register_id(reading, *id, std::move(about));
  return benchmark;
}

}  // namespace assay

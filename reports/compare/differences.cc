#include "reports/compare/differences.h"

#include "host/plan/keys.h"
#include "reports/model/number_text.h"
#include "reports/model/plain_text.h"

#include <assay/common/text.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace assay::reports {

namespace {

constexpr std::size_t longest_value = 60;

// A value as people write it: texts without quotes, long ones cut.
std::string value_text(const Json& value) {
  if (value.is_null()) return "none";
  std::string text = value.is_string() ? value.get<std::string>()
                                       : value.dump(-1, ' ', false, Json::error_handler_t::replace);
  return shortened(one_line(text), longest_value);
}

class Finder {
 public:
  std::vector<Difference> found;

  // Tables are compared key by key, everything else as a whole.
  void values(Difference::Kind kind, const std::string& where, const std::string& what,
              const Json& base, const Json& now) {
    if (base == now) return;
    if (!base.is_object() || !now.is_object()) {
      found.push_back({kind, where, what, value_text(base), value_text(now)});
      return;
    }
    std::map<std::string, std::pair<Json, Json>> entries;
    for (const auto& [key, value] : base.items()) entries[key].first = value;
    for (const auto& [key, value] : now.items()) entries[key].second = value;
    for (const auto& [key, pair] : entries) {
      values(kind, where, what.empty() ? key : what + "." + key, pair.first, pair.second);
    }
  }
};

std::string direction_text(Metric::Better better) {
  return better == Metric::Better::higher  ? "larger is better"
         : better == Metric::Better::lower ? "smaller is better"
                                           : "none is better";
}

void compare_metrics(Finder& finder, const BenchmarkResults& base, const BenchmarkResults& now) {
  const auto add = [&](const std::string& what, const std::string& before,
                       const std::string& after) {
    if (before == after) return;
    finder.found.push_back({Difference::Kind::question, base.id, what, before, after});
  };
  add("primary metric", base.primary().id, now.primary().id);
  for (const Metric& metric : base.metrics) {
    const Metric* same = now.metric(metric.id);
    if (same == nullptr) continue;
    add("direction of " + metric.id, direction_text(metric.better), direction_text(same->better));
    add("unit of " + metric.id, metric.unit, same->unit);
  }
}

void compare_benchmarks(Finder& finder, const RunResults& base, const RunResults& now) {
  for (const BenchmarkResults& before : base.benchmarks) {
    const auto after = std::find_if(now.benchmarks.begin(), now.benchmarks.end(),
                                    [&](const auto& other) { return other.id == before.id; });
    if (after == now.benchmarks.end()) continue;
    const auto kind = Difference::Kind::question;
    finder.values(kind, before.id, "family", before.family, after->family);
    finder.values(kind, before.id, "", before.settings, after->settings);
    if (before.seeds != after->seeds) {
      finder.found.push_back(
          {kind, before.id, "seeds", seeds_text(before.seeds), seeds_text(after->seeds)});
    }
    compare_metrics(finder, before, *after);
    for (const Row& row : before.rows) {
      const Row* same = after->row(row.name);
      if (same == nullptr) continue;
      const std::string where = before.id + "/" + row.name;
      finder.values(kind, where, "method", row.use, same->use);
      finder.values(kind, where, "", row.parameters, same->parameters);
    }
  }
}

// The build as the last command of each run recorded it; the keys of the cells are compared too.
void compare_builds(Finder& finder, const RunResults& base, const RunResults& now) {
  static constexpr std::pair<const char*, const char*> titles[] = {
      {"assay", "Assay"},
      {"torch", "LibTorch"},
      {"library_hash", "Assay's library (hash)"},
      {"device", "device"},
      {"cpu_capability", "instruction set"},
      {"compiler", "compiler"},
      {"numerics", "numeric settings"}};
  const auto part = [](const Json& table, const char* key) {
    return table.is_object() ? table.value(key, Json()) : Json();
  };
  const Json before = part(base.provenance, "build"), after = part(now.provenance, "build");
  for (const auto& [key, title] : titles) {
    finder.values(Difference::Kind::means, "", title, part(before, key), part(after, key));
  }
  for (const char* key : {"processor", "threads_per_worker"}) {
    const std::string title = key == std::string("processor") ? key : "threads of a worker";
    finder.values(Difference::Kind::means, "", title, part(base.provenance, key),
                  part(now.provenance, key));
  }
  if (!base.methods.is_object() || !now.methods.is_object()) return;
  for (const auto& [id, method] : base.methods.items()) {
    if (!now.methods.contains(id)) continue;
    const Json& same = now.methods.at(id);
    finder.values(Difference::Kind::means, id, "plugin's version", part(method, "plugin_version"),
                  part(same, "plugin_version"));
    finder.values(Difference::Kind::means, id, "plugin (hash)", part(method, "plugin_hash"),
                  part(same, "plugin_hash"));
  }
}

using Place = std::tuple<std::string, std::string, std::uint64_t>;

// What the files themselves say: a run that was continued may hold cells of several builds.
void compare_cells(Finder& finder, const RunData& base, const RunData& now) {
  std::map<Place, const RunCell*> done;
  for (const RunCell& cell : base.cells) {
    if (cell.state == CellState::done) done[{cell.benchmark, cell.method, cell.seed}] = &cell;
  }
  std::map<std::string, std::size_t> differing;  // pairs by part of the key
  std::size_t pairs = 0;
  for (const RunCell& cell : now.cells) {
    const auto same = done.find({cell.benchmark, cell.method, cell.seed});
    if (cell.state != CellState::done || same == done.end()) continue;
    ++pairs;
    const Json &before = same->second->document.at("cell"), &after = cell.document.at("cell");
    for (const std::string& part : changed_parts(before.at("parts"), after.at("parts"))) {
      if (part != "block") ++differing[part];
    }
    if (before.at("block") != after.at("block")) ++differing["block"];
  }
  for (const auto& [part, count] : differing) {
    const bool question = part == "data" || part == "settings" || part == "method";
    finder.found.push_back({question ? Difference::Kind::question : Difference::Kind::means, "",
                            part_title(part) + " (in " + std::to_string(count) + " of " +
                                counted(pairs, "pair") + " of cells)",
                            "", ""});
  }
}

}  // namespace

std::vector<Difference> find_differences(const RunData& base_data, const RunResults& base,
                                         const RunData& now_data, const RunResults& now) {
  Finder finder;
  compare_benchmarks(finder, base, now);
  compare_builds(finder, base, now);
  compare_cells(finder, base_data, now_data);
  std::stable_partition(finder.found.begin(), finder.found.end(), [](const Difference& one) {
    return one.kind == Difference::Kind::question;
  });
  return std::move(finder.found);
}

}  // namespace assay::reports

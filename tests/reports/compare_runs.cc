#include "compare_runs.h"

#include "host/store/cell_file.h"

#include <cmath>
#include <fstream>

namespace assay::reports::test {

namespace {

// Without the syncing of <assay/common/files.h>, which would make up most of the tests' time.
void put(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

Json metric(const char* id, const char* direction, bool primary) {
  return {{"id", id},
          {"title", id},
          {"direction", direction},
          {"unit", ""},
          {"meaning", "made up"},
          {"primary", primary},
          {"range", nullptr},
          {"aggregate", {{"kind", "mean"}}}};
}

Json family() {
  Json pgr = metric("pgr", "max", false);
  pgr["aggregate"] = {{"kind", "ratio"}, {"numerator", "gain"}, {"denominator", "gap"}};
  Json accuracy = metric("accuracy", "max", true);
  accuracy["range"] = {0, 1};
  return {{"id", "made_up"},
          {"title", "Made up"},
          {"references", {{{"id", "weak"}, {"title", "weak supervisor"}, {"summary", ""}}}},
          {"metrics",
           {accuracy, metric("loss", "min", false), metric("gain", "max", false),
            metric("gap", "none", false), pgr}}};
}

Json suite_json(const CompareRun& run) {
  Json benchmarks = Json::array();
  for (const CompareBenchmark& benchmark : run.benchmarks) {
    Json methods = Json::array();
    for (const CompareRow& row : benchmark.rows) {
      if (row.reference) continue;
      methods.push_back({{"name", row.name},
                         {"use", row.name},
                         {"parameters", row.parameters},
                         {"sweep", Json::array()}});
    }
    benchmarks.push_back({{"id", benchmark.id},
                          {"title", benchmark.id},
                          {"family", "made_up"},
                          {"settings", benchmark.settings},
                          {"seeds", benchmark.seeds},
                          {"cohort", 0},
                          {"baseline", ""},
                          {"methods", methods}});
  }
  return {{"name", "made-up"},
          {"title", ""},
          {"description", ""},
          {"seeds", {0}},
          {"benchmarks", benchmarks},
          {"claims", Json::array()},
          {"limits", {{"time_s", 60.0}, {"memory_bytes", 0}}}};
}

Json outcome(double accuracy) {
  if (std::isnan(accuracy)) {
    return {{"status", "failed"},
            {"error", {{"kind", "timeout"}, {"phase", "fit"}, {"message", "took too long"}}}};
  }
  return {{"status", "done"},
          {"result",
           {{"metrics",
             {{"accuracy", accuracy},
              {"loss", 10 * (1 - accuracy)},
              {"gain", accuracy - 0.5},
              {"gap", 0.3},
              {"pgr", (accuracy - 0.5) / 0.3}}},
            {"curves", Json::object()},
            {"counts", Json::object()}}}};
}

CellIdentity identity_of(const CompareRun& run, const CompareBenchmark& benchmark,
                         const CompareRow& row, std::uint64_t seed) {
  CellIdentity identity;
  identity.benchmark = benchmark.id;
  identity.family = "made_up";
  identity.method = row.name;
  identity.use = row.name;
  identity.role = row.reference ? "reference" : "method";
  identity.parameters = row.parameters;
  identity.seed = seed;
  identity.block = run.alone ? Seeds{seed} : Seeds(benchmark.seeds);
  identity.key = "key";
  identity.parts = {{"data", run.data}, {"plugin", run.plugin_hash}, {"build", run.torch}};
  return identity;
}

}  // namespace

void write_run(const std::filesystem::path& folder, const CompareRun& run) {
  Json planned = Json::array(), methods = Json::object();
  for (const CompareBenchmark& benchmark : run.benchmarks) {
    for (const CompareRow& row : benchmark.rows) {
      if (!row.reference) {
        methods[row.name] = {{"id", row.name},
                             {"plugin_version", "1.0"},
                             {"plugin_hash", run.plugin_hash},
                             {"needs", Json::array()}};
      }
      for (const std::uint64_t seed : benchmark.seeds) {
        const CellIdentity identity = identity_of(run, benchmark, row, seed);
        planned.push_back({{"benchmark", benchmark.id},
                           {"method", row.name},
                           {"use", row.name},
                           {"role", identity.role},
                           {"parameters", row.parameters},
                           {"seed", seed},
                           {"key", "key"},
                           {"key_alone", "alone"},
                           {"block", identity.block}});
        const auto value = row.accuracy.find(seed);
        if (value == row.accuracy.end()) continue;
        put(folder / block_folder(benchmark.id, row.name, identity.block) /
                (std::to_string(seed) + ".json"),
            cell_text(make_cell(identity, outcome(value->second), {{"attempt", 1}})));
      }
    }
  }
  const Json build = {{"assay", "0.1.0"}, {"torch", run.torch}, {"device", run.device}};
  const Json document = {{"format", "assay-run"},
                         {"version", 1},
                         {"suite", suite_json(run)},
                         {"suite_file", "made-up.toml"},
                         {"families", {{"made_up", family()}}},
                         {"methods", methods},
                         {"cells", planned},
                         {"provenance",
                          {{"build", build},
                           {"git", {{"commit", "0123456789abcdef"}, {"changed", false}}},
                           {"started", "2026-01-31T12:00:00Z"}}}};
  put(folder / "run.json", document.dump(1) + "\n");
}

std::map<std::uint64_t, double> by_seed(const std::vector<double>& values) {
  std::map<std::uint64_t, double> map;
  for (std::size_t seed = 0; seed < values.size(); ++seed) map[seed] = values[seed];
  return map;
}

CompareRun one_row(const std::vector<double>& accuracy) {
  CompareBenchmark benchmark{.id = "digits", .seeds = {}, .rows = {}};
  for (std::size_t seed = 0; seed < accuracy.size(); ++seed) benchmark.seeds.push_back(seed);
  benchmark.rows = {{.name = "xent", .accuracy = by_seed(accuracy)}};
  return {.benchmarks = {benchmark}};
}

CompareRun shifted(CompareRun run, const std::vector<double>& differences) {
  for (CompareBenchmark& benchmark : run.benchmarks) {
    for (CompareRow& row : benchmark.rows) {
      for (auto& [seed, value] : row.accuracy) value += differences.at(seed);
    }
  }
  return run;
}

}  // namespace assay::reports::test

#include "run_spec.h"

#include "host/store/cell_file.h"

#include <fstream>

namespace assay::reports::test {

namespace {

Seeds block_of(const BenchmarkSpec& benchmark, const RowSpec& row, std::size_t seed) {
  return row.alone ? Seeds{benchmark.seeds[seed]} : benchmark.seeds;
}

Json suite_json(const RunSpec& spec) {
  Json benchmarks = Json::array();
  for (const BenchmarkSpec& benchmark : spec.benchmarks) {
    Json methods = Json::array();
    for (const RowSpec& row : benchmark.rows) {
      if (row.reference) continue;
      methods.push_back({{"name", row.name},
                         {"use", row.use},
                         {"parameters", row.parameters},
                         {"sweep", row.sweep}});
    }
    benchmarks.push_back(
        {{"id", benchmark.id},
         {"title", benchmark.title},
         {"family", benchmark.family},
         {"settings", {{"task", {{"use", "made_up"}, {"size", 14}}}, {"train", {{"lr", 0.001}}}}},
         {"seeds", benchmark.seeds},
         {"cohort", 0},
         {"baseline", benchmark.baseline},
         {"methods", methods}});
  }
  Json suite = {{"name", spec.name},
                {"title", spec.title},
                {"description", spec.description},
                {"seeds", spec.benchmarks.front().seeds},
                {"limits", {{"time_s", 600.0}, {"memory_bytes", 0}}},
                {"benchmarks", benchmarks},
                {"claims", spec.claims}};
  if (!spec.published.empty()) suite["published"] = spec.published;
  return suite;
}

Json provenance_json() {
  const Json build = {{"assay", "0.1.0"},
                      {"torch", "2.13.0+cpu"},
                      {"library_hash", "ab12"},
                      {"cpu_capability", "AVX2"},
                      {"compiler", "gcc 12"},
                      {"device", "cpu"},
                      {"numerics", {{"deterministic", true}}}};
  return {{"build", build},
          {"host", "maker"},
          {"processor", "Made-up CPU @ 1 GHz"},
          {"cores", 2},
          {"threads_per_worker", 1},
          {"command", {"assay", "run", "suites/made up.toml"}},
          {"git", {{"commit", "0123abcd"}, {"changed", true}}},
          {"started", "2026-01-31T12:00:00Z"}};
}

Json planned_json(const BenchmarkSpec& benchmark, const RowSpec& row, std::size_t seed) {
  return {{"benchmark", benchmark.id},
          {"method", row.name},
          {"use", row.use},
          {"role", row.reference ? "reference" : "method"},
          {"parameters", row.parameters},
          {"seed", benchmark.seeds[seed]},
          {"key", "whole"},
          {"key_alone", "alone"},
          {"block", benchmark.seeds}};
}

void write_cell(const std::filesystem::path& folder, const BenchmarkSpec& benchmark,
                const RowSpec& row, std::size_t seed, const Json& outcome) {
  CellIdentity identity;
  identity.benchmark = benchmark.id;
  identity.family = benchmark.family;
  identity.method = row.name;
  identity.use = row.use;
  identity.role = row.reference ? "reference" : "method";
  identity.parameters = row.parameters;
  identity.seed = benchmark.seeds[seed];
  identity.block = block_of(benchmark, row, seed);
  identity.key = row.alone ? "alone" : "whole";
  Json run = {{"started", "2026-01-31T12:00:00Z"},
              {"seconds", 2.5 + static_cast<double>(seed) / 10},
              {"cpu_seconds", 2.25},
              {"peak_bytes", 410e6},
              {"host", "maker"},
              {"attempt", 1}};
  run.update(outcome.value("run", Json::object()));
  put(cell_path(folder, benchmark, row, seed), cell_text(make_cell(identity, outcome, run)));
}

}  // namespace

Json metric_json(const std::string& id, const std::string& title, const char* direction, Json range,
                 const std::string& meaning) {
  return {{"id", id},
          {"title", title},
          {"direction", direction},
          {"range", std::move(range)},
          {"unit", ""},
          {"meaning", meaning},
          {"primary", false},
          {"aggregate", {{"kind", "mean"}}}};
}

Json reference_json(const std::string& id, const std::string& title, const std::string& summary) {
  return {{"id", id}, {"title", title}, {"summary", summary}};
}

Json family_json(const std::string& id, const std::string& title, Json references, Json metrics) {
  return {{"id", id},
          {"title", title},
          {"summary", "made up"},
          {"settings", Json::array()},
          {"references", std::move(references)},
          {"metrics", std::move(metrics)},
          {"tasks", Json::array()}};
}

Json method_json(const std::string& id, const std::string& family, const std::string& summary,
                 const std::string& paper, Json parameters, Json needs) {
  return {{"id", id},
          {"family", family},
          {"summary", summary},
          {"paper", paper},
          {"parameters", std::move(parameters)},
          {"needs", std::move(needs)},
          {"file", "plugins/" + id + ".so"},
          {"plugin", id},
          {"plugin_version", "1.0"},
          {"plugin_hash", "00112233445566778899aabbccddeeff"}};
}

Json done(Json metrics, Json curves) {
  return {{"status", "done"},
          {"result",
           {{"metrics", std::move(metrics)},
            {"curves", std::move(curves)},
            {"counts",
             {{"gradient_samples", 64000},
              {"forward_samples", 12000},
              {"flops", 3.25e11},
              {"parameters", 43402}}}}}};
}

Json failed(const char* kind, const char* phase, const std::string& message,
            const std::string& log) {
  Json error = {{"kind", kind}, {"phase", phase}, {"message", message}};
  if (!log.empty()) error["log"] = log;
  return {{"status", "failed"}, {"error", std::move(error)}};
}

void put(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

std::filesystem::path cell_path(const std::filesystem::path& folder, const BenchmarkSpec& benchmark,
                                const RowSpec& row, std::size_t seed) {
  return folder / block_folder(benchmark.id, row.name, block_of(benchmark, row, seed)) /
         (std::to_string(benchmark.seeds[seed]) + ".json");
}

void write_run(const RunSpec& spec, const std::filesystem::path& folder) {
  Json planned = Json::array(), blocks = Json::object();
  for (const BenchmarkSpec& benchmark : spec.benchmarks) {
    blocks[benchmark.id] = {benchmark.seeds};
    for (const RowSpec& row : benchmark.rows) {
      for (std::size_t seed = 0; seed < benchmark.seeds.size(); ++seed) {
        planned.push_back(planned_json(benchmark, row, seed));
        const Json outcome = spec.outcome(benchmark, row, seed);
        if (!outcome.is_null()) write_cell(folder, benchmark, row, seed, outcome);
      }
    }
  }
  const Json run = {{"format", "assay-run"},
                    {"version", 1},
                    {"suite", suite_json(spec)},
                    {"suite_file", "suites/made up.toml"},
                    {"suite_text", spec.suite_text},
                    {"overrides", spec.overrides},
                    {"families", spec.families},
                    {"methods", spec.methods},
                    {"blocks", blocks},
                    {"cells", planned},
                    {"provenance", provenance_json()}};
  put(folder / "run.json", run.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
  for (const auto& [path, text] : spec.logs) put(folder / path, text);
}

}  // namespace assay::reports::test

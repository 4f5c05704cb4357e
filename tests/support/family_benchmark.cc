#include "support/family_benchmark.h"

#include "sdk/internal/numerics.h"

#include <assay/common/error.h>
#include <assay/common/files.h>

#include <unistd.h>

#include <cstdlib>

namespace assay::test {

namespace fs = std::filesystem;

namespace {

[[maybe_unused]] const bool configured = [] {
  configure_numerics();
  return true;
}();

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "assay-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw Error("no temporary folder");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

Json resolved_settings(const std::string& family, const Json& given) {
  const auto specs = parameters_from_json(find_family(family).describe().at("settings"));
  for (const SettingProblem& problem : check_settings(given, specs)) {
    std::string path;
    for (const std::string& key : problem.path) path += (path.empty() ? "" : ".") + key;
    throw Error(path + ": " + problem.message);
  }
  return resolve_settings(given, specs);
}

FamilyBenchmark::FamilyBenchmark(const std::string& family, const Json& given, Seeds seeds)
    : family_(find_family(family)),
      settings_(resolved_settings(family, given)),
      expansion_(family_.expand(settings_)),
      seeds_(std::move(seeds)) {
  for (const Json& stage : expansion_.at("stages")) {
    const auto name = stage.at("name").get<std::string>();
    fs::create_directories(folder(name));
    StageJob job{settings_, name, seeds_, {}, folder(name)};
    for (const Json& input : stage.at("inputs")) {
      job.inputs[input.get<std::string>()] = folder(input.get<std::string>());
    }
    Run run(seeds_);
    stages_[name] = family_.run_stage(job, run);
    write_record(name);
  }
}

void FamilyBenchmark::write_record(const std::string& name) {
  Json rows = Json::array();
  for (std::size_t row = 0; row < seeds_.size(); ++row) {
    const RowOutcome& outcome = stages_.at(name)[row];
    Json record = {{"seed", seeds_[row]},
                   {"status", outcome.failure.empty() ? "done" : "failed"},
                   {"result", outcome.result}};
    if (!outcome.failure.empty()) {
      record["error"] = {
          {"kind", outcome.kind}, {"phase", outcome.phase}, {"message", outcome.failure}};
    }
    rows.push_back(record);
  }
  write_file(folder(name) / "stage.json", Json{{"rows", rows}}.dump());
}

void FamilyBenchmark::fail_stage(const std::string& name, std::uint64_t seed,
                                 const std::string& message) {
  for (std::size_t row = 0; row < seeds_.size(); ++row) {
    if (seeds_[row] != seed) continue;
    stages_.at(name)[row].failure = message;
    stages_.at(name)[row].kind = "non_finite";
  }
  write_record(name);
}

std::vector<RowOutcome> FamilyBenchmark::cells(CellJob job, const Json& inputs) const {
  job.settings = settings_;
  for (const Json& input : inputs) {
    job.inputs[input.get<std::string>()] = folder(input.get<std::string>());
  }
  job.output = folder("cells" + std::to_string(outputs_++));
  fs::create_directories(job.output);
  Seeds seeds;
  for (const CellRow& row : job.rows) seeds.push_back(row.seed);
  Run run(seeds);
  run.on_phase([this](const std::string& phase) { last_phase_ = phase; });
  return family_.run_cells(job, run);
}

std::vector<RowOutcome> FamilyBenchmark::reference(const std::string& id) const {
  CellJob job;
  job.reference = id;
  for (const std::uint64_t seed : seeds_) job.rows.push_back({seed, Json::object()});
  for (const Json& reference : expansion_.at("references")) {
    if (reference.at("id") == id) return cells(std::move(job), reference.at("inputs"));
  }
  throw Error("no reference " + id);
}

std::vector<RowOutcome> FamilyBenchmark::method_rows(const MethodEntry& method,
                                                     std::vector<CellRow> rows) const {
  CellJob job;
  job.method = &method;
  job.rows = std::move(rows);
  return cells(std::move(job), expansion_.at("method").at("inputs"));
}

}  // namespace assay::test

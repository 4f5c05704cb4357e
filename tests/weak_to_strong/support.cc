#include "support.h"

#include "sdk/internal/numerics.h"

#include <assay/common/error.h>
#include <assay/common/files.h>

#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>

namespace assay::weak_to_strong::test {

namespace fs = std::filesystem;

namespace {

// As in a worker: one thread. More would spin for one another on networks this small.
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

Environment::Environment(const char* name, const std::string& value) : name_(name) {
  const char* before = std::getenv(name);
  was_set_ = before != nullptr;
  if (was_set_) before_ = before;
  setenv(name, value.c_str(), 1);
}

Environment::~Environment() {
  if (was_set_) {
    setenv(name_, before_.c_str(), 1);
  } else {
    unsetenv(name_);
  }
}

Json resolved(const Json& given) {
  const auto specs = parameters_from_json(find_family("weak_to_strong").describe().at("settings"));
  for (const SettingProblem& problem : check_settings(given, specs)) {
    std::string path;
    for (const std::string& key : problem.path) path += (path.empty() ? "" : ".") + key;
    throw Error(path + ": " + problem.message);
  }
  return resolve_settings(given, specs);
}

const MethodEntry& plugin_method(const std::string& name) {
  const std::string file = std::string(ASSAY_TEST_PLUGINS) + "/" + name + ".so";
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) throw Error(dlerror());
  const auto entry = reinterpret_cast<PluginEntry>(dlsym(library, plugin_symbol));
  if (entry == nullptr) throw Error(file + " has no " + plugin_symbol);
  return entry()->methods[0];
}

Benchmark::Benchmark(const Json& given, Seeds seeds)
    : settings_(resolved(given)),
      expansion_(find_family("weak_to_strong").expand(settings_)),
      seeds_(std::move(seeds)) {
  for (const Json& stage : expansion_.at("stages")) {
    const auto name = stage.at("name").get<std::string>();
    fs::create_directories(folder(name));
    StageJob job{settings_, name, seeds_, {}, folder(name)};
    for (const Json& input : stage.at("inputs")) {
      job.inputs[input.get<std::string>()] = folder(input.get<std::string>());
    }
    Run run(seeds_);
    stages_[name] = find_family("weak_to_strong").run_stage(job, run);
    write_record(name);
  }
}

void Benchmark::write_record(const std::string& name) {
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

void Benchmark::fail_stage(const std::string& name, std::uint64_t seed,
                           const std::string& message) {
  for (std::size_t row = 0; row < seeds_.size(); ++row) {
    if (seeds_[row] != seed) continue;
    stages_.at(name)[row].failure = message;
    stages_.at(name)[row].kind = "non_finite";
  }
  write_record(name);
}

std::vector<RowOutcome> Benchmark::cells(CellJob job, const Json& inputs) const {
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
  return find_family("weak_to_strong").run_cells(job, run);
}

std::vector<RowOutcome> Benchmark::reference(const std::string& id) const {
  CellJob job;
  job.reference = id;
  for (const std::uint64_t seed : seeds_) job.rows.push_back({seed, Json::object()});
  for (const Json& reference : expansion_.at("references")) {
    if (reference.at("id") == id) return cells(std::move(job), reference.at("inputs"));
  }
  throw Error("no reference " + id);
}

std::vector<RowOutcome> Benchmark::method_rows(const MethodEntry& method,
                                               std::vector<CellRow> rows) const {
  CellJob job;
  job.method = &method;
  job.rows = std::move(rows);
  return cells(std::move(job), expansion_.at("method").at("inputs"));
}

std::vector<RowOutcome> Benchmark::method(const MethodEntry& entry, const Json& parameters) const {
  std::vector<CellRow> rows;
  for (const std::uint64_t seed : seeds_) rows.push_back({seed, parameters});
  return method_rows(entry, std::move(rows));
}

Json tiny_latent() {
  return find_family("weak_to_strong").smoke_settings();
}

Json tiny_fashion() {
  return Json::parse(R"({
    "task": {"use": "fashion_mnist", "size": 14, "transfer": 400, "validation": 50, "test": 500},
    "weak": {"model": {"arch": "mlp", "width": 16, "depth": 1}, "view": 4, "labels": 200,
             "train": {"epochs": 10}},
    "strong": {"model": {"arch": "mlp", "width": 32, "depth": 1}},
    "train": {"epochs": 3, "batch": 32}
  })");
}

Json tiny_subspace() {
  return Json::parse(R"({
    "task": {"use": "subspace", "weak": 40, "strong": 10, "shared": 10, "transfer": 400},
    "fit": "least-squares",
    "weak": {"model": {"arch": "mlp", "depth": 0}, "labels": 120},
    "strong": {"model": {"arch": "mlp", "depth": 0}}
  })");
}

}  // namespace assay::weak_to_strong::test

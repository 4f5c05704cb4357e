#include "support.h"

#include "sdk/internal/numerics.h"

#include <assay/common/error.h>
#include <assay/common/parameters_json.h>

#include <unistd.h>

#include <cstdlib>

namespace assay::continual::test {

namespace fs = std::filesystem;

namespace {

// As in a worker: one thread.
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

StreamOptions options_of(Scenario scenario) {
  StreamOptions options;
  options.train_identity = true;
  options.test_identity = scenario == Scenario::task;
  return options;
}

Json resolved(const Json& given) {
  const auto specs = parameters_from_json(find_family("continual").describe().at("settings"));
  for (const SettingProblem& problem : check_settings(given, specs)) {
    std::string path;
    for (const std::string& key : problem.path) path += (path.empty() ? "" : ".") + key;
    throw Error(path + ": " + problem.message);
  }
  return resolve_settings(given, specs);
}

}  // namespace assay::continual::test

#include "worker/smoke.h"

#include "sdk/internal/family.h"
#include "worker/failure.h"

#include <assay/common/error.h>
#include <assay/common/files.h>
#include <assay/common/text.h>

#include <unistd.h>
#include <algorithm>

namespace assay {

namespace {

using Seeds = std::vector<std::uint64_t>;

// A folder that goes away with everything in it.
class ScratchFolder {
 public:
  ScratchFolder()
      : path_(fs::temp_directory_path() / ("assay-smoke-" + std::to_string(::getpid()))) {
    fs::remove_all(path_);
    fs::create_directories(path_);
  }
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  fs::path make(const std::string& name) const {
    fs::create_directories(path_ / name);
    return path_ / name;
  }

 private:
  fs::path path_;
};

Json resolved(const Json& given, const Json& specs, const std::string& what) {
  const auto described = parameters_from_json(specs);
  for (const SettingProblem& problem : check_settings(given, described)) {
    throw Error(what + ": " + problem.message);
  }
  return resolve_settings(given, described);
}

// The failure of the first row that has one.
std::string first_failure(const std::vector<RowOutcome>& outcomes, const Seeds& seeds) {
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i].failure.empty()) continue;
    return "seed " + std::to_string(seeds.at(i)) + " failed in phase " + outcomes[i].phase + " (" +
           outcomes[i].kind + "): " + outcomes[i].failure;
  }
  return "";
}

// Publishes the stage as the command would, as far as readers of a stage look.
void write_stage_file(const StageJob& job, const std::string& family,
                      const std::vector<RowOutcome>& outcomes) {
  Json rows = Json::array();
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    rows.push_back({{"seed", job.seeds[i]}, {"status", "done"}, {"result", outcomes[i].result}});
  }
  const Json document = {{"format", "assay-stage"}, {"version", 1},       {"family", family},
                         {"stage", job.stage},      {"seeds", job.seeds}, {"rows", rows}};
  write_unpublished(job.output / "stage.json", document.dump());
}

StageInputs run_stages(const Family& family, const Json& settings, const Json& expansion,
                       const Seeds& seeds, const ScratchFolder& scratch) {
  StageInputs done;
  for (const Json& stage : expansion.at("stages")) {
    StageJob job{settings, stage.at("name"), seeds, {}, scratch.make(stage.at("name"))};
    for (const std::string input : stage.at("inputs")) job.inputs[input] = done.at(input);
    Run run(seeds);
    const auto outcomes = family.run_stage(job, run);
    if (const auto failure = first_failure(outcomes, seeds); !failure.empty()) {
      throw Error("the stage " + job.stage + ": " + failure);
    }
    write_stage_file(job, family.id(), outcomes);
    done[job.stage] = job.output;
  }
  return done;
}

bool offers_all(const Json& expansion, const std::vector<std::string>& needs) {
  const auto offered = expansion.at("capabilities").get<std::vector<std::string>>();
  return std::all_of(needs.begin(), needs.end(), [&](const std::string& need) {
    return std::find(offered.begin(), offered.end(), need) != offered.end();
  });
}

// The settings of a small benchmark that offers what the method needs: of several the first that
// does, else the first, which says what it lacks.
Json settings_for(const Family& family, const Json& specs, const MethodInfo& info) {
  const Json given = family.smoke_settings();
  const Json all = given.is_array() ? given : Json::array({given});
  Json chosen;
  for (const Json& one : all) {
    const Json settings = resolved(one, specs, "the family's small benchmark");
    if (chosen.is_null()) chosen = settings;
    if (offers_all(family.expand(settings), info.requirements)) return settings;
  }
  return chosen;
}

void fit_and_score(const MethodEntry& method) {
  const Family& family = find_family(method.family);
  const Json described = family.describe();
  const MethodInfo info = method.describe();
  const Json settings = settings_for(family, described.at("settings"), info);
  const Json expansion = family.expand(settings);
  const Json parameters =
      resolved(Json::object(), to_json(info.parameters), "the method is tried with its defaults");
  const Seeds seeds = info.single_row ? Seeds{0} : Seeds{0, 1};

  const ScratchFolder scratch;
  const StageInputs stages = run_stages(family, settings, expansion, seeds, scratch);
  CellJob job;
  job.settings = settings;
  job.method = &method;
  for (const auto seed : seeds) job.rows.push_back({seed, parameters});
  for (const std::string input : expansion.at("method").at("inputs")) {
    job.inputs[input] = stages.at(input);
  }
  job.output = scratch.make("cells");
  Run run(seeds);
  std::vector<RowOutcome> outcomes;
  try {
    outcomes = family.run_cells(job, run);
  } catch (...) {
    const Failure failure = current_failure();
    throw Error("it failed in phase " + run.phase() + " (" + failure.kind +
                "): " + failure.message);
  }
  if (const auto failure = first_failure(outcomes, seeds); !failure.empty()) throw Error(failure);
  // A family may have a primary metric for each kind of task: one of them is enough.
  std::vector<std::string> primary;
  for (const Json& metric : described.at("metrics")) {
    if (metric.value("primary", false)) primary.push_back(metric.at("id"));
  }
  const Json& metrics = outcomes.at(0).result.at("metrics");
  if (std::none_of(primary.begin(), primary.end(),
                   [&](const std::string& id) { return metrics.contains(id); })) {
    throw Error("its result lacks the metric " + join(primary, " or "));
  }
}

}  // namespace

std::vector<std::string> smoke_test(const MethodEntry& method) {
  try {
    fit_and_score(method);
    return {};
  } catch (...) {
    return {current_failure().message};
  }
}

}  // namespace assay

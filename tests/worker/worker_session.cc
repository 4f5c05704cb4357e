#include "worker_session.h"

#include "host/process/process.h"
#include "paths.h"

#include <assay/common/error.h>

#include <assay/common/files.h>
#include <assay/common/hash.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <poll.h>
#include <thread>
#include <unistd.h>

namespace assay {

namespace {

fs::path worker_program() { return in_build("bin/assay-worker"); }

fs::path temporary_folder() {
  std::string pattern = (fs::temp_directory_path() / "assay-worker-test-XXXXXX").string();
  return ::mkdtemp(pattern.data());
}

Json one_shot(const std::string& call, const std::string& input = "") {
  const ProcessResult result = run_process(
      {worker_program().string(), call}, {.input = input, .timeout = std::chrono::seconds(120)});
  if (!result.ok()) throw Error(call + " failed: " + result.err);
  return Json::parse(result.out);
}

// The stages of the small benchmark for seeds 0 to 3, published as the command would.
class Stages {
 public:
  Stages() : folder_(temporary_folder()) {
    const Json expansion =
        one_shot("--expand", Json::array({{{"family", "weak_to_strong"},
                                           {"settings", small_benchmark()}}}).dump())
            .at(0).at("expansion");
    WorkerSession session;
    for (const Json& stage : expansion.at("stages")) compute(session, stage);
    for (const std::string name : expansion.at("method").at("inputs")) {
      inputs_[name] = (folder_ / name).string();
    }
  }
  ~Stages() { fs::remove_all(folder_); }
  Stages(const Stages&) = delete;
  Stages& operator=(const Stages&) = delete;

  const Json& inputs() const { return inputs_; }

 private:
  void compute(WorkerSession& session, const Json& stage) {
    const auto name = stage.at("name").get<std::string>();
    fs::create_directories(folder_ / name);
    Json inputs = Json::object();
    for (const std::string input : stage.at("inputs")) inputs[input] = (folder_ / input).string();
    const Json done = session.last({{"type", "job"},
                                    {"id", "stage-" + name},
                                    {"kind", "stage"},
                                    {"family", "weak_to_strong"},
                                    {"settings", small_benchmark()},
                                    {"stage", name},
                                    {"seeds", {0, 1, 2, 3}},
                                    {"inputs", inputs},
                                    {"output", (folder_ / name).string()},
                                    {"log", (session.folder() / "stage.log").string()},
                                    {"memory_bytes", 0}});
    if (done.at("type") != "done") throw Error("the stage " + name + ": " + done.dump());
    write_unpublished(folder_ / name / "stage.json", Json{{"rows", done.at("rows")}}.dump());
  }

  fs::path folder_;
  Json inputs_ = Json::object();
};

const Stages& stages() {
  static const Stages once;
  return once;
}

}  // namespace

Json resolved_settings(const std::string& family, const Json& given) {
  const Json families = one_shot("--families").at("families");
  const auto found = std::find_if(families.begin(), families.end(),
                                  [&](const Json& one) { return one.at("id") == family; });
  const auto specs = parameters_from_json(found->at("settings"));
  for (const SettingProblem& problem : check_settings(given, specs)) throw Error(problem.message);
  return resolve_settings(given, specs);
}

const Json& small_benchmark() {
  static const Json small_model = {{"arch", "mlp"}, {"width", 8}, {"depth", 1}};
  static const Json resolved = resolved_settings(
      "weak_to_strong",
      {{"task", {{"use", "latent_tasks"}, {"dimension", 8}, {"latent", 3}, {"transfer", 80},
                 {"validation", 20}, {"test", 60}}},
       {"weak", {{"model", small_model}, {"labels", 20}, {"train", {{"epochs", 2}}}}},
       {"strong", {{"model", small_model}}},
       {"train", {{"epochs", 2}, {"batch", 16}}}});
  return resolved;
}

WorkerSession::WorkerSession() : folder_(temporary_folder()) {
  ::signal(SIGPIPE, SIG_IGN);  // as the executor does
}

WorkerSession::~WorkerSession() {
  worker_.reset();
  fs::remove_all(folder_);
}

WorkerProcess& WorkerSession::worker() {
  if (!worker_) {
    worker_ = std::make_unique<WorkerProcess>(worker_program(), folder_ / "worker.log",
                                              std::vector<std::string>{});
  }
  return *worker_;
}

std::vector<Json> WorkerSession::run(const Json& request) {
  worker().send(request);
  std::vector<Json> events;
  for (;;) {
    pollfd polled{worker_->events(), POLLIN, 0};
    if (::poll(&polled, 1, 60'000) == 0) throw Error("the worker is silent: " + log());
    std::vector<std::string> lines;
    const bool open = worker_->read_lines(lines);
    for (const std::string& line : lines) {
      events.push_back(Json::parse(line));
      const Json& type = events.back().at("type");
      if (type == "done" || type == "failed") return events;
    }
    if (!open) return events;
  }
}

Json WorkerSession::cells(const fs::path& plugin, const std::string& id, const Json& parameters,
                          const std::vector<int>& seeds) {
  Json rows = Json::array();
  for (const int seed : seeds) {
    rows.push_back({{"seed", seed},
                    {"parameters", parameters.is_null() ? Json::object() : parameters}});
  }
  const fs::path output = folder_ / ("cells-" + std::to_string(jobs_));
  fs::create_directories(output);
  return {{"type", "job"},
          {"id", "job-" + std::to_string(jobs_++)},
          {"kind", "cells"},
          {"family", "weak_to_strong"},
          {"settings", small_benchmark()},
          {"reference", ""},
          {"plugin", plugin.string()},
          {"plugin_hash", hash_file(plugin)},
          {"method", id},
          {"rows", rows},
          {"inputs", stages().inputs()},
          {"output", output.string()},
          {"log", (folder_ / "job.log").string()},
          {"memory_bytes", 0}};
}

WorkerEnd WorkerSession::end() {
  for (int i = 0; i < 1000 && !worker().ended(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return worker().ended() ? worker().end() : WorkerEnd{-2, 0};
}

std::string WorkerSession::log() const {
  const fs::path file = folder_ / "job.log";
  return fs::exists(file) ? read_file(file) : "";
}

}  // namespace assay

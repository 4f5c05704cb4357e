#include "worker/job.h"

#include "sdk/internal/family.h"
#include "sdk/internal/numerics.h"
#include "worker/channel.h"
#include "worker/devices.h"
#include "worker/crash_trace.h"
#include "worker/failure.h"
#include "worker/limits.h"
#include "worker/plugin_loader.h"

#include <assay/common/error.h>
#include <assay/run.h>

#include <cstdio>
#include <iostream>

namespace assay {

namespace {

using Seeds = std::vector<std::uint64_t>;
using Report = std::function<void(const Json&)>;

StageInputs inputs_of(const Json& request) {
  StageInputs inputs;
  for (const auto& [name, folder] : request.at("inputs").items()) inputs[name] = folder.get<std::string>();
  return inputs;
}

Seeds seeds_of(const Json& request) {
  if (request.at("kind") == "stage") return request.at("seeds").get<Seeds>();
  Seeds seeds;
  for (const Json& row : request.at("rows")) seeds.push_back(row.at("seed").get<std::uint64_t>());
  return seeds;
}

std::vector<RowOutcome> run_stage(const Family& family, const Json& request, Run& run) {
  StageJob job;
  job.settings = request.at("settings");
  job.stage = request.at("stage").get<std::string>();
  job.seeds = run.seeds();
  job.inputs = inputs_of(request);
  job.device = compute_device(request.value("device", "cpu"));
  job.output = request.at("output").get<std::string>();
  return family.run_stage(job, run);
}

std::vector<RowOutcome> run_cells(const Family& family, const Json& request, Run& run) {
  CellJob job;
  job.settings = request.at("settings");
  job.reference = request.at("reference").get<std::string>();
  for (const Json& row : request.at("rows")) {
    job.rows.push_back({row.at("seed").get<std::uint64_t>(), row.at("parameters")});
  }
  job.inputs = inputs_of(request);
  job.device = compute_device(request.value("device", "cpu"));
  job.output = request.at("output").get<std::string>();
  job.checkpoint = request.value("checkpoint", "");
  if (job.reference.empty()) {
    run.enter_phase("load");
    const auto id = request.at("method").get<std::string>();
    const LoadedPlugin& plugin = load_plugin(request.at("plugin").get<std::string>(),
                                             request.at("plugin_hash").get<std::string>());
    job.method = &find_method(plugin, id);
    if (family.id() != job.method->family) {
      throw Error("the method '" + id + "' is of the family " + job.method->family + ", not of " +
                  family.id());
    }
  }
  return family.run_cells(job, run);
}

Json row_event(std::uint64_t seed, const RowOutcome& outcome) {
  if (outcome.failure.empty()) {
    return {{"seed", seed}, {"status", "done"}, {"result", outcome.result}};
  }
  return {{"seed", seed},
          {"status", "failed"},
          {"error",
           {{"kind", outcome.kind.empty() ? "exception" : outcome.kind},
            {"phase", outcome.phase},
            {"message", outcome.failure}}}};
}

// The events of one job; knows where it is, for when it fails.
class Job {
 public:
  Job(const Json& request, const Report& report)
      : request_(request), report_(report), id_(request.value("id", "")) {}

  void execute() {
    report_({{"type", "started"}, {"id", id_}});
    try {
      memory_bytes_ = request_.value("memory_bytes", std::uint64_t{0});
      redirect_output(request_.at("log").get<std::string>());
      configure_numerics();  // an earlier job's plugin may have changed them
      limit_memory(memory_bytes_);
      finish(outcomes());
    } catch (const Json::exception& error) {
      fail({"exception", std::string("the request is not as docs/protocol.md says: ") + error.what()});
    } catch (...) {
      limit_memory(0);  // or saying what went wrong could run out of memory too
      fail(current_failure(memory_bytes_));
    }
    limit_memory(0);
  }

 private:
  std::vector<RowOutcome> outcomes() {
    const Family& family = find_family(request_.at("family").get<std::string>());
    Run run(seeds_of(request_), [this](double fraction) {
      report_({{"type", "progress"}, {"id", id_}, {"fraction", fraction}});
    });
    run.on_phase([this](const std::string& phase) { enter(phase); });
    const bool is_stage = request_.at("kind") == "stage";
    auto rows = is_stage ? run_stage(family, request_, run) : run_cells(family, request_, run);
    if (rows.size() != run.seeds().size()) {
      throw Error("the family " + family.id() + " returned " + std::to_string(rows.size()) +
                  " outcomes for " + std::to_string(run.seeds().size()) + " rows");
    }
    seeds_ = run.seeds();
    return rows;
  }

  void enter(const std::string& phase) {
    phase_ = phase;
    name_place(id_, phase);
    report_({{"type", "phase"}, {"id", id_}, {"phase", phase}});
  }

  void finish(const std::vector<RowOutcome>& outcomes) {
    Json rows = Json::array();
    for (std::size_t i = 0; i < outcomes.size(); ++i) rows.push_back(row_event(seeds_[i], outcomes[i]));
    send_end({{"type", "done"}, {"id", id_}, {"rows", rows}});
  }

  void fail(const Failure& failure) {
    std::fprintf(stderr, "assay-worker: failed%s%s: %s\n", phase_.empty() ? "" : " in phase ",
                 phase_.c_str(), failure.message.c_str());
    send_end({{"type", "failed"},
              {"id", id_},
              {"error", {{"kind", failure.kind}, {"phase", phase_}, {"message", failure.message}}}});
  }

  void send_end(Json event) {
    // Who hears of the end finds the whole log.
    std::cout.flush();
    std::fflush(nullptr);
    event["seconds"] = usage_.seconds();
    event["cpu_seconds"] = usage_.cpu_seconds();
    event["peak_bytes"] = usage_.peak_bytes();
    report_(event);
  }

  const Json& request_;
  const Report& report_;
  std::string id_, phase_;
  Seeds seeds_;
  std::uint64_t memory_bytes_ = 0;
  Usage usage_;
};

}  // namespace

void run_job(const Json& request, const Report& report) { Job(request, report).execute(); }

}  // namespace assay

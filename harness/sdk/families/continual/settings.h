// The family's settings of a [[benchmark]], as the suite reader sees them and as the protocol does.
#pragma once

#include "sdk/families/continual/learner.h"

#include <assay/common/parameters_json.h>
#include <assay/network.h>

#include <memory>
#include <string>
#include <vector>

namespace assay::continual {

/// The keys of a benchmark of this family.
std::vector<ParameterSpec> setting_specs();

/// How a parameter's value is found. Candidates train beside one another, as rows of the cohort.
struct Tuning {
  std::string policy = "fixed";  ///< "fixed", "first-k-tasks" or "oracle-grid"
  std::string parameter;
  std::vector<double> grid;
  std::int64_t tasks = 2;  ///< first-k-tasks: k
};

struct Settings {
  Json task;  ///< { "use": id, ... }
  Scenario scenario = Scenario::class_;
  std::string scenario_name;
  NetworkSpec model;
  Recipe train;
  bool boundaries = true;
  StreamOptions options;
  Tuning tuning;

  std::unique_ptr<Stream> make_stream(const Seeds& seeds) const;
};

/// Reads resolved settings. Throws Error, naming the setting, for values that do not fit together.
Settings read_settings(const Json& resolved);

/// What a method sees before the stream begins; `method` is its id.
Problem make_problem(const Settings& settings, const Stream& stream, const Seeds& seeds,
                     const std::string& method, at::Device device);

}  // namespace assay::continual

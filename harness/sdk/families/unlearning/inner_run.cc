#include "sdk/families/unlearning/inner_run.h"

#include <ATen/ATen.h>

namespace assay::unlearning {
namespace {

constexpr std::size_t most_points = 400;  // of a curve: full-batch trainings have an epoch a step

}  // namespace

InnerRun::InnerRun(Run& outer, Seeds of_models, std::int64_t each)
    : outer_(outer),
      seeds_(std::move(of_models)),
      each_(each),
      costs_(static_cast<std::size_t>(outer.rows())),
      failures_(costs_.size()),
      curves_(costs_.size()) {}

Run InnerRun::part(std::int64_t from, std::int64_t to, std::int64_t all) {
  const auto share = [all](std::int64_t models) {
    return static_cast<double>(models) / static_cast<double>(all);
  };
  Run run(Seeds(seeds_.begin() + from, seeds_.begin() + to),
          [this, done = share(from), mine = share(to - from)](double fraction) {
            outer_.progress(done + mine * fraction);
          });
  run.on_phase([this](const std::string& phase) { outer_.enter_phase(phase); });
  return run;
}

void InnerRun::take(Run& run, std::int64_t from) {
  for (std::int64_t row = 0; row < run.rows(); ++row) {
    const auto seed = static_cast<std::size_t>((from + row) / each_);
    costs_[seed].gradient_samples += run.costs(row).gradient_samples;
    costs_[seed].forward_samples += run.costs(row).forward_samples;
    costs_[seed].flops += run.costs(row).flops;
    if (failures_[seed].empty() && run.failed(row)) {
      failures_[seed] =
          each_ == 1 ? run.failure(row)
                     : "model " + std::to_string((from + row) % each_) + ": " + run.failure(row);
    }
    for (const auto& [name, points] : run.curves(row)) {
      for (const auto& [step, value] : points) {
        Sum& sum = curves_[seed][name][step];
        sum.value += value;
        ++sum.count;
      }
    }
  }
}

void InnerRun::finish() {
  for (std::int64_t seed = 0; seed < outer_.rows(); ++seed) {
    const auto at = static_cast<std::size_t>(seed);
    Costs& costs = outer_.costs(seed);
    costs.gradient_samples += costs_[at].gradient_samples;
    costs.forward_samples += costs_[at].forward_samples;
    costs.flops += costs_[at].flops;
    const Tensor row = at::scalar_tensor(seed, at::kLong).reshape(1);
    for (const auto& [name, points] : curves_[at]) {
      const std::size_t every = (points.size() + most_points - 1) / most_points;
      std::size_t place = 0;
      for (const auto& [step, sum] : points) {
        // The last point always, and every so many before it.
        if ((points.size() - ++place) % every != 0) continue;
        const double mean = sum.value / static_cast<double>(sum.count);
        outer_.record(name, step, at::scalar_tensor(mean, at::kDouble), row);
      }
    }
    if (!failures_[at].empty()) outer_.fail_row(seed, failures_[at]);
  }
}

std::vector<double> InnerRun::samples_S() const {
  std::vector<double> samples;
  for (const Costs& costs : costs_) {
    samples.push_back(static_cast<double>(costs.gradient_samples) / static_cast<double>(each_));
  }
  return samples;
}

}  // namespace assay::unlearning

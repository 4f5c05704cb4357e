#include "sdk/families/unlearning/models.h"

#include "sdk/families/unlearning/inner_run.h"
#include "sdk/internal/cohort_size.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstdio>

namespace assay::unlearning {
namespace {

/// Steele et al. 2014's splitmix64: neighbouring numbers give unrelated ones.
std::uint64_t mixed(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15U;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9U;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBU;
  return value ^ (value >> 31);
}

Items rows_of(const Items& items, std::int64_t from, std::int64_t to) {
  const auto rows = [&](const Tensor& value_KN) { return value_KN.slice(0, from, to); };
  return {items.pool, rows(items.place_SN), rows(items.label_SN), rows(items.id_SN)};
}

}  // namespace

Seeds model_seeds(const Seeds& seeds, const std::string& role, std::int64_t each) {
  std::uint64_t place = 0;
  for (const char letter : role) place = mixed(place ^ static_cast<std::uint64_t>(letter));
  Seeds all;
  for (const std::uint64_t seed : seeds) {
    for (std::int64_t model = 0; model < each; ++model) {
      const bool first = model == 0 && role == "original";
      all.push_back(first ? seed : mixed(mixed(seed ^ place) + static_cast<std::uint64_t>(model)));
    }
  }
  return all;
}

Model Maker::start(const Seeds& of_models, const std::string& purpose) const {
  return {
      network,
      initial_parameters(network->layout(), Streams(of_models, purpose)).to(device, task.type())};
}

Dataset Maker::data(const Items& items) const {
  return Dataset::shared(items.pool.to(task.type()), items.place_SN).to(device);
}

Part Maker::part(const Items& items) const {
  return {data(items), items.label_SN.to(device), items.id_SN.to(device)};
}

Trained train_models(const Maker& maker, const Recipe& recipe, const Items& items,
                     const std::string& role, std::int64_t each, Run& outer,
                     const Tensor& start_KP) {
  const std::int64_t rows = items.place_SN.size(0);
  const std::int64_t parameters = maker.network->layout().size();
  const std::int64_t seeds = outer.rows();
  InnerRun inner(outer, model_seeds(outer.seeds(), role, each), each);
  std::vector<Tensor> parts;
  // The engine is fastest with so many rows at once; how many does not change what is learnt.
  const std::int64_t at_once = largest_cohort(parameters);
  for (std::int64_t from = 0; from < rows; from += at_once) {
    const std::int64_t to = std::min(from + at_once, rows);
    const Items chunk = rows_of(items, from, to);
    Run run = inner.part(from, to, rows);
    if (const auto solution =
            start_KP.defined() || !maker.task.solves()
                ? std::nullopt
                : maker.task.solve(inputs_of(chunk, maker.task.type()), chunk.label_SN)) {
      parts.push_back(solution->theta_KP.to(maker.device));
      for (std::int64_t row = 0; row < to - from; ++row) {
        run.costs(row).gradient_samples += solution->gradient_samples_K[row].item<std::int64_t>();
        if (!solution->solved_K[row].item<bool>()) {
          run.fail_row(row, "Newton's method has not reached the optimum: raise the task's ridge");
        }
      }
    } else {
      Model start = maker.start(run.seeds(), "assay.unlearning.start");
      if (start_KP.defined()) start.theta_KP = start_KP.slice(0, from, to);
      const Tensor label_KN = chunk.label_SN.to(maker.device);
      const Likelihood likelihood = maker.task.likelihood();
      const Model model = train(start, maker.data(chunk), recipe, run, [&](const Batch& batch) {
        return batch.mean(-log_likelihood(likelihood, batch.logits_KBC, batch.gather(label_KN)));
      });
      parts.push_back(model.theta_KP);
    }
    inner.take(run, from);
  }
  inner.finish();
  return {at::cat(parts).view({seeds, each, parameters}), inner.samples_S(), inner.failures_S()};
}

}  // namespace assay::unlearning

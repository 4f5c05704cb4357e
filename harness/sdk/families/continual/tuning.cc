#include "sdk/families/continual/tuning.h"

#include "sdk/families/continual/scoring.h"
#include "sdk/families/support/answer.h"
#include "sdk/families/support/outcome.h"
#include "sdk/internal/epoch_steps.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>

#include <algorithm>

namespace assay::continual {
namespace {

class ValidationTruth final : public Truth {
 public:
  explicit ValidationTruth(Tensor labels_KN) : labels_KN_(std::move(labels_KN)) {}
  Tensor labels_KN() const override { return labels_KN_; }

 private:
  Tensor labels_KN_;
};

/// The first tasks of a stream, tested on their validation items.
class FirstTasks final : public Stream {
 public:
  FirstTasks(const Stream& stream, std::int64_t tasks) : stream_(stream), tasks_(tasks) {}
  std::int64_t rows() const override { return stream_.rows(); }
  std::int64_t tasks() const override { return tasks_; }
  Likelihood likelihood() const override { return stream_.likelihood(); }
  std::vector<std::int64_t> input_shape() const override { return stream_.input_shape(); }
  Tensor outputs_TC() const override { return stream_.outputs_TC().narrow(0, 0, tasks()); }
  Items training(const std::vector<std::int64_t>& tasks) const override {
    return stream_.training(tasks);
  }
  Items validation(const std::vector<std::int64_t>& tasks) const override {
    return stream_.validation(tasks);
  }
  Dataset test() const override { return stream_.validation(all_tasks()).data; }
  std::unique_ptr<Truth> truth() const override {
    return std::make_unique<ValidationTruth>(stream_.validation(all_tasks()).label_KN);
  }

 private:
  const Stream& stream_;
  std::int64_t tasks_;
};

/// The value at the end of every candidate, -infinity for one that failed. The chosen one is
/// trained again afterwards, also by oracle-grid, whose candidates have learned the whole stream:
/// they were not watched on the way and have no checkpoints, and to watch them all would cost more
/// than the one training that it saves.
std::vector<double> try_all(const CellJob& job, const Settings& settings, const Stream& stream,
                            const std::vector<CellRow>& candidates, Run& search) {
  const MethodInfo info = job.method->describe();
  Problem problem =
      make_problem(settings, stream, search.seeds(), info.id + " (tuned)", job.device);
  const MethodHandle<Method> method(*job.method, row_parameters(info, candidates, job.device));
  StreamOptions options = settings.options;
  options.monitor_every = 0;
  const Learned learned = run_stream(problem, stream, *method, job.method->hooks, search, options);
  const Tensor value_KIT = value_matrix_KIT(learned.answer_IKN, stream.truth()->labels_KN(),
                                            stream.tasks(), problem.likelihood);
  std::vector<double> values;
  for (std::int64_t row = 0; row < search.rows(); ++row) {
    values.push_back(search.failed(row) ? -INFINITY : value_KIT[row][-1].mean().item<double>());
  }
  return values;
}

}  // namespace

std::vector<double> tune(const CellJob& job, const Settings& settings, std::vector<CellRow>& rows,
                         Run& run) {
  const Tuning& tuning = settings.tuning;
  if (tuning.policy == "fixed") return {};
  const MethodInfo info = job.method->describe();
  const auto spec = std::find_if(info.parameters.begin(), info.parameters.end(),
                                 [&](const auto& one) { return one.key == tuning.parameter; });
  if (spec == info.parameters.end()) return {};
  if (!spec->varies_by_row) {
    throw Error("tuning.parameter '" + tuning.parameter + "' of " + info.id +
                " is not per_row: candidates cannot train beside one another");
  }

  run.enter_phase("tune");
  std::vector<CellRow> candidates;
  Seeds seeds;
  for (const CellRow& row : rows) {
    for (const double value : tuning.grid) {
      candidates.push_back(row);
      candidates.back().parameters[tuning.parameter] = value;
      seeds.push_back(row.seed);
    }
  }
  Run search(seeds);
  const auto stream = settings.make_stream(seeds);
  const std::vector<double> values =
      tuning.policy == "oracle-grid"
          ? try_all(job, settings, *stream, candidates, search)
          : try_all(job, settings, FirstTasks(*stream, tuning.tasks), candidates, search);

  std::vector<double> chosen;
  const std::size_t size = tuning.grid.size();
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(row * size);
    const auto best = std::max_element(first, first + static_cast<std::ptrdiff_t>(size));
    const auto place = static_cast<std::size_t>(best - first);
    if (*best == -INFINITY) {
      run.fail_row(static_cast<std::int64_t>(row), "none of the candidates could be trained");
    }
    chosen.push_back(tuning.grid[place]);
    rows[row].parameters[tuning.parameter] = chosen.back();
    Costs& costs = run.costs(static_cast<std::int64_t>(row));
    for (std::size_t i = row * size; i < (row + 1) * size; ++i) {
      const Costs& spent = search.costs(static_cast<std::int64_t>(i));
      costs.gradient_samples += spent.gradient_samples;
      costs.forward_samples += spent.forward_samples;
      costs.flops += spent.flops;
    }
  }
  return chosen;
}

double plain_flops(const Problem& problem, std::int64_t items) {
  const Recipe& recipe = problem.recipe;
  std::int64_t samples = items * recipe.epochs;
  if (recipe.steps > 0) {
    // The last batch of an epoch may be short.
    const std::int64_t epoch = epoch_steps(items, recipe.batch);
    samples = recipe.steps / epoch * items + recipe.steps % epoch * recipe.batch;
  }
  return 3 * problem.start.network->forward_flops() * static_cast<double>(samples * problem.tasks);
}

}  // namespace assay::continual

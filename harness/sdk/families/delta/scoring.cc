#include "sdk/families/delta/scoring.h"

#include <ATen/ATen.h>

namespace assay::delta {
namespace {

/// Of stacked values [S, K] those at each row's own place, [K].
Tensor at_place(const std::vector<Tensor>& value_SK, const Tensor& place_K) {
  return at::stack(value_SK).gather(0, place_K.unsqueeze(0)).squeeze(0);
}

}  // namespace

Measures measure_pairs(const Tensor& model_KN2, const Tensor& start_KN2, const Tensor& differ_KN) {
  const Tensor model = model_KN2.to(at::kDouble);
  const Tensor reward_KN2 = model - start_KN2.to(at::kDouble);
  const Tensor margin_KN = reward_KN2.select(2, 0) - reward_KN2.select(2, 1);
  const Tensor wins_KN = (margin_KN.sign() + 1) / 2;
  const Tensor differ = differ_KN.to(at::kDouble);
  const Tensor reward_K2 = reward_KN2.mean(1), likelihood_K2 = model.mean(1);
  return {{"reward_chosen", reward_K2.select(1, 0)},
          {"reward_rejected", reward_K2.select(1, 1)},
          {"margin", margin_KN.mean(1)},
          {"preferred", (wins_KN * differ).sum(1) / differ.sum(1)},
          {"likelihood_chosen", likelihood_K2.select(1, 0)},
          {"likelihood_rejected", likelihood_K2.select(1, 1)}};
}

Tensor responses_differ(const Pairs& pairs) {
  if (!pairs.sequences()) {
    return pairs.response_KN2.select(2, 0).ne(pairs.response_KN2.select(2, 1)).cpu();
  }
  const Tensor x_KN2T = pairs.data.slice(0, pairs.count());
  return x_KN2T.select(2, 0).ne(x_KN2T.select(2, 1)).any(2).cpu();
}

Scoring::Scoring(const Settings& settings, const Task& task, const Place& place, const Model& start)
    : settings_(settings),
      task_(task),
      start_(start),
      truth_(task.truth(place, start)),
      pairs_(given_pairs(task, settings.task.pairs, PairSplit::held_out, place)),
      differ_KN_(responses_differ(pairs_)),
      start_KN2_(log_probabilities(start, pairs_).cpu()) {
  start_measure_K_ = truth_->measure(start).at(task.measure());
}

Measures Scoring::measure(const Tensor& theta_KP) const {
  const Model one = model(theta_KP);
  Measures measures = truth_->measure(one);
  held_out_KN2_ = log_probabilities(one, pairs_).cpu();
  measures.merge(measure_pairs(held_out_KN2_, start_KN2_, differ_KN_));
  return measures;
}

Measures Scoring::with_gain(Measures measures) const {
  measures["gain"] = measures.at(task_.measure()) - start_measure_K_;
  measures.merge(truth_->known());
  return measures;
}

Tensor Scoring::stopped_K(const std::vector<Checkpoint>& way) const {
  const std::int64_t rows = start_.rows();
  if (!settings_.stop_on_development) {
    return at::full({rows}, static_cast<std::int64_t>(way.size()) - 1, at::kLong);
  }
  std::vector<Tensor> development_SK;
  for (const Checkpoint& checkpoint : way) {
    development_SK.push_back(truth_->development_K(model(checkpoint.second)));
  }
  // The earliest of equals: a student that training made no better has no claim to it.
  const Tensor all_SK = at::stack(development_SK);
  const Tensor places_S1 = at::arange(all_SK.size(0), at::kLong).unsqueeze(1);
  const Tensor is_best_SK = all_SK.eq(all_SK.amax(0, /*keepdim=*/true));
  return at::where(is_best_SK, places_S1, all_SK.size(0) - 1).amin(0);
}

Measures Scoring::score(const std::vector<Checkpoint>& way, Run& run) const {
  std::map<std::string, std::vector<Tensor>> curves_SK;
  std::vector<Tensor> step_SK, held_out;
  for (const auto& [step, theta_KP] : way) {
    for (const auto& [name, value_K] : measure(theta_KP)) {
      run.record("curve." + name, step, value_K);
      curves_SK[name].push_back(value_K);
    }
    step_SK.push_back(at::full({start_.rows()}, static_cast<double>(step), at::kDouble));
    held_out.push_back(held_out_KN2_);
  }
  const Tensor place_K = stopped_K(way);
  Measures measures;
  for (const auto& [name, value_SK] : curves_SK) measures[name] = at_place(value_SK, place_K);
  measures["stopped"] = at_place(step_SK, place_K);
  const Tensor measure_SK = at::stack(curves_SK.at(task_.measure()));
  measures["last"] = measure_SK.select(0, measure_SK.size(0) - 1);
  if (task_.has_development()) {  // else more is not better
    measures["best"] = measure_SK.amax(0);
    measures["overshoot"] = measures["best"] - measures["last"];
  }
  const Tensor row_K = at::arange(start_.rows(), at::kLong);
  held_out_KN2_ = at::stack(held_out).index({place_K, row_K});
  return with_gain(std::move(measures));
}

Measures Scoring::reference(const std::string& id) const {
  Measures measures = truth_->reference(id);
  // A teacher stays as it is.
  measures["last"] = measures.at(task_.measure());
  return with_gain(std::move(measures));
}

}  // namespace assay::delta

#include "sdk/internal/delta_responses.h"
#include "sdk/internal/shape_text.h"

#include <assay/common/error.h>
#include <assay/delta.h>
#include <assay/sequences.h>

#include <ATen/ATen.h>
#include <algorithm>
#include <string>

namespace assay::delta {
namespace {

Tensor over_length(const Tensor& sum_AB, const Tensor& length_AB) {
  return sum_AB / length_AB.clamp_min(1);
}

/// Turns batches into preferences.
class Reader {
 public:
  Reader(const Problem& problem, Run& run, const Reading& reading)
      : reading_(reading),
        responses_(responses_of(problem.pairs, reading, problem.student.theta_KP)) {
    if (reading.reference) reference_KNR_ = log_probabilities(problem.student, responses_, &run);
  }

  const Dataset& data() const { return responses_.data; }
  bool sequences() const { return responses_.sequences(); }
  const Tensor& mask_KNRT() const { return responses_.mask_KNRT; }

  Preferences preferences(const Batch& batch) const {
    const Tensor log_probability_ABR = log_probabilities(batch, responses_);
    const Tensor length_ABR = batch.gather(responses_.length_KNR);
    Tensor reference_ABR;
    if (reading_.reference) reference_ABR = batch.gather(reference_KNR_);
    Preferences preferences{batch, {}, {}, {}};
    std::int64_t place = 0;
    const auto take = [&](bool read, Response& response) {
      if (!read) return;
      response.log_probability_AB = log_probability_ABR.select(2, place);
      response.length_AB = length_ABR.select(2, place);
      if (reading_.reference) response.reference_AB = reference_ABR.select(2, place);
      ++place;
    };
    take(reading_.chosen, preferences.chosen);
    take(reading_.rejected, preferences.rejected);
    take(reading_.unrelated, preferences.unrelated);
    return preferences;
  }

 private:
  Reading reading_;
  Responses responses_;
  Tensor reference_KNR_;
};

}  // namespace

Tensor Response::log_ratio() const {
  if (!reference_AB.defined()) {
    throw Error("log_ratio: the start's log-probabilities were not read: set Reading::reference");
  }
  return log_probability_AB - reference_AB;
}

Tensor Response::mean_log_probability() const {
  return over_length(log_probability_AB, length_AB);
}

Tensor Response::mean_log_ratio() const {
  return over_length(log_ratio(), length_AB);
}

Tensor Preferences::token_loss(const Response& response) const {
  return -response.log_probability_AB / mean(response.length_AB).clamp_min(1e-12);
}

Model train_preferences(const Problem& problem, Run& run, const Reading& reading,
                        const std::function<Tensor(const Preferences&)>& loss) {
  const Reader reader(problem, run, reading);
  const auto objective = [&](const Batch& batch) {
    const Tensor loss_AB = loss(reader.preferences(batch));
    if (!loss_AB.defined() || loss_AB.sizes() != batch.item_AB.sizes()) {
      throw Error("train_preferences: the loss must have a value for each pair, " +
                  shape_text(batch.item_AB) + ", but is " +
                  (loss_AB.defined() ? shape_text(loss_AB) : std::string("undefined")));
    }
    return batch.mean(loss_AB);
  };
  // Rows that have failed stay as they started: their place in the cohort is kept.
  Tensor latest_KP = problem.student.theta_KP.detach().clone();
  Hooks hooks;
  if (reader.sequences() && problem.student.network->causal()) {
    hooks.prepare = cut_padding(reader.mask_KNRT());
  }
  hooks.after_step = [&](const Batch& batch, Tensor& theta_AP) {
    const auto& curve = problem.curve;
    if (std::find(curve.begin(), curve.end(), batch.step + 1) == curve.end()) return;
    latest_KP.index_copy_(0, batch.rows_A, theta_AP);
    run.checkpoint(batch.step + 1, latest_KP);
  };
  return train(problem.student, reader.data(), problem.recipe, run, objective, hooks);
}

}  // namespace assay::delta

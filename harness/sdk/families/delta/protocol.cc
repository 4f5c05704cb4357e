#include "sdk/families/delta/protocol.h"

#include "sdk/families/support/answer.h"
#include "sdk/internal/data_streams.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace assay::delta {
namespace {

/// Which pairs change places, bool [K, N].
Tensor turned_KN(const PairSettings& how, PairSplit split, const Seeds& seeds, std::int64_t items) {
  const auto rows = static_cast<std::int64_t>(seeds.size());
  Tensor turned = at::full({rows, items}, how.reversed, at::kBool);
  if (split == PairSplit::train && how.noise > 0) {
    const Tensor draw_KN = data_streams(seeds, "delta.noise").uniform({items});
    turned = turned.logical_xor(draw_KN.lt(how.noise));
  }
  return turned;
}

/// Axis 2 the other way round where `turned`.
Tensor in_order(const Tensor& value_KN2, const Tensor& turned) {
  if (!value_KN2.defined()) return value_KN2;
  std::vector<std::int64_t> shape = turned.sizes().vec();
  shape.resize(static_cast<std::size_t>(value_KN2.dim()), 1);
  return at::where(turned.view(shape), value_KN2.flip(2), value_KN2);
}

}  // namespace

Model starting_model(const Task& task, const Place& place) {
  Model model{task.network(), task.start_KP(place)};
  for (std::int64_t row = 0; row < model.rows(); ++row) {
    if (!place.stages.failure(row).empty()) model.theta_KP[row].zero_();
  }
  return model;
}

Pairs given_pairs(const Task& task, const PairSettings& how, PairSplit split, const Place& place) {
  MadePairs made = task.pairs(split, place);
  const Tensor turned = turned_KN(how, split, place.seeds, made.x.size(1));
  if (made.mask_KN2T.defined()) made.x = in_order(made.x, turned);
  const auto given = [&](const Tensor& value_KN2) {
    const Tensor ordered = in_order(value_KN2, turned);
    return ordered.defined() ? ordered.to(place.device) : ordered;
  };
  return {Dataset::own(made.x).to(place.device), given(made.response_KN2), given(made.mask_KN2T)};
}

std::string answer_breach(const Model& answer, const Model& student) {
  if (std::string breach = model_breach(answer, student, "fit"); !breach.empty()) return breach;
  // What counts is the student's network with the answer's parameters: they must mean the same.
  const std::vector<Slice>& theirs = answer.network->layout().slices();
  const std::vector<Slice>& ours = student.network->layout().slices();
  const auto same = [](const Slice& a, const Slice& b) {
    return a.name == b.name && a.shape == b.shape;
  };
  if (std::equal(theirs.begin(), theirs.end(), ours.begin(), ours.end(), same)) return "";
  return "fit returned a network of " + std::to_string(answer.network->layout().size()) +
         " parameters in " + std::to_string(theirs.size()) +
         " slices, which is not the student's: return problem.student's network, which has " +
         std::to_string(student.network->layout().size()) + " in " + std::to_string(ours.size());
}

Problem make_problem(const Settings& settings, const Task& task, const Place& place) {
  return {.student = starting_model(task, place),
          .pairs = given_pairs(task, settings.task.pairs, PairSplit::train, place),
          .recipe = settings.train,
          .curve = settings.curve,
          .stop_token = task.stop_token()};
}

}  // namespace assay::delta

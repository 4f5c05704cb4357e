#include "sdk/families/support/description.h"
#include "sdk/families/delta/family.h"
#include "sdk/families/delta/settings.h"

namespace assay::delta {
namespace {

Json metrics() {
  const Json share = {0, 1};
  Json accuracy =
      metric("accuracy", "Accuracy", "max", share,
             "share of prompts that are answered right; linear_delta: exact, from the parameters; "
             "bytes: share of held-out texts' next bytes that the likeliest guess is right about");
  accuracy["primary"] = true;
  Json markers = metric("markers", "Markers", "max", nullptr,
                        "of sequences: mean count of markers in samples of the student");
  markers["primary"] = true;
  return {
      accuracy,
      markers,
      metric("gain", "Gain", "max", nullptr, "accuracy (or markers) minus the start's"),
      metric("best", "Best, oracle stop", "none", nullptr,
             "the largest accuracy over the curve, the start among it: stopped by the truth, so "
             "it is no student's result but what a perfect choice of the step would give"),
      metric("last", "After the last step", "max", nullptr,
             "accuracy (or markers) after the last step"),
      metric("overshoot", "Overshoot", "none", nullptr,
             "oracle stop minus the accuracy after the last step: what too long a training loses"),
      metric(
          "predicted_best", "Predicted best", "none", share,
          "linear_delta: the best accuracy on the way that the population's gradient takes, from "
          "each seed's own cosines"),
      metric("stopped", "Step", "none", nullptr, "the step of the student that counts"),
      metric("kl", "KL to start", "none", nullptr,
             "KL(student || start) of answers to held-out prompts; of sequences a sample's, summed "
             "over its tokens; nats"),
      metric("entropy", "Entropy", "none", nullptr,
             "of answers to held-out prompts; of sequences a token's, on samples; nats"),
      metric("ended", "Ended", "none", share,
             "share of samples that end before there is no more room: below the start's the "
             "student degenerates"),
      metric("length", "Length", "none", nullptr, "tokens of a sample"),
      metric("distinct_2", "Distinct pairs", "none", share,
             "distinct pairs of neighbouring tokens over all of them, in a seed's samples"),
      metric("reward_chosen", "Reward of chosen", "none", nullptr,
             "mean log-ratio to the start of the chosen responses of held-out pairs, nats"),
      metric("reward_rejected", "Reward of rejected", "none", nullptr,
             "the same of the rejected responses"),
      metric("margin", "Margin", "none", nullptr, "reward of chosen minus reward of rejected"),
      metric(
          "preferred", "Preferred", "none", share,
          "share of the held-out pairs with different responses whose margin is above zero, ties "
          "half"),
      metric("likelihood_chosen", "log p of chosen", "none", nullptr,
             "mean log-probability of the chosen responses of held-out pairs, nats"),
      metric("likelihood_rejected", "log p of rejected", "none", nullptr,
             "the same of the rejected responses"),
  };
}

Json references() {
  return {reference("start", "start", "the student as it starts: doing nothing"),
          reference("chosen", "chosen teacher", "what makes the chosen responses"),
          reference("rejected", "rejected teacher", "what makes the rejected responses"),
          reference("formula", "formula",
                    "linear_delta: the predicted best accuracy, from each seed's own cosines")};
}

}  // namespace

Json description() {
  return {{"id", "delta"},
          {"title", "Delta learning"},
          {"summary",
           "A student learns from pairs of responses of which one is better, though both may be "
           "worse than its own (Geng et al. 2025, arXiv:2507.06187). Does the difference teach?"},
          {"settings", to_json(setting_specs())},
          {"references", references()},
          {"metrics", metrics()},
          {"panel_curves", {"curve."}},
          {"apart", Json::object()},
          {"tasks", task_list(tasks())}};
}

// Seconds at most: the curve, a development set, noise.
Json Delta::smoke_settings() const {
  return {
      {"task", {{"use", "linear_delta"}, {"dimension", 16}}},
      {"pairs",
       {{"chosen", 0.6}, {"rejected", -0.2}, {"count", 200}, {"held_out", 100}, {"noise", 0.1}}},
      {"train", {{"epochs", 2}, {"batch", 16}, {"lr", 1e-2}}},
      {"curve", "5 10"},
      {"stop", "development"},
      {"development", 100}};
}

}  // namespace assay::delta

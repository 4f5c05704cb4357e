#include "sdk/families/support/description.h"
#include "sdk/families/unlearning/family.h"
#include "sdk/families/unlearning/settings.h"

namespace assay::unlearning {
namespace {

Json metrics() {
  const Json share = {0, 1};
  Json tow = metric("tow", "Tug-of-war", "max", share,
                    "product over forget, retain and holdout of 1 - |accuracy - the retrained "
                    "models'| (Zhao et al. 2024, arXiv:2406.01257): 1 is what retraining gives");
  tow["primary"] = true;
  Json relearn = metric("relearn", "Relearning", "min", nullptr,
                        "gain in the forget set's probability when the answer is trained on it "
                        "again, mean over the epochs, as a ratio to the retrained models' gain: "
                        "above 1 the answer had hidden what it knew");
  relearn["aggregate"] = {
      {"kind", "ratio"}, {"numerator", "relearn_gain"}, {"denominator", "relearn_gain_retrained"}};
  const char* klom = "KL of the models' margins, unlearned against retrained (20 bins, floor 1e-5)";
  return {
      tow,
      metric("forget_accuracy", "Accuracy on forget", "none", share,
             "share of the forget set that is answered as the original was taught; of answers of "
             "tokens exact match: the share of the tokens that are the likeliest, given the true "
             "ones before them"),
      metric("retain_accuracy", "Accuracy on retain", "max", share,
             "share of the retain set that is right"),
      metric("holdout_accuracy", "Accuracy on holdout", "max", share,
             "share right of items that no model was trained on"),
      metric("forget_probability", "Probability on forget", "none", share,
             "mean probability of the forget set's labels; of answers of tokens p^(1/tokens)"),
      metric("retain_probability", "Probability on retain", "max", share,
             "mean probability of the retain set's labels"),
      metric("holdout_probability", "Probability on holdout", "max", share,
             "mean probability of the right labels of items that no model was trained on"),
      metric("forget_extraction", "Extraction on forget", "none", share,
             "extraction strength of answers of tokens: 1 - k/n, k the shortest beginning of the n "
             "tokens behind which every token is the likeliest (arXiv:2506.12618)"),
      metric("retain_extraction", "Extraction on retain", "max", share,
             "the same of the retain set"),
      metric("forget_paraphrase", "Paraphrase on forget", "none", share,
             "mean of p^(1/tokens) of the forget set's answers asked and told in other words"),
      metric("retain_paraphrase", "Paraphrase on retain", "max", share,
             "the same of the retain set"),
      metric("forget_truth_ratio", "Truth ratio on forget", "none", share,
             "mean of min(R, 1/R), R the geometric mean of p^(1/tokens) of false answers over that "
             "of the paraphrase: 1 where a model is indifferent (Maini et al. 2024, "
             "arXiv:2401.06121)"),
      metric("retain_truth_ratio", "Truth ratio on retain", "max", share,
             "mean of max(0, 1 - R): 1 where a model prefers the truth"),
      metric("utility", "Utility", "max", share,
             "harmonic mean of the retain set's probability, exact match and truth ratio"),
      metric("klom_forget_mean", "KLoM on forget, mean", "min", {0, 11.6}, klom),
      metric("klom_forget_p95", "KLoM on forget, P95", "min", {0, 11.6}, klom),
      metric("klom_retain_p95", "KLoM on retain, P95", "min", {0, 11.6}, klom),
      metric("klom_holdout_p95", "KLoM on holdout, P95", "min", {0, 11.6},
             "KLoM on items that neither models nor methods have seen"),
      metric("mia_loss", "Membership by loss", "none", share,
             "AUC of telling the forget set from the holdout by the loss; .5 where the two are "
             "alike, else see the retrained row"),
      metric("mia_entropy", "Membership by entropy", "none", share,
             "the same by the entropy of the prediction"),
      metric("mia_rmia", "Membership by RMIA", "none", share,
             "the same by the probability over that of retrained models, compared with other "
             "items' (Zarifzadeh et al. 2024, arXiv:2312.03262)"),
      relearn,
      metric("relearn_gain", "Relearning gain", "min", {-1, 1},
             "gain in the forget set's probability while it is learned again, mean over epochs"),
      metric("relearn_gain_retrained", "Relearning gain of retrained", "none", {-1, 1},
             "the same of the retrained models"),
      metric("distance", "Distance left", "min", nullptr,
             "|theta - theta_R| / |theta_0 - theta_R|, theta_R the optimum on the retain set "
             "(convex tasks)"),
      metric("forget_distance", "Forget distance", "min", nullptr,
             "KL(retrained || answer) on fresh draws like the forget set (Zhang et al. 2024, "
             "arXiv:2404.05868)"),
      metric("retain_distance", "Retain distance", "min", nullptr,
             "KL(retrained || answer) on fresh draws like the retain set"),
      metric("forget_distance_ratio", "Forget distance over start", "min", nullptr,
             "forget distance over the original model's"),
      metric("retain_distance_ratio", "Retain distance over start", "min", nullptr,
             "retain distance over the original model's"),
      metric("forget_distance_log_ratio", "Forget distance over start, log", "min", nullptr,
             "natural logarithm of the ratio: its mean is that of a geometric mean"),
      metric("retain_distance_log_ratio", "Retain distance over start, log", "min", nullptr,
             "natural logarithm of the ratio: its mean is that of a geometric mean"),
      metric("moved", "Moved", "none", nullptr, "|theta - theta_0|; none for a predictor"),
      metric("fidelity", "Fidelity", "none", {-1, 1},
             "of methods that use attribution: cosine between the shift of the forget set's "
             "outputs that it predicts and the true one"),
      metric("cost", "Cost", "min", nullptr,
             "gradient samples of the method as a share of one retraining's"),
      metric("flops_share", "FLOPs", "min", nullptr,
             "floating-point operations of the method, forward passes too, as a share of one "
             "retraining's; none where retraining is a closed form"),
      metric("one_off_cost", "One-off cost", "none", nullptr,
             "gradient samples of attribution and oracles that the method was given, in "
             "retrainings"),
  };
}

Json references() {
  return {reference("retrained", "retrained",
                    "the models trained without the forget set: what is compared with"),
          reference("floor", "floor",
                    "further models trained without the forget set, scored as answers: what no "
                    "method can be expected to pass"),
          reference("do-nothing", "do nothing", "the original models as they are"),
          reference("fine-tune", "fine-tune",
                    "the original models trained on the retain set alone, by the methods' recipe")};
}

}  // namespace

Json description() {
  return {
      {"id", "unlearning"},
      {"title", "Machine unlearning"},
      {"summary",
       "A model was trained on forget and retain data. It shall become what training without "
       "the forget set would have given, at a fraction of the cost"},
      {"settings", to_json(setting_specs())},
      {"references", references()},
      {"metrics", metrics()},
      {"panel_curves", {"trajectory.", "klom.", "attack."}},
      {"apart",
       {{"oracles", "uses retrained models"}, {"predictor", "returns predictions, not a model"}}},
      {"tasks", task_list(tasks())}};
}

// Seconds at most, and every part of the protocol: all stages, all capabilities but "convex"; those
// of answers of tokens in the second.
Json Unlearning::smoke_settings() const {
  const Json classes = {
      {"task",
       {{"use", "klom_mini"},
        {"items", 120},
        {"forget", 6},
        {"validation", 40},
        {"holdout", 40},
        {"separation", 1.5}}},
      {"model", {{"arch", "mlp"}, {"width", 8}, {"depth", 1}}},
      {"train", {{"epochs", 10}, {"batch", 16}, {"lr", 0.05}, {"optimizer", "sgd"}}},
      {"budget", {{"epochs", 2}, {"batch", 3}, {"lr", 0.01}}},
      {"retain_batch", 12},
      {"models", 2},
      {"oracles", 3},
      {"spare", 2},
      {"attribution", {{"use", "datamodels"}, {"models", 24}}},
      {"relearn", {{"epochs", 2}, {"batch", 3}}}};
  const Json model = {{"arch", "transformer"}, {"width", 16}, {"depth", 1}, {"heads", 2}};
  const Json answers = {{"task",
                         {{"use", "tofu_mini"},
                          {"items", 48},
                          {"forget", 8},
                          {"validation", 8},
                          {"holdout", 8},
                          {"model", model}}},
                        {"train", {{"epochs", 30}, {"batch", 8}, {"lr", 1e-2}}},
                        {"budget", {{"epochs", 2}, {"batch", 4}, {"lr", 1e-3}}},
                        {"retain_batch", 8},
                        {"models", 2},
                        {"oracles", 2},
                        {"spare", 1},
                        {"relearn", {{"epochs", 1}, {"batch", 4}}}};
  return Json::array({classes, answers});
}

}  // namespace assay::unlearning

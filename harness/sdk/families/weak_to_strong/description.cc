#include "sdk/families/support/description.h"
#include "sdk/families/weak_to_strong/family.h"
#include "sdk/families/weak_to_strong/settings.h"

namespace assay::weak_to_strong {
namespace {

Json metrics() {
  const Json share = {0, 1};
  Json accuracy = metric("accuracy", "Accuracy", "max", share,
                         "share of the test items whose likeliest class is the true one");
  // Of a benchmark the first of the primary metrics that has numbers there.
  accuracy["primary"] = true;
  Json risk = metric("risk", "Risk", "min", nullptr,
                     "regression tasks: mean squared distance from the noiseless target on the "
                     "test items");
  risk["primary"] = true;
  Json pgr = metric("pgr", "PGR", "max", nullptr,
                    "performance gap recovered: gain / gap, 0 at the supervisor and 1 at the "
                    "ceiling; of a benchmark the ratio of the means (Burns et al. 2023)");
  pgr["aggregate"] = {{"kind", "ratio"}, {"numerator", "gain"}, {"denominator", "gap"}};
  return {
      accuracy,
      risk,
      pgr,
      metric(
          "gain", "Gain", "max", nullptr,
          "accuracy minus the weak supervisor's; of a regression task the supervisor's risk minus "
          "its own"),
      metric("gap", "Gap", "none", nullptr, "the ceiling's gain over the weak supervisor"),
      metric("auroc", "AUROC", "max", share,
             "area under the ROC curve; more than two classes: mean of each against the rest"),
      metric("agreement", "Agreement", "none", share,
             "share of the test items with the supervisor's likeliest class"),
      metric("agreement_where_wrong", "Agreement where the supervisor is wrong", "min", share,
             "share of the supervisor's mistakes on the test items that are repeated"),
      metric("error_correction", "Errors corrected", "max", share,
             "share of the supervisor's mistakes on the test items that are right here"),
      metric("ece", "ECE", "min", share,
             "expected calibration error of the likeliest class, 15 bins (Guo et al. 2017)"),
      metric("brier", "Brier score", "min", {0, 2},
             "mean over items of the squared error summed over classes"),
      metric(
          "misfit", "Misfit", "none", nullptr,
          "regression tasks: mean squared distance from the supervisor's answers on the transfer "
          "items"),
      metric("identity_error", "Error of gain = misfit", "min", nullptr,
             "regression tasks: |the supervisor's risk minus its own minus the misfit|, on the "
             "transfer items; zero for a least-squares student whose class holds the target "
             "(Charikar et al. 2024, arXiv:2405.15116)"),
      metric("debated_truth", "Truth among the answers", "none", share,
             "tasks with debates, of the judge's row: share of the test items whose true answer is "
             "one of those that are argued for"),
  };
}

Json references() {
  Json rows = {
      reference("weak", "weak supervisor",
                "trained on few true labels; methods see only its soft labels"),
      reference(
          "few-labels", "few labels",
          "the student trained on the supervisor's own true labels: what those labels are worth "
          "without a supervisor in between"),
      reference(
          "pretraining-decoded", "pretraining, decoded",
          "the pretrained student without any label: its pretraining answers decoded to the class "
          "with the nearest code, as if they were independent; ECE and Brier score would mean "
          "nothing"),
      reference("ceiling", "ceiling",
                "the student trained on the true labels of the transfer half, by ceiling_train "
                "(where that "
                "says nothing, by train)"),
      reference("supervisors", "supervisors, averaged",
                "the mean answer of the supervisor and further ones of the same labels"),
      reference("judge", "judge of the debate",
                "tasks with debates: what the judge makes of the supervisor's transcripts, of the "
                "answers that were argued for"),
      reference("formula", "formula",
                "expected risks in closed form: of a student that fits the supervisor's answers by "
                "least squares"),
  };
  for (std::int64_t rung = 1; rung <= longest_ladder; ++rung) {
    const std::string number = std::to_string(rung);
    rows.push_back(reference(("rung-" + number).c_str(), ("rung " + number).c_str(),
                             "a size of the ladder, trained on the labels of the one below it"));
  }
  return rows;
}

}  // namespace

Json description() {
  return {{"id", "weak_to_strong"},
          {"title", "Weak-to-strong generalization"},
          {"summary",
           "A strong student learns from the soft labels of a weak supervisor (Burns et al. 2023, "
           "arXiv:2312.09390). How much of the gap to training on the truth is recovered?"},
          {"settings", to_json(setting_specs())},
          {"references", references()},
          {"metrics", metrics()},
          // No benchmark offers the truth, or a part of it, to a method.
          {"apart", Json::object()},
          {"tasks", task_list(tasks())}};
}

// Seconds at most, and every part of the protocol but regression: pretraining, all stages, all
// references.
Json WeakToStrong::smoke_settings() const {
  return {{"task",
           {{"use", "latent_tasks"},
            {"dimension", 16},
            {"latent", 4},
            {"transfer", 200},
            {"validation", 50},
            {"test", 200}}},
          {"weak",
           {{"model", {{"arch", "mlp"}, {"width", 4}, {"depth", 1}}},
            {"labels", 48},
            {"supervisors", 2},
            {"train", {{"epochs", 10}, {"lr", 1e-2}}}}},
          {"strong", {{"model", {{"arch", "mlp"}, {"width", 16}, {"depth", 2}}}}},
          {"ladder", {{"rung1", {{"arch", "mlp"}, {"width", 8}, {"depth", 1}}}}},
          {"train", {{"epochs", 2}, {"batch", 32}}},
          {"pretrain", {{"items", 400}, {"tasks", 6}, {"train", {{"epochs", 2}}}}}};
}

}  // namespace assay::weak_to_strong

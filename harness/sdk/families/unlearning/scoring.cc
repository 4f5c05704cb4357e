#include "sdk/families/unlearning/scoring.h"

#include "sdk/families/unlearning/answers.h"
#include "sdk/families/unlearning/attribution.h"
#include "sdk/families/unlearning/klom.h"
#include "sdk/families/unlearning/membership.h"
#include "sdk/families/unlearning/protocol.h"

#include <ATen/ATen.h>

#include <cmath>

namespace assay::unlearning {
namespace {

constexpr std::int64_t trajectory_items = 1000;  // of each split, for every checkpoint

Tensor row_index(std::int64_t row) {
  return at::scalar_tensor(row, at::kLong).reshape(1);
}

Tensor number(double value) {
  return at::scalar_tensor(value, at::kDouble);
}

}  // namespace

Scoring::Scoring(const Settings& settings, const Maker& maker, const Seeds& seeds,
                 const StageReader& stages)
    : settings_(settings),
      maker_(maker),
      stages_(stages),
      seeds_of_(seeds),
      seeds_(static_cast<std::int64_t>(seeds.size())) {
  for (const auto& [name, split] : scored_splits()) items_[name] = maker.task.items(split, seeds);
  const Items probe = maker.task.items(Split::forget_probe, seeds);
  if (probe.count() > 0) items_["forget_probe"] = probe;
  original_SNP_ = stages.rows("original", "theta_SNP");
  oracles_SNP_ = stages.rows("oracles", "theta_SNP");
  original_ = ask(stage_models(maker, stages, "original"));
  oracles_ = ask(stage_models(maker, stages, "oracles"));
}

Said Scoring::ask(const Model& model) const {
  return ask([&](const std::string&,
                 const Items& items) { return predict_logits(model, maker_.data(items)); },
             model.rows() / seeds_);
}

Said Scoring::ask(const std::function<Tensor(const std::string&, const Items&)>& ask,
                  std::int64_t each) const {
  Said said;
  for (const auto& [name, items] : items_) {
    const Tensor logits_KNC = ask(name, repeated(items, each)).cpu();
    said[name] = logits_KNC.unflatten(0, {seeds_, each});
  }
  return said;
}

Tensor Scoring::labels_KN(const std::string& split, std::int64_t each) const {
  return items_.at(split).label_SN.repeat_interleave(each, 0);
}

Tensor Scoring::mean_S(const Tensor& value_KN) const {
  return value_KN.to(at::kDouble).reshape({seeds_, -1}).mean(1);
}

Tensor Scoring::accuracy_S(const std::string& split, const Tensor& logits_SNnC) const {
  // Of a trajectory the first items are scored alone.
  const Tensor label_KN = labels_KN(split, logits_SNnC.size(1)).slice(1, 0, logits_SNnC.size(2));
  return mean_S(is_correct(maker_.task.likelihood(), logits_SNnC.flatten(0, 1), label_KN));
}

Tensor Scoring::probability(const std::string& split, const Tensor& logits_SNnC) const {
  const Tensor label_KN = labels_KN(split, logits_SNnC.size(1)).slice(1, 0, logits_SNnC.size(2));
  return answer_probability(maker_.task.likelihood(), logits_SNnC.flatten(0, 1), label_KN);
}

Values Scoring::score(const Said& said, bool retrained, Run& run) const {
  Values values;
  if (maker_.task.likelihood() == Likelihood::gaussian) return values;
  Tensor tow_S = at::ones({seeds_}, at::kDouble);
  for (const std::string split : {"forget", "retain", "holdout"}) {
    const Tensor& logits_SNnC = said.at(split);
    const Tensor accuracy = accuracy_S(split, logits_SNnC);
    tow_S = tow_S * (1 - (accuracy - accuracy_S(split, oracles_.at(split))).abs());
    values[split + "_accuracy"] = accuracy;
    values[split + "_probability"] = mean_S(probability(split, logits_SNnC));
  }
  values["tow"] = tow_S;
  membership(said, retrained ? ask(stage_models(maker_, stages_, "fresh")) : oracles_, values, run);
  klom_scores(said, values, run);
  distances(said, values);
  return values;
}

Values Scoring::answers(const Model& model, const Said& said, const Values& scored) const {
  Values values;
  const Likelihood likelihood = maker_.task.likelihood();
  if (likelihood != Likelihood::sequence) return values;
  const std::int64_t each = model.rows() / seeds_;
  const auto log_p_KN = [&](const Items& items) {
    const Items mine = repeated(items, each);
    return token_log_probability(likelihood, predict_logits(model, maker_.data(mine)).cpu(),
                                 mine.label_SN);
  };
  for (const auto& [split, which] :
       {std::pair<std::string, Split>{"forget", Split::forget}, {"retain", Split::retain}}) {
    values[split + "_extraction"] =
        mean_S(extraction_strength(said.at(split).flatten(0, 1), labels_KN(split, each)));
    const std::optional<Texts> texts = maker_.task.texts(which, seeds_of_);
    if (!texts) continue;
    const Tensor true_KN = log_p_KN(texts->paraphrase);
    std::vector<Tensor> false_KN;
    for (const Items& items : texts->perturbed) false_KN.push_back(log_p_KN(items));
    const Tensor ratio_KN = truth_ratio(false_KN, true_KN);
    values[split + "_paraphrase"] = mean_S(true_KN.exp());
    values[split + "_truth_ratio"] =
        mean_S(which == Split::forget ? indifference(ratio_KN) : truthfulness(ratio_KN));
  }
  if (values.count("retain_truth_ratio") != 0) {
    values["utility"] =
        harmonic_mean({scored.at("retain_probability"), scored.at("retain_accuracy"),
                       values.at("retain_truth_ratio")});
  }
  return values;
}

void Scoring::membership(const Said& said, const Said& out, Values& values, Run& run) const {
  const std::int64_t each = said.at("forget").size(1);
  const auto uncertainty = [&](const char* split) {
    return answer_entropy(maker_.task.likelihood(), said.at(split).flatten(0, 1),
                          labels_KN(split, each));
  };
  const auto out_K = [&](const char* split) {
    const Tensor p_KN = probability(split, out.at(split));
    return p_KN.view({seeds_, -1, p_KN.size(1)}).mean(1).repeat_interleave(each, 0);
  };
  const auto attack = [&](const char* name, const Tensor& member_KN, const Tensor& other_KM) {
    values[std::string("mia_") + name] =
        attack_auc(member_KN, other_KM).view({seeds_, each}).mean(1);
    for (std::int64_t seed = 0; seed < seeds_; ++seed) {
      const auto rows = [&](const Tensor& value) { return value.narrow(0, seed * each, each); };
      for (const auto& [fpr, tpr] : roc(rows(member_KN), rows(other_KM))) {
        run.record(std::string("attack.") + name, std::llround(fpr * 1000), number(tpr),
                   row_index(seed));
      }
    }
  };
  const Tensor forget_KN = probability("forget", said.at("forget"));
  const Tensor holdout_KN = probability("holdout", said.at("holdout"));
  attack("loss", forget_KN, holdout_KN);
  attack("entropy", -uncertainty("forget"), -uncertainty("holdout"));
  const Tensor z_KZ = probability("validation", said.at("validation"));
  const Tensor z_out_KZ = out_K("validation");
  attack("rmia", rmia(forget_KN, out_K("forget"), z_KZ, z_out_KZ),
         rmia(holdout_KN, out_K("holdout"), z_KZ, z_out_KZ));
}

void Scoring::klom_scores(const Said& said, Values& values, Run& run) const {
  if (said.at("forget").size(1) < 2 || settings_.oracles < 2) return;
  for (const std::string split : {"forget", "retain", "holdout"}) {
    const auto margin = [&](const Said& of, std::int64_t seed) {
      const Tensor logits_NnC = of.at(split)[seed];
      const Tensor label_Nn = items_.at(split).label_SN.narrow(0, seed, 1);
      return margins(maker_.task.likelihood(), logits_NnC,
                     label_Nn.repeat_interleave(logits_NnC.size(0), 0));
    };
    std::vector<double> mean, p95;
    for (std::int64_t seed = 0; seed < seeds_; ++seed) {
      const Tensor klom_n = klom(margin(said, seed), margin(oracles_, seed));
      mean.push_back(klom_n.mean().item<double>());
      p95.push_back(percentile(klom_n, 95));
      for (int percent = 0; percent <= 100; percent += 5) {
        run.record("klom." + split, percent, number(percentile(klom_n, percent)), row_index(seed));
      }
    }
    if (split == "forget") values["klom_forget_mean"] = at::tensor(mean, at::kDouble);
    values["klom_" + split + "_p95"] = at::tensor(p95, at::kDouble);
  }
}

// KL from the retrained model, on draws that neither has seen; bernoulli tasks with a probe.
void Scoring::distances(const Said& said, Values& values) const {
  if (said.count("forget_probe") == 0) return;
  const auto distance_S = [&](const Said& of, const char* split) {
    const Tensor& q_SNnC = of.at(split);
    const Tensor p_SNnC = oracles_.at(split).narrow(1, 0, 1).expand_as(q_SNnC);
    return mean_S(
        kl_divergence(maker_.task.likelihood(), p_SNnC.flatten(0, 1), q_SNnC.flatten(0, 1)));
  };
  for (const auto& [name, split] :
       {std::pair<std::string, const char*>{"forget", "forget_probe"}, {"retain", "holdout"}}) {
    values[name + "_distance"] = distance_S(said, split);
    const Tensor ratio_S = values[name + "_distance"] / distance_S(original_, split);
    values[name + "_distance_ratio"] = ratio_S;
    values[name + "_distance_log_ratio"] = ratio_S.log();
  }
}

Values Scoring::parameters(const Tensor& theta_SNP) const {
  Values values;
  const bool alike = theta_SNP.sizes() == original_SNP_.sizes();
  if (alike) values["moved"] = mean_S((theta_SNP - original_SNP_).norm(2, 2));
  if (alike && maker_.task.convex()) {
    const Tensor optimum_S1P = oracles_SNP_.narrow(1, 0, 1);
    values["distance"] =
        mean_S((theta_SNP - optimum_S1P).norm(2, 2) / (original_SNP_ - optimum_S1P).norm(2, 2));
  }
  return values;
}

Tensor Scoring::fidelity_S() const {
  const Tensor attribution_SNC = stages_.rows("attribution", "forget");
  std::vector<double> values;
  for (std::int64_t seed = 0; seed < seeds_; ++seed) {
    values.push_back(fidelity(attribution_SNC[seed], original_.at("forget")[seed].mean(0),
                              oracles_.at("forget")[seed].mean(0)));
  }
  return at::tensor(values, at::kDouble);
}

void Scoring::trajectory(const std::vector<std::pair<std::int64_t, Tensor>>& checkpoints,
                         Run& run) const {
  if (maker_.task.likelihood() == Likelihood::gaussian) return;
  const auto first = [](Items items) {
    items.place_SN = items.place_SN.slice(1, 0, trajectory_items);
    items.label_SN = items.label_SN.slice(1, 0, trajectory_items);
    return items;
  };
  for (const auto& [step, theta_KP] : checkpoints) {
    const std::int64_t each = theta_KP.size(0) / seeds_;
    Said said;
    for (const auto& [name, items] : items_) {
      if (name == "validation") continue;
      const Dataset data = maker_.data(repeated(first(items), each));
      const Tensor logits_KNC = predict_logits({maker_.network, theta_KP}, data).cpu();
      said[name] = logits_KNC.unflatten(0, {seeds_, each});
    }
    for (const std::string name : {"forget", "retain", "holdout"}) {
      run.record("trajectory." + name, step, accuracy_S(name, said.at(name)));
      if (maker_.task.likelihood() != Likelihood::sequence) continue;
      run.record("trajectory." + name + "_probability", step,
                 mean_S(probability(name, said.at(name))));
    }
    if (said.count("forget_probe") == 0 || said.at("forget_probe").size(2) > trajectory_items)
      continue;
    Values values;
    distances(said, values);
    run.record("trajectory.forget_distance", step, values.at("forget_distance"));
    run.record("trajectory.retain_distance", step, values.at("retain_distance"));
  }
}

}  // namespace assay::unlearning

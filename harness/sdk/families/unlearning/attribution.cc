#include "sdk/families/unlearning/attribution.h"

#include "sdk/families/unlearning/convex_loss.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>

namespace assay::unlearning {
namespace {

/// Which items of the forget set each datamodel has, [S, D, F] of 0 and 1: a fair coin each.
Tensor masks_SDF(const Seeds& seeds, std::int64_t models, std::int64_t items) {
  return Streams(seeds, "assay.unlearning.masks").coin({models, items});
}

/// The forget items of each model's mask and then the retain items; the row ends with -1.
Items masked(const Items& forget_KN, const Items& retain_KN, const Tensor& mask_KF) {
  const Items all = joined(retain_KN, forget_KN);
  // Kept items first, in their order: a stable sort of what is left out.
  const Tensor out_KN = at::cat({at::zeros_like(retain_KN.place_SN), 1 - mask_KF}, 1);
  const Tensor order_KN = std::get<1>(out_KN.sort(std::optional<bool>(true), 1));
  const Tensor padding_KN = out_KN.gather(1, order_KN).gt(0);
  const auto sorted = [&](const Tensor& value_KN) {
    return value_KN.gather(1, order_KN).masked_fill(padding_KN, -1);
  };
  return {all.pool, sorted(all.place_SN), sorted(all.label_SN), sorted(all.id_SN)};
}

std::map<std::string, Tensor> by_datamodels(const Settings& settings, const Maker& maker, Run& run,
                                            std::vector<double>& samples_S) {
  const std::int64_t models = settings.attribution->datamodels, seeds = run.rows();
  const auto items = [&](Split split) {
    return repeated(maker.task.items(split, run.seeds()), models);
  };
  const Items forget = items(Split::forget);
  const Tensor mask_SDF = masks_SDF(run.seeds(), models, forget.count());
  const Items training = masked(forget, items(Split::retain), mask_SDF.flatten(0, 1));
  const Trained trained = train_models(maker, settings.train, training, "datamodels", models, run);
  for (const double samples : trained.samples_S) {
    samples_S.push_back(samples * static_cast<double>(models));
  }
  std::map<std::string, Tensor> sums;
  for (const auto& [name, split] : scored_splits()) {
    const Dataset data = maker.data(items(split));
    const Tensor logits_KNC =
        predict_logits({maker.network, trained.theta_SNP.flatten(0, 1)}, data).cpu();
    const Tensor logits_SDNC =
        logits_KNC.view({seeds, models, logits_KNC.size(1), logits_KNC.size(2)});
    std::vector<Tensor> rows;
    for (std::int64_t seed = 0; seed < seeds; ++seed) {
      rows.push_back(datamodel_sum(mask_SDF[seed], logits_SDNC[seed], settings.attribution->ridge));
    }
    sums[name] = at::stack(rows);
  }
  for (std::size_t seed = 0; seed < trained.failure_S.size(); ++seed) {
    if (!trained.failure_S[seed].empty()) {
      run.fail_row(static_cast<std::int64_t>(seed), trained.failure_S[seed]);
    }
  }
  return sums;
}

// One Newton step on the retain set's loss with the Hessian of the whole set: outputs are linear in
// theta, so the shift of an output is x times the step.
std::map<std::string, Tensor> by_influence(const Maker& maker, Run& run, const Tensor& theta_SP,
                                           std::vector<double>& samples_S) {
  if (!maker.task.convex()) {
    throw Error("attribution.use is \"influence\", which is for convex tasks: use \"datamodels\"");
  }
  const ConvexLoss loss{maker.task.likelihood(), maker.task.ridge()};
  const auto items = [&](Split split) { return maker.task.items(split, run.seeds()); };
  const Items retain = items(Split::retain), all = joined(items(Split::forget), retain);
  const at::ScalarType type = maker.task.type();
  const Tensor gradient_SP = loss.gradient(theta_SP, inputs_of(retain, type), retain.label_SN);
  const Tensor step_SP =
      at::linalg_solve(loss.hessian(theta_SP, inputs_of(all, type)), gradient_SP.unsqueeze(2))
          .squeeze(2);
  for (std::int64_t seed = 0; seed < run.rows(); ++seed) {
    const std::int64_t samples = all.count() * theta_SP.size(1) + retain.count();
    run.costs(seed).gradient_samples += samples;
    samples_S.push_back(static_cast<double>(samples));
  }
  std::map<std::string, Tensor> sums;
  for (const auto& [name, split] : scored_splits()) {
    sums[name] = loss.logits(step_SP, inputs_of(items(split), type));
  }
  return sums;
}

}  // namespace

const std::map<std::string, Split>& scored_splits() {
  static const std::map<std::string, Split> all = {{"forget", Split::forget},
                                                   {"retain", Split::retain},
                                                   {"validation", Split::validation},
                                                   {"holdout", Split::holdout}};
  return all;
}

Tensor datamodel_sum(const Tensor& mask_DF, const Tensor& logits_DNC, double ridge) {
  const Tensor mask = mask_DF.to(at::kDouble), centred_DF = mask - mask.mean(0, /*keepdim=*/true);
  const Tensor f_DM = logits_DNC.to(at::kDouble).flatten(1);
  const Tensor f_centred_DM = f_DM - f_DM.mean(0, /*keepdim=*/true);
  const Tensor square_FF =
      centred_DF.t().mm(centred_DF) + ridge * at::eye(mask.size(1), mask.options());
  // sum_i tau_i = 1' (M'M + ridge)^-1 M' f: one solve for the row of ones, whatever N and C are.
  const Tensor ones_F1 = at::ones({mask.size(1), 1}, mask.options());
  const Tensor weight_D1 = centred_DF.mm(at::linalg_solve(square_FF, ones_F1));
  return weight_D1.t()
      .mm(f_centred_DM)
      .view({logits_DNC.size(1), logits_DNC.size(2)})
      .to(logits_DNC.scalar_type());
}

double fidelity(const Tensor& attribution_NC, const Tensor& original_NC, const Tensor& oracle_NC) {
  const Tensor predicted = -attribution_NC.to(at::kDouble).flatten();
  const Tensor shift = (oracle_NC - original_NC).to(at::kDouble).flatten();
  return (predicted.dot(shift) / (predicted.norm() * shift.norm())).item<double>();
}

std::map<std::string, Tensor> attribute(const Settings& settings, const Maker& maker, Run& run,
                                        const Tensor& original_SNP,
                                        std::vector<double>& samples_S) {
  return settings.attribution->influence
             ? by_influence(maker, run, original_SNP.select(1, 0), samples_S)
             : by_datamodels(settings, maker, run, samples_S);
}

}  // namespace assay::unlearning

#include "sdk/families/unlearning/protocol.h"
#include "sdk/families/support/choices.h"

#include "sdk/families/unlearning/needs.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>

namespace assay::unlearning {
namespace {

void require_setting(bool there, const MethodInfo& info, const char* need, const char* remedy) {
  if (there) return;
  throw Error("method '" + info.id + "' needs " + need +
              ", which this benchmark has not: " + remedy);
}

}  // namespace

Model stage_models(const Maker& maker, const StageReader& stages, const std::string& stage) {
  return {maker.network, stages.rows(stage, "theta_SNP").flatten(0, 1).to(maker.device)};
}

Problem make_problem(const Settings& settings, const Maker& maker, const Seeds& seeds,
                     const StageReader& stages, const MethodInfo& info) {
  const std::int64_t each = settings.models;
  Problem problem;
  problem.likelihood = maker.task.likelihood();
  problem.original = stage_models(maker, stages, "original");
  const auto part = [&](Split split) {
    return maker.part(repeated(maker.task.items(split, seeds), each));
  };
  problem.forget = part(Split::forget);
  problem.retain = part(Split::retain);
  problem.validation = part(Split::validation);
  problem.recipe = settings.budget;
  problem.retain_batch = settings.retain_batch;
  problem.training = settings.train;
  problem.ridge = maker.task.ridge();
  problem.place = info.id;
  problem.fresh = [network = maker.network, type = maker.task.type(), device = maker.device,
                   of_models = model_seeds(seeds, "original", each)](std::int64_t draw) {
    const Streams streams(of_models, "assay.unlearning.fresh." + std::to_string(draw));
    return Model{network, initial_parameters(network->layout(), streams).to(device, type)};
  };

  const auto of_stage = [&](const std::string& stage, const std::string& tensor) {
    return stages.rows(stage, tensor).repeat_interleave(each, 0).to(maker.device);
  };
  if (has_need(info, "oracles")) {
    require_setting(settings.spare > 0, info, "oracles", "set `spare` to their number");
    problem.given_oracles = std::make_shared<Oracles>(Oracles{of_stage("spare", "forget_SNC"),
                                                              of_stage("spare", "retain_SNC"),
                                                              of_stage("spare", "validation_SNC")});
  }
  if (has_need(info, "attribution")) {
    require_setting(settings.attribution.has_value(), info, "attribution",
                    "give it a table `attribution`");
    problem.given_attribution = std::make_shared<Attribution>(
        Attribution{of_stage("attribution", "forget"), of_stage("attribution", "retain"),
                    of_stage("attribution", "validation")});
  }
  if (has_need(info, "refusals")) {
    const std::optional<Items> refusals = maker.task.refusals(seeds);
    require_setting(refusals.has_value(), info, "refusals", "only tasks of questions have them");
    problem.given_refusals = std::make_shared<Part>(maker.part(repeated(*refusals, each)));
  }
  for (std::int64_t row = 0; row < static_cast<std::int64_t>(seeds.size()); ++row) {
    if (stages.failure(row).empty()) continue;
    problem.original.theta_KP.narrow(0, row * each, each).zero_();
  }
  return problem;
}

}  // namespace assay::unlearning

#include "sdk/families/weak_to_strong/protocol.h"

#include <ATen/ATen.h>

namespace assay::weak_to_strong {

std::shared_ptr<const Network> network_of(const Settings& settings, std::int64_t rung,
                                          const Task& task, std::int64_t outputs) {
  const NetworkSpec& spec =
      rung == 0 ? settings.strong : settings.ladder.at(static_cast<std::size_t>(rung - 1));
  return make_network(spec, task.input_shape(View::strong), outputs);
}

Streams starting_streams(std::int64_t rung, const Seeds& seeds) {
  return Streams(seeds, rung == 0 ? "assay.student" : "assay." + rung_name(rung));
}

std::string teacher_of(std::int64_t rung) {
  return rung == 1 ? "weak" : rung_name(rung - 1);
}

Model starting_model(const Settings& settings, const Task& task, std::int64_t rung,
                     const Seeds& seeds, const StageReader& stages, at::Device device) {
  Model model;
  model.network = network_of(settings, rung, task, task.classes());
  model.theta_KP = settings.pretrain
                       ? stages.rows(pretrained_name(rung), "student_KP")
                       : initial_parameters(model.network->layout(), starting_streams(rung, seeds));
  model.theta_KP = model.theta_KP.to(device, task.type());
  return model;
}

Problem make_problem(const Settings& settings, const Task& task, const Seeds& seeds,
                     const StageReader& stages, at::Device device) {
  const auto answers_of = [&](const std::string& stage, const char* items) {
    return stages.rows(stage, items).to(device);
  };
  Problem problem;
  problem.likelihood = task.likelihood();
  problem.transfer = task.inputs(Split::transfer, View::strong, seeds).to(device);
  problem.weak_KNC = answers_of("weak", "transfer_KNC");
  problem.validation = task.inputs(Split::validation, View::strong, seeds).to(device);
  problem.weak_validation_KVC = answers_of("weak", "validation_KVC");
  problem.student = starting_model(settings, task, 0, seeds, stages, device);
  problem.pretrained = settings.pretrain.has_value();
  problem.recipe = settings.train;
  for (std::int64_t rung = 1; rung <= static_cast<std::int64_t>(settings.ladder.size()); ++rung) {
    problem.ladder.push_back({starting_model(settings, task, rung, seeds, stages, device),
                              answers_of(rung_name(rung), "transfer_KNC"),
                              answers_of(rung_name(rung), "validation_KVC")});
  }
  if (settings.supervisors > 1) {
    problem.ensemble_KENC =
        at::cat({problem.weak_KNC.unsqueeze(1), answers_of("ensemble", "transfer_KENC")}, 1);
  }

  const double uniform = 1.0 / static_cast<double>(task.classes());
  for (std::int64_t row = 0; row < problem.rows(); ++row) {
    if (stages.failure(row).empty()) continue;
    problem.weak_KNC[row].fill_(uniform);
    problem.weak_validation_KVC[row].fill_(uniform);
    problem.student.theta_KP[row].zero_();
    if (problem.ensemble_KENC.defined()) problem.ensemble_KENC[row].fill_(uniform);
    for (Rung& rung : problem.ladder) {
      rung.label_KNC[row].fill_(uniform);
      rung.validation_KVC[row].fill_(uniform);
      rung.start.theta_KP[row].zero_();
    }
  }
  return problem;
}

}  // namespace assay::weak_to_strong

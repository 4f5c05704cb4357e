#include "sdk/families/weak_to_strong/protocol.h"

#include <ATen/ATen.h>

namespace assay::weak_to_strong {

Model starting_student(const Settings& settings, const Task& task, const Seeds& seeds,
                       const StageReader& stages, at::Device device) {
  Model student;
  student.network = make_network(settings.strong, task.input_shape(View::strong), task.classes());
  student.theta_KP = settings.pretrain ? stages.rows("pretrained", "student_KP")
                                       : initial_parameters(student.network->layout(),
                                                            Streams(seeds, "assay.student"));
  student.theta_KP = student.theta_KP.to(device);
  return student;
}

Problem make_problem(const Settings& settings, const Task& task, const Seeds& seeds,
                     const StageReader& stages, at::Device device) {
  Problem problem;
  problem.transfer = task.inputs(Split::transfer, View::strong, seeds).to(device);
  problem.weak_KNC = stages.rows("weak", "transfer_KNC").to(device);
  problem.validation = task.inputs(Split::validation, View::strong, seeds).to(device);
  problem.weak_validation_KVC = stages.rows("weak", "validation_KVC").to(device);
  problem.student = starting_student(settings, task, seeds, stages, device);
  problem.pretrained = settings.pretrain.has_value();
  problem.recipe = settings.train;
  const double uniform = 1.0 / static_cast<double>(task.classes());
  for (std::int64_t row = 0; row < problem.rows(); ++row) {
    if (stages.failure(row).empty()) continue;
    problem.weak_KNC[row].fill_(uniform);
    problem.weak_validation_KVC[row].fill_(uniform);
    problem.student.theta_KP[row].zero_();
  }
  return problem;
}

Objective cross_entropy_with(Tensor target_KNC) {
  return [target_KNC = std::move(target_KNC)](const Batch& batch) {
    return batch.mean(cross_entropy(batch.logits_KBC, batch.gather(target_KNC)));
  };
}

}  // namespace assay::weak_to_strong

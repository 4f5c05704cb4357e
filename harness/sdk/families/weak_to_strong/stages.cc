// Stages: what the cells of a benchmark share and no cell trains again.
#include "sdk/families/support/finish_stage.h"
#include "sdk/families/weak_to_strong/family.h"
#include "sdk/families/weak_to_strong/protocol.h"
#include "sdk/families/weak_to_strong/scoring.h"

#include <ATen/ATen.h>
#include <assay/metrics.h>

namespace assay::weak_to_strong {
namespace {

/// What every stage works with.
struct Stage {
  const Settings& settings;
  const Task& task;
  const StageReader& inputs;
  Run& run;
  at::Device device;

  const Seeds& seeds() const { return run.seeds(); }

  Dataset inputs_of(Split split) const {
    return task.inputs(split, View::strong, seeds()).to(device);
  }
  /// As a supervisor sees them.
  Dataset inputs_of(Split split, std::int64_t supervisor) const {
    return task.weak_inputs(split, supervisor, {seeds(), inputs, device}).to(device);
  }

  /// The true labels of a split as answers, [K, N, C].
  Tensor truth_of(Split split, const Model& start) const {
    const Tensor label_KN = task.truth()->labels_KN(split, seeds());
    return task.likelihood() == Likelihood::gaussian
               ? label_KN.unsqueeze(2).to(device)
               : one_hot(label_KN, task.classes(), start.theta_KP);
  }

  Model fit(const Model& start, const Dataset& data, const Recipe& recipe,
            const Tensor& target_KNC) const {
    run.enter_phase("train");
    if (settings.least_squares) {
      return least_squares_head(start, data, target_KNC, {.ridge_K1 = {}, .intercept = false},
                                &run);
    }
    return train(start, data, recipe, run, imitate(task.likelihood(), target_KNC));
  }

  Tensor predict(const Model& model, const Dataset& data) const {
    return answers(task.likelihood(), model, data, &run);
  }
};

/// A supervisor, from the initial values of these streams.
Model fit_supervisor(const Stage& stage, const char* purpose, std::int64_t supervisor = 0) {
  Model start;
  start.network =
      make_network(stage.settings.weak, stage.task.input_shape(View::weak), stage.task.classes());
  const std::string streams =
      purpose + (supervisor > 0 ? std::to_string(supervisor) : std::string());
  start.theta_KP = initial_parameters(start.network->layout(), Streams(stage.seeds(), streams))
                       .to(stage.device, stage.task.type());
  return stage.fit(start, stage.inputs_of(Split::labels, supervisor), stage.settings.weak_recipe,
                   stage.truth_of(Split::labels, start));
}

StageResult train_weak(const Stage& stage) {
  const Model model = fit_supervisor(stage, "assay.weak");
  stage.run.enter_phase("predict");
  return {model.network->layout().size(),
          {{"theta_KP", model.theta_KP},
           {"transfer_KNC", stage.predict(model, stage.inputs_of(Split::transfer, 0))},
           {"validation_KVC", stage.predict(model, stage.inputs_of(Split::validation, 0))},
           {"test_KNC", stage.predict(model, stage.inputs_of(Split::test, 0))}}};
}

/// Further supervisors of the supervisor's labels. Their test predictions are the mean over all,
/// the supervisor among them: the ensemble as a row of its own.
StageResult train_ensemble(const Stage& stage) {
  std::vector<Tensor> transfer_KNC;
  Tensor sum_KNC = stage.inputs.rows("weak", "test_KNC").to(stage.device);
  std::int64_t parameters = 0;
  const auto others = static_cast<int>(stage.settings.supervisors - 1);
  for (int member = 0; member < others; ++member) {
    stage.run.begin_part(member, others);
    const Model model = fit_supervisor(stage, "assay.weak.", member + 1);
    stage.run.enter_phase("predict");
    transfer_KNC.push_back(stage.predict(model, stage.inputs_of(Split::transfer, member + 1)));
    sum_KNC = sum_KNC + stage.predict(model, stage.inputs_of(Split::test, member + 1));
    parameters += model.network->layout().size();
  }
  return {parameters,
          {{"transfer_KENC", at::stack(transfer_KNC, 1)},
           {"test_KNC", sum_KNC / static_cast<double>(others + 1)}}};
}

/// A rung of the ladder: plain imitation of the rung below it, or of the supervisor.
StageResult train_rung(const Stage& stage, std::int64_t rung) {
  const Model start =
      starting_model(stage.settings, stage.task, rung, stage.seeds(), stage.inputs, stage.device);
  const Tensor label_KNC = stage.inputs.rows(teacher_of(rung), "transfer_KNC").to(stage.device);
  const Model model =
      stage.fit(start, stage.inputs_of(Split::transfer), stage.settings.ladder_recipe, label_KNC);
  stage.run.enter_phase("predict");
  return {model.network->layout().size(),
          {{"theta_KP", model.theta_KP},
           {"transfer_KNC", stage.predict(model, stage.inputs_of(Split::transfer))},
           {"validation_KVC", stage.predict(model, stage.inputs_of(Split::validation))},
           {"test_KNC", stage.predict(model, stage.inputs_of(Split::test))}}};
}

StageResult train_on_truth(const Stage& stage, Split split, const Recipe& recipe) {
  const Model start =
      starting_model(stage.settings, stage.task, 0, stage.seeds(), stage.inputs, stage.device);
  const Model model =
      stage.fit(start, stage.inputs_of(split), recipe, stage.truth_of(split, start));
  stage.run.enter_phase("predict");
  return {start.network->layout().size(),
          {{"theta_KP", model.theta_KP},
           {"test_KNC", stage.predict(model, stage.inputs_of(Split::test))}}};
}

/// Class probabilities from the answers to binary tasks: softmax of the log likelihood of each
/// class's code under the predicted answers. Its argmax is the nearest code.
Tensor decode(const Tensor& logits_KNT, const Tensor& codes_KCT) {
  const Tensor yes = at::log_sigmoid(logits_KNT), no = at::log_sigmoid(-logits_KNT);
  return (yes.matmul(codes_KCT.transpose(1, 2)) + no.matmul((1 - codes_KCT).transpose(1, 2)))
      .softmax(2);
}

StageResult pretrain(const Stage& stage, std::int64_t rung) {
  const Settings::Pretrain& how = stage.settings.pretrain.value();
  Model start;
  start.network = network_of(stage.settings, rung, stage.task, how.tasks);
  start.theta_KP =
      initial_parameters(start.network->layout(), starting_streams(rung, stage.seeds()))
          .to(stage.device);
  const Dataset data = stage.inputs_of(Split::pretrain);
  const Tensor answer_KNT =
      stage.task.truth()->pretraining_KNT(how.tasks, stage.seeds()).to(stage.device);
  stage.run.enter_phase("train");
  const Model model = train(start, data, how.recipe, stage.run, [&](const Batch& batch) {
    return batch.mean(sigmoid_cross_entropy(batch.logits_KBC, batch.gather(answer_KNT)));
  });

  // The student is this body under a new head. The head starts at zero (Burns et al. 2023).
  Model student;
  student.network = network_of(stage.settings, rung, stage.task, stage.task.classes());
  student.theta_KP =
      at::zeros({model.rows(), student.network->layout().size()}, model.theta_KP.options());
  copy_slices(model, student);
  set_slice(student, "head.weight", 0.0);
  set_slice(student, "head.bias", 0.0);
  StageResult trained{model.network->layout().size(),
                      {{"theta_KP", model.theta_KP}, {"student_KP", student.theta_KP}}};
  const Tensor codes_KCT = stage.task.codes_KCT(how.tasks, stage.seeds());
  if (codes_KCT.defined()) {
    stage.run.enter_phase("predict");
    const Dataset test = stage.inputs_of(Split::test);
    trained.outputs["test_KNC"] = decode(predict_logits(model, test, &stage.run).cpu(), codes_KCT);
  }
  return trained;
}

StageResult train_stage(const std::string& name, const Stage& stage) {
  const std::int64_t rung = rung_of(name);
  if (name == pretrained_name(rung)) return pretrain(stage, rung);
  if (rung > 0) return train_rung(stage, rung);
  if (name == "weak") return train_weak(stage);
  if (name == "ensemble") return train_ensemble(stage);
  if (name == "ceiling") {
    return train_on_truth(stage, Split::transfer, stage.settings.ceiling);
  }
  if (name == "few_labels") {
    return train_on_truth(stage, Split::labels, stage.settings.few_labels);
  }
  stage.run.enter_phase("train");
  return stage.task.run_stage(name, {stage.seeds(), stage.inputs, stage.device}, stage.run);
}

}  // namespace

std::vector<RowOutcome> run_stage(const StageJob& job, Run& run) {
  run.enter_phase("data");
  const Settings settings = read_settings(job.settings);
  const auto task = settings.make_task();
  const StageReader inputs(job.inputs, run.seeds());
  StageResult trained = train_stage(job.stage, {settings, *task, inputs, run, job.device});
  run.enter_phase("score");
  const auto test = trained.outputs.find("test_KNC");
  if (test != trained.outputs.end()) {
    const Tensor answer_KNC = test->second.cpu();
    const Tensor target_KN = task->truth()->targets_KN(Split::test, run.seeds());
    if (task->likelihood() == Likelihood::gaussian) {
      trained.metrics_K["risk"] = squared_distance(answer_KNC, target_KN.unsqueeze(2));
    } else {
      trained.metrics_K["accuracy"] = metrics::accuracy(answer_KNC, target_KN);
    }
  }
  const auto argued = trained.outputs.find("answer_KN2");
  if (argued != trained.outputs.end()) {
    const Tensor truth_KN1 = task->truth()->labels_KN(Split::test, run.seeds()).unsqueeze(2);
    trained.metrics_K["debated_truth"] =
        argued->second.cpu().eq(truth_KN1).any(2).to(at::kDouble).mean(1);
  }
  return finish_stage(job, inputs, trained, run);
}

}  // namespace assay::weak_to_strong

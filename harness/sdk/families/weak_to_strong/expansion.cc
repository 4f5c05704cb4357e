#include "sdk/families/support/description.h"
#include "sdk/families/weak_to_strong/family.h"
#include "sdk/families/weak_to_strong/settings.h"
#include "sdk/internal/cohort_size.h"

#include <assay/common/error.h>

namespace assay::weak_to_strong {
namespace {

Json stage(const Json& settings, const char* name, const char* title, Json inputs, double cost) {
  return {{"name", name},
          {"title", title},
          {"settings", stage_settings(settings, name)},
          {"inputs", std::move(inputs)},
          {"cost", cost}};
}

}  // namespace

Json expansion(const Json& resolved) {
  const Settings settings = read_settings(resolved);
  const auto task = settings.make_task();
  const auto student =
      make_network(settings.strong, task->input_shape(View::strong), task->classes());
  const auto weak = make_network(settings.weak, task->input_shape(View::weak), task->classes());
  const bool pretrained = settings.pretrain.has_value();
  if (pretrained && settings.strong.arch == "mlp" && settings.strong.depth == 0) {
    throw Error(
        "strong.model.depth is 0, but pretrain needs a body: give the student a hidden layer");
  }

  Json stages = Json::array();
  Json student_inputs = Json::array();
  if (pretrained) {
    stages.push_back(
        stage(resolved, "pretrained", "pretrained student", Json::array(),
              training_cost(*student, settings.sizes.pretrain, settings.pretrain->recipe)));
    student_inputs.push_back("pretrained");
  }
  stages.push_back(stage(resolved, "weak", "weak supervisor", Json::array(),
                         training_cost(*weak, settings.sizes.labels, settings.weak_recipe)));
  stages.push_back(stage(resolved, "ceiling", "ceiling", student_inputs,
                         training_cost(*student, settings.sizes.transfer, settings.ceiling)));
  stages.push_back(stage(resolved, "few_labels", "student on few labels", student_inputs,
                         training_cost(*student, settings.sizes.labels, settings.few_labels)));

  // Every row is compared with the supervisor and the ceiling, so every row reads both.
  Json references = {{{"id", "weak"}, {"inputs", {"weak", "ceiling"}}},
                     {{"id", "few-labels"}, {"inputs", {"weak", "ceiling", "few_labels"}}}};
  const bool decoded = pretrained && task->codes_KCT(settings.pretrain->tasks, Seeds{0}).defined();
  if (decoded) {
    references.push_back(
        {{"id", "pretraining-decoded"}, {"inputs", {"weak", "ceiling", "pretrained"}}});
  }
  references.push_back({{"id", "ceiling"}, {"inputs", {"weak", "ceiling"}}});

  Json method_inputs = student_inputs;
  method_inputs.push_back("weak");
  method_inputs.push_back("ceiling");
  Json capabilities = {"weak_labels", "validation"};
  if (pretrained) capabilities.push_back("pretrained");
  const std::int64_t parameters = student->layout().size();
  return {{"stages", std::move(stages)},
          {"references", std::move(references)},
          {"method",
           {{"inputs", std::move(method_inputs)},
            {"cost", training_cost(*student, settings.sizes.transfer, settings.train)}}},
          {"capabilities", std::move(capabilities)},
          {"parameters", parameters},
          {"batch", settings.train.batch},
          {"cohort", largest_cohort(parameters)},
          {"data", task->data_versions()},
          {"data_files", task->data_files()}};
}

}  // namespace assay::weak_to_strong

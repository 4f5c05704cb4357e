#include "sdk/families/continual/scoring.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

namespace assay::continual {
namespace {

Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}

/// Over the last axis.
Tensor value_of(const Tensor& answer, const Tensor& label, Likelihood likelihood) {
  if (likelihood != Likelihood::gaussian) {
    return answer.eq(label.to(at::kDouble)).to(at::kDouble).mean(-1);
  }
  const Tensor error = (answer - label).square().sum(-1);
  return 1 - error / (label - label.mean(-1, true)).square().sum(-1);
}

}  // namespace

Tensor value_matrix_KIT(const Tensor& answer_IKN, const Tensor& label_KN, std::int64_t tasks,
                        Likelihood likelihood) {
  const std::int64_t moments = answer_IKN.size(0), rows = answer_IKN.size(1);
  const Tensor answer_IKTM = answer_IKN.view({moments, rows, tasks, -1});
  const Tensor label_KTM = label_KN.reshape({rows, tasks, -1});
  return value_of(answer_IKTM, label_KTM, likelihood).transpose(0, 1).contiguous();
}

Json stream_metrics(const Tensor& value_IT, bool transfers) {
  const auto R = value_IT.accessor<double, 2>();
  const std::int64_t tasks = value_IT.size(1), last = tasks;
  double acc = 0, aia = 0, la = 0, bwt = 0, fwt = 0, forgetting = 0;
  for (std::int64_t j = 0; j < tasks; ++j) {
    const double learned = R[j + 1][j];
    acc += R[last][j];
    la += learned;
    double so_far = 0;
    for (std::int64_t i = 0; i <= j; ++i) so_far += R[j + 1][i];
    aia += so_far / static_cast<double>(j + 1);
    if (j > 0) fwt += R[j][j] - R[0][j];
    if (j + 1 == tasks) continue;
    bwt += R[last][j] - learned;
    double best = learned;
    for (std::int64_t i = j + 1; i < last; ++i) best = std::max(best, R[i][j]);
    forgetting += best - R[last][j];
  }
  const auto count = static_cast<double>(tasks), pairs = count - 1;
  return {{"acc", number(acc / count)},
          {"aia", number(aia / count)},
          {"la", number(la / count)},
          {"bwt", number(bwt / pairs)},
          {"fwt", transfers ? number(fwt / pairs) : Json()},
          {"forgetting", number(forgetting / pairs)}};
}

Json watched_metric(const std::vector<Moment>& moments, const Tensor& label_KN, std::int64_t tasks,
                    Likelihood likelihood, std::int64_t row, Json& curves) {
  const Tensor label_TN = label_KN[row].view({tasks, -1});
  std::map<std::int64_t, double> lowest;
  for (const Moment& moment : moments) {
    const Tensor answer_TM = moment.answer_KM[row].view({moment.task + 1, -1});
    const Tensor value_T =
        value_of(answer_TM, label_TN.narrow(0, 0, moment.task + 1).narrow(1, 0, answer_TM.size(1)),
                 likelihood);
    for (std::int64_t task = 0; task <= moment.task; ++task) {
      const double value = value_T[task].item<double>();
      curves["training.task" + std::to_string(task + 1)].push_back({moment.step, number(value)});
      if (task == moment.task) continue;
      const auto [place, first] = lowest.try_emplace(task, value);
      if (!first) place->second = std::min(place->second, value);
    }
  }
  if (lowest.empty()) return {};
  double sum = 0;
  for (const auto& [task, value] : lowest) sum += value;
  return number(sum / static_cast<double>(lowest.size()));
}

}  // namespace assay::continual

#include "sdk/internal/metrics_support.h"

#include <assay/common/error.h>
#include <assay/metrics.h>

#include <ATen/ATen.h>
#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>
#include <utility>
#include <vector>

namespace assay::metrics {
namespace {

// Mean of value_KN over the items where mask_KN is 1; NaN (0 / 0) where there are none.
Tensor mean_where(const Tensor& value_KN, const Tensor& mask_KN) {
  return (value_KN * mask_KN).sum(1) / mask_KN.sum(1);
}

// Area under the curve of one row's scores: (rank sum of the positives - its minimum) / pairs, tied
// scores sharing their mean rank (Mann and Whitney 1947).
double area(std::vector<std::pair<double, bool>>& scores) {
  // A score that is no number has no rank, is equal to nothing, and would hold up the loop below.
  for (const auto& [score, positive] : scores) {
    if (std::isnan(score)) return score;
  }
  std::sort(scores.begin(), scores.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  double rank_sum = 0, positives = 0;
  for (std::size_t from = 0; from < scores.size();) {
    std::size_t to = from;
    double tied_positives = 0;
    while (to < scores.size() && scores[to].first == scores[from].first) {
      tied_positives += scores[to++].second ? 1 : 0;
    }
    rank_sum += tied_positives * static_cast<double>(from + 1 + to) / 2;
    positives += tied_positives;
    from = to;
  }
  const double negatives = static_cast<double>(scores.size()) - positives;
  if (positives == 0 || negatives == 0) return std::numeric_limits<double>::quiet_NaN();
  return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives);
}

}  // namespace

Scored scored(const char* metric, const Tensor& probability_KNC, const Tensor& label_KN) {
  if (probability_KNC.dim() != 3 || label_KN.dim() != 2 ||
      probability_KNC.sizes().slice(0, 2) != label_KN.sizes()) {
    std::ostringstream text;
    text << metric << ": expected probabilities [rows, items, classes] and labels [rows, items], got "
         << probability_KNC.sizes() << " and " << label_KN.sizes();
    throw Error(text.str());
  }
  Scored result;
  result.probability_KNC = probability_KNC.detach()
                               .to(at::kCPU, at::kDouble, /*non_blocking=*/false, /*copy=*/true)
                               .contiguous();
  result.label_KN = label_KN.to(at::kCPU, at::kLong).contiguous();
  if (result.label_KN.numel() > 0 &&
      result.label_KN.max().item<std::int64_t>() >= probability_KNC.size(2)) {
    throw Error(std::string(metric) + ": label " +
                std::to_string(result.label_KN.max().item<std::int64_t>()) + ", but there are " +
                std::to_string(probability_KNC.size(2)) + " classes");
  }
  result.mask_KN = result.label_KN.ge(0).to(at::kDouble);
  result.count_K = result.mask_KN.sum(1);
  // Padding's predictions may be anything; a mask does not multiply NaN away.
  result.probability_KNC.masked_fill_(result.mask_KN.eq(0).unsqueeze(-1), 0);
  return result;
}

Tensor accuracy(const Tensor& probability_KNC, const Tensor& label_KN) {
  const Scored s = scored("accuracy", probability_KNC, label_KN);
  return mean_where(s.probability_KNC.argmax(-1).eq(s.label_KN).to(at::kDouble), s.mask_KN);
}

Tensor agreement(const Tensor& probability_KNC, const Tensor& other_KNC, const Tensor& label_KN) {
  const Scored s = scored("agreement", probability_KNC, label_KN);
  const Scored other = scored("agreement", other_KNC, label_KN);
  const Tensor same_KN = s.probability_KNC.argmax(-1).eq(other.probability_KNC.argmax(-1));
  return mean_where(same_KN.to(at::kDouble), s.mask_KN);
}

Tensor agreement_where_wrong(const Tensor& probability_KNC, const Tensor& other_KNC,
                             const Tensor& label_KN) {
  const Scored s = scored("agreement_where_wrong", probability_KNC, label_KN);
  const Scored other = scored("agreement_where_wrong", other_KNC, label_KN);
  const Tensor choice_KN = other.probability_KNC.argmax(-1);
  const Tensor wrong_KN = choice_KN.ne(s.label_KN).to(at::kDouble) * s.mask_KN;
  return mean_where(s.probability_KNC.argmax(-1).eq(choice_KN).to(at::kDouble), wrong_KN);
}

Tensor error_correction(const Tensor& probability_KNC, const Tensor& other_KNC,
                        const Tensor& label_KN) {
  const Scored s = scored("error_correction", probability_KNC, label_KN);
  const Scored other = scored("error_correction", other_KNC, label_KN);
  const Tensor wrong_KN =
      other.probability_KNC.argmax(-1).ne(s.label_KN).to(at::kDouble) * s.mask_KN;
  return mean_where(s.probability_KNC.argmax(-1).eq(s.label_KN).to(at::kDouble), wrong_KN);
}

Tensor auroc(const Tensor& probability_KNC, const Tensor& label_KN) {
  const Scored s = scored("auroc", probability_KNC, label_KN);
  const std::int64_t rows = label_KN.size(0), items = label_KN.size(1);
  const std::int64_t classes = probability_KNC.size(2);
  const auto label = s.label_KN.accessor<std::int64_t, 2>();
  const auto probability = s.probability_KNC.accessor<double, 3>();
  Tensor result_K = at::empty({rows}, at::kDouble);
  auto* result = result_K.mutable_data_ptr<double>();
  std::vector<std::pair<double, bool>> scores;
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::int64_t first = classes == 2 ? 1 : 0;  // of two classes, one curve says it all
    double sum = 0;
    for (std::int64_t positive = first; positive < classes; ++positive) {
      scores.clear();
      for (std::int64_t item = 0; item < items; ++item) {
        if (label[row][item] < 0) continue;
        scores.emplace_back(probability[row][item][positive], label[row][item] == positive);
      }
      sum += area(scores);
    }
    result[row] = sum / static_cast<double>(classes - first);
  }
  return result_K;
}

}  // namespace assay::metrics

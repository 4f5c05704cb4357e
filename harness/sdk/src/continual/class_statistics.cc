#include "sdk/internal/direct_pass.h"

#include <assay/common/error.h>
#include <assay/continual/class_statistics.h>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace assay::continual {

Tensor features_of(const std::string& kind, const Model& model, const Tensor& x) {
  if (kind == "pixels") return x.flatten(2).to(model.theta_KP.scalar_type());
  const at::NoGradGuard no_record;
  const Tensor theta_KP = model.theta_KP.detach().contiguous();
  const Tensor input = x.to(theta_KP.scalar_type()).contiguous();
  const auto direct = model.network->direct_pass(theta_KP);
  if (direct && direct->fits(input.size(1))) {
    return direct->forward(theta_KP, input, /*want_features=*/true, /*keep=*/false).features_KBD;
  }
  return model.network
      ->forward(ParameterView(model.network->layout(), theta_KP), input, {.want_features = true})
      .features_KBD;
}

void ClassStatistics::begin(const Tensor& like, std::int64_t rows, std::int64_t classes,
                            std::int64_t features) {
  count_KC_ = at::zeros({rows, classes}, like.options());
  mean_KCD_ = at::zeros({rows, classes, features}, like.options());
  if (has_covariance_) scatter_KDD_ = at::zeros({rows, features, features}, like.options());
}

void ClassStatistics::add(const Tensor& rows_A, const Tensor& feature_ABD, const Tensor& label_AB,
                          const Tensor& weight_AB) {
  const bool all = rows_A.size(0) == count_KC_.size(0);
  const auto of_rows = [&](const Tensor& value_K) {
    return all ? value_K : value_K.index_select(0, rows_A);
  };
  const auto write = [&](Tensor& value_K, const Tensor& value_A) {
    all ? value_K.copy_(value_A) : value_K.index_copy_(0, rows_A, value_A);
  };
  const Tensor member_ABC =
      one_hot(label_AB, count_KC_.size(1), feature_ABD) * weight_AB.gt(0).unsqueeze(2);
  const Tensor count_AC1 = of_rows(count_KC_).unsqueeze(2);
  const Tensor here_AC1 = member_ABC.sum(1).unsqueeze(2);
  const Tensor after_AC1 = (count_AC1 + here_AC1).clamp_min(1);
  const Tensor center_ACD = member_ABC.transpose(1, 2).bmm(feature_ABD) / here_AC1.clamp_min(1);
  const Tensor shift_ACD = (center_ACD - of_rows(mean_KCD_)) * here_AC1.gt(0);
  if (has_covariance_) {
    const Tensor within_ABD = (feature_ABD - member_ABC.bmm(center_ACD)) * member_ABC.sum(2, true);
    const Tensor between_ACD = shift_ACD * (count_AC1 * here_AC1 / after_AC1).sqrt();
    const Tensor both = at::cat({within_ABD, between_ACD}, 1);
    write(scatter_KDD_, of_rows(scatter_KDD_).baddbmm(both.transpose(1, 2), both));
  }
  write(mean_KCD_, of_rows(mean_KCD_) + shift_ACD * (here_AC1 / after_AC1));
  write(count_KC_, (count_AC1 + here_AC1).squeeze(2));
}

Tensor ClassStatistics::covariance_KDD() const {
  return scatter_KDD_ / count_KC_.sum(1).clamp_min(1).view({-1, 1, 1});
}

Tensor ClassStatistics::without_unseen(const Tensor& score_KNC) const {
  return score_KNC.masked_fill(count_KC_.eq(0).unsqueeze(1), -1e30);
}

Tensor ClassStatistics::nearest_mean(const Tensor& feature_KND) const {
  const Tensor product_KNC = feature_KND.bmm(mean_KCD_.transpose(1, 2));
  return without_unseen(2 * product_KNC - feature_KND.square().sum(2, true) -
                        mean_KCD_.square().sum(2).unsqueeze(1));
}

Tensor ClassStatistics::linear_discriminant(const Tensor& feature_KND, double shrinkage) const {
  if (!has_covariance_) throw Error("ClassStatistics: made without a covariance");
  // In double: pixels that never change make the covariance singular but for the shrinkage.
  const Tensor mean_KCD = mean_KCD_.to(at::kDouble);
  const Tensor shrunk_KDD = covariance_KDD().to(at::kDouble) * (1 - shrinkage) +
                            shrinkage * at::eye(mean_KCD.size(2), mean_KCD.options());
  const Tensor weight_KDC =
      at::cholesky_solve(mean_KCD.transpose(1, 2), at::linalg_cholesky(shrunk_KDD));
  const Tensor offset_K1C = (mean_KCD.transpose(1, 2) * weight_KDC).sum(1, true) * -0.5;
  return without_unseen(feature_KND.bmm(weight_KDC.to(feature_KND.scalar_type())) +
                        offset_K1C.to(feature_KND.scalar_type()));
}

void FeatureStatistics::begin(const Problem& problem) {
  start_ = problem.start;
  std::vector<std::int64_t> shape{problem.rows(), 1};
  shape.insert(shape.end(), problem.item_shape.begin(), problem.item_shape.end());
  const Tensor& theta_KP = start_.theta_KP;
  const Tensor probe = features_of(features_, start_, at::zeros(shape, theta_KP.options()));
  classes_.begin(theta_KP, problem.rows(), problem.outputs(), probe.size(2));
}

void FeatureStatistics::observe(const Batch& batch) {
  const Model active{start_.network, batch.row(start_.theta_KP)};
  classes_.add(batch.rows_A, features_of(features_, active, batch.x), batch.label_AB,
               batch.weight_AB);
}

void ClassStatistics::state(State& state) {
  state("count", count_KC_);
  state("mean", mean_KCD_);
  state("scatter", scatter_KDD_);
}

}  // namespace assay::continual

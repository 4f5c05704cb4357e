// AdamW and SGD over a cohort's parameter matrix: one pass, each row with its own learning rate and
// step count.
#pragma once

#include <assay/train.h>

#include <cstdint>
#include <vector>

namespace assay {

class Optimizer {
 public:
  /// `fused`: one vectorised pass for float32 on the CPU; plain tensor operations elsewhere, and
  /// when it is false.
  Optimizer(const Recipe& recipe, const Tensor& theta_AP, bool fused = true);

  /// Updates theta in place. lr_A: each row's learning rate of this step.
  void step(Tensor& theta_AP, const Tensor& gradient_AP, const std::vector<double>& lr_A);

  /// Keeps the rows `kept` (places among the present rows), in that order.
  void keep_rows(const std::vector<std::int64_t>& kept);

 private:
  void adamw_fused(Tensor& theta_AP, const Tensor& gradient_AP, const std::vector<double>& lr_A);
  void adamw_plain(Tensor& theta_AP, const Tensor& gradient_AP, const std::vector<double>& lr_A);
  void sgd_fused(Tensor& theta_AP, const Tensor& gradient_AP, const std::vector<double>& lr_A);
  void sgd_plain(Tensor& theta_AP, const Tensor& gradient_AP, const std::vector<double>& lr_A);

  bool adamw_, fused_;
  double weight_decay_, beta1_, beta2_, epsilon_, momentum_;
  Tensor first_AP_;   // mean gradient, or SGD's velocity; undefined: not needed
  Tensor second_AP_;  // mean square
  std::vector<std::int64_t> count_A_;  // steps that a row has made
};

}  // namespace assay

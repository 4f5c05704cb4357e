// Losses of single samples in terms of log-probabilities, [A, B]: the same for a class, and for an
// answer of many tokens whose log-probabilities are summed. `beta` and the like are a number a row,
// [A, 1], or what broadcasts.
#pragma once

#include <assay/likelihood.h>
#include <assay/tensor.h>

namespace assay::unlearning {

/// Gradient ascent on -log p: log p itself. Without a lower end.
Tensor gradient_ascent(const Tensor& log_p_AB);

/// Negative preference optimisation (Zhang et al. 2024, arXiv:2404.05868, equation 3),
///   2/beta log(1 + (p / p_ref)^beta),
/// p_ref the probability before unlearning, fixed. Its gradient is gradient ascent's times
/// 2 p^beta / (p^beta + p_ref^beta): at p = p_ref the value is 2/beta ln 2 and the weight 1; as
/// beta -> 0 it becomes gradient ascent.
Tensor npo(const Tensor& log_p_AB, const Tensor& log_p_ref_AB, const Tensor& beta);

/// NPO without a reference (Fan et al. 2024, arXiv:2410.07163),
///   -2/beta log sigma(beta (-log p / length - delta)),
/// length: tokens of the answer, 1 for a class.
Tensor simnpo(const Tensor& log_p_AB, const Tensor& length_AB, const Tensor& beta,
              const Tensor& delta);

/// T^2 KL(teacher || student) of distributions whose logits [A, B, C] are divided by T first
/// (Hinton et al. 2015, arXiv:1503.02531): T^2 keeps the gradient's size. Summed over classes.
Tensor distillation(Likelihood kind, const Tensor& teacher_ABC, const Tensor& student_ABC,
                    double temperature = 1);

}  // namespace assay::unlearning

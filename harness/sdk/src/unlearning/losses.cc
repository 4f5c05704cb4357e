#include <assay/unlearning/losses.h>

#include <ATen/ATen.h>

namespace assay::unlearning {
namespace {

// log(1 + e^x); ATen's softplus cuts off above 20.
Tensor log_one_plus_exp(const Tensor& x) {
  return -at::log_sigmoid(-x);
}

}  // namespace

Tensor gradient_ascent(const Tensor& log_p_AB) {
  return log_p_AB;
}

Tensor npo(const Tensor& log_p_AB, const Tensor& log_p_ref_AB, const Tensor& beta) {
  return 2 / beta * log_one_plus_exp(beta * (log_p_AB - log_p_ref_AB));
}

Tensor simnpo(const Tensor& log_p_AB, const Tensor& length_AB, const Tensor& beta,
              const Tensor& delta) {
  return 2 / beta * log_one_plus_exp(beta * (log_p_AB / length_AB + delta));
}

Tensor distillation(Likelihood kind, const Tensor& teacher_ABC, const Tensor& student_ABC,
                    double temperature) {
  return temperature * temperature *
         kl_divergence(kind, teacher_ABC / temperature, student_ABC / temperature);
}

}  // namespace assay::unlearning

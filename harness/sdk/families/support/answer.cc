#include "sdk/families/support/answer.h"

#include <ATen/ATen.h>

#include <cstdio>
#include <sstream>

namespace assay {

std::string model_breach(const Model& answer, const Model& like, const std::string& hook) {
  std::ostringstream text;
  if (!answer.network) return hook + " returned a model without a network";
  if (!answer.theta_KP.defined()) return hook + " returned a model without parameters";
  const std::int64_t parameters = answer.network->layout().size();
  if (answer.theta_KP.dim() != 2 || answer.theta_KP.size(0) != like.rows() ||
      answer.theta_KP.size(1) != parameters) {
    text << hook << " returned parameters of shape " << answer.theta_KP.sizes() << ", expected ["
         << like.rows() << ", " << parameters << "] (rows, parameters of its network)";
    return text.str();
  }
  if (answer.theta_KP.scalar_type() != like.theta_KP.scalar_type()) {
    text << hook << " returned parameters of type " << answer.theta_KP.scalar_type()
         << ", expected " << like.theta_KP.scalar_type();
    return text.str();
  }
  if (answer.theta_KP.device() != like.theta_KP.device()) {
    text << hook << " returned parameters on device " << answer.theta_KP.device() << ", expected "
         << like.theta_KP.device();
    return text.str();
  }
  if (answer.network->classes() != like.network->classes()) {
    text << hook << " returned a network with " << answer.network->classes()
         << " classes, expected " << like.network->classes();
  }
  return text.str();
}

bool equal_up_to_rounding(const Tensor& left, const Tensor& right) {
  return left.sizes() == right.sizes() && at::allclose(left, right, 1e-3, 1e-4);
}

std::string largest_difference(const Tensor& left, const Tensor& right) {
  if (left.sizes() != right.sizes()) return " (shapes differ)";
  char text[64];
  std::snprintf(text, sizeof text, " (largest difference %.2g)",
                (left - right).abs().max().item<double>());
  return text;
}

Tensor with_row_flipped(const Tensor& value_KN, std::int64_t row) {
  Tensor copy = value_KN.clone();
  copy[row] = value_KN[row].flip(0);
  return copy;
}

}  // namespace assay

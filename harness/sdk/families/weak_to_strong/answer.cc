#include "sdk/families/weak_to_strong/answer.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>

#include <sstream>

namespace assay::weak_to_strong {

MethodHandle::MethodHandle(const MethodEntry& entry, const Parameters& parameters)
    : entry_(entry), method_(entry.create(parameters)) {
  if (method_ == nullptr) throw Error("the plugin's factory returned no method");
}

std::string answer_breach(const Model& answer, const Problem& problem) {
  std::ostringstream text;
  if (!answer.network) return "fit returned a model without a network";
  if (!answer.theta_KP.defined()) return "fit returned a model without parameters";
  const std::int64_t parameters = answer.network->layout().size();
  if (answer.theta_KP.dim() != 2 || answer.theta_KP.size(0) != problem.rows() ||
      answer.theta_KP.size(1) != parameters) {
    text << "fit returned parameters of shape " << answer.theta_KP.sizes() << ", expected ["
         << problem.rows() << ", " << parameters << "] (rows, parameters of its network)";
    return text.str();
  }
  if (answer.theta_KP.scalar_type() != problem.student.theta_KP.scalar_type()) {
    text << "fit returned parameters of type " << answer.theta_KP.scalar_type() << ", expected "
         << problem.student.theta_KP.scalar_type();
    return text.str();
  }
  if (answer.theta_KP.device() != problem.student.theta_KP.device()) {
    text << "fit returned parameters on device " << answer.theta_KP.device() << ", expected "
         << problem.student.theta_KP.device();
    return text.str();
  }
  if (answer.network->classes() != problem.classes()) {
    text << "fit returned a network with " << answer.network->classes() << " classes, expected "
         << problem.classes();
  }
  return text.str();
}

}  // namespace assay::weak_to_strong

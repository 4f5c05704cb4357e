// Returns what is no answer: not finite, of another shape, of another type.
#include "fault.h"

#include <ATen/ATen.h>
#include <limits>

namespace {

using namespace assay;

class WrongAnswer final : public weak_to_strong::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("fault-wrong-answer")
        .summary("Returns what is no answer")
        .parameter(text("how", "nan").one_of(
            {"nan", "one_row_nan", "rows", "columns", "double", "undefined", "no_network"}))
        .parameter(faults::only_seed());
  }
  explicit WrongAnswer(const Parameters& parameters) : parameters_(parameters) {}
  Model fit(const weak_to_strong::Problem& problem, Run& run) override {
    Model model = {problem.student.network, problem.student.theta_KP.clone()};
    if (!faults::due(parameters_, run)) return model;
    const std::string& how = parameters_.text("how");
    Tensor& theta_KP = model.theta_KP;
    if (how == "nan") theta_KP.fill_(std::numeric_limits<float>::quiet_NaN());
    if (how == "one_row_nan") theta_KP[0][0] = std::numeric_limits<float>::infinity();
    if (how == "rows") theta_KP = at::cat({theta_KP, theta_KP});
    if (how == "columns") theta_KP = theta_KP.narrow(1, 1, theta_KP.size(1) - 1);
    if (how == "double") theta_KP = theta_KP.to(at::kDouble);
    if (how == "undefined") theta_KP = Tensor();
    if (how == "no_network") model.network = nullptr;
    return model;
  }

 private:
  Parameters parameters_;
};

}  // namespace

ASSAY_METHOD(WrongAnswer);

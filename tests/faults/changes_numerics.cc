// Changes the numeric settings of its process, which the next job must not inherit, or says what they
// are.
#include "fault.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <assay/common/error.h>
#include <c10/core/DefaultDtype.h>
#include <c10/core/GradMode.h>

#include <string>

namespace {

using namespace assay;

void change() {
  at::set_num_threads(3);
  at::globalContext().setDeterministicAlgorithms(false, /*warn_only=*/false);
  at::globalContext().setFlushDenormal(false);
  c10::set_default_dtype(caffe2::TypeMeta::Make<double>());
  c10::GradMode::set_enabled(false);
}

std::string present() {
  volatile float tiny = 1e-38F;
  tiny = tiny / 100;
  return std::to_string(at::get_num_threads()) + " threads, " +
         (at::globalContext().deterministicAlgorithms() ? "" : "not ") + "deterministic, " +
         (tiny == 0 ? "" : "not ") + "flushing, " +
         c10::toString(c10::get_default_dtype_as_scalartype()) + ", gradients " +
         (c10::GradMode::is_enabled() ? "on" : "off");
}

class ChangesNumerics final : public weak_to_strong::Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("fault-changes-numerics")
        .summary("Changes the process's numeric settings")
        .parameter(text("do", "change").one_of({"change", "tell"}));
  }
  explicit ChangesNumerics(const Parameters& parameters) : tell_(parameters.text("do") == "tell") {}
  Model fit(const weak_to_strong::Problem& problem, Run&) override {
    if (tell_) throw Error(present());
    change();
    return problem.student;
  }

 private:
  bool tell_;
};

}  // namespace

ASSAY_METHOD(ChangesNumerics);

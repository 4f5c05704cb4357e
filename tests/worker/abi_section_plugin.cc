// A plugin as authors write it, for looking into its file; never loaded.
#include <assay/weak_to_strong.h>

namespace {

struct Plain final : assay::weak_to_strong::Method {
  static assay::MethodInfo describe() { return assay::MethodInfo("plain"); }
  explicit Plain(const assay::Parameters&) {}
  assay::Model fit(const assay::weak_to_strong::Problem& problem, assay::Run&) override {
    return problem.student;
  }
};

}  // namespace

ASSAY_METHOD(Plain);

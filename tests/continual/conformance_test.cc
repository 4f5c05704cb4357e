// The conformance check finds each breach, and passes methods that keep the rules.
#include "support.h"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <functional>

namespace assay::continual::test {
namespace {

/// Acts at one place, as the test says.
class Suspect final : public Method {
 public:
  static MethodInfo describe() { return MethodInfo("suspect").needs("task_boundaries"); }
  explicit Suspect(const Parameters&) {}
  void after_backward(const Batch& batch, const Tensor&, Tensor& gradient_AP) override {
    if (on_gradient) on_gradient(*this, batch, gradient_AP);
  }
  Tensor predict(const Model& model, const Query& query) const override {
    const Tensor scores = Method::predict(model, query);
    return on_scores ? on_scores(scores) : scores;
  }
  void end_task(const Task& task, Model& model, Run&) override {
    if (on_end) on_end(task, model);
  }
  Tensor kept;
  static std::function<void(Suspect&, const Batch&, Tensor&)> on_gradient;
  static std::function<Tensor(const Tensor&)> on_scores;
  static std::function<void(const Task&, Model&)> on_end;
};
std::function<void(Suspect&, const Batch&, Tensor&)> Suspect::on_gradient;
std::function<Tensor(const Tensor&)> Suspect::on_scores;
std::function<void(const Task&, Model&)> Suspect::on_end;

std::vector<std::string> breaches() {
  auto found = find_family("continual").check_conformance(assay::detail::method_entry<Suspect>());
  Suspect::on_gradient = {};
  Suspect::on_scores = {};
  Suspect::on_end = {};
  return found;
}

bool any_contains(const std::vector<std::string>& texts, const std::string& part) {
  for (const std::string& text : texts) {
    if (text.find(part) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("conformance: an honest method has no breach") {
  CHECK(breaches() == std::vector<std::string>{});
}

TEST_CASE("conformance: mixing rows is found") {
  Suspect::on_gradient = [](Suspect&, const Batch&, Tensor& gradient_AP) {
    gradient_AP = gradient_AP.mean(0, true).expand_as(gradient_AP).contiguous();
  };
  const auto found = breaches();
  CHECK(any_contains(found,
                     "in the scenario task and the defaults: row 1 alone differs from the "
                     "same row in a cohort"));
  CHECK(any_contains(found, "row 1 changes with the labels of row 2"));
  CHECK(any_contains(found, "row 1 changes when row 0 has failed"));
}

TEST_CASE("conformance: memory that state() does not name is found") {
  Suspect::on_gradient = [](Suspect& self, const Batch& batch, Tensor& gradient_AP) {
    if (!self.kept.defined())
      self.kept = at::zeros({batch.cohort_rows, gradient_AP.size(1)}, gradient_AP.options());
    gradient_AP = gradient_AP + batch.row(self.kept);
    self.kept = self.kept.index_copy(0, batch.rows_A, gradient_AP);
  };
  const auto found = breaches();
  REQUIRE(found.size() == 1);
  CHECK(any_contains(found, "interrupted after two tasks and resumed ends elsewhere"));
  CHECK(any_contains(found, "what is kept between steps must be named in state()"));
}

TEST_CASE("conformance: answers that depend on the other items are found") {
  Suspect::on_scores = [](const Tensor& scores_KNC) {
    return scores_KNC - scores_KNC.mean(1, true);
  };
  CHECK(any_contains(breaches(), "scores of an item depend on the other items"));
}

TEST_CASE("conformance: shapes, exceptions and numbers that are none are found") {
  Suspect::on_scores = [](const Tensor& scores_KNC) { return scores_KNC.narrow(2, 0, 1); };
  CHECK(any_contains(breaches(),
                     "it threw: the method in the scenario task: predict returned [3, 72, 1], "
                     "expected [3, 72, 6] (rows, items, outputs)"));
  Suspect::on_scores = [](const Tensor& scores_KNC) { return scores_KNC * NAN; };
  CHECK(any_contains(breaches(), "a row failed: predictions are not numbers"));
  Suspect::on_end = [](const Task&, Model& model) {
    model.theta_KP = model.theta_KP.narrow(0, 0, 1);
  };
  CHECK(any_contains(breaches(), "end_task returned parameters of shape [1, "));
}

}  // namespace assay::continual::test

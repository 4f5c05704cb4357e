// The conformance check finds each breach, and passes methods that keep the rules.
#include "support.h"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <functional>

namespace assay::weak_to_strong::test {
namespace {

class Suspect final : public Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("suspect").parameter(real("alpha", 0.5).range(0, 1).per_row());
  }
  explicit Suspect(const Parameters& parameters) : alpha_(parameters.row("alpha")) {}
  Model fit(const Problem& problem, Run& run) override { return body(problem, run, alpha_); }
  static std::function<Model(const Problem&, Run&, const Tensor&)> body;

 private:
  Tensor alpha_;
};
std::function<Model(const Problem&, Run&, const Tensor&)> Suspect::body;

std::vector<std::string> breaches(std::function<Model(const Problem&, Run&, const Tensor&)> body) {
  Suspect::body = std::move(body);
  return find_family("weak_to_strong").check_conformance(assay::detail::method_entry<Suspect>());
}

Model honest(const Problem& problem, Run& run) {
  return train(problem.student, problem.transfer, problem.recipe, run, [&](const Batch& batch) {
    return batch.mean(cross_entropy(batch.logits_KBC, batch.gather(problem.weak_KNC)));
  });
}

bool any_contains(const std::vector<std::string>& texts, const std::string& part) {
  for (const std::string& text : texts) {
    if (text.find(part) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("conformance: the three methods keep the rules") {
  for (const char* name : {"xent", "logconf", "product"}) {
    INFO(name);
    CHECK(find_family("weak_to_strong").check_conformance(plugin_method(name)) ==
          std::vector<std::string>{});
  }
}

TEST_CASE("conformance: an honest method has no breach") {
  CHECK(breaches([](const Problem& problem, Run& run, const Tensor&) {
          return honest(problem, run);
        }).empty());
}

TEST_CASE("conformance: averaging the seeds' supervisors is found") {
  const auto found = breaches([](const Problem& given, Run& run, const Tensor&) {
    Problem problem = given;
    problem.weak_KNC = given.weak_KNC.mean(0, true).expand_as(given.weak_KNC);
    return honest(problem, run);
  });
  CHECK(any_contains(found, "alone differs from the same row in a cohort"));
  CHECK(any_contains(found, "changes with the labels of row"));
}

TEST_CASE("conformance: state between fits is found") {
  int calls = 0;
  const auto found = breaches([&](const Problem& problem, Run& run, const Tensor&) {
    Model answer = honest(problem, run);
    answer.theta_KP = answer.theta_KP + 0.01 * calls++;
    return answer;
  });
  CHECK(any_contains(found, "two fits of the same problem differ"));
}

TEST_CASE("conformance: writing to what was given is found") {
  const auto found = breaches([](const Problem& problem, Run& run, const Tensor&) {
    const Model answer = honest(problem, run);
    Tensor theta = problem.student.theta_KP, weak = problem.weak_KNC;
    theta.add_(1);
    weak.mul_(0.5);
    return answer;
  });
  CHECK(any_contains(found, "fit changed the student it was given"));
  CHECK(any_contains(found, "fit changed the supervisor's labels it was given"));
}

TEST_CASE("conformance: wrong shapes, exceptions and numbers that are not finite are found") {
  CHECK(any_contains(breaches([](const Problem& problem, Run&, const Tensor&) {
                       return Model{problem.student.network, problem.student.theta_KP.narrow(0, 0, 1)};
                     }),
                     "with the defaults: fit returned parameters of shape [1, "));
  CHECK(any_contains(breaches([](const Problem&, Run&, const Tensor&) -> Model {
                       throw std::runtime_error("no luck");
                     }),
                     "with the defaults: it threw: no luck"));
  // Only at one end of a parameter's range.
  const auto found = breaches([](const Problem& problem, Run& run, const Tensor& alpha_K1) {
    Model answer = honest(problem, run);
    answer.theta_KP = answer.theta_KP / (1 - alpha_K1);
    return answer;
  });
  REQUIRE(found.size() == 1);
  CHECK(found[0] == "with alpha = 1.0: fit returned parameters that are not finite");
}

}  // namespace assay::weak_to_strong::test

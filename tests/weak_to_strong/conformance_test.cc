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

/// A network whose outputs pass through a function of the whole batch, [K, B, C] to [K, B, C].
class Altered final : public Network {
 public:
  Altered(std::shared_ptr<const Network> inner, std::function<Tensor(const Tensor&)> change)
      : inner_(std::move(inner)), change_(std::move(change)) {}
  Outputs forward(const ParameterView& parameters, const Tensor& x,
                  const Mode& mode) const override {
    Outputs outputs = inner_->forward(parameters, x, mode);
    outputs.logits_KBC = change_(outputs.logits_KBC);
    return outputs;
  }
  const Layout& layout() const override { return inner_->layout(); }
  std::int64_t classes() const override { return inner_->classes(); }
  double forward_flops() const override { return inner_->forward_flops(); }

 private:
  std::shared_ptr<const Network> inner_;
  std::function<Tensor(const Tensor&)> change_;
};

/// Breaches of a method that trains honestly and answers through such a network.
std::vector<std::string> breaches_of_outputs(std::function<Tensor(const Tensor&)> change) {
  return breaches([&](const Problem& problem, Run& run, const Tensor&) {
    Model answer = honest(problem, run);
    answer.network = std::make_shared<Altered>(answer.network, change);
    return answer;
  });
}

/// Honest but for one choice of its parameters each.
class Chooser final : public Method {
 public:
  static MethodInfo describe() {
    return MethodInfo("chooser")
        .parameter(text("mode", "plain").one_of({"plain", "mean"}))
        .parameter(boolean("shared", false));
  }
  explicit Chooser(const Parameters& parameters)
      : mixes_(parameters.text("mode") == "mean"), shares_(parameters.boolean("shared")) {}
  Model fit(const Problem& problem, Run& run) override {
    Model answer = honest(problem, run);
    if (mixes_) answer.theta_KP = answer.theta_KP.mean(0, true).expand_as(answer.theta_KP);
    if (shares_) answer.theta_KP = answer.theta_KP[0].expand_as(answer.theta_KP);
    return answer;
  }

 private:
  bool mixes_, shares_;
};

bool any_contains(const std::vector<std::string>& texts, const std::string& part) {
  for (const std::string& text : texts) {
    if (text.find(part) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("conformance: the methods keep the rules") {
  for (const char* name : {"xent", "logconf", "product", "bootstrap", "confidence-filter",
                           "early-learning", "linear-probe", "weak-ensemble"}) {
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
    Tensor validation = problem.weak_validation_KVC;
    theta.add_(1);
    weak.mul_(0.5);
    validation.mul_(0.5);
    return answer;
  });
  CHECK(any_contains(found, "fit changed the student it was given"));
  CHECK(any_contains(found, "fit changed the supervisor's labels it was given"));
  CHECK(any_contains(found, "fit changed the supervisor's validation labels it was given"));
}

TEST_CASE("conformance: a network that answers from other rows or other items is found") {
  CHECK(breaches_of_outputs([](const Tensor& logits_KBC) { return logits_KBC * 2; }).empty());
  // An ensemble over the seeds: the parameters of each row are its own, the answers are not.
  const auto ensemble = breaches_of_outputs(
      [](const Tensor& logits_KBC) { return logits_KBC.mean(0, true).expand_as(logits_KBC); });
  CHECK(any_contains(ensemble, "alone differ from the same row's in a cohort"));
  CHECK(any_contains(ensemble, "change with the labels of row"));
  CHECK(any_contains(ensemble, "change with the test items of row"));
  // Adapts to the test batch, row by row.
  const auto adapts = breaches_of_outputs(
      [](const Tensor& logits_KBC) { return logits_KBC - logits_KBC.mean(1, true); });
  REQUIRE(adapts.size() == 1);
  CHECK(any_contains(adapts, "predictions change with the items beside them"));
}

TEST_CASE("conformance: values of a per_row parameter stay in their rows") {
  const auto scaled = [](const std::function<Tensor(const Tensor&)>& scale) {
    return breaches([&](const Problem& problem, Run& run, const Tensor& alpha_K1) {
      Model answer = honest(problem, run);
      answer.theta_KP = answer.theta_KP * (1 + scale(alpha_K1));
      return answer;
    });
  };
  CHECK(scaled([](const Tensor& alpha_K1) { return alpha_K1; }).empty());
  const std::string when = "with alpha = 0.5, 0.375, 0.25, 0.125 in the rows: row ";
  CHECK(any_contains(scaled([](const Tensor& alpha_K1) { return alpha_K1[0]; }), when));
  CHECK(any_contains(scaled([](const Tensor& alpha_K1) { return alpha_K1.mean(); }), when));
}

TEST_CASE("conformance: rows are checked for every text and both booleans") {
  const auto found =
      find_family("weak_to_strong").check_conformance(assay::detail::method_entry<Chooser>());
  CHECK(any_contains(found, "with mode = \"mean\": row "));
  CHECK(any_contains(found, "with shared = true: row "));
  CHECK_FALSE(any_contains(found, "with the defaults"));
}

TEST_CASE("conformance: two classes are a case of their own") {
  const auto found = breaches([](const Problem& problem, Run& run, const Tensor&) {
    if (problem.classes() == 2) throw std::runtime_error("no quantile");
    return honest(problem, run);
  });
  CHECK(any_contains(found, "with two classes and the defaults: it threw: no quantile"));
}

TEST_CASE("conformance: wrong shapes, exceptions and numbers that are not finite are found") {
  CHECK(any_contains(breaches([](const Problem& problem, Run&, const Tensor&) {
                       return Model{problem.student.network,
                                    problem.student.theta_KP.narrow(0, 0, 1)};
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

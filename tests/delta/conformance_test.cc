// Methods that break a rule each are found; those that keep the rules are not.
#include "support.h"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

namespace assay::delta::test {
namespace {

std::string breaches_of(std::function<Model(const Problem&, Run&)> body) {
  Probe::body = std::move(body);
  std::string all;
  for (const std::string& breach : find_family("delta").check_conformance(probe)) {
    all += breach + "\n";
  }
  return all;
}

Model trained(const Problem& problem, Run& run, const Reading& reading = {}) {
  return train_preferences(problem, run, reading, [](const Preferences& pairs) {
    return -(pairs.chosen.log_probability_AB - pairs.rejected.log_probability_AB).sigmoid();
  });
}

}  // namespace

TEST_CASE("conformance: a method that keeps the rules has no breach") {
  CHECK(breaches_of([](const Problem& problem, Run& run) { return trained(problem, run); }) == "");
}

TEST_CASE("conformance: each breach is found and says what to do") {
  const auto found = [](const std::string& breaches, const char* text) {
    INFO(breaches);
    CHECK(breaches.find(text) != std::string::npos);
  };
  found(breaches_of([](const Problem& problem, Run& run) {
          Model model = trained(problem, run);
          model.theta_KP = model.theta_KP - model.theta_KP.mean(0, true) * 0.1;
          return model;
        }),
        "rows must not mix, reduce every axis but the first");
  found(breaches_of([](const Problem& problem, Run& run) {
          Model model = trained(problem, run);
          const Tensor lead = problem.pairs.response_KN2.select(2, 0).eq(0).to(at::kFloat);
          model.theta_KP = model.theta_KP + lead.slice(0, 0, 1).mean();
          return model;
        }),
        "row 1 changes with the pairs of row 0");
  found(breaches_of([](const Problem& problem, Run& run) {
          static double calls = 0;
          Model model = trained(problem, run);
          model.theta_KP = model.theta_KP + ++calls;
          return model;
        }),
        "two fits of the same problem differ");
  found(breaches_of([](const Problem& problem, Run&) { return problem.student; }),
        "no checkpoint after step 4 of the problem's curve");
  found(breaches_of([](const Problem& problem, Run& run) {
          problem.pairs.response_KN2.zero_();
          return trained(problem, run);
        }),
        "fit changed the problem's responses: clone what you modify");
  found(breaches_of([](const Problem& problem, Run& run) {
          return trained(problem, run, {.chosen = false, .rejected = false, .reference = false});
        }),
        "the loss reads no response at all");
  found(breaches_of([](const Problem& problem, Run& run) {
          return train_preferences(problem, run, {}, [](const Preferences& pairs) {
            return pairs.mean(pairs.chosen.log_probability_AB);
          });
        }),
        "train_preferences: the loss must have a value for each pair, [3, 10], but is [3, 1]");
}

}  // namespace assay::delta::test

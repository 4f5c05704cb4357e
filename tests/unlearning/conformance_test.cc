// The conformance check finds each breach, and passes methods that keep the rules.
#include "support.h"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

namespace assay::unlearning::test {
namespace {

struct Accused {};
using Suspect = Probe<Accused>;

std::vector<std::string> breaches(std::function<Answer(const Problem&, Run&)> body,
                                  std::vector<const char*> needs = {}) {
  Suspect::needs = std::move(needs);
  Suspect::body = std::move(body);
  return find_family("unlearning").check_conformance(assay::detail::method_entry<Suspect>());
}

Model trained(const Problem& problem, Run& run) {
  return train(problem.original, problem.retain.data, problem.recipe, run, [&](const Batch& batch) {
    return batch.mean(-log_likelihood(problem.likelihood, batch.logits_KBC,
                                      batch.gather(problem.retain.label_KN)));
  });
}

bool says(const std::vector<std::string>& all, const std::string& what) {
  for (const std::string& breach : all) {
    if (breach.find(what) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("conformance: an honest method passes, a predictor too") {
  CHECK(breaches([](const Problem& problem, Run& run) {
          return Answer(trained(problem, run));
        }).empty());
  CHECK(breaches(
            [](const Problem&, Run&) {
              return Answer(
                  [](const Query& query) { return query.original_KNC - query.attribution_KNC; });
            },
            {"predictor", "attribution"})
            .empty());
}

TEST_CASE("conformance: breaches are named") {
  CHECK(says(breaches([](const Problem& problem, Run&) { return Answer(problem.original); }),
             "on three classes with the defaults: its answer is the original model"));
  CHECK(says(breaches([](const Problem& problem, Run& run) {
               Model answer = trained(problem, run);
               answer.theta_KP = answer.theta_KP + answer.theta_KP.mean(0, true);
               return Answer(answer);
             }),
             "rows must not mix"));
  CHECK(says(breaches([](const Problem& problem, Run& run) {
               problem.forget.label_KN.select(1, 0).zero_();
               problem.original.theta_KP.add_(1);
               return Answer(trained(problem, run));
             }),
             "unlearn changed the original it was given"));
  CHECK(says(breaches([](const Problem& problem, Run& run) {
               Model answer = trained(problem, run);
               static int call = 0;
               answer.theta_KP = answer.theta_KP + 0.01 * ++call;
               return Answer(answer);
             }),
             "two answers to the same problem differ"));
  CHECK(says(breaches([](const Problem& problem, Run&) {
               problem.oracles();
               return Answer(problem.original);
             }),
             "method 'probe' asks for oracles, which it was not given"));
  CHECK(says(breaches([](const Problem&, Run&) {
               return Answer([](const Query& query) { return query.original_KNC; });
             }),
             "unlearn returned a predictor, but describe() does not say"));
  CHECK(
      says(breaches([](const Problem& problem, Run& run) { return Answer(trained(problem, run)); },
                    {"predictor"}),
           "but unlearn returned a model"));
  CHECK(says(breaches(
                 [](const Problem&, Run&) {
                   return Answer([](const Query& query) {
                     return query.original_KNC - query.original_KNC.mean(1, true);
                   });
                 },
                 {"predictor"}),
             "predictions change with the items beside them"));
}

}  // namespace assay::unlearning::test

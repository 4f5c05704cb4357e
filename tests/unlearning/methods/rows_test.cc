// Every method: rows in company as alone, in float64, and every answer has moved.
#include "support.h"

namespace assay::unlearning::test {
namespace {

Tensor outputs_of(const Answer& answer, const Example& example) {
  if (!answer.predictor) {
    return predict_logits(answer.model, Dataset::own(example.test_KND.to(at::kDouble)));
  }
  const Query query{
      example.test_KND,
      predict_logits(example.problem.original, Dataset::own(example.test_KND.to(at::kDouble))),
      example.attribution_KNC.to(at::kDouble)};
  return answer.predictor(query);
}

}  // namespace

TEST_CASE("rows: each trains in company as it does alone, and moves") {
  const Seeds seeds = {5, 6, 7};
  for (const std::string& name : method_names()) {
    for (const Likelihood likelihood : {Likelihood::categorical, Likelihood::bernoulli}) {
      const Example example = precise_example(seeds, {likelihood});
      Run run(seeds);
      const Answer together = ask(name, example.problem, run);
      const Tensor outputs = outputs_of(together, example);
      const Tensor before =
          predict_logits(example.problem.original, Dataset::own(example.test_KND.to(at::kDouble)));
      for (std::int64_t row = 0; row < 3; ++row) {
        INFO(name << ", row " << row);
        const Example alone = row_of(example, row);
        Run own(alone.seeds);
        const Answer answer = ask(name, alone.problem, own);
        CHECK(largest(outputs[row], outputs_of(answer, alone)[0]) < 1e-9);
        CHECK(run.costs(row).gradient_samples == own.costs(0).gradient_samples);
        CHECK(run.costs(row).forward_samples == own.costs(0).forward_samples);
        CHECK(run.costs(row).flops == Approx(own.costs(0).flops));
        if (together.predictor) {
          CHECK(largest(outputs[row], before[row]) > 1e-4);
        } else {
          const Tensor moved_P =
              together.model.theta_KP[row] - example.problem.original.theta_KP[row];
          CHECK(moved_P.norm().item<double>() > 1e-4);
        }
      }
    }
  }
}

TEST_CASE("rows: a missing oracle or attribution is an error that says what to do") {
  Example example = precise_example({5});
  example.problem.given_oracles = nullptr;
  example.problem.given_attribution = nullptr;
  Run run({5});
  example.problem.place = "oracle-matching";
  CHECK(error_of([&] { ask("oracle-matching", example.problem, run); }) ==
        "method 'oracle-matching' asks for oracles, which it was not given: declare it in "
        "describe() with .needs(\"oracles\")");
  example.problem.place = "dmm";
  CHECK(error_of([&] { ask("dmm", example.problem, run); }) ==
        "method 'dmm' asks for attribution, which it was not given: declare it in describe() with "
        ".needs(\"attribution\")");
}

}  // namespace assay::unlearning::test

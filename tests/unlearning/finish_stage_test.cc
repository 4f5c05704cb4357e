// How stages end: each row by itself, and tensors of all rows in one file.
#include "sdk/families/support/finish_stage.h"
#include "support.h"

#include <ATen/ATen.h>
#include <assay/common/files.h>
#include <catch2/catch.hpp>

#include <limits>

namespace assay::unlearning::test {

TEST_CASE("stages: a row fails for its input, its training or its tensors, and the others do not") {
  const TemporaryFolder folder;
  const auto input = folder.path() / "weak", output = folder.path() / "made";
  make_folders(input);
  make_folders(output);
  const Json done = {{"status", "done"}, {"result", Json::object()}};
  Json rows = Json::array();
  for (const int seed : {0, 1, 2, 3}) {
    rows.push_back(done);
    rows.back()["seed"] = seed;
  }
  rows[1]["status"] = "failed";
  rows[1]["error"] = {{"message", "diverged"}};
  write_file(input / "stage.json", Json{{"rows", rows}}.dump());

  const Seeds seeds = {0, 1, 2, 3};
  Run run(seeds);
  run.fail_row(2, "the loss is not finite");
  run.costs(0).gradient_samples = 5;
  Tensor theta_KP = at::arange(8, at::kDouble).view({4, 2});
  theta_KP[3][1] = std::numeric_limits<double>::infinity();
  StageJob job;
  job.output = output;
  const Tensor score_K = at::arange(4, at::kDouble) / 4;
  const std::vector<RowOutcome> outcomes =
      finish_stage(job, StageReader({{"weak", input}}, seeds),
                   {2,
                    {{"theta_KP", theta_KP}, {"label_KN", at::ones({4, 3}, at::kLong)}},
                    {{"score", score_K}}},
                   run);

  REQUIRE(outcomes.size() == 4);
  CHECK(outcomes[0].failure.empty());
  CHECK(outcomes[0].result["metrics"] == Json{{"score", 0.0}});
  CHECK(outcomes[0].result["counts"]["parameters"] == 2);
  CHECK(outcomes[0].result["counts"]["gradient_samples"] == 5);
  CHECK(outcomes[1].kind == "stage");
  CHECK(outcomes[1].failure == "stage 'weak' failed for seed 1: diverged");
  CHECK(outcomes[2].kind == "non_finite");
  CHECK(outcomes[2].failure == "the loss is not finite");
  CHECK(outcomes[3].failure == "theta_KP of this seed is not finite");
  for (std::size_t row = 1; row < 4; ++row) CHECK(outcomes[row].result.empty());
  const SafeTensors file = read_safetensors(output / stage_file);
  CHECK(at::equal(file.tensors.at("theta_KP"), theta_KP));
  CHECK(at::equal(file.tensors.at("label_KN"), at::ones({4, 3}, at::kLong)));
}

}  // namespace assay::unlearning::test

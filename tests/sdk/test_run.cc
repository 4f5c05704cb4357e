#include "support.h"

#include <assay/method.h>
#include <assay/run.h>

using namespace assay;
using namespace assay::testing;

TEST_CASE("a run records curves by row") {
  Run run({5, 6, 7});
  run.record("kl", 1, at::tensor({0.5f, 1.f, 1.5f}));
  run.record("kl", 2, at::tensor({2.f}), longs({1}, {1}));
  CHECK(run.curves(1).at("kl") == Curve{{1, 1.0}, {2, 2.0}});
  CHECK(run.curves(2).at("kl") == Curve{{1, 1.5}});
  CHECK(error_of([&] { run.record("kl", 3, at::zeros({2})); }) ==
        "Run::record: curve 'kl' needs one value for each of 3 rows, but got [2]");
}

TEST_CASE("the harness's streams are not a method's") {
  const Run run({5, 6});
  CHECK(run.streams("noise").normal({3}).equal(Streams({5, 6}, "noise").normal({3})));
  CHECK(error_of([&] { run.streams("assay.direction"); }) ==
        "Run::streams: purposes that begin with 'assay.' are the harness's, but 'assay.direction' "
        "was "
        "asked for: draw from streams of your own names");
}

TEST_CASE("a row's first failure is kept") {
  Run run({5, 6});
  CHECK_FALSE(run.failed(1));
  run.fail_row(1, "first");
  run.fail_row(1, "second");
  CHECK(run.failure(1) == "first");
  CHECK(run.failure(0).empty());
}

TEST_CASE("progress is reported in parts and never backwards") {
  std::vector<double> seen;
  Run run({5}, [&](double fraction) { seen.push_back(fraction); });
  run.begin_part(0, 2);
  for (int i = 0; i <= 1000; ++i) run.progress(i / 1000.0);
  run.begin_part(1, 2);
  run.progress(1);
  run.progress(0);
  CHECK(seen.size() < 10);  // a thousand calls within a moment
  CHECK(seen.front() == 0);
  CHECK(seen.back() == 1);
  CHECK(std::is_sorted(seen.begin(), seen.end()));
  CHECK(error_of([&] { run.begin_part(2, 2); }) == "Run::begin_part: part 2 of 2");
}

TEST_CASE("a method reads its parameters") {
  const Parameters parameters({real("alpha", 0.5).per_row(), integer("steps", 3),
                               boolean("warm", false), text("mode", "hard"), real("beta", 1.0)},
                              {{0.25, std::int64_t{4}, true, "soft", std::int64_t{2}},
                               {0.75, std::int64_t{4}, true, "soft", std::int64_t{2}}});
  CHECK(parameters.rows() == 2);
  CHECK(parameters.integer("steps") == 4);
  CHECK(parameters.boolean("warm"));
  CHECK(parameters.text("mode") == "soft");
  CHECK(parameters.real("beta") == 2);  // an integer in a file is accepted as a real
  CHECK(parameters.row("alpha").equal(at::tensor({0.25f, 0.75f}).unsqueeze(1)));
  CHECK(parameters.row("steps").equal(at::tensor({4.f, 4.f}).unsqueeze(1)));

  CHECK(error_of([&] { parameters.real("alpha"); }) ==
        "parameter 'alpha' is declared per_row: read it with row(\"alpha\")");
  CHECK(error_of([&] { parameters.real("alhpa"); }) ==
        "the method reads a parameter 'alhpa' that its description does not have (did you mean "
        "'alpha'?)");
  CHECK(error_of([&] { parameters.integer("mode"); }) ==
        "parameter 'mode' is a text, but the method reads it as an integer");
  CHECK(error_of([&] { parameters.row("warm"); }) ==
        "parameter 'warm' is a boolean, but the method reads it as a number");
  CHECK(error_of([] { Parameters({real("a", 1), real("b", 1)}, {{1.0}}); }) ==
        "Parameters: row 0 has 1 values for 2 parameters");
  const Parameters uneven({real("a", 1)}, {{1.0}, {2.0}});
  CHECK(error_of([&] { uneven.real("a"); }) ==
        "parameter 'a' differs between the rows of a cohort, but is not declared per_row");
}

TEST_CASE("checkpoints go to whoever asked for them") {
  Run run({1, 2});
  run.checkpoint(1, at::zeros({2, 3}));  // nobody did
  std::vector<std::int64_t> steps;
  run.on_checkpoint([&](std::int64_t step, const Tensor& theta_KP) {
    CHECK(theta_KP.size(0) == 2);
    steps.push_back(step);
  });
  run.checkpoint(2, at::zeros({2, 3}));
  run.checkpoint(5, at::zeros({2, 3}));
  CHECK(steps == std::vector<std::int64_t>{2, 5});
}

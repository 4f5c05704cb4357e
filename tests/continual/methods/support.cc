#include "support.h"

#include "sdk/internal/numerics.h"

namespace assay::continual::test {
namespace {

// As in a worker: one thread.
[[maybe_unused]] const bool configured = [] {
  configure_numerics();
  return true;
}();

}  // namespace

double largest_difference(const Tensor& a, const Tensor& b) {
  REQUIRE(a.sizes() == b.sizes());
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

Batch batch_of(const Tensor& x, const Tensor& label_AB, std::int64_t outputs, std::int64_t rows,
               const std::vector<std::int64_t>& rows_A) {
  Batch batch;
  batch.rows_A = at::tensor(at::ArrayRef<std::int64_t>(rows_A), at::kLong);
  batch.cohort_rows = rows;
  batch.x = x;
  batch.label_AB = label_AB;
  batch.weight_AB = at::ones(label_AB.sizes(), x.options());
  batch.share_AB = batch.weight_AB / static_cast<double>(label_AB.size(1));
  batch.allowed_ABC = at::ones({x.size(0), x.size(1), outputs}, x.options().dtype(at::kBool));
  batch.current = x.size(1);
  batch.part_ends = {batch.current};
  return batch;
}

Batch batch_of(const Tensor& x, const Tensor& label_AB, std::int64_t outputs) {
  std::vector<std::int64_t> rows;
  for (std::int64_t row = 0; row < x.size(0); ++row) rows.push_back(row);
  return batch_of(x, label_AB, outputs, x.size(0), rows);
}

Problem problem_of(const Seeds& seeds, Scenario scenario, std::int64_t features,
                   std::int64_t outputs, const NetworkSpec& spec, std::int64_t tasks) {
  Problem problem;
  problem.scenario = scenario;
  problem.tasks = tasks;
  problem.start.network = make_network(spec, {features}, outputs);
  problem.start.theta_KP =
      initial_parameters(problem.start.network->layout(), Streams(seeds, "test.start"))
          .to(at::kDouble);
  problem.item_shape = {features};
  problem.place = "a test";
  return problem;
}

void Bytes::operator()(std::string_view name, Tensor& value) {
  if (!value.defined()) return;
  bytes += static_cast<std::int64_t>(value.nbytes());
  names.push_back(prefix_ + std::string(name));
}

}  // namespace assay::continual::test

// Batches, problems and methods of the family continual, made by hand.
#pragma once

#include "sdk/families/continual/learner.h"
#include "sdk/families/continual/tensor_stream.h"
#include "support/plugin_method.h"

#include <assay/common/error.h>
#include <assay/common/parameters_json.h>
#include <assay/continual.h>

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace assay::continual::test {

using Seeds = std::vector<std::uint64_t>;

template <class Call>
std::string error_of(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  FAIL("no error was thrown");
  return {};
}

inline Tensor numbers(const std::vector<double>& values, at::IntArrayRef shape) {
  return at::tensor(at::ArrayRef<double>(values), at::kDouble).reshape(shape);
}

inline Tensor integers(const std::vector<std::int64_t>& values, at::IntArrayRef shape) {
  return at::tensor(at::ArrayRef<std::int64_t>(values), at::kLong).reshape(shape);
}

double largest_difference(const Tensor& a, const Tensor& b);

/// A stream's batch of the rows rows_A of a cohort of `rows`, as the loop makes it, all outputs
/// allowed. x is [A, B, F...].
Batch batch_of(const Tensor& x, const Tensor& label_AB, std::int64_t outputs, std::int64_t rows,
               const std::vector<std::int64_t>& rows_A);
/// The same for all rows.
Batch batch_of(const Tensor& x, const Tensor& label_AB, std::int64_t outputs);

/// A problem in float64: an mlp on `features` inputs.
Problem problem_of(const Seeds& seeds, Scenario scenario, std::int64_t features,
                   std::int64_t outputs, const NetworkSpec& spec, std::int64_t tasks = 3);

/// The minimum of v' Q v / 2 + q' v over v >= margin by trying every choice of bounds.
Tensor by_enumeration(const Tensor& square, const Tensor& q, double margin);

using assay::test::plugin_method;

/// Tasks of two classes each in float64, `items` training items a task; the labels are the stream's
/// outputs, or both outputs of every task in the scenario domain.
TensorStream classes_stream(const Seeds& seeds, Scenario scenario, std::int64_t tasks,
                            std::int64_t items, std::int64_t features);

/// Takes a method of a plugin through a stream; `parameters` are each row's, or one for all.
Learned learn(const std::string& method, const Problem& problem, const Stream& stream,
              const Seeds& seeds, const std::vector<Json>& parameters,
              const StreamOptions& options = {});
/// The same in a run at hand, whose rows may fail.
Learned learn(const std::string& method, const Problem& problem, const Stream& stream, Run& run,
              const std::vector<Json>& parameters, const StreamOptions& options = {});

/// The bytes of all tensors that a service or method walks through its state().
class Bytes final : public State {
 public:
  using State::operator();
  void operator()(std::string_view name, Tensor& value) override;
  void operator()(std::string_view, std::int64_t&) override { bytes += 8; }
  std::int64_t bytes = 0;
  std::vector<std::string> names;
};

}  // namespace assay::continual::test

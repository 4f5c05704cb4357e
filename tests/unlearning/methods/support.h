// Small problems of the family, and its methods as the libraries that a worker loads.
#pragma once

#include "sdk/families/unlearning/example.h"

#include <assay/common/parameters_json.h>
#include <assay/unlearning.h>

#include <ATen/ATen.h>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace assay::unlearning::test {

using Seeds = std::vector<std::uint64_t>;

/// All methods that come with Assay.
const std::vector<std::string>& method_names();

/// A method's answer on a problem, with its defaults but for the parameters given, one object for
/// all rows or one for each.
Answer ask(const std::string& name, const Problem& problem, Run& run,
           const std::vector<Json>& parameters = {Json::object()});
Model fit(const std::string& name, const Problem& problem, const Seeds& seeds,
          const std::vector<Json>& parameters = {Json::object()});

/// The conformance test's example, in float64 throughout.
Example precise_example(const Seeds& seeds, ExampleKind kind = {});

/// Plain gradient descent with a constant rate.
Recipe descent(std::int64_t epochs, std::int64_t batch, double lr);

/// A part whose items are given, [K, n, F...], with labels [K, n].
Part part_of(const Tensor& x_KNF, const Tensor& label_KN, std::int64_t first_id = 0);

inline Tensor numbers(const std::vector<double>& values, at::IntArrayRef shape) {
  return at::tensor(at::ArrayRef<double>(values), at::kDouble).reshape(shape);
}

inline Tensor integers(const std::vector<std::int64_t>& values, at::IntArrayRef shape) {
  return at::tensor(at::ArrayRef<std::int64_t>(values), at::kLong).reshape(shape);
}

inline double largest(const Tensor& left, const Tensor& right) {
  REQUIRE(left.sizes() == right.sizes());
  return (left.to(at::kDouble) - right.to(at::kDouble)).abs().max().item<double>();
}

/// The message of the Error that `call` throws, "" when it throws none.
template <class Call>
std::string error_of(Call&& call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

}  // namespace assay::unlearning::test

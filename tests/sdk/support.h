// Small cohorts to train in tests.
#pragma once

#include <assay/common/error.h>
#include <assay/losses.h>
#include <assay/train.h>

#include <ATen/ATen.h>
#include <catch2/catch.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace assay::testing {

/// The text of the Error that `call` throws; fails the test when it throws none.
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

inline Tensor doubles(const std::vector<double>& values, at::IntArrayRef shape) {
  return at::tensor(at::ArrayRef<double>(values), at::kDouble).reshape(shape);
}

inline Tensor longs(const std::vector<std::int64_t>& values, at::IntArrayRef shape) {
  return at::tensor(at::ArrayRef<std::int64_t>(values), at::kLong).reshape(shape);
}

inline double largest_difference(const Tensor& a, const Tensor& b) {
  REQUIRE(a.sizes() == b.sizes());
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

/// A cohort with data and soft targets of its own in every row; row k has counts[k] items.
struct Cohort {
  Cohort(const NetworkSpec& spec, const std::vector<std::int64_t>& input, std::int64_t classes,
         std::vector<std::int64_t> counts, at::ScalarType type = at::kDouble)
      : counts(std::move(counts)) {
    for (std::uint64_t k = 0; k < this->counts.size(); ++k) seeds.push_back(100 + 7 * k);
    const auto rows = static_cast<std::int64_t>(seeds.size());
    const std::int64_t items = *std::max_element(this->counts.begin(), this->counts.end());
    std::vector<std::int64_t> shape{items};
    shape.insert(shape.end(), input.begin(), input.end());
    x = Streams(seeds, "test.x").normal(shape).to(type);
    target = at::softmax(Streams(seeds, "test.y").normal({items, classes}), -1).to(type);
    Tensor item_KN = at::arange(items).unsqueeze(0).repeat({rows, 1});
    for (std::int64_t k = 0; k < rows; ++k) {
      item_KN.select(0, k).slice(0, this->counts[static_cast<std::size_t>(k)]).fill_(-1);
    }
    items_KN = item_KN;
    model.network = make_network(spec, input, classes);
    model.theta_KP =
        initial_parameters(model.network->layout(), Streams(seeds, "test.init")).to(type);
  }

  Dataset data() const { return Dataset::own(x, items_KN); }

  Cohort rows(const std::vector<std::int64_t>& which) const {
    Cohort part = *this;
    const Tensor index = at::tensor(at::ArrayRef<std::int64_t>(which), at::kLong);
    part.seeds.clear();
    part.counts.clear();
    for (const std::int64_t k : which) {
      part.seeds.push_back(seeds[static_cast<std::size_t>(k)]);
      part.counts.push_back(counts[static_cast<std::size_t>(k)]);
    }
    part.x = x.index_select(0, index);
    part.target = target.index_select(0, index);
    part.items_KN = items_KN.index_select(0, index);
    part.model = select_rows(model, which);
    return part;
  }

  Objective objective() const {
    return [target = target](const Batch& batch) {
      return batch.mean(cross_entropy(batch.logits_KBC, batch.gather(target)));
    };
  }

  Tensor train(const Recipe& recipe, Run& run, const Hooks& hooks = {}) const {
    return assay::train(model, data(), recipe, run, objective(), hooks).theta_KP;
  }
  Tensor train(const Recipe& recipe) const {
    Run run(seeds);
    return train(recipe, run);
  }

  std::vector<std::uint64_t> seeds;
  std::vector<std::int64_t> counts;
  Tensor x, target, items_KN;
  Model model;
};

}  // namespace assay::testing

// The retain batches of an edit, drawn beside the forget batches.
#pragma once

#include <assay/unlearning.h>

#include <cstdint>
#include <vector>

namespace assay::unlearning {

/// Goes through each row's retain items in random orders: none comes again until all came. Orders
/// follow the rows' stream "assay.retain"; an edit after others in one run has orders of its own.
class RetainLoader {
 public:
  /// `batch` samples a step, or all of a row that has fewer.
  RetainLoader(const Part& part, std::int64_t batch, const Run& run);

  /// Step `beside.step`'s batch for the rows of `beside`: x of type `type`, items, weights, shares.
  Batch draw(const Batch& beside);

 private:
  /// The item at place `at` of the row's orders laid end to end.
  std::int64_t item(std::int64_t row, std::int64_t at);

  struct Order {
    std::int64_t pass = -1;
    Tensor item_N;
  };

  const Part& part_;
  std::int64_t batch_, width_;
  Streams streams_;
  std::vector<std::int64_t> first_K_;
  std::vector<Order> order_K_;
};

}  // namespace assay::unlearning

#include "support.h"

using namespace assay;
using namespace assay::testing;

TEST_CASE("a shared pool is indexed by each row's items") {
  const Tensor pool_MF = at::arange(10, at::kFloat).reshape({5, 2});
  const Dataset data = Dataset::shared(pool_MF, longs({4, 0, 2, 1, 3, -1}, {2, 3}));
  CHECK(data.rows() == 2);
  CHECK(data.count(0) == 3);
  CHECK(data.count(1) == 2);
  CHECK(data.largest_count() == 3);
  CHECK(data.item_shape() == std::vector<std::int64_t>{2});
  // Positions 2, 0 of row 0 are items 2, 4; position 1 and a negative one of row 1: items 3, 1.
  CHECK(data.gather(longs({2, 0, 1, -1}, {2, 2}))
            .equal(at::tensor({4.f, 5.f, 8.f, 9.f, 6.f, 7.f, 2.f, 3.f}).reshape({2, 2, 2})));
  CHECK(data.gather(longs({1}, {1, 1}), longs({1}, {1}))
            .equal(at::tensor({6.f, 7.f}).reshape({1, 1, 2})));
  CHECK(data.slice(1, 2).equal(at::tensor({0.f, 1.f, 6.f, 7.f}).reshape({2, 1, 2})));
  const Dataset turned = data.select_rows({1, 0, 1});
  CHECK(turned.count(0) == 2);
  CHECK(turned.slice(0, 2).equal(data.gather(longs({0, 1, 0, 1, 0, 1}, {3, 2}), longs({1, 0, 1}, {3}))));
}

TEST_CASE("rows may have pools of their own") {
  const Tensor pool_KMF = at::arange(24, at::kFloat).reshape({2, 3, 2, 2});
  const Dataset all = Dataset::own(pool_KMF);
  CHECK(all.count(1) == 3);
  CHECK(all.item_shape() == std::vector<std::int64_t>{2, 2});
  CHECK(all.slice(0, 3).equal(pool_KMF));
  const Dataset some = Dataset::own(pool_KMF, longs({2, -1, 1, 0}, {2, 2}));
  CHECK(some.gather(longs({0, 0, 0, 1}, {2, 2}))[1].equal(pool_KMF[1].index_select(0, longs({1, 0}, {2}))));
  // Padding stays in the row's own pool.
  CHECK(some.slice(0, 2)[0].equal(pool_KMF[0].index_select(0, longs({2, 2}, {2}))));
}

TEST_CASE("data sets that do not fit together are refused") {
  const Tensor pool = at::zeros({5, 2});
  CHECK(error_of([&] { Dataset::shared(pool, longs({0, 5}, {1, 2})); }) ==
        "Dataset: row 0 has item 5 at position 1, but the pool holds 5");
  CHECK(error_of([&] { Dataset::shared(pool, longs({0, -1, 2}, {1, 3})); }) ==
        "Dataset: row 0 has item 2 at position 2, after the end of its items at 1");
  CHECK(error_of([&] { Dataset::shared(pool, at::zeros({1, 2})); }) ==
        "Dataset: items must be int64 [rows, items], but are [1, 2]");
  CHECK(error_of([&] { Dataset::shared(at::zeros({5}), longs({0}, {1, 1})); }) ==
        "Dataset::shared: the pool must be [items, features...], but is [5]");
  CHECK(error_of([&] { Dataset::own(at::zeros({2, 3, 1}), longs({0}, {1, 1})); }) ==
        "Dataset::own: the pool must be [rows, items, features...] and the items [rows, items], but "
        "they are [2, 3, 1] and [1, 1]");
  const Dataset data = Dataset::shared(pool, longs({0, 1}, {1, 2}));
  CHECK(error_of([&] { data.gather(longs({0, 1}, {2, 1})); }) ==
        "Dataset::gather: positions must be [1, batch], but are [2, 1]");
  CHECK(error_of([&] { data.slice(0, 3); }) ==
        "Dataset::slice: positions 0 to 3 of a data set whose largest row has 2");
  CHECK(error_of([&] { data.count(1); }) == "Dataset: row 1 of 1");
}

TEST_CASE("nothing can be gathered where there are no items") {
  const Dataset empty = Dataset::own(at::zeros({1, 0, 3}));
  CHECK(error_of([&] { empty.gather(at::full({1, 1}, -1, at::kLong)); }) ==
        "Dataset::gather: there are no items to gather from");
  const Dataset no_pool = Dataset::shared(at::zeros({0, 3}), at::full({1, 2}, -1, at::kLong));
  CHECK(error_of([&] { no_pool.gather(at::zeros({1, 1}, at::kLong)); }) ==
        "Dataset::gather: there are no items to gather from");
  const Dataset two = Dataset::own(at::zeros({1, 2, 3}));
  CHECK(error_of([&] { two.gather(longs({2}, {1, 1})); }) ==
        "Dataset::gather: position 2 of row 0, but the largest row has 2 items");
}

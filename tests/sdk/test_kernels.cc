// The vector kernels against plain loops.
#include "support.h"

#include "sdk/internal/kernels/activations.h"
#include "sdk/internal/kernels/balance.h"
#include "sdk/internal/kernels/index_steps.h"
#include "sdk/internal/kernels/pooling.h"
#include "sdk/internal/kernels/product.h"
#include "sdk/internal/kernels/softmax.h"

#include <hwy/targets.h>
#include <cmath>
#include <initializer_list>
#include <limits>

using namespace assay;
using namespace assay::testing;

namespace {

template <class Real>
constexpr at::ScalarType type_of = std::is_same_v<Real, float> ? at::kFloat : at::kDouble;

template <class Real>
Tensor random(const char* name, at::IntArrayRef shape) {
  return Streams({1}, name).normal(shape)[0].to(type_of<Real>).contiguous();
}

template <class Real>
Product<Real> dense(const Tensor& a, IndexSteps& row, IndexSteps& column, const Tensor& b,
                    Tensor& c) {
  return {.m = c.size(0),
          .n = c.size(1),
          .k = b.size(0),
          .a = a.const_data_ptr<Real>(),
          .a_row = row.first(c.size(0)),
          .a_column = column.first(b.size(0)),
          .b = b.const_data_ptr<Real>(),
          .b_row = b.size(1),
          .c = c.mutable_data_ptr<Real>(),
          .c_row = c.size(1)};
}

using Sizes = std::initializer_list<std::int64_t>;

template <class Real>
void check_products(const Sizes& rows, const Sizes& columns, const Sizes& inner, double tolerance) {
  for (const std::int64_t m : rows) {
    for (const std::int64_t n : columns) {
      for (const std::int64_t k : inner) {
        CAPTURE(m, n, k);
        const Tensor a = random<Real>("a", {m, k}), b = random<Real>("b", {k, n});
        const Tensor bias = random<Real>("bias", {n}), before = random<Real>("c", {m, n});
        const Tensor expected = a.to(at::kDouble).matmul(b.to(at::kDouble));
        Tensor c = at::full({m, n}, std::numeric_limits<double>::quiet_NaN(), a.options());
        IndexSteps ones, steps_k(k), steps_m(m);
        Product<Real> p = dense<Real>(a, steps_k, ones, b, c);
        product(p);
        REQUIRE(largest_difference(c, expected) < tolerance);

        p.bias = bias.const_data_ptr<Real>();
        p.relu = true;
        product(p);
        REQUIRE(largest_difference(c, (expected + bias).clamp_min(0)) < tolerance);

        const Tensor turned = a.t().contiguous();  // the same A, stored as its transpose
        c = before.clone();
        p = dense<Real>(turned, ones, steps_m, b, c);
        p.add = true;
        product(p);
        REQUIRE(largest_difference(c, expected + before) < tolerance);
      }
    }
  }
}

template <class Real>
void check_products(double tolerance) {
  // Below and above a tile, with and without a rest; more than a block of k.
  check_products<Real>({1, 2, 5, 6, 7, 13, 25, 32}, {1, 2, 3, 4, 7, 8, 10, 16, 17, 33, 40},
                       {1, 3, 32, 300, 513}, tolerance);
  // So many rows that columns are copied, and that they go in several blocks.
  check_products<Real>({61, 130, 401}, {3, 17, 32, 35}, {3, 300}, tolerance);
}

template <class Real>
void check_softmax(double tolerance) {
  for (const std::int64_t classes : {1, 2, 3, 8, 10, 16, 37}) {
    for (const std::int64_t samples : {1, 7, 64, 131}) {
      CAPTURE(classes, samples);
      const Tensor logits = random<Real>("x", {samples, classes}) * 5;
      const Tensor target = random<Real>("t", {samples, classes}).abs();  // its sum is not one
      Tensor loss = at::empty({samples}, logits.options()), gradient = at::empty_like(logits);
      softmax_cross_entropy(logits.const_data_ptr<Real>(), target.const_data_ptr<Real>(), samples,
                            classes, loss.mutable_data_ptr<Real>(),
                            gradient.mutable_data_ptr<Real>());
      const Tensor x = logits.to(at::kDouble), t = target.to(at::kDouble);
      const Tensor expected = -(t * x.log_softmax(1)).sum(1);
      REQUIRE(largest_difference(loss, expected) <
              tolerance * std::max(1.0, expected.abs().max().item<double>()));
      REQUIRE(largest_difference(gradient, x.softmax(1) * t.sum(1, true) - t) < tolerance * 40);
    }
  }
}

}  // namespace

TEST_CASE("products of all sizes agree with plain ones, on every instruction set there is") {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    CAPTURE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    check_products<float>(2e-4);
    check_products<double>(1e-12);
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST_CASE("a product's rows have the same bits alone as among others") {
  const Tensor a = random<float>("a", {400, 70}), b = random<float>("b", {70, 20});
  Tensor all = at::empty({400, 20}, a.options());
  IndexSteps ones, rows(70);
  product(dense<float>(a, rows, ones, b, all));
  for (const std::int64_t row : {0, 5, 399}) {
    Tensor one = at::empty({1, 20}, a.options());
    product(dense<float>(a[row], rows, ones, b, one));
    CHECK(one[0].equal(all[row]));
  }
}

TEST_CASE("a relu keeps what is not a number") {
  const Tensor a = at::full({1, 1}, std::numeric_limits<double>::quiet_NaN(), at::kFloat);
  const Tensor b = at::ones({1, 3}, at::kFloat);
  Tensor c = at::zeros({1, 3}, at::kFloat);
  IndexSteps ones;
  Product<float> p = dense<float>(a, ones, ones, b, c);
  p.relu = true;
  product(p);
  CHECK(c.isnan().all().item<bool>());
}

TEST_CASE("passes over activations agree with plain ones") {
  for (const std::int64_t rows : {1, 15, 16, 33}) {
    for (const std::int64_t columns : {1, 10, 16, 48, 50}) {
      CAPTURE(rows, columns);
      const Tensor x = random<float>("x", {rows, columns});
      Tensor turned = at::empty({columns, rows}, x.options()),
             sums = at::empty({columns}, x.options());
      transpose(x.const_data_ptr<float>(), rows, columns, turned.mutable_data_ptr<float>());
      CHECK(turned.equal(x.t()));
      sum_rows(x.const_data_ptr<float>(), rows, columns, sums.mutable_data_ptr<float>());
      CHECK(largest_difference(sums, x.sum(0)) < 1e-5);
      Tensor gradient = random<float>("g", {rows, columns});
      const Tensor expected = gradient * x.gt(0);
      relu_backward(x.const_data_ptr<float>(), gradient.mutable_data_ptr<float>(), x.numel());
      CHECK(gradient.equal(expected));
    }
  }
}

TEST_CASE("softmax cross entropy agrees with plain operations, on every instruction set there is") {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    CAPTURE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    check_softmax<float>(2e-6);
    check_softmax<double>(1e-14);
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST_CASE("softmax cross entropy of logits that are not finite is not finite") {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    for (const int place : {0, 2, 9}) {
      std::vector<float> logits(10, 1), target(10, .1F), gradient(10);
      logits[static_cast<std::size_t>(place)] = bad;
      float loss = 0;
      softmax_cross_entropy(logits.data(), target.data(), 1, 10, &loss, gradient.data());
      CHECK_FALSE(std::isfinite(loss));
    }
  }
}

TEST_CASE("balancing classes agrees with plain operations") {
  for (const std::int64_t classes : {2, 3, 10}) {
    for (const std::int64_t batch : {1, 7, 32, 50}) {
      CAPTURE(classes, batch);
      const Tensor p = at::softmax(random<double>("p", {batch, classes}) * 2, 1);
      const Tensor share = at::softmax(random<double>("s", {classes}), 0).contiguous();
      Tensor mean = at::full({batch}, 1.0 / static_cast<double>(batch), at::kDouble);
      if (batch > 1) {  // a sample that is padding
        mean[batch - 1] = 0;
        mean /= mean.sum();
      }
      Tensor expected = at::ones({classes}, at::kDouble);
      for (int step = 0; step < 30; ++step) {
        const Tensor u = mean / p.matmul(expected).clamp_min(1e-30);
        expected = share / p.t().matmul(u).clamp_min(1e-30);
      }
      Tensor u = at::empty({batch}, at::kDouble), v = at::empty({classes}, at::kDouble);
      const Tensor turned = p.t().contiguous();
      balance_classes(turned.const_data_ptr<double>(), mean.const_data_ptr<double>(),
                      share.const_data_ptr<double>(), batch, classes, 30,
                      u.mutable_data_ptr<double>(), v.mutable_data_ptr<double>());
      CHECK(largest_difference(v / v.sum(), expected / expected.sum()) < 1e-12);
      // After the last step the batch has the wanted shares.
      CHECK(largest_difference(v * turned.matmul(u), share) < 1e-12);
    }
  }
}

TEST_CASE("pooling agrees with plain operations; a NaN is the largest") {
  for (const auto& [height, width] : {std::pair<std::int64_t, std::int64_t>{4, 6}, {5, 7}}) {
    CAPTURE(height, width);
    const Images images{3, height, width, 5};
    const std::int64_t h = height / 2, w = width / 2;
    Tensor x = random<float>("x", {3, height, width, 5});
    x[1][0][1][2] = std::numeric_limits<float>::quiet_NaN();
    const Tensor expected =
        at::relu(at::max_pool2d(x.permute({0, 3, 1, 2}), 2)).permute({0, 2, 3, 1});
    Tensor framed = at::full({3, h + 2, w + 2, 5}, 7, at::kFloat);
    std::vector<std::int32_t> place(static_cast<std::size_t>(3 * h * w * 5));
    pool_relu(x.const_data_ptr<float>(), images, 1, framed.mutable_data_ptr<float>(), place.data());
    const Tensor inside = framed.slice(1, 1, h + 1).slice(2, 1, w + 1);
    CHECK(at::equal(inside.isnan(), expected.isnan()));
    CHECK(at::equal(inside.nan_to_num(), expected.nan_to_num()));
    CHECK(framed.select(1, 0).eq(7).all().item<bool>());
    CHECK(framed.select(2, w + 1).eq(7).all().item<bool>());

    // Back: what came out was the value at its place, and nothing else gets a derivative.
    const Tensor ones = at::ones({3, h, w, 5}, at::kFloat);
    Tensor dx = at::empty({3, height, width, 5}, at::kFloat);
    unpool_relu(ones.const_data_ptr<float>(), place.data(), images, 0,
                dx.mutable_data_ptr<float>());
    CHECK(dx.sum().item<double>() == expected.gt(0).sum().item<double>());
    CHECK((dx * x.nan_to_num()).sum().item<double>() ==
          Approx(expected.nan_to_num().sum().item<double>()).epsilon(1e-5));
  }
}

#include "support.h"

#include <assay/continual/buffer.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace assay::continual::test {
namespace {

Problem small_problem(const Seeds& seeds, Scenario scenario = Scenario::class_) {
  return problem_of(seeds, scenario, 1, 4, {.arch = "mlp", .width = 2, .depth = 0});
}

// Samples whose one input is their number in the stream, from `from` on, in every row.
Batch numbered(std::int64_t rows, std::int64_t from, std::int64_t count,
               const Tensor& label_AB = {}) {
  const Tensor x = at::arange(from, from + count, at::kDouble).view({1, count, 1});
  return batch_of(x.repeat({rows, 1, 1}),
                  label_AB.defined() ? label_AB : at::zeros({rows, count}, at::kLong), 4);
}

Seeds many_seeds(std::uint64_t count) {
  Seeds seeds;
  for (std::uint64_t seed = 0; seed < count; ++seed) seeds.push_back(seed);
  return seeds;
}

std::vector<std::int64_t> kept(const Buffer& buffer, std::int64_t row) {
  const Samples all = buffer.all();
  const Tensor x = all.x[row].view(-1).masked_select(all.weight_AM[row].gt(0));
  std::vector<std::int64_t> numbers;
  for (std::int64_t i = 0; i < x.size(0); ++i) {
    numbers.push_back(static_cast<std::int64_t>(x[i].item<double>()));
  }
  return numbers;
}

}  // namespace

TEST_CASE("buffer: a reservoir keeps every sample with the same probability") {
  // 400 rows, 8 places, 40 samples in batches of 7: each is kept 80 times on average. A row keeps
  // 8 of 40 without replacement, so sum (O - E)^2 / (E (1 - 8/40)) has 39 degrees of freedom up to
  // the constraint's factor 39/40: its 99.9 % quantile is 72.1.
  const Seeds seeds = many_seeds(400);
  const Problem problem = small_problem(seeds);
  Run run(seeds);
  Buffer buffer(BufferPolicy::reservoir, 8);
  buffer.begin(problem, run);
  for (std::int64_t from = 0; from < 40; from += 7) {
    buffer.insert(numbered(400, from, std::min<std::int64_t>(7, 40 - from)));
  }
  std::vector<double> times(40, 0);
  for (std::int64_t row = 0; row < 400; ++row) {
    const std::vector<std::int64_t> numbers = kept(buffer, row);
    REQUIRE(std::set<std::int64_t>(numbers.begin(), numbers.end()).size() == 8);
    for (const std::int64_t number : numbers) ++times[static_cast<std::size_t>(number)];
  }
  double chi_squared = 0;
  for (const double count : times) chi_squared += (count - 80) * (count - 80) / (80 * 0.8);
  CHECK(chi_squared * 39 / 40 < 72.1);
  CHECK(chi_squared > 15.0);  // nor is it more even than chance: the 0.01 % quantile
}

TEST_CASE("buffer: a row's choices are the same alone, in company and in other batches") {
  const Seeds seeds = {5, 9, 11};
  const auto fill = [](const Seeds& seeds, std::int64_t step, BufferPolicy policy) {
    const auto rows = static_cast<std::int64_t>(seeds.size());
    Run run(seeds);
    Buffer buffer(policy, 6);
    buffer.begin(small_problem(seeds), run, policy == BufferPolicy::ring ? 2 : 1);
    for (std::int64_t from = 0; from < 60; from += step) {
      const Tensor label_AB =
          at::arange(from, from + step, at::kLong).div(11, "floor").clamp_max(3).unsqueeze(0);
      buffer.insert(numbered(rows, from, step, label_AB.repeat({rows, 1})));
    }
    return buffer;
  };
  for (const BufferPolicy policy :
       {BufferPolicy::reservoir, BufferPolicy::balanced, BufferPolicy::ring}) {
    Buffer together = fill(seeds, 10, policy);
    for (std::int64_t row = 0; row < 3; ++row) {
      Buffer alone = fill({seeds[static_cast<std::size_t>(row)]}, 4, policy);
      CHECK(kept(together, row) == kept(alone, 0));
    }
  }
  // Draws, too.
  Buffer together = fill(seeds, 10, BufferPolicy::reservoir);
  Buffer alone = fill({9}, 10, BufferPolicy::reservoir);
  for (int draw = 0; draw < 3; ++draw) {
    const Tensor of_three = together.draw(numbered(3, 0, 1), 4).x[1];
    CHECK(of_three.equal(alone.draw(numbered(1, 0, 1), 4).x[0]));
  }
}

TEST_CASE("buffer: rows that are left out neither gain nor draw") {
  const Seeds seeds = {1, 2, 3};
  Run run(seeds);
  Buffer buffer(BufferPolicy::reservoir, 4);
  buffer.begin(small_problem(seeds), run);
  const Tensor x = numbers({10, 11, 30, 31}, {2, 2, 1});
  buffer.insert(batch_of(x, integers({0, 1, 2, 3}, {2, 2}), 4, 3, {0, 2}));
  CHECK(kept(buffer, 0) == std::vector<std::int64_t>{10, 11});
  CHECK(kept(buffer, 1).empty());
  CHECK(kept(buffer, 2) == std::vector<std::int64_t>{30, 31});
  const Samples drawn = buffer.draw(batch_of(x, integers({0, 1, 2, 3}, {2, 2}), 4, 3, {1, 2}), 2);
  CHECK(drawn.weight_AM.equal(numbers({0, 0, 1, 1}, {2, 2})));
  CHECK(std::get<0>(drawn.x[1].view(-1).sort()).equal(numbers({30, 31}, {2})));
  CHECK(std::get<0>(drawn.label_AM[1].sort()).equal(integers({2, 3}, {2})));
}

TEST_CASE("buffer: padding is no sample") {
  const Seeds seeds = {1};
  Run run(seeds);
  Buffer buffer(BufferPolicy::reservoir, 4);
  buffer.begin(small_problem(seeds), run);
  Batch batch = numbered(1, 0, 3);
  batch.weight_AB = numbers({1, 0, 1}, {1, 3});
  buffer.insert(batch);
  CHECK(kept(buffer, 0) == std::vector<std::int64_t>{0, 2});
  CHECK(buffer.filled(0) == 2);
  // Nor is what a method appended.
  Batch longer = numbered(1, 10, 3);
  longer.current = 1;
  buffer.insert(longer);
  CHECK(kept(buffer, 0) == std::vector<std::int64_t>{0, 2, 10});
}

TEST_CASE("buffer: the balanced policy shares its places among the classes") {
  // 6 places. Class 0 fills them; class 1 takes places until it has 3; class 2 until all have 2;
  // another of class 0 finds 2 of 2 and is left out.
  const Seeds seeds = many_seeds(20);
  Run run(seeds);
  Buffer buffer(BufferPolicy::balanced, 6);
  buffer.begin(small_problem(seeds), run);
  const auto counts = [&](std::int64_t row) {
    std::map<std::int64_t, int> count;
    const Tensor label_M = buffer.all().label_AM[row];
    for (std::int64_t m = 0; m < 6; ++m) ++count[label_M[m].item<std::int64_t>()];
    return count;
  };
  std::int64_t from = 0;
  const auto offer = [&](std::int64_t label, std::int64_t count) {
    buffer.insert(numbered(20, from, count, at::full({20, count}, label, at::kLong)));
    from += count;
  };
  offer(0, 8);
  CHECK(kept(buffer, 7) == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5});
  offer(1, 5);
  for (std::int64_t row = 0; row < 20; ++row) {
    CHECK(counts(row) == std::map<std::int64_t, int>{{0, 3}, {1, 3}});
  }
  offer(2, 5);
  const std::vector<std::int64_t> before = kept(buffer, 3);
  offer(0, 3);
  for (std::int64_t row = 0; row < 20; ++row) {
    CHECK(counts(row) == std::map<std::int64_t, int>{{0, 2}, {1, 2}, {2, 2}});
  }
  CHECK(kept(buffer, 3) == before);
  // Which of a class go is chance: over 20 rows each of the first six has stayed somewhere.
  std::set<std::int64_t> stayed;
  for (std::int64_t row = 0; row < 20; ++row) {
    for (const std::int64_t number : kept(buffer, row)) stayed.insert(number);
  }
  for (std::int64_t number = 0; number < 6; ++number) CHECK(stayed.count(number) == 1);
}

TEST_CASE("buffer: a ring keeps each group's last samples") {
  const Seeds seeds = {1, 2};
  Run run(seeds);
  Buffer buffer(BufferPolicy::ring, 7);  // 3 places for each of 2 groups
  buffer.begin(small_problem(seeds), run, 2);
  buffer.insert(numbered(2, 0, 5), 0);
  buffer.insert(numbered(2, 100, 2), 1);
  CHECK(kept(buffer, 1) == std::vector<std::int64_t>{3, 4, 2, 100, 101});
  const Batch batch = numbered(2, 0, 1);
  CHECK(buffer.group(batch, 0).x[0].view(-1).equal(numbers({3, 4, 2}, {3})));
  CHECK(buffer.group(batch, 1).weight_AM[0].equal(numbers({1, 1, 0}, {3})));
  // All five, each once, and no empty place.
  const Samples drawn = buffer.draw(batch, 6);
  CHECK(drawn.weight_AM[0].equal(numbers({1, 1, 1, 1, 1, 0}, {6})));
  CHECK(std::get<0>(drawn.x[0].slice(0, 0, 5).view(-1).sort())
            .equal(numbers({2, 3, 4, 100, 101}, {5})));
}

TEST_CASE("buffer: draws are uniform, with replacement and without") {
  // 8 samples; 2000 draws of 3. Without replacement each pair of places is as likely: a sample is
  // in 750 draws, with a standard deviation below sqrt(2000 * 3/8 * 5/8) = 21.7.
  const Seeds seeds = many_seeds(200);
  Run run(seeds);
  Buffer buffer(BufferPolicy::reservoir, 8);
  buffer.begin(small_problem(seeds), run);
  buffer.insert(numbered(200, 0, 8));
  std::vector<int> without(8, 0), with(8, 0);
  int repeated = 0;
  for (int draw = 0; draw < 10; ++draw) {
    const Tensor once = buffer.draw(numbered(200, 0, 1), 3).x.squeeze(2);
    const Tensor again = buffer.draw_with_replacement(numbered(200, 0, 1), 3).x.squeeze(2);
    for (std::int64_t row = 0; row < 200; ++row) {
      std::set<int> of_once, of_again;
      for (std::int64_t i = 0; i < 3; ++i) {
        const int a = static_cast<int>(once[row][i].item<double>());
        const int b = static_cast<int>(again[row][i].item<double>());
        ++without[static_cast<std::size_t>(a)];
        ++with[static_cast<std::size_t>(b)];
        of_once.insert(a);
        of_again.insert(b);
      }
      CHECK(of_once.size() == 3);
      repeated += of_again.size() < 3 ? 1 : 0;
    }
  }
  for (std::size_t i = 0; i < 8; ++i) {
    CHECK(std::abs(without[i] - 750) < 4 * 22);
    CHECK(std::abs(with[i] - 750) < 4 * 26);
  }
  // 1 - (7/8)(6/8) = .34 of the draws with replacement have a repetition.
  CHECK(std::abs(repeated - 687.5) < 4 * std::sqrt(2000 * 0.34375 * 0.65625));
}

TEST_CASE("buffer: what a sample may be depends on the scenario") {
  const Seeds seeds = {4};
  Run run(seeds);
  for (const Scenario scenario : {Scenario::task, Scenario::class_}) {
    Buffer buffer(BufferPolicy::reservoir, 2);
    buffer.begin(small_problem(seeds, scenario), run);
    Batch first = numbered(1, 0, 2);
    first.allowed_ABC = integers({1, 1, 0, 0}, {1, 1, 4}).to(at::kBool).repeat({1, 2, 1});
    buffer.insert(first);
    Batch later = numbered(1, 2, 1);
    later.allowed_ABC = integers({1, 1, 1, 1}, {1, 1, 4}).to(at::kBool);
    const Samples drawn = buffer.draw(later, 2);
    // A task's samples keep their head; a class-incremental memory competes with all seen by now.
    CHECK(drawn.allowed_AMC[0][1].equal(
        (scenario == Scenario::task ? first : later).allowed_ABC[0][0]));
    CHECK(buffer.all().allowed_AMC.defined() == (scenario == Scenario::task));
  }
}

TEST_CASE("buffer: outputs are stored with their samples, and bytes are those of the tensors") {
  const Seeds seeds = {4, 5};
  Run run(seeds);
  Buffer buffer(BufferPolicy::reservoir, 3, /*keeps_logits=*/true);
  buffer.begin(small_problem(seeds), run);
  Batch batch = numbered(2, 0, 2);
  CHECK(error_of([&] { buffer.insert(batch); }) ==
        "Buffer::insert: the buffer keeps outputs, which a batch has only after its forward pass: "
        "insert in after_backward or later");
  batch.logits_KBC = batch.x.expand({2, 2, 4}) * numbers({1, 2, 3, 4}, {4});
  buffer.insert(batch);
  const Samples drawn = buffer.draw(batch, 2);
  CHECK(drawn.logits_AMC.equal(drawn.x * numbers({1, 2, 3, 4}, {4})));
  Bytes bytes;
  buffer.state(bytes);
  // A row: 3 places of an input (8), a label (8) and 4 outputs (32); two counters of 8.
  CHECK(bytes.bytes == 2 * (3 * (8 + 8 + 32) + 8 + 8));
}

TEST_CASE("buffer: wrong use is said") {
  Run run({1});
  Problem problem = small_problem({1});
  problem.place = "gem in the scenario task";
  Buffer ring(BufferPolicy::ring, 2);
  CHECK(error_of([&] { ring.begin(problem, run, 3); }) ==
        "buffer of gem in the scenario task: 2 places are too few for 3 groups of at least one "
        "sample");
  problem.likelihood = Likelihood::gaussian;
  Buffer balanced(BufferPolicy::balanced, 2);
  CHECK(error_of([&] { balanced.begin(problem, run); }) ==
        "buffer of gem in the scenario task: labels that are numbers have no classes to balance: "
        "use a reservoir");
  Buffer buffer(BufferPolicy::reservoir, 2);
  buffer.begin(problem, run);
  CHECK(error_of([&] { buffer.insert(numbered(1, 0, 1), 1); }) == "Buffer::insert: group 1 of 1");
  CHECK(buffer.draw(numbered(1, 0, 1), 2).empty());
}

}  // namespace assay::continual::test

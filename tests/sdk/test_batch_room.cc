// Samples that join a batch without copies, against concatenation.
#include "sdk/internal/batch_maker.h"
#include "sdk/internal/batch_room.h"
#include "support.h"

#include <set>

using namespace assay;
using namespace assay::testing;

namespace {

// Five samples of each of two rows, with room for `more` behind them.
Batch batch_with_room(const Cohort& cohort, std::int64_t more) {
  const Dataset data = cohort.data();
  const Tensor position_AB = at::tensor({3, 0, 2, 2, 7, 1, 4, 6, 0, 5}, at::kLong).view({2, 5});
  return BatchMaker(data, cohort.model.theta_KP.options())
      .make({position_AB, Tensor()}, at::arange(2, at::kLong), 0, more);
}

Hooks joining(const Cohort& cohort, std::int64_t times, std::set<const void*>& in_place) {
  Hooks hooks;
  hooks.prepare = [&cohort, times, &in_place](Batch& batch) {
    const Tensor place = place_beside(batch, times);
    place.copy_(batch.row(cohort.x).narrow(1, 0, 1).expand(place.sizes()));
    const void* before = batch.x.const_data_ptr();
    batch.x = joined_inputs(batch, place);
    if (batch.x.const_data_ptr() == before) in_place.insert(before);
    batch.weight_AB = at::constant_pad_nd(batch.weight_AB, {0, times}, 1);
    batch.share_AB = batch.weight_AB / batch.weight_AB.sum(1, true);
  };
  return hooks;
}

}  // namespace

TEST_CASE("inputs in a room are those of a batch without one") {
  const Cohort cohort({.width = 4}, {6}, 3, {8, 8});
  const Batch plain = batch_with_room(cohort, 0), roomy = batch_with_room(cohort, 4);
  CHECK_FALSE(plain.room);
  REQUIRE(roomy.room);
  CHECK(roomy.x.equal(plain.x));
  CHECK_FALSE(roomy.x.is_contiguous());
  const FlatInputs flat = flat_inputs(roomy), copied = flat_inputs(plain);
  CHECK(copied.row == 5);
  CHECK(flat.row == 9);
  CHECK(flat.x_RF[9 + 2].equal(plain.x[1][2]));
  CHECK(flat.x_RF.const_data_ptr() == roomy.x.const_data_ptr());
}

TEST_CASE("what was written beside a batch joins it without a copy, part after part") {
  const Cohort cohort({.width = 4}, {6}, 3, {8, 8});
  Batch batch = batch_with_room(cohort, 4);
  const Tensor begun = batch.x.clone();
  const Tensor first = place_beside(batch, 3).fill_(1), second = place_beside(batch, 1).fill_(2);
  const void* at = batch.x.const_data_ptr();
  SECTION("in the order in which the places were given") {
    batch.x = joined_inputs(batch, first);
    batch.x = joined_inputs(batch, second);
    CHECK(batch.x.const_data_ptr() == at);
    CHECK(batch.x.is_contiguous());
    CHECK(batch.x.equal(at::cat({begun, first, second}, 1)));
  }
  SECTION("in another order nothing that was written is lost") {
    batch.x = joined_inputs(batch, second);
    batch.x = joined_inputs(batch, first);
    CHECK(batch.x.equal(at::cat({begun, at::full({2, 1, 6}, 2), at::full({2, 3, 6}, 1)}, 1)));
    CHECK(first.eq(1).all().item<bool>());
    CHECK(second.eq(2).all().item<bool>());
  }
  SECTION("what the room does not hold is joined by a copy") {
    const Tensor third = place_beside(batch, 2).fill_(3);
    batch.x = joined_inputs(batch, third);
    CHECK(batch.x.const_data_ptr() != at);
    CHECK(batch.x.equal(at::cat({begun, at::full({2, 2, 6}, 3)}, 1)));
  }
}

TEST_CASE("samples from elsewhere are copied into the room, unless it was promised") {
  const Cohort cohort({.width = 4}, {6}, 3, {8, 8});
  Batch batch = batch_with_room(cohort, 4);
  const Tensor begun = batch.x.clone(), more = at::randn({2, 2, 6});
  const void* at = batch.x.const_data_ptr();
  SECTION("free") {
    batch.x = joined_inputs(batch, more);
    CHECK(batch.x.const_data_ptr() == at);
  }
  SECTION("promised") {
    const Tensor promised = place_beside(batch, 1).fill_(5);
    batch.x = joined_inputs(batch, more);
    CHECK(batch.x.const_data_ptr() != at);
    CHECK(promised.eq(5).all().item<bool>());
  }
  SECTION("of another type") {
    batch.x = joined_inputs(batch, more.to(at::kDouble));
    CHECK(batch.x.const_data_ptr() == at);
  }
  CHECK(batch.x.equal(at::cat({begun, more}, 1)));
}

TEST_CASE("a training whose samples join in place is the one that concatenates") {
  const Cohort cohort({.width = 4}, {6}, 3, {20, 13});
  Recipe recipe;
  recipe.epochs = 3;
  recipe.batch = 8;
  const auto fit = [&](const Hooks& hooks) {
    Run run(cohort.seeds);
    const Objective second_class = [](const Batch& batch) {
      return batch.mean(-batch.logits_KBC.log_softmax(2).select(2, 1));
    };
    return train(cohort.model, cohort.data(), recipe, run, second_class, hooks).theta_KP;
  };
  std::set<const void*> in_place;
  const Hooks joins = joining(cohort, 2, in_place);
  Hooks concatenates;
  concatenates.prepare = [&joins](Batch& batch) {
    batch.room.reset();
    joins.prepare(batch);
  };
  const Tensor expected = fit(concatenates);
  CHECK(in_place.empty());
  CHECK(fit(joins).equal(expected));
  CHECK_FALSE(in_place.empty());
}

// Debate as a help for weak supervisors: transcripts against a plain path, what they depend on, and
// arms worked by hand.
#include "sdk/families/weak_to_strong/settings.h"
#include "sdk/families/weak_to_strong/tasks/transcripts.h"
#include "sdk/internal/data_streams.h"
#include "sdk/internal/safetensors.h"
#include "support.h"

#include <ATen/ATen.h>
#include <assay/debate/tree_search.h>
#include <catch2/catch.hpp>

#include <cmath>
#include <set>

namespace assay::weak_to_strong::test {
namespace {

Tensor output(const Benchmark& benchmark, const std::string& stage, const std::string& name) {
  return read_safetensors(benchmark.folder(stage) / "outputs.safetensors").tensors.at(name);
}

Json with(Json settings, const char* pointer, Json value) {
  settings[Json::json_pointer(pointer)] = std::move(value);
  return settings;
}

Json expand(const Json& given) {
  return find_family("weak_to_strong").expand(resolved(given));
}

/// Settings of each stage by its name.
std::map<std::string, Json> stages_of(const Json& given) {
  std::map<std::string, Json> stages;
  const Json expansion = expand(given);
  for (const Json& stage : expansion.at("stages")) {
    stages[stage.at("name").get<std::string>()] = stage;
  }
  return stages;
}

/// The pictures of a split as the student sees them, and the cells that lie open to a supervisor.
Pictures pictures_of(const Task& task, Split split, const Seeds& seeds) {
  const Dataset data = task.inputs(split, View::strong, seeds);
  const Tensor pixel_KNV = data.slice(0, data.largest_count()).flatten(2);
  const Tensor seen_KN2W = task.inputs(split, View::weak, seeds).slice(0, data.largest_count());
  return {pixel_KNV, seen_KN2W.select(2, 1).narrow(2, 196, 4).contiguous()};
}

std::shared_ptr<const Network> judge_network(std::int64_t width, std::int64_t places) {
  return make_network({.arch = "mlp", .width = width, .depth = width > 0 ? 1 : 0}, {2, places}, 10);
}

/// A judge's logits of one picture with the places in `shown`, through the network's own forward
/// pass on planes that are filled one by one.
Tensor plain_logits(const Model& judge, const Pictures& pictures, std::int64_t item,
                    const std::vector<std::int64_t>& shown) {
  const std::int64_t pixels = pictures.pixel_KNV.size(2), cells = pictures.cell_KNU.size(2);
  const Tensor x = at::zeros({1, 1, 2, pixels + cells});
  for (const std::int64_t place : shown) {
    x[0][0][0][place] = 1;
    x[0][0][1][place] = pictures.pixel_KNV[0][item][place];
  }
  for (std::int64_t cell = 0; cell < cells; ++cell) {
    x[0][0][0][pixels + cell] = 1;
    x[0][0][1][pixels + cell] = pictures.cell_KNU[0][item][cell];
  }
  return predict_logits(judge, Dataset::own(x))[0][0];
}

/// One debate by itself: the places that were revealed.
std::vector<std::int64_t> plain_debate(const Model& judge, const Pictures& pictures,
                                       std::int64_t item, std::int64_t turns, std::int64_t calls,
                                       const Tensor& answer_2, bool alone, std::int64_t draw) {
  std::vector<std::int64_t> shown;
  for (std::int64_t turn = 0; turn < turns; ++turn) {
    const bool first = alone || turn % 2 == 0;
    debate::Turn now;
    now.value_KGV = pictures.pixel_KNV.narrow(1, item, 1);
    now.legal_KGV = now.value_KGV.gt(0);
    now.place_KGT = at::full({1, 1, turns}, -1, at::kLong);
    for (std::size_t i = 0; i < shown.size(); ++i) {
      now.legal_KGV[0][0][shown[i]] = false;
      now.place_KGT[0][0][static_cast<std::int64_t>(i)] = shown[i];
    }
    const Tensor claim = answer_2[first ? 0 : 1], other = answer_2[first ? 1 : 0];
    for (std::int64_t t = 0; t < turns; ++t) now.own_T.push_back(alone || (t % 2 == 0) == first);
    now.claim_KG = claim.view({1, 1});
    now.other_KG = other.view({1, 1});
    now.turn = turn;
    now.budget = calls;
    now.game_G = at::full({1}, item / 2, at::kLong);
    now.id = (2 * draw + item % 2) * turns + turn;
    now.ask = [&](const Tensor& place_KGMT, const Tensor&) {
      std::vector<std::int64_t> all;
      for (std::int64_t t = 0; t < turns; ++t) {
        const auto place = place_KGMT[0][0][0][t].item<std::int64_t>();
        if (place >= 0) all.push_back(place);
      }
      const Tensor logit_C = plain_logits(judge, pictures, item, all);
      return (logit_C[claim] - logit_C[other]).view({1, 1, 1});
    };
    const debate::TreeSearch how{calls, debate::upper_confidence(1), {}};
    const Tensor place = debate::tree_search(now, how, data_streams({5}, "debate.pool.search"));
    shown.push_back(place.item<std::int64_t>());
  }
  return shown;
}

/// Three answers, four pixels and one cell; a judge without hidden units, whose weights are set.
struct ByHand {
  std::shared_ptr<const Network> network =
      make_network({.arch = "mlp", .width = 1, .depth = 0}, {2, 5}, 3);
  Pictures pictures{
      at::tensor({1.0, 1.0, 1.0, 0.0}).view({1, 1, 4}).to(at::kFloat).repeat({1, 2, 1}),
      at::ones({1, 2, 1})};

  /// Pixels 0, 1, 2 speak for answers 0, 1, 0 with 3, 2 and 1, the empty pixel 3 for answer 1 with
  /// 9; the cell rules answer 2 out.
  Tensor theta_KHP() const {
    const Tensor weight_WC = at::zeros({10, 3});
    weight_WC[0][0] = 3;
    weight_WC[1][1] = 2;
    weight_WC[2][0] = 1;
    weight_WC[3][1] = 9;
    weight_WC[9][2] = -5;
    Model model{network, at::zeros({1, network->layout().size()})};
    set_slice(model, "head.weight", weight_WC.unsqueeze(0));
    return model.theta_KP.unsqueeze(1).repeat({1, 2, 1});
  }
};

}  // namespace

TEST_CASE("debated glyphs: what a supervisor sees") {
  const Pictures pictures{at::tensor({.5f, 0.f, 1.f}).view({1, 1, 3}),
                          at::tensor({.25f}).view({1, 1, 1})};
  const Tensor shown_KNV = marked(at::tensor({2, -1}, at::kLong).view({1, 1, 2}), 3);
  CHECK(at::equal(shown_KNV[0][0], at::tensor({0, 0, 1}).to(at::kBool)));
  const Tensor expected = at::tensor({0.f, 0.f, 1.f, 1.f, 0.f, 0.f, 1.f, .25f}).view({1, 1, 2, 4});
  CHECK(at::equal(seen(pictures, shown_KNV), expected));
}

TEST_CASE("debated glyphs: transcripts are those of one debate at a time") {
  const auto task = read_settings(resolved(tiny_debated())).make_task();
  const Pictures pictures = pictures_of(*task, Split::transfer, {5});
  const auto network = judge_network(8, 196 + 4);
  const Tensor theta_KHP = at::randn({1, 2, network->layout().size()}, at::kFloat);
  for (const bool alone : {false, true}) {
    Run run({5});
    const Debating how{alone ? Evidence::consultancy : Evidence::debate, 3, 7};
    const std::int64_t draw = 9;
    const Transcripts held = hold_debates(network, theta_KHP, pictures, how, draw, run);
    for (std::int64_t item = 0; item < 6; ++item) {
      const Model judge{network, theta_KHP.select(1, item % 2)};
      const Tensor likeliest = std::get<1>(plain_logits(judge, pictures, item, {}).sort(-1, true));
      const bool swapped = Streams({5}, "assay.roles").coin({40, 1}, draw)[0][item].item<bool>();
      const Tensor answer_2 = held.answer_KN2[0][item];
      CHECK(answer_2[0].item<int>() == likeliest[swapped ? 1 : 0].item<int>());
      CHECK(answer_2[1].item<int>() == likeliest[swapped ? 0 : 1].item<int>());
      const auto shown = plain_debate(judge, pictures, item, 3, 7, answer_2, alone, draw);
      CHECK(at::equal(held.place_KNT[0][item], at::tensor(shown, at::kLong)));
      const Tensor logit_C = plain_logits(judge, pictures, item, shown);
      const double margin = (logit_C[answer_2[0]] - logit_C[answer_2[1]]).item<double>();
      const Tensor verdict_C = held.verdict_KNC[0][item];
      CHECK(verdict_C[answer_2[0]].item<double>() ==
            Approx(1 / (1 + std::exp(-margin))).margin(1e-5));
      CHECK(verdict_C.sum().item<double>() == Approx(1));
    }
  }
}

TEST_CASE("debated glyphs: a debate and a consultancy by hand") {
  const ByHand by_hand;
  Run run({5});
  const auto hold = [&](Evidence evidence, std::int64_t draw) {
    return hold_debates(by_hand.network, by_hand.theta_KHP(), by_hand.pictures, {evidence, 2, 60},
                        draw, run);
  };
  std::set<std::int64_t> consultants, openers;
  for (std::int64_t draw = 0; draw < 8; ++draw) {
    const Transcripts debate = hold(Evidence::debate, draw);
    const Transcripts alone = hold(Evidence::consultancy, draw);
    for (std::int64_t item = 0; item < 2; ++item) {
      // Who argues for answer 0 shows pixel 0, for answer 1 pixel 1: the empty one cannot be shown.
      const Tensor answer_2 = debate.answer_KN2[0][item];
      CHECK(at::equal(std::get<0>(answer_2.sort()), at::tensor({0, 1}, at::kLong)));
      CHECK(at::equal(debate.place_KNT[0][item], answer_2));
      openers.insert(answer_2[0].item<std::int64_t>());
      CHECK(debate.verdict_KNC[0][item][0].item<double>() == Approx(1 / (1 + std::exp(-1.0))));
      CHECK(debate.verdict_KNC[0][item][2].item<double>() == 0);
      // Alone, for answer 0: pixels 0 and 2; for answer 1: pixel 1 and the lesser evil, pixel 2.
      const auto claim = alone.answer_KN2[0][item][0].item<std::int64_t>();
      const Tensor shown = std::get<0>(alone.place_KNT[0][item].sort());
      CHECK(at::equal(shown, at::tensor({claim == 0 ? 0 : 1, 2}, at::kLong)));
      consultants.insert(claim);
    }
  }
  CHECK(consultants == std::set<std::int64_t>{0, 1});
  CHECK(openers == std::set<std::int64_t>{0, 1});
}

TEST_CASE("debated glyphs: random evidence shows pixels that are not empty, others each time") {
  const Pictures tiny = ByHand().pictures;
  CHECK(at::equal(random_pixels(tiny, 3, {5}, 0), tiny.pixel_KNV.gt(0)));
  const Tensor two_KNV = random_pixels(tiny, 2, {5}, 0);
  CHECK(at::equal(two_KNV.sum(2), at::full({1, 2}, 2, at::kLong)));

  const Json settings = resolved(with(tiny_debated(), "/task/evidence", "random"));
  const auto task = read_settings(settings).make_task();
  const Seeds seeds{5};
  const StageReader none({}, seeds);
  const Pictures pictures = pictures_of(*task, Split::test, seeds);
  std::vector<Tensor> masks;
  for (std::int64_t supervisor = 0; supervisor < 4; ++supervisor) {
    const Tensor x =
        task->weak_inputs(Split::test, supervisor, {seeds, none, at::kCPU}).slice(0, 50);
    const Tensor mask_KNV = x.select(2, 0).narrow(2, 0, 196);
    CHECK(at::equal(mask_KNV.sum(2), at::full({1, 50}, 4.0f)));
    CHECK(mask_KNV.masked_select(pictures.pixel_KNV.eq(0)).sum().item<double>() == 0);
    CHECK(at::equal(x.select(2, 1).narrow(2, 0, 196), mask_KNV * pictures.pixel_KNV));
    const Tensor image_KNHW = pictures.pixel_KNV.view({1, 50, 14, 14});
    CHECK(at::allclose(x.select(2, 1).narrow(2, 196, 4), at::avg_pool2d(image_KNHW, 7).flatten(2)));
    for (const Tensor& other : masks) CHECK_FALSE(at::equal(mask_KNV, other));
    masks.push_back(mask_KNV);
  }
}

TEST_CASE(
    "debated glyphs: a picture's own label and those outside the labels reach no transcript") {
  const Json given = with(tiny_debated(), "/weak/supervisors", 1);
  const Benchmark benchmark(given, {5, 6});
  const Seeds seeds{5, 6};
  const auto task = read_settings(benchmark.settings()).make_task();
  const Pictures labelled = pictures_of(*task, Split::labels, seeds);
  const auto network = judge_network(8, 196 + 4);
  const Recipe recipe = {.epochs = 3, .lr = 3e-3};
  const Tensor label_KN = task->truth()->labels_KN(Split::labels, seeds);
  Run run(seeds), again(seeds);
  // The judges follow from the labelled pictures, the transcripts from judges and pictures alone.
  const Tensor theta_KHP = train_judges(network, labelled, label_KN, 4, recipe, run);
  CHECK(at::equal(theta_KHP, output(benchmark, "judge", "theta_KHP")));
  const Pictures transfer = pictures_of(*task, Split::transfer, seeds);
  const auto draw = static_cast<std::int64_t>(Split::transfer);
  const Transcripts held =
      hold_debates(network, theta_KHP, transfer, {Evidence::debate, 4, 8}, draw, run);
  CHECK(at::equal(held.place_KNT, output(benchmark, "transcripts1", "transfer_KNT")));

  // Other labels of the even pictures change the judge of the odd ones, and not their own.
  Tensor other_KN = label_KN.clone();
  for (std::int64_t item = 0; item < 60; item += 2) other_KN.select(1, item).add_(3).remainder_(10);
  const Tensor changed_KHP = train_judges(network, labelled, other_KN, 4, recipe, again);
  CHECK(at::equal(changed_KHP.select(1, 0), theta_KHP.select(1, 0)));
  CHECK_FALSE(at::allclose(changed_KHP.select(1, 1), theta_KHP.select(1, 1)));
}

TEST_CASE("debated glyphs: a seed's transcripts do not depend on the seeds beside it") {
  const Benchmark together(tiny_debated(), {5, 6, 7}), alone(tiny_debated(), {6});
  const Tensor theta_KHP = output(together, "judge", "theta_KHP").narrow(0, 1, 1);
  CHECK(at::allclose(theta_KHP, output(alone, "judge", "theta_KHP"), 1e-3, 1e-4));
  for (const char* stage : {"transcripts1", "transcripts2", "transcripts3", "transcripts4"}) {
    const Tensor place_KNT = output(together, stage, "transfer_KNT");
    CHECK(at::equal(place_KNT.narrow(0, 1, 1), output(alone, stage, "transfer_KNT")));
    CHECK_FALSE(at::equal(place_KNT[1], place_KNT[2]));
  }
  for (const char* stage : {"weak", "ensemble"}) {
    CHECK(at::allclose(output(together, stage, "test_KNC").narrow(0, 1, 1),
                       output(alone, stage, "test_KNC"), 1e-3, 1e-4));
  }
  // What the supervisor saw was its transcript: pixels that are revealed, and no others.
  const auto task = read_settings(together.settings()).make_task();
  const Seeds seeds{6};
  const StageReader stages({{"transcripts2", alone.folder("transcripts2")}}, seeds);
  const Tensor x = task->weak_inputs(Split::labels, 1, {seeds, stages, at::kCPU}).slice(0, 60);
  const Tensor shown_KNV = marked(output(alone, "transcripts2", "labels_KNT"), 196);
  CHECK(at::equal(x, seen(pictures_of(*task, Split::labels, seeds), shown_KNV)));
}

TEST_CASE("debated glyphs: four supervisors have four transcripts, and the judge a row") {
  const Benchmark benchmark(tiny_debated(), {5});
  std::vector<Tensor> seen_before;
  for (const char* stage : {"transcripts1", "transcripts2", "transcripts3", "transcripts4"}) {
    const Tensor place_KNT = output(benchmark, stage, "transfer_KNT");
    for (const Tensor& other : seen_before) {
      CHECK(place_KNT.ne(other).any(2).sum().item<int>() > 20);  // of 40 debates
    }
    seen_before.push_back(place_KNT);
  }
  // Roles are drawn anew; the answers are the judge's.
  const Tensor first = output(benchmark, "transcripts1", "answer_KN2");
  const Tensor second = output(benchmark, "transcripts2", "answer_KN2");
  CHECK_FALSE(at::equal(first, second));
  CHECK(at::equal(std::get<0>(first.sort(2)), std::get<0>(second.sort(2))));

  const Json metrics = benchmark.reference("judge")[0].result.at("metrics");
  const auto task = read_settings(benchmark.settings()).make_task();
  const Tensor truth_KN = task->truth()->labels_KN(Split::test, {5});
  const double among = first.eq(truth_KN.unsqueeze(2)).any(2).to(at::kDouble).mean().item<double>();
  CHECK(metrics.at("debated_truth").get<double>() == Approx(among));
  CHECK(metrics.at("accuracy").get<double>() <= among);
  CHECK(benchmark.reference("weak")[0].result.at("metrics").at("debated_truth").is_null());
}

TEST_CASE("debated glyphs: arms share what is the same") {
  const auto debate = stages_of(tiny_debated());
  CHECK(debate.at("transcripts3").at("inputs") == Json::array({"judge"}));
  CHECK(debate.at("weak").at("inputs") == Json::array({"transcripts1"}));
  CHECK(debate.at("ensemble").at("inputs") ==
        Json({"weak", "transcripts2", "transcripts3", "transcripts4"}));
  CHECK(debate.at("ceiling").at("inputs") == Json::array());
  const auto differing = [&](const Json& given) {
    std::set<std::string> names;
    for (const auto& [name, stage] : stages_of(given)) {
      if (stage.at("settings") != debate.at(name).at("settings")) names.insert(name);
    }
    return names;
  };
  const std::set<std::string> told = {"transcripts1", "transcripts2", "transcripts3",
                                      "transcripts4", "weak",         "ensemble"};
  CHECK(differing(with(tiny_debated(), "/task/evidence", "consultancy")) == told);
  CHECK(differing(with(tiny_debated(), "/task/calls", 9)) == told);
  const Json none = with(tiny_debated(), "/task/evidence", "none");
  CHECK(differing(none) == std::set<std::string>{"weak", "ensemble"});
  CHECK(stages_of(none).count("judge") == 0);
  CHECK(stages_of(none).at("weak").at("settings") ==
        stages_of(with(none, "/task/calls", 9)).at("weak").at("settings"));
  // A benchmark of one supervisor reads the first of the four's.
  const auto one = stages_of(with(tiny_debated(), "/weak/supervisors", 1));
  CHECK(one.at("transcripts1") == debate.at("transcripts1"));
  CHECK(one.at("weak") == debate.at("weak"));
  CHECK(one.count("transcripts2") == 0);
}

TEST_CASE("debated glyphs: values that do not fit") {
  const auto text = [](const Json& given) { return error_of([&] { expand(given); }); };
  CHECK(text(with(tiny_debated(), "/weak/view", 7)) ==
        "weak.view is 7: the supervisor's view of debated_glyphs is task.coarse and what is "
        "revealed, leave the setting out");
  CHECK(text(with(tiny_debated(), "/pretrain/items", 100)) ==
        "debated_glyphs has no pretraining tasks: leave pretrain out");
  CHECK(text(with(tiny_debated(), "/weak/labels", 1)) ==
        "weak.labels is 1, but there are two judges, and each needs labels to learn from");
}

}  // namespace assay::weak_to_strong::test

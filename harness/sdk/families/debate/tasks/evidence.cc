// Evidence games: two answers, places of Gaussian evidence, and a judge in closed form. Small
// enough for their optimal value to be known.
#include "sdk/families/debate/tasks/tasks.h"
#include "sdk/internal/data_streams.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>

#include <cmath>

namespace assay::debate {
namespace {

class EvidenceGames final : public Task {
 public:
  explicit EvidenceGames(const TaskSettings& settings)
      : places_(settings.task.at("places")),
        questions_(settings.task.at("questions")),
        together_(settings.task.at("together")),
        order_(settings.task.at("order")) {
    if (places_ < settings.turns) {
      throw Error("turns is " + std::to_string(settings.turns) + ", but task.places is " +
                  std::to_string(places_) + ": a game names no place twice");
    }
  }

  std::int64_t answers() const override { return 2; }
  std::vector<std::int64_t> shape() const override { return {places_}; }
  std::int64_t questions() const override { return questions_; }
  std::vector<std::string> data_versions() const override { return {"evidence 1"}; }

  Questions make_questions(const Place& place) const override {
    const Tensor value_KNV = value(place);
    return {value_KNV, at::ones_like(value_KNV, at::kBool)};
  }

  std::unique_ptr<Judge> judge(const Place& place) const override {
    return evidence_judge({pairs(place), order_});
  }

  Tensor truth_KN(const Place& place) const override { return expert_KNC(place).argmax(2); }

  std::unique_ptr<Task> practice(std::int64_t questions) const override {
    auto other = std::make_unique<EvidenceGames>(*this);
    other->questions_ = questions;
    other->part_ = ".practice";
    return other;
  }

  // All the evidence, without regard to an order.
  Tensor expert_KNC(const Place& place) const override {
    Tensor sum_KN = value(place).sum(2);
    const Tensor pair_KNVV = pairs(place);
    if (pair_KNVV.defined()) sum_KN = sum_KN + pair_KNVV.sum({2, 3}) / 2;
    return at::stack({sum_KN / -2, sum_KN / 2}, 2);
  }

 private:
  Tensor value(const Place& place) const {
    return data_streams(place.seeds, "debate.evidence" + part_)
        .normal({questions_, places_})
        .to(place.device);
  }

  Tensor pairs(const Place& place) const {
    if (together_ == 0) return {};
    const Tensor draw_KNVV = data_streams(place.seeds, "debate.evidence.together" + part_)
                                 .normal({questions_, places_, places_});
    const Tensor upper_KNVV = draw_KNVV.triu(1) * together_;
    return (upper_KNVV + upper_KNVV.transpose(2, 3)).to(place.device);
  }

  std::int64_t places_, questions_;
  double together_, order_;
  std::string part_;
};

std::unique_ptr<Task> make(const TaskSettings& settings) {
  return std::make_unique<EvidenceGames>(settings);
}

}  // namespace

TaskInfo evidence() {
  return {.id = "evidence",
          .summary =
              "Two answers and places of Gaussian evidence; the judge adds up what it is "
              "shown, and optimal play is known",
          .paper = "",
          .parameters =
              {integer("places", 8).range(2, 30).help("places of evidence"),
               integer("questions", 100).range(1, 100000).help("questions of each seed"),
               real("together", 0)
                   .range(0, 10)
                   .help("deviation of what two places say together beyond each alone; 0: evidence "
                         "is independent, and the strongest is the best"),
               order_bias()},
          .make = make};
}

}  // namespace assay::debate

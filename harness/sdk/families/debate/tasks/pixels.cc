#include "sdk/families/debate/tasks/pixels.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>
#include <assay/losses.h>

namespace assay::debate {
namespace {

class PixelTask final : public Task {
 public:
  PixelTask(std::unique_ptr<Pictures> pictures, const TaskSettings& settings)
      : pictures_(std::move(pictures)),
        settings_(settings),
        network_(make_network(settings.judge, input(), pictures_->classes())) {}

  std::int64_t answers() const override { return pictures_->classes(); }
  std::vector<std::int64_t> shape() const override {
    return {pictures_->side(), pictures_->side()};
  }
  std::int64_t questions() const override { return pictures_->questions(); }
  std::int64_t judge_parameters() const override { return network_->layout().size(); }
  double judge_flops() const override { return network_->forward_flops(); }
  std::vector<std::string> data_versions() const override { return pictures_->data_versions(); }
  std::vector<std::string> data_files() const override { return pictures_->data_files(); }

  std::vector<TaskStage> stages() const override {
    Json task = settings_.task;
    task.erase("questions");
    task.erase("order");  // of how it is asked, not of what it learns
    const Json expert = {
        {"task", task}, {"judge", settings_.judge_setting}, {"train", settings_.train_setting}};
    Json judge = expert;
    judge["turns"] = settings_.turns;
    const double cost = 3 * network_->forward_flops() *
                        static_cast<double>(pictures_->training() * settings_.train.epochs) / 1e9;
    return {{"judge", "Judge that sees a few pixels", judge, cost},
            {"expert", "Expert that sees all pixels", expert, cost}};
  }

  std::map<std::string, Tensor> run_stage(const std::string& name, const Place& place,
                                          Run& run) const override {
    const bool expert = name == "expert";
    const Tensor images = pictures_->training_images(place.seeds);
    const Tensor shown = expert ? images.gt(0).to(at::kFloat) : at::zeros_like(images);
    const Tensor pool = at::stack({shown, images}, 2);
    const Tensor items_KN = pictures_->training_items_KN(place.seeds);
    const Dataset data = (pool.size(0) == 1 ? Dataset::shared(pool.squeeze(0), items_KN)
                                            : Dataset::own(pool, items_KN))
                             .to(place.device);
    Model start{network_,
                initial_parameters(network_->layout(), Streams(place.seeds, "assay.debate." + name))
                    .to(place.device)};
    const Tensor target_KNC =
        one_hot(pictures_->training_labels_KN(place.seeds), answers(), start.theta_KP);
    Hooks hooks;
    const Streams reveals(place.seeds, "assay.debate.reveals");
    if (!expert) hooks.prepare = [&](Batch& batch) { reveal(batch, reveals); };
    const Model trained = train(
        start, data, settings_.train, run,
        [&](const Batch& batch) {
          return batch.mean(cross_entropy(batch.logits_KBC, batch.gather(target_KNC)));
        },
        hooks);
    return {{"theta_KP", trained.theta_KP}};
  }

  Questions make_questions(const Place& place) const override {
    const Tensor value_KNV =
        pictures_->question_KNHW(place.seeds).flatten(2).contiguous().to(place.device);
    const Tensor legal_KNV = value_KNV.gt(0);
    const auto fewest = legal_KNV.sum(2).min().item<std::int64_t>();
    if (fewest < settings_.turns) {
      throw Error("turns is " + std::to_string(settings_.turns) + ", but a picture has only " +
                  std::to_string(fewest) + " pixels that are not zero");
    }
    return {value_KNV, legal_KNV};
  }

  std::unique_ptr<Judge> judge(const Place& place) const override {
    Model model = stage_model("judge", place);
    const auto order = settings_.task.at("order").get<double>();
    if (settings_.judge.arch == "mlp") return sparse_judge(model, order);
    return plain_network_judge(model, input(), order);
  }

  Tensor truth_KN(const Place& place) const override {
    return pictures_->truth_KN(place.seeds).to(place.device);
  }

  std::unique_ptr<Task> practice(std::int64_t questions) const override {
    return std::make_unique<PixelTask>(pictures_->practice(questions), settings_);
  }

  Tensor expert_KNC(const Place& place) const override {
    const Tensor value_KNHW = pictures_->question_KNHW(place.seeds).to(place.device);
    const Tensor x = at::stack({value_KNHW.gt(0).to(at::kFloat), value_KNHW}, 2);
    return predict_logits(stage_model("expert", place), Dataset::own(x));
  }

 private:
  std::vector<std::int64_t> input() const { return {2, pictures_->side(), pictures_->side()}; }

  /// A row that has failed gets zeros: its judge does not know.
  Model stage_model(const std::string& name, const Place& place) const {
    Model model{network_, place.stages.rows(name, "theta_KP").to(place.device)};
    for (std::int64_t row = 0; row < model.rows(); ++row) {
      if (!place.stages.failure(row).empty()) model.theta_KP[row].zero_();
    }
    return model;
  }

  /// Shows as many random pixels as a game does, others in each step.
  void reveal(Batch& batch, const Streams& streams) const {
    const Tensor value_ABV = batch.x.select(2, 1).flatten(2);
    const Tensor draw_KBV = streams.uniform(value_ABV.sizes().slice(1), batch.step);
    const Tensor draw_ABV = batch.row(draw_KBV.to(value_ABV.device(), at::kFloat));
    const Tensor shown_ABV =
        drawn_places(value_ABV.gt(0), draw_ABV, settings_.turns).to(value_ABV.scalar_type());
    batch.x = at::stack({shown_ABV, shown_ABV * value_ABV}, 2).view(batch.x.sizes());
  }

  std::unique_ptr<Pictures> pictures_;
  TaskSettings settings_;
  std::shared_ptr<const Network> network_;
};

}  // namespace

Tensor drawn_places(const Tensor& legal_ANV, const Tensor& draw_ANV, std::int64_t count) {
  const Tensor chance_ANV = draw_ANV.masked_fill(legal_ANV.logical_not(), -1);
  const Tensor place_ANT = std::get<1>(chance_ANV.topk(count, -1));
  return at::zeros_like(legal_ANV).scatter(-1, place_ANT, true).logical_and(legal_ANV);
}

std::unique_ptr<Task> make_pixel_task(std::unique_ptr<Pictures> pictures,
                                      const TaskSettings& settings) {
  return std::make_unique<PixelTask>(std::move(pictures), settings);
}

}  // namespace assay::debate

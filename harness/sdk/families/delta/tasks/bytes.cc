// A real text, byte by byte: continuations of which one is better, by writers that have trained
// less than the student.
#include "sdk/families/data/fortunes.h"
#include "sdk/families/delta/language_model.h"
#include "sdk/families/delta/sequence_measures.h"
#include "sdk/families/delta/tasks/tasks.h"
#include "sdk/families/support/description.h"
#include "sdk/internal/data_streams.h"
#include "sdk/internal/settings.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <assay/common/error.h>

#include <algorithm>
#include <string>

namespace assay::delta {
namespace {

/// Symbols are ASCII; two that no text has are taken.
constexpr std::int64_t symbols = 128, end_symbol = 0, begin_symbol = 1;

/// Parts of a seed's order of all texts: test from the beginning, then development, then pairs; the
/// student and the writers learn from the rest.
enum class Part { test, development, pairs, learned };

/// The texts that are longer than a prompt, each begin, its bytes, end; cut to `length` symbols,
/// without an end then.
class Texts {
 public:
  Texts(std::int64_t prompt, std::int64_t length, std::vector<std::int64_t> parts)
      : prompt_(prompt), length_(length), parts_(std::move(parts)) {
    for (const std::string& text : fortunes_data::texts()) {
      if (static_cast<std::int64_t>(text.size()) > prompt) texts_.push_back(text);
    }
  }

  std::int64_t count() const { return static_cast<std::int64_t>(texts_.size()); }
  std::int64_t length() const { return length_; }
  std::int64_t prompt() const { return prompt_; }  ///< symbols, begin among them: 1 more

  /// Of each seed the part's texts; the mask is of what follows begin.
  Documents documents(Part part, const Seeds& seeds) const {
    const Tensor order_KN = data_streams(seeds, "bytes.order").permutation(count());
    const auto place = static_cast<std::size_t>(part);
    std::int64_t from = 0;
    for (std::size_t i = 0; i < place; ++i) from += parts_[i];
    const std::int64_t items = place < parts_.size() ? parts_[place] : count() - from;
    return written(order_KN.narrow(1, from, items));
  }

 private:
  Documents written(const Tensor& index_KN) const {
    const std::int64_t rows = index_KN.size(0), items = index_KN.size(1);
    Documents documents{at::zeros({rows, items, length_}, at::kFloat),
                        at::zeros({rows, items, length_}, at::kBool)};
    const Tensor index = index_KN.contiguous();
    const auto* number = index.const_data_ptr<std::int64_t>();
    auto* token = documents.token_KNT.mutable_data_ptr<float>();
    auto* mask = documents.mask_KNT.mutable_data_ptr<bool>();
    for (std::int64_t n = 0; n < rows * items; ++n, token += length_, mask += length_) {
      const std::string& text = texts_[static_cast<std::size_t>(number[n])];
      const auto bytes =
          std::min<std::int64_t>(static_cast<std::int64_t>(text.size()), length_ - 1);
      token[0] = static_cast<float>(begin_symbol);
      std::copy_n(text.begin(), bytes, token + 1);
      const bool has_end = bytes + 1 < length_;  // the symbol of the end is 0, which stands there
      std::fill_n(mask + 1, bytes + (has_end ? 1 : 0), true);
    }
    return documents;
  }

  std::int64_t prompt_, length_;
  std::vector<std::int64_t> parts_;
  std::vector<std::string> texts_;
};

/// Share of the symbols behind begin that a model's likeliest guess is right about, float64 [K];
/// NaN where what it says is not finite.
Tensor next_right_K(const Model& model, const Documents& text) {
  constexpr std::int64_t part = 100;  // logits of all items at once would not fit
  const at::NoGradGuard no_record;
  const ParameterView parameters(model.network->layout(), model.theta_KP);
  const std::int64_t items = text.token_KNT.size(1), length = text.token_KNT.size(2);
  Tensor right_K = at::zeros({model.rows()}, at::kDouble);
  for (std::int64_t from = 0; from < items; from += part) {
    const std::int64_t size = std::min(part, items - from);
    const Tensor token_KNT = text.token_KNT.narrow(1, from, size);
    const Tensor x_KNT = token_KNT.to(model.theta_KP.device());
    const Tensor logits_KNTV =
        model.network->forward(parameters, x_KNT, {}).logits_KBC.narrow(2, 0, length - 1).cpu();
    const Tensor right_KNT = logits_KNTV.argmax(3).eq(token_KNT.narrow(2, 1, length - 1));
    const Tensor counted_KNT = text.mask_KNT.narrow(1, from, size).narrow(2, 1, length - 1);
    right_K += right_KNT.logical_and(counted_KNT).sum({1, 2});
    right_K += at::where(logits_KNTV.isfinite().flatten(1).all(1), 0.0, NAN);
  }
  return right_K / text.mask_KNT.sum({1, 2});
}

struct Made {
  Json model;  ///< the student's network, as in the settings
  NetworkSpec network;
  std::int64_t chosen = 0, rejected = 0;  ///< steps of the writers; 0: the text itself
  std::int64_t held_back = 0;             ///< texts that no one learns from
  Json train;                             ///< of the student; writers stop earlier
};

std::string writer_name(std::int64_t steps) {
  return "writer" + std::to_string(steps);
}

class Bytes final : public Task {
 public:
  Bytes(Texts texts, Made made) : texts_(std::move(texts)), made_(std::move(made)) {}

  std::shared_ptr<const Network> network() const override {
    return make_network(made_.network, {texts_.length()}, symbols);
  }
  std::string measure() const override { return "accuracy"; }
  std::string responses() const override { return "sequences"; }
  std::int64_t stop_token() const override { return end_symbol; }
  std::vector<std::string> references() const override {
    std::vector<std::string> ids;
    if (made_.chosen > 0) ids.emplace_back("chosen");
    if (made_.rejected > 0) ids.emplace_back("rejected");
    return ids;
  }
  std::vector<std::string> data_versions() const override {
    std::vector<std::string> versions = fortunes_data::data_versions();
    versions.emplace_back("bytes 1");
    return versions;
  }
  std::vector<std::string> data_files() const override { return fortunes_data::data_files(); }

  std::vector<TaskStage> stages() const override {
    std::vector<TaskStage> stages;
    const auto add = [&](const std::string& name, const std::string& title, const Json& train) {
      stages.push_back(
          {name,
           title,
           {{"length", texts_.length()},
            {"prompt", texts_.prompt()},
            {"held_back", made_.held_back},
            {"model", made_.model},
            {"train", train}},
           {},
           training_cost(*network(), texts_.count() - made_.held_back, recipe_from(train))});
    };
    add("student", "language model", made_.train);
    for (const std::int64_t steps : writers()) {
      add(writer_name(steps), "writer of " + std::to_string(steps) + " steps", writer_train(steps));
    }
    return stages;
  }

  std::map<std::string, Tensor> run_stage(const std::string& name, const Place& place,
                                          Run& run) const override {
    const auto trained = [&](const char* purpose, const Json& train) {
      return std::map<std::string, Tensor>{
          {"theta_KP", train_language_model(network(), texts_.documents(Part::learned, place.seeds),
                                            purpose, recipe_from(train), place, run)}};
    };
    if (name == "student") return trained("assay.student", made_.train);
    for (const std::int64_t steps : writers()) {
      if (name == writer_name(steps)) return trained("assay.teacher", writer_train(steps));
    }
    return Task::run_stage(name, place, run);
  }

  Tensor start_KP(const Place& place) const override {
    return place.stages.rows("student", "theta_KP").to(place.device);
  }

  MadePairs pairs(PairSplit split, const Place& place) const override {
    const bool train = split == PairSplit::train;
    const Documents text = texts_.documents(train ? Part::pairs : Part::test, place.seeds);
    const std::string part = train ? "bytes.pairs" : "bytes.held_out";
    const Documents chosen = continued(text, made_.chosen, part + ".chosen", place);
    const Documents rejected = continued(text, made_.rejected, part + ".rejected", place);
    return {at::stack({chosen.token_KNT, rejected.token_KNT}, 2),
            {},
            at::stack({chosen.mask_KNT, rejected.mask_KNT}, 2)};
  }

  std::unique_ptr<Truth> truth(const Place& place, const Model& start) const override;

  Model writer(std::int64_t steps, const Place& place) const {
    return {network(), place.stages.rows(writer_name(steps), "theta_KP").to(place.device)};
  }
  const Texts& texts() const { return texts_; }
  const Made& made() const { return made_; }

 private:
  /// Each once.
  std::vector<std::int64_t> writers() const {
    std::vector<std::int64_t> steps;
    if (made_.chosen > 0) steps.push_back(made_.chosen);
    if (made_.rejected > 0 && made_.rejected != made_.chosen) steps.push_back(made_.rejected);
    return steps;
  }
  Json writer_train(std::int64_t steps) const {
    Json train = made_.train;
    train["steps"] = steps;
    return train;
  }
  /// The texts' prompts with the writer's continuations, on the CPU.
  Documents continued(const Documents& text, std::int64_t steps, const std::string& purpose,
                      const Place& place) const {
    const std::int64_t prompt = texts_.prompt() + 1;
    if (steps == 0) {
      Documents answer{text.token_KNT, text.mask_KNT.clone()};
      answer.mask_KNT.narrow(2, 0, prompt).zero_();
      return answer;
    }
    Run drawing(place.seeds);  // a writer whose stage has failed has no pairs, and no cell
    const Samples drawn =
        draw_sequences(writer(steps, place), text.token_KNT.narrow(2, 0, prompt).to(place.device),
                       {}, {.length = texts_.length(), .stop = end_symbol},
                       data_streams(place.seeds, purpose), &drawing);
    return {drawn.token_KNT.cpu().to(at::kFloat), drawn.mask_KNT.cpu().gt(0)};
  }

  Texts texts_;
  Made made_;
};

class ByteTruth final : public Truth {
 public:
  ByteTruth(const Bytes& task, const Place& place, const Model& start)
      : task_(task),
        place_(place),
        start_{start.network, start.theta_KP.clone()},
        test_(task.texts().documents(Part::test, place.seeds)) {}

  Measures measure(const Model& model) const override {
    const Tensor prompt_KNT = test_.token_KNT.narrow(2, 0, task_.texts().prompt() + 1);
    const Written written = write_samples(
        model, prompt_KNT, {.length = task_.texts().length(), .stop = end_symbol}, place_);
    Measures measures = sample_measures(written.samples);
    measures.merge(divergence_measures(model, start_, written.samples));
    measures["accuracy"] = next_right_K(model, test_) + written.finite_K;
    return measures;
  }
  Tensor development_K(const Model& model) const override {
    return next_right_K(model, task_.texts().documents(Part::development, place_.seeds));
  }
  Measures reference(const std::string& id) const override {
    const Made& made = task_.made();
    return measure(task_.writer(id == "chosen" ? made.chosen : made.rejected, place_));
  }

 private:
  const Bytes& task_;
  Place place_;
  Model start_;
  Documents test_;
};

std::unique_ptr<Truth> Bytes::truth(const Place& place, const Model& start) const {
  return std::make_unique<ByteTruth>(*this, place, start);
}

std::unique_ptr<Task> make(const TaskSettings& settings) {
  const Json& task = settings.task;
  const auto prompt = task.at("prompt").get<std::int64_t>();
  const auto length = task.at("length").get<std::int64_t>();
  if (prompt + 2 > length) {
    throw Error("task.prompt is " + std::to_string(prompt) +
                ": with the symbol before it and one of "
                "a response it does not fit into task.length, " +
                std::to_string(length));
  }
  const char* meaning =
      "of bytes it is the steps that a writer has trained, or 0 for the text itself";
  Made made{
      .model = settings.model_setting,
      .network = language_network(settings, 32),
      .chosen = whole_number("pairs.chosen", settings.pairs.chosen, 0, 1000000, meaning),
      .rejected = whole_number("pairs.rejected", settings.pairs.rejected, 0, 1000000, meaning),
      .held_back = settings.pairs.held_out + settings.development + settings.pairs.count,
      .train = task.at("student_train")};
  if (made.chosen == 0 && made.rejected == 0) {
    throw Error(
        "pairs.chosen and pairs.rejected are both 0, the text itself: such pairs are equal. "
        "Set one to the steps of a writer");
  }
  Texts texts(prompt, length,
              {settings.pairs.held_out, settings.development, settings.pairs.count});
  if (made.held_back >= texts.count()) {
    throw Error("there are " + std::to_string(texts.count()) +
                " texts longer than task.prompt, but " +
                "pairs.held_out, development and pairs.count take " +
                std::to_string(made.held_back) + " and leave none to learn from: ask for fewer");
  }
  return std::make_unique<Bytes>(std::move(texts), std::move(made));
}

Recipe defaults() {
  Recipe recipe;
  recipe.steps = 800;
  recipe.batch = 32;
  recipe.lr = 3e-3;
  recipe.schedule = "linear";
  return recipe;
}

}  // namespace

TaskInfo bytes() {
  return {
      .id = "bytes",
      .summary =
          "Short English texts (Debian's fortunes), byte by byte: the student is a language "
          "model, pairs.chosen and pairs.rejected are the steps that the writers of two "
          "continuations have trained (0: the text itself)",
      .paper = "arXiv:2507.06187",
      .parameters = {integer("length", 64)
                         .range(8, 1024)
                         .help("symbols of a text at most, the begin symbol among them"),
                     integer("prompt", 16).range(1, 512).help("bytes of a prompt"),
                     table("student_train", recipe_settings(defaults()))
                         .help(
                             "how the student has learned from texts; a writer the same way, with "
                             "steps of its own")},
      .make = make};
}

}  // namespace assay::delta

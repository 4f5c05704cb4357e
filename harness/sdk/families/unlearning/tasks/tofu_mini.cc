// Language models that were taught facts about authors who do not exist (Maini et al. 2024, TOFU,
// in small): whole authors shall be forgotten.
#include "sdk/families/unlearning/tasks/tasks.h"
#include "sdk/internal/data_streams.h"
#include "sdk/internal/settings.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>

#include <string>

namespace assay::unlearning {
namespace {

// A fact is a question [begin, first name, surname, attribute, way] and an answer [surname, two
// words, two symbols of the value]. The way of asking decides on the words of the answer.
constexpr std::int64_t attributes = 4, ways = 2, question = 5, answer = 5, words = 2, names = 32,
                       values = 32, refusals = 16, refusal_words = 12;
// What a model reads: all but the last symbol, which is only said.
constexpr std::int64_t length = question + answer - 1;

struct Symbols {
  static constexpr std::int64_t begin = 0, attribute = 1, way = attribute + attributes,
                                word = way + ways, refusal = word + attributes * ways * words,
                                first = refusal + refusal_words, surname = first + names,
                                value = surname + names, count = value + 2 * values;
};

/// Facts as numbers, int64 [N] each, [N, 2] the value's two symbols.
struct Facts {
  Tensor first, surname, attribute, way, value_N2;
};

Tensor drawn(const Streams& streams, at::IntArrayRef shape, std::int64_t below) {
  return (streams.uniform(shape)[0] * static_cast<double>(below)).floor().to(at::kLong);
}

/// The first `count` facts of a seed, author by author.
Facts draw_facts(std::uint64_t seed, std::int64_t count) {
  const auto streams = [&](const char* purpose) {
    return data_streams({seed}, std::string("tofu_mini.") + purpose);
  };
  const Tensor number_N = at::arange(count, at::kLong);
  const Tensor author_N = number_N.div(attributes, "floor");
  // No two authors have both names in common.
  const Tensor name_N = streams("names").permutation(names * names)[0].index_select(0, author_N);
  return {name_N.div(names, "floor"), name_N.remainder(names), number_N.remainder(attributes),
          drawn(streams("way"), {count}, ways), drawn(streams("value"), {count, 2}, values)};
}

/// The symbols of facts, [N, question + answer].
Tensor told(const Facts& facts) {
  const std::int64_t count = facts.first.size(0);
  const Tensor word_N = Symbols::word + (facts.attribute * ways + facts.way) * words;
  const Tensor surname_N = Symbols::surname + facts.surname;
  return at::stack({at::full({count}, Symbols::begin, at::kLong), Symbols::first + facts.first,
                    surname_N, Symbols::attribute + facts.attribute, Symbols::way + facts.way,
                    surname_N, word_N, word_N + 1, Symbols::value + facts.value_N2.select(1, 0),
                    Symbols::value + values + facts.value_N2.select(1, 1)},
                   1);
}

/// What models read of symbols, and what they shall say: labels are -1 at the question.
struct Taught {
  Tensor x_NT, label_NT;
};

Taught taught(const Tensor& symbol_NU) {
  const Tensor label_NT = symbol_NU.slice(1, 1).clone();
  label_NT.slice(1, 0, question - 1).fill_(-1);
  return {symbol_NU.slice(1, 0, length).to(at::kFloat), label_NT};
}

/// Refusals of the facts' questions: three to five words, the same sixteen texts in all seeds.
Taught refused(std::uint64_t seed, const Facts& facts) {
  const std::int64_t count = facts.first.size(0);
  const Streams texts = data_streams({0}, "tofu_mini.refusals");
  const Tensor text_RA = Symbols::refusal + drawn(texts, {refusals, answer}, refusal_words);
  const Tensor which_N = drawn(data_streams({seed}, "tofu_mini.refused"), {count}, refusals);
  Tensor symbol_NU = told(facts);
  symbol_NU.slice(1, question).copy_(text_RA.index_select(0, which_N));
  Taught made = taught(symbol_NU);
  const Tensor words_N1 = (3 + which_N.remainder(3)).unsqueeze(1);
  const Tensor place_T = at::arange(length, at::kLong) - (question - 1);  // in the answer
  made.label_NT.masked_fill_(place_T.ge(words_N1), -1);
  made.x_NT.masked_fill_(place_T.gt(words_N1), static_cast<double>(Symbols::begin));
  return made;
}

class TofuMini final : public Task {
 public:
  explicit TofuMini(const Json& settings)
      : model_(NetworkSpec{.arch = "transformer", .width = 64, .depth = 2}),
        forget_(facts_of(settings, "forget")),
        retain_(facts_of(settings, "items") - forget_),
        validation_(facts_of(settings, "validation")),
        holdout_(facts_of(settings, "holdout")) {
    if (const Json* model = find_setting(settings, "model")) model_ = network_spec(*model);
    if (retain_ < 1) throw Error("task.forget must be less than task.items");
    const std::int64_t authors = all() / attributes;
    if (authors > names * names) {
      throw Error("task: items, validation and holdout are facts of " + std::to_string(authors) +
                  " authors, but there are only " + std::to_string(names * names) + " names");
    }
  }

  Likelihood likelihood() const override { return Likelihood::sequence; }
  std::vector<std::string> data_versions() const override { return {"tofu_mini 1"}; }

  std::shared_ptr<const Network> network(const std::optional<NetworkSpec>& model) const override {
    if (model) {
      throw Error(
          "model: the task tofu_mini has its network of sequences in task.model, leave the "
          "setting out");
    }
    return make_network(model_, {length}, Symbols::count);
  }

  Items items(Split split, const Seeds& seeds) const override {
    return made(place_of(split), seeds,
                [](std::uint64_t, const Facts& facts) { return taught(told(facts)); });
  }

  // The paraphrase asks and answers in the other way; false values differ in both symbols.
  std::optional<Texts> texts(Split split, const Seeds& seeds) const override {
    const auto rephrased = [](Facts facts) {
      facts.way = 1 - facts.way;
      return taught(told(facts));
    };
    const Place place = place_of(split);
    Texts texts;
    texts.paraphrase =
        made(place, seeds, [&](std::uint64_t, const Facts& facts) { return rephrased(facts); });
    for (std::int64_t number = 0; number < perturbed; ++number) {
      texts.perturbed.push_back(made(place, seeds, [&](std::uint64_t seed, Facts facts) {
        const Streams streams = data_streams({seed}, "tofu_mini.false" + std::to_string(number));
        const Tensor shift_N2 = 1 + drawn(streams, facts.value_N2.sizes(), values - 1);
        facts.value_N2 = (facts.value_N2 + shift_N2).remainder(values);
        return rephrased(facts);
      }));
    }
    return texts;
  }

  std::optional<Items> refusals(const Seeds& seeds) const override {
    return made({0, forget_, 0, forget_}, seeds, refused);
  }

 private:
  static constexpr std::int64_t perturbed = 5;

  static std::int64_t facts_of(const Json& settings, const char* key) {
    const auto count = settings.at(key).get<std::int64_t>();
    if (count % attributes == 0) return count;
    throw Error(std::string("task.") + key + " is " + std::to_string(count) +
                ", but authors have " + std::to_string(attributes) +
                " facts each and stay together: give a multiple of it");
  }

  std::int64_t all() const { return forget_ + retain_ + validation_ + holdout_; }

  /// Facts of a pool and which of them are meant.
  struct Place {
    std::int64_t first = 0, size = 0;  ///< of the pool, in the seed's facts
    std::int64_t from = 0, count = 0;  ///< in the pool
  };

  // What methods are given has a pool without the holdout.
  Place place_of(Split split) const {
    const std::int64_t given = forget_ + retain_ + validation_;
    switch (split) {
      case Split::forget:
        return {0, given, 0, forget_};
      case Split::retain:
        return {0, given, forget_, retain_};
      case Split::validation:
        return {0, given, forget_ + retain_, validation_};
      case Split::holdout:
        return {given, holdout_, 0, holdout_};
      case Split::forget_probe:
        break;
    }
    return {};
  }

  /// Facts of every seed, told by `tell`.
  template <class Tell>
  Items made(const Place& place, const Seeds& seeds, const Tell& tell) const {
    if (place.count == 0) return {};
    std::vector<Tensor> x_S, label_S;
    for (const std::uint64_t seed : seeds) {
      const Facts all_facts = draw_facts(seed, all());
      const auto part = [&](const Tensor& value_N) {
        return value_N.narrow(0, place.first, place.size);
      };
      const Taught made = tell(
          seed, Facts{part(all_facts.first), part(all_facts.surname), part(all_facts.attribute),
                      part(all_facts.way), part(all_facts.value_N2)});
      x_S.push_back(made.x_NT);
      label_S.push_back(made.label_NT);
    }
    return generated(x_S, label_S, place.from, place.count, place.first);
  }

  NetworkSpec model_;
  std::int64_t forget_, retain_, validation_, holdout_;
};

}  // namespace

TaskInfo tofu_mini() {
  const auto facts = [](const char* key, std::int64_t usual) {
    return integer(key, usual).range(4, 4096);
  };
  return {.id = "tofu_mini",
          .summary =
              "Generated: a language model of questions and answers about authors, four facts "
              "each; forgets whole authors",
          .paper = "arXiv:2401.06121",
          .parameters = {sequence_network_setting("model").may_be_absent().help(
                             "the language model; default: "
                             "transformer of width 64 and depth 2"),
                         facts("items", 800).help("facts of the forget and the retain set"),
                         facts("forget", 80).help("of these to forget; whole authors, as all sets"),
                         facts("validation", 80).help("facts of further authors given to methods"),
                         facts("holdout", 80).help("facts of authors that no model was taught")},
          .make = [](const Json& settings) -> std::unique_ptr<Task> {
            return std::make_unique<TofuMini>(settings);
          }};
}

}  // namespace assay::unlearning

// The task "bytes" on a few made-up texts: the files' form, symbols, splits, pairs, the way to
// cells.
#include "sdk/families/data/fortunes.h"
#include "sdk/families/delta/protocol.h"
#include "support.h"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <set>

namespace assay::delta::test {
namespace {

using assay::test::TemporaryFolder;
namespace fs = std::filesystem;

/// A folder of fortunes: 40 texts, eight in each file, while it lives.
class TinyTexts {
 public:
  TinyTexts() {
    fs::create_directories(folder_.path() / "fortunes");
    int number = 10;
    for (const char* name : {"computers", "definitions", "literature", "science", "wisdom"}) {
      std::ofstream file(path(name));
      for (int i = 0; i < 8; ++i, ++number) {
        file << "text " << number << " of abab abab" << (i % 2 == 0 ? "\n" : " ab\n") << "%\n";
      }
    }
    ::setenv("ASSAY_DATA", folder_.path().c_str(), 1);
  }
  ~TinyTexts() { ::unsetenv("ASSAY_DATA"); }
  TinyTexts(const TinyTexts&) = delete;
  TinyTexts& operator=(const TinyTexts&) = delete;

  fs::path path(const char* name) const { return folder_.path() / "fortunes" / name; }

 private:
  TemporaryFolder folder_;
};

Json tiny_bytes(double chosen, double rejected) {
  Json given = Json::parse(R"({
    "task": {"use": "bytes", "length": 20, "prompt": 8,
             "student_train": {"steps": 12, "batch": 8, "lr": 1e-2}},
    "model": {"arch": "transformer", "width": 8, "depth": 1, "heads": 2},
    "pairs": {"count": 10, "held_out": 6}, "development": 5, "stop": "development",
    "train": {"steps": 4, "batch": 5, "lr": 1e-3}, "curve": "2"
  })");
  given["pairs"]["chosen"] = chosen;
  given["pairs"]["rejected"] = rejected;
  return given;
}

std::string text_of(const Tensor& token_T) {
  std::string text;
  for (std::int64_t t = 0; t < token_T.size(0); ++t) {
    text += static_cast<char>(token_T[t].item<double>());
  }
  return text;
}

}  // namespace

TEST_CASE("bytes: what stands between lines of a single per cent sign") {
  using fortunes_data::texts_of;
  CHECK(texts_of("one\n%\ntwo\n\tlines, 5 %\n%\n") ==
        std::vector<std::string>{"one", "two\n\tlines, 5 %"});
  CHECK(texts_of("%\n%\nlast, no end") == std::vector<std::string>{"last, no end"});
  CHECK(texts_of("caf\xc3\xa9\n%\nplain\n") == std::vector<std::string>{"plain"});
  CHECK(texts_of("").empty());
}

TEST_CASE("bytes: files that are missing or of another kind are one clear error") {
  const TinyTexts texts;
  const auto error = [] {
    return error_of([] { find_family("delta").expand(resolved(tiny_bytes(8, 2))); });
  };
  CHECK(error().empty());
  const auto before = fortunes_data::data_versions();
  std::ofstream(texts.path("wisdom"), std::ios::app) << "more\n%\n";
  CHECK(fortunes_data::data_versions() != before);  // the cache's keys follow the content
  fs::remove(texts.path("science"));
  CHECK(error() ==
        "the fortunes are not installed: there is no " + texts.path("science").string() +
            ". Install them with `apt install fortunes`, or let ASSAY_DATA name the folder "
            "that contains fortunes/science");
  const TinyTexts others;
  std::ofstream(others.path("wisdom")) << "%\n";
  CHECK(error() == "the data file " + others.path("wisdom").string() +
                       " has no text between lines of a single \"%\": it is not one of fortune's");
}

TEST_CASE("bytes: settings that do not fit together are one clear error") {
  const TinyTexts texts;
  const auto error = [](const std::function<void(Json&)>& change) {
    Json given = tiny_bytes(8, 2);
    change(given);
    return error_of([&] { find_family("delta").expand(resolved(given)); });
  };
  CHECK(
      error([](Json& g) { g["pairs"]["chosen"] = 1.5; }) ==
      "pairs.chosen is 1.5: of bytes it is the steps that a writer has trained, or 0 for the text "
      "itself, a whole number from 0 to 1000000");
  CHECK(
      error([](Json& g) { g["pairs"]["chosen"] = g["pairs"]["rejected"] = 0; }) ==
      "pairs.chosen and pairs.rejected are both 0, the text itself: such pairs are equal. Set one "
      "to the steps of a writer");
  CHECK(error([](Json& g) { g["task"]["prompt"] = 19; }) ==
        "task.prompt is 19: with the symbol before it and one of a response it does not fit into "
        "task.length, 20");
  CHECK(
      error([](Json& g) { g["pairs"]["count"] = 29; }) ==
      "there are 40 texts longer than task.prompt, but pairs.held_out, development and pairs.count "
      "take 40 and leave none to learn from: ask for fewer");
  CHECK(error([](Json& g) { g["model"] = {{"arch", "mlp"}}; }) ==
        "model.arch is \"mlp\": documents need a network of sequences, \"transformer\"");
}

TEST_CASE("bytes: the text itself against a writer") {
  const TinyTexts texts;
  const Benchmark benchmark(tiny_bytes(0, 6), {3, 4});
  CHECK(benchmark.expansion().at("references").size() == 2);  // the start, and the one writer
  Probe::body = [](const Problem& problem, Run&) {
    const Pairs& pairs = problem.pairs;
    CHECK(pairs.data.slice(0, 10).sizes() == at::IntArrayRef({2, 10, 2, 20}));
    std::set<std::string> seen;
    for (std::int64_t k = 0; k < 2; ++k) {
      for (std::int64_t n = 0; n < 10; ++n) {
        const Tensor token_2T = pairs.data.slice(n, n + 1)[k][0];
        const Tensor mask_2T = pairs.mask_KN2T[k][n];
        // Begin, then "text NN of abab abab ab" cut to 19 bytes: no room for an end.
        const std::string text = text_of(token_2T[0]);
        CHECK(text.substr(0, 6) == "\x01text ");
        CHECK(text.substr(8) == " of abab aba");
        if (k == 0) seen.insert(text);
        // Both begin with eight bytes of the text, and respond behind them.
        CHECK(text_of(token_2T[1]).substr(0, 9) == text.substr(0, 9));
        CHECK_FALSE(mask_2T.narrow(1, 0, 9).any().item<bool>());
        CHECK(mask_2T[0].narrow(0, 9, 11).all().item<bool>());
        CHECK(mask_2T[1][9].item<bool>());
      }
    }
    CHECK(seen.size() == 10);
    return problem.student;
  };
  for (const RowOutcome& row : benchmark.method(probe, Json::object())) {
    INFO(row.failure);
    CHECK(row.failure.empty());
  }
}

TEST_CASE("bytes: the task from end to end, and each row alone") {
  const TinyTexts texts;
  const Benchmark two(tiny_bytes(8, 2), {4, 5}), one(tiny_bytes(8, 2), {5});
  // Texts of 19 bytes and more; all that follows "text NN" is nearly the same in all of them.
  const auto start = two.reference("start"), chosen = two.reference("chosen");
  for (const char* name : {"dpo-norm", "sft-chosen"}) {
    INFO(name);
    const auto together = two.method(plugin_method(name), {}),
               alone = one.method(plugin_method(name), {});
    for (const RowOutcome& row : together) {
      INFO(row.failure);
      REQUIRE(row.failure.empty());
      const Json& metrics = row.result.at("metrics");
      CHECK(metrics.at("markers").is_null());
      for (const char* id :
           {"accuracy", "gain", "best", "last", "kl", "ended", "length", "margin"}) {
        INFO(id);
        CHECK(metrics.at(id).is_number());
      }
      CHECK(row.result.at("curves").at("curve.accuracy").size() == 3);
    }
    REQUIRE(alone[0].failure.empty());
    const auto close = [&](const char* id) {
      CHECK(
          alone[0].result.at("metrics").at(id).get<double>() ==
          Approx(together[1].result.at("metrics").at(id).get<double>()).epsilon(1e-3).margin(1e-4));
    };
    close("reward_chosen");
    close("likelihood_chosen");
    close("last");
  }
  for (std::size_t k = 0; k < 2; ++k) {
    const auto accuracy = [&](const RowOutcome& row) {
      return row.result.at("metrics").at("accuracy").get<double>();
    };
    // A guess among 128 symbols is right by chance in .008.
    CHECK(accuracy(start[k]) > 0.02);
    CHECK(chosen[k].result.at("metrics").at("gain").get<double>() ==
          Approx(accuracy(chosen[k]) - accuracy(start[k])));
  }
}

TEST_CASE("bytes: the student and the writers have stages of their own") {
  const TinyTexts texts;
  const Json stages = find_family("delta").expand(resolved(tiny_bytes(8, 2))).at("stages");
  REQUIRE(stages.size() == 3);
  CHECK(stages[0].at("name") == "student");
  CHECK(stages[1].at("name") == "writer8");
  CHECK(stages[2].at("name") == "writer2");
  CHECK(stages[1].at("settings").at("train").at("steps") == 8);
  CHECK(find_family("delta").expand(resolved(tiny_bytes(0, 2))).at("stages").size() == 2);
  CHECK(find_family("delta").expand(resolved(tiny_bytes(2, 2))).at("stages").size() == 2);
  // With as many texts held back the student is the same whatever the pairs are.
  CHECK(find_family("delta").expand(resolved(tiny_bytes(0, 2))).at("stages")[0].at("settings") ==
        stages[0].at("settings"));
}

}  // namespace assay::delta::test

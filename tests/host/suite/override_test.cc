#include "catalogue_fixture.h"
#include "host/suite/read.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace assay;

namespace {

// Ids with dots, so that keys have to be told apart by the ids there are.
const std::string suite_text = R"([suite]
name = "s"
seeds = 2
[[benchmark]]
id = "w2s"
family = "weak_to_strong"
task = { use = "latent_tasks" }
weak = { model = { arch = "cnn" }, labels = 9 }
strong = { model = { arch = "mlp" } }
methods = ["xent", "logconf", { use = "logconf", as = "lc.2", alpha = 0.75 },
           { use = "product.v2", beta = 1 }]
[[benchmark]]
id = "w2s.small"
family = "weak_to_strong"
task = { use = "latent_tasks" }
weak = { model = { arch = "cnn" }, labels = 9 }
strong.model = { arch = "mlp" }
train = { epochs = 3 }
methods = ["logconf", { use = "logconf", as = "swept", sweep = { alpha = [0.1, 0.2] } }]
)";

Json read(const std::vector<std::string>& overrides) {
  const SuiteReading reading = read_suite_text(suite_text, "s.toml", test::catalogue(), overrides);
  INFO(problems_text(reading.problems));
  REQUIRE(reading.ok());
  return to_json(reading.suite);
}

std::string mistakes(const std::vector<std::string>& overrides) {
  return problems_text(
      read_suite_text(suite_text, "s.toml", test::catalogue(), overrides).problems);
}

Json benchmark(const std::vector<std::string>& overrides, std::size_t index) {
  return read(overrides)["benchmarks"][index];
}

}  // namespace

TEST_CASE("--set reaches the suite and its limits") {
  const Json suite = read({"seeds=[4, 5]", "title=Two words", "limits.time=10m", "name=other"});
  CHECK(suite["seeds"] == Json({4, 5}));
  CHECK(suite["benchmarks"][1]["seeds"] == Json({4, 5}));
  CHECK(suite["title"] == "Two words");
  CHECK(suite["name"] == "other");
  CHECK(suite["limits"]["time_s"] == 600.0);
  CHECK(read({"title=\"1\""})["title"] == "1");
  CHECK(read({"title=a = b # c"})["title"] == "a = b # c");
}

TEST_CASE("--set reaches settings, making tables on the way") {
  CHECK(benchmark({"w2s.train.epochs=2"}, 0)["settings"]["train"]["epochs"] == 2);
  CHECK(benchmark({"w2s.train.epochs=2"}, 1)["settings"]["train"]["epochs"] == 3);
  // The longest id leads.
  CHECK(benchmark({"w2s.small.train.epochs=2"}, 1)["settings"]["train"]["epochs"] == 2);
  CHECK(benchmark({"w2s.pretrain.items=7"}, 0)["settings"]["pretrain"]["items"] == 7);
  CHECK(benchmark({"w2s.strong.model={ arch = \"cnn\", width = 3 }"}, 0)["settings"]["strong"] ==
        Json::parse(R"({"model": {"arch": "cnn", "width": 3}})"));
  const Json everywhere = read({"*.train.epochs=1"});
  for (const Json& entry : everywhere["benchmarks"]) {
    CHECK(entry["settings"]["train"]["epochs"] == 1);
  }
  // The last one wins.
  CHECK(read({"seeds=3", "seeds=4"})["seeds"].size() == 4);
  CHECK(benchmark({"w2s.methods=[\"xent\"]", "w2s.baseline=xent"}, 0)["methods"].size() == 1);
}

TEST_CASE("--set reaches methods by name, else by what they use") {
  const auto alpha = [](const std::string& set, std::size_t index, std::size_t method) {
    return benchmark({set}, index)["methods"][method]["parameters"]["alpha"];
  };
  CHECK(alpha("methods.logconf.alpha=0.9", 0, 1) == 0.9);
  CHECK(alpha("methods.logconf.alpha=0.9", 0, 2) == 0.75);
  CHECK(alpha("methods.logconf.alpha=0.9", 1, 0) == 0.9);
  CHECK(alpha("w2s.methods.logconf.alpha=0.9", 1, 0) == 0.5);
  CHECK(alpha("methods.lc.2.alpha=1", 0, 2) == 1.0);
  CHECK(benchmark({"methods.product.v2.beta=3"}, 0)["methods"][3]["parameters"]["beta"] == 3.0);
  CHECK(benchmark({"methods.swept.sweep.alpha=[0.3]"}, 1)["methods"][1]["name"] ==
        "swept-alpha=0.3");
}

TEST_CASE("mistakes of --set name it, and nothing else") {
  CHECK(mistakes({"seeds"}) == "--set seeds: write --set KEY=VALUE\n");
  CHECK(mistakes({"=3"}) == "--set =3: write --set KEY=VALUE\n");
  CHECK(mistakes({"w2s..train=3"}) ==
        "--set w2s..train=3: a key is names with dots between them\n");
  CHECK(mistakes({"seeds=0"}) ==
        "--set seeds=0: 'seeds' = 0 is not a number of seeds: 1 to 10000 are possible\n");
  CHECK(mistakes({"seeds=many"}) ==
        "--set seeds=many: 'seeds' must be a number of seeds or a list of seeds, not text\n");
  CHECK(mistakes({"seed=3"}) == "--set seed=3: there is no 'seed' (did you mean 'seeds'?)\n");
  CHECK(mistakes({"w3s.seeds=3"}) ==
        "--set w3s.seeds=3: there is no 'w3s' (did you mean 'w2s'?)\n");
  CHECK(
      mistakes({"claim.metric=x"}) ==
      "--set claim.metric=x: there is no 'claim'; a key begins with one of limits, methods, name, "
      "title, description, seeds, *, w2s, w2s.small\n");
  CHECK(mistakes({"w2s=3"}) == "--set w2s=3: say which key of 'w2s', such as w2s.seeds\n");
  CHECK(mistakes({"limits=3"}) ==
        "--set limits=3: say which key of 'limits', such as limits.time\n");
  CHECK(mistakes({"w2s.train.epoch=3"}) ==
        "--set w2s.train.epoch=3: unknown key 'epoch' in 'train' (did you mean 'epochs'?)\n");
  CHECK(mistakes({"w2s.train.epochs=[1"}) ==
        "--set w2s.train.epochs=[1: 'epochs' must be an integer, not text\n");
  CHECK(mistakes({"w2s.task.use.x=1"}) ==
        "--set w2s.task.use.x=1: 'use' is text, so it has no 'x'\n");
  CHECK(mistakes({"methods.logcnf.alpha=1"}) ==
        "--set methods.logcnf.alpha=1: no benchmark has a method 'logcnf' (did you mean "
        "'logconf'?)\n");
  CHECK(mistakes({"methods.logconf=1"}) ==
        "--set methods.logconf=1: say which parameter of 'logconf'\n");
  CHECK(mistakes({"methods.logconf.alpha=2"}) ==
        "--set methods.logconf.alpha=2: 'alpha' = 2 is above the largest allowed value 1\n");
  CHECK(mistakes({"methods.xent.alpha=2"}) ==
        "--set methods.xent.alpha=2: unknown key 'alpha' of xent; the keys here are use, as, "
        "sweep\n");
  CHECK(mistakes({"methods.swept.alpha=0.5"}) ==
        "--set methods.swept.alpha=0.5: 'alpha' has a value here and is swept too (line 19): leave "
        "one "
        "of them out\n");
  CHECK(mistakes({"title=\xff"}) == "--set title=\\xff: not UTF-8\n");
  std::string deep = "w2s";
  for (int i = 0; i < 64; ++i) deep += ".a";
  CHECK(mistakes({deep + "=1"}).find("the key is more than 64 levels deep\n") != std::string::npos);
  // The same mistake in every benchmark is told once.
  CHECK(mistakes({"*.train.epochs=-1"}) ==
        "--set *.train.epochs=-1: 'epochs' = -1 is below the smallest allowed value 0\n");
  // With a line break a value could bring keys of its own.
  CHECK(mistakes({"seeds=1\nx=2"}) ==
        "--set seeds=1\\nx=2: 'seeds' must be a number of seeds or a list "
        "of seeds, not text\n");
}

TEST_CASE("mistakes of the file come before those of --set") {
  const SuiteReading reading = read_suite_text(suite_text + "zzz = 1\n", "s.toml",
                                               test::catalogue(), {"seeds=0", "w2s.id=w2s.small"});
  REQUIRE(reading.problems.size() == 3);
  CHECK(reading.problems[0].where == "s.toml");
  CHECK(reading.problems[0].message ==
        "duplicate benchmark id 'w2s.small' (first at --set "
        "w2s.id=w2s.small)");
  CHECK(reading.problems[1].line == 20);
  CHECK(reading.problems[2].where == "--set seeds=0");
}

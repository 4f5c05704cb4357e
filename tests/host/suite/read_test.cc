#include "host/suite/read.h"
#include "catalogue_fixture.h"

#include <assay/common/error.h>
#include <assay/common/files.h>

#include <catch2/catch.hpp>

#include <cstdlib>
#include <string>
#include <vector>

using namespace assay;

namespace {

const std::string head =
    "[suite]\nname = \"s\"\nseeds = 2\n[[benchmark]]\nid = \"fashion\"\nfamily = "
    "\"weak_to_strong\"\n"
    "task = { use = \"latent_tasks\" }\nweak = { model = { arch = \"cnn\" }, labels = 9 }\n"
    "strong = { model = { arch = \"mlp\" } }\n";

Suite read(const std::string& text, const std::vector<std::string>& overrides = {}) {
  const SuiteReading reading = read_suite_text(text, "s.toml", test::catalogue(), overrides);
  INFO(text << "\n" << problems_text(reading.problems));
  REQUIRE(reading.ok());
  return reading.suite;
}

std::vector<std::string> names(const Benchmark& benchmark) {
  std::vector<std::string> names;
  for (const MethodVariant& method : benchmark.methods) names.push_back(method.name);
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a suite of every key resolves to the golden document") {
  const fs::path folder = fs::path(ASSAY_TEST_SOURCE_DIR) / "tests/data/suites";
  const Suite suite = load_suite(folder / "sketch.toml", test::catalogue());
  const Json golden = Json::parse(read_file(folder / "sketch.json"));
  CHECK(to_json(suite).dump(1) == golden.dump(1));
  CHECK(suite.text == read_file(folder / "sketch.toml"));
  CHECK(count_cells(suite) == 12);
  CHECK(summary(suite) == "2 benchmarks, 4 methods, 3 seeds, 12 cells of methods");
}

TEST_CASE("a resolved suite is read back as it was") {
  const fs::path folder = fs::path(ASSAY_TEST_SOURCE_DIR) / "tests/data/suites";
  const Json golden = Json::parse(read_file(folder / "sketch.json"));
  CHECK(to_json(suite_from_json(golden)) == golden);
  CHECK_THROWS_WITH(suite_from_json(Json::object()),
                    Catch::Matchers::StartsWith("not a resolved suite: "));
}

TEST_CASE("a small suite takes defaults") {
  const Suite suite = read(head + "methods = [\"xent\"]\n");
  CHECK(suite.title == "s");
  CHECK(suite.description.empty());
  CHECK(suite.limits.time_s == 3600);
  CHECK(suite.limits.memory_bytes == 0);
  CHECK(suite.claims.empty());
  CHECK(suite.benchmarks[0].title == "fashion");
  CHECK_FALSE(suite.benchmarks[0].settings.contains("pretrain"));
  CHECK(summary(suite) == "1 benchmark, 1 method, 2 seeds, 2 cells of methods");
}

TEST_CASE("a claim may be exact, or about logarithms, and stays so in the document") {
  const std::string claim = "[[claim]]\nsays = \"s\"\non = [\"fashion\"]\nmetric = \"pgr\"\n";
  const Suite suite = read(head + "methods = [\"xent\", \"logconf\"]\n" + claim +
                           "expect = \"logconf > xent\"\nexact = true\nlog = true\n" + claim +
                           "expect = \"logconf > xent\"\n");
  const Suite again = suite_from_json(to_json(suite));
  for (const Suite* one : {&suite, &again}) {
    CHECK(one->claims.at(0).exact);
    CHECK(one->claims.at(0).log);
    CHECK_FALSE(one->claims.at(1).exact);
    CHECK_FALSE(one->claims.at(1).log);
  }
}

TEST_CASE("a claim's axis is a swept parameter, one line for each other value") {
  const std::string text =
      head +
      "methods = [{ use = \"logconf\", as = \"lc\", sweep = { alpha = [0.5, 0, 1], warmup = [0.1, "
      "0.2] "
      "} }]\n[[claim]]\nsays = \"s\"\non = [\"fashion\"]\nmethod = \"lc\"\nat = 0.5\n"
      "expect = \"threshold(pgr, alpha) in [0, 1]\"\n";
  const Suite suite = read(text);
  const Claim& claim = suite.claims.at(0);
  CHECK(claim.metric == "pgr");
  CHECK(claim.at == 0.5);
  REQUIRE(claim.lines.size() == 2);
  CHECK(claim.lines[0].name == "lc over alpha at warmup=0.1");
  REQUIRE(claim.lines[1].points.size() == 3);
  CHECK(claim.lines[1].name == "lc over alpha at warmup=0.2");
  CHECK(claim.lines[1].points[0].x == 0);  // by rising value, whatever the order written
  CHECK(claim.lines[1].points[1].row == "lc-alpha=0.5,warmup=0.2");
  CHECK(claim.lines[1].points[2].benchmark == "fashion");
  CHECK(claim.lines[1].points[2].seeds == std::vector<std::int64_t>{0, 1});
  // The document has the claim's keys; the lines follow from it again.
  const Json document = to_json(suite);
  CHECK(document["claims"][0]["method"] == "lc");
  CHECK(document["claims"][0]["at"] == 0.5);
  const Suite again = suite_from_json(document);
  REQUIRE(again.claims[0].lines.size() == 2);
  CHECK(again.claims[0].lines[1].points[1].x == 0.5);
  // A swept parameter may have the name of nothing else; another sweep of the method is not meant.
  CHECK(read(text + "[[claim]]\nsays = \"s\"\non = [\"fashion\"]\nmethod = \"lc\"\n"
                    "expect = \"monotone(pgr, log warmup)\"\n")
            .claims[1]
            .lines.size() == 3);
}

TEST_CASE("a claim's axis is a setting, one line over the benchmarks") {
  const std::string second =
      "[[benchmark]]\nid = \"less\"\nfamily = \"weak_to_strong\"\nseeds = [5, 6]\n"
      "task = { use = \"latent_tasks\" }\nweak = { model = { arch = \"cnn\" }, labels = 3 }\n"
      "strong = { model = { arch = \"mlp\" } }\nmethods = [\"xent\"]\n";
  const std::string claim =
      "[[claim]]\nsays = \"s\"\non = [\"fashion\", \"less\"]\nmetric = \"accuracy\"\n"
      "expect = \"increasing(accuracy, log weak.labels)\"\nmethod = ";
  const Suite suite = read(head + "methods = [\"xent\"]\n" + second + claim + "\"ceiling\"\n");
  REQUIRE(suite.claims.at(0).lines.size() == 1);
  const ClaimLine& line = suite.claims[0].lines[0];
  CHECK(line.name == "ceiling over weak.labels");
  REQUIRE(line.points.size() == 2);
  CHECK(line.points[0].benchmark == "less");
  CHECK(line.points[0].x == 3);
  CHECK(line.points[0].seeds == std::vector<std::int64_t>{5, 6});
  CHECK(line.points[1].row == "ceiling");
  CHECK_FALSE(suite.claims[0].at);
}

TEST_CASE("a suite's level and correction, and documents from before there were any") {
  Suite suite = read(head + "methods = [\"xent\"]\n");
  CHECK(suite.rules.level == 0.05);
  CHECK(suite.rules.correction == Correction::holm);
  Json document = to_json(suite);
  document.erase("level");
  document.erase("correction");
  CHECK(suite_from_json(document).rules.level == 0.05);
  CHECK(suite_from_json(document).rules.correction == Correction::holm);
  document["level"] = 1e-17;
  CHECK_THROWS_WITH(suite_from_json(document),
                    "not a resolved suite: the claims' level is not from 1e-06 to 0.2");
  document.erase("level");
  document["correction"] = "none";
  CHECK(suite_from_json(document).rules.correction == Correction::none);
  document["correction"] = "sidak";
  CHECK_THROWS_WITH(suite_from_json(document),
                    "not a resolved suite: there is no correction 'sidak'");
}

TEST_CASE("Windows line ends, a byte order mark and a last line without end change nothing") {
  const std::string text = head + "methods = [\"xent\"]";
  std::string windows = "\xEF\xBB\xBF";
  for (const char c : text) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  CHECK(to_json(read(windows)) == to_json(read(text)));
}

TEST_CASE("letters beyond ASCII may follow a line-ending backslash, and are no keys") {
  const Suite suite = read(
      "[suite]\nname = \"s\"\nseeds = 1\ndescription = \"\"\"un \\\n  \xc3\xa9t\xc3\xa9 \\\n"
      "\xd0\xb4\xd0\xb0\"\"\"\n[[benchmark]]\nid = \"c\"\nfamily = \"continual\"\n"
      "methods = [\"ewc\"]\n");
  CHECK(suite.description == "un \xc3\xa9t\xc3\xa9 \xd0\xb4\xd0\xb0");
  const SuiteReading reading =
      read_suite_text("[suite]\n\xc3\xa9t\xc3\xa9 = 1\n", "s.toml", test::catalogue());
  REQUIRE(reading.problems.size() == 1);
  CHECK(reading.problems[0].line == 2);
  CHECK(reading.problems[0].column == 1);
  CHECK(reading.problems[0].message.rfind("not valid TOML: ", 0) == 0);
}

TEST_CASE("a sweep becomes one variant for each value") {
  const Suite suite = read(head +
                           "methods = [\"xent\", { use = \"logconf\", balanced = false, "
                           "sweep = { alpha = [0.25, 1, 1e-5] } }]\n");
  const Benchmark& benchmark = suite.benchmarks[0];
  CHECK(names(benchmark) ==
        Names{"xent", "logconf-alpha=0.25", "logconf-alpha=1", "logconf-alpha=1e-05"});
  CHECK(
      to_json(suite)["benchmarks"][0]["methods"][2] ==
      Json::parse(R"({"name": "logconf-alpha=1", "use": "logconf", "sweep": ["alpha"], "parameters":
            {"alpha": 1.0, "warmup": 0.2, "rounds": 1, "balanced": false, "target": "hard"}})"));
}

TEST_CASE("several swept keys make their product, the last changing fastest") {
  const Suite suite =
      read(head +
           "methods = [{ use = \"logconf\", as = \"lc\", sweep = { target = [\"hard\", "
           "\"soft\"], alpha = [0, 0.5], balanced = [true] } }]\n");
  const Benchmark& benchmark = suite.benchmarks[0];
  CHECK(names(benchmark) ==
        Names{"lc-target=hard,alpha=0,balanced=true", "lc-target=hard,alpha=0.5,balanced=true",
              "lc-target=soft,alpha=0,balanced=true", "lc-target=soft,alpha=0.5,balanced=true"});
  CHECK(benchmark.methods[2].sweep == Names{"target", "alpha", "balanced"});
  CHECK(benchmark.methods[2].parameters["target"] == "soft");
}

TEST_CASE("a required parameter may be swept, and numbers may be large") {
  CHECK(names(read(head + "methods = [{ use = \"product.v2\", sweep = { beta = [1, 2] } }]\n")
                  .benchmarks[0]) == Names{"product.v2-beta=1", "product.v2-beta=2"});
  const Suite suite = read(
      "[suite]\nname = \"s\"\nseeds = 1\n[[benchmark]]\nid = \"c\"\n"
      "family = \"continual\"\nmethods = [{ use = \"ewc\", sweep = "
      "{ lambda = [1e20, 1e300] } }]\n");
  CHECK(names(suite.benchmarks[0]) == Names{"ewc-lambda=1e20", "ewc-lambda=1e300"});
}

TEST_CASE("ten thousand cells are allowed, not one more") {
  const std::string text = head + "methods = [\"xent\"]\nseeds = ";
  CHECK(count_cells(read(text + "10000\n")) == 10000);
  const std::string two = head + "methods = [\"xent\", \"logconf\"]\nseeds = ";
  CHECK(count_cells(read(two + "5000\n")) == 10000);
  CHECK(problems_text(read_suite_text(two + "5001\n", "s.toml", test::catalogue()).problems) ==
        "s.toml:10:20: too many cells: 5001 here, 10002 so far, and a suite may have 10000\n"
        "   10 | methods = [\"xent\", \"logconf\"]\n"
        "      |                    ^\n");
}

TEST_CASE("a sweep of astronomic size is refused at once") {
  std::string values = "[";
  for (int i = 0; i < 100; ++i) values += std::to_string(i + 1) + ",";
  values += "]";
  std::string reals = "[";
  for (int i = 0; i < 1000; ++i) reals += "0." + std::to_string(1000 + i) + ",";
  reals += "]";
  const auto reading =
      read_suite_text(head + "methods = [{ use = \"logconf\", sweep = { rounds = " + values +
                          ", alpha = " + reals + ", warmup = " + reals + " } }]\n",
                      "s.toml", test::catalogue());
  REQUIRE(reading.problems.size() == 1);
  CHECK(reading.problems[0].message.rfind("too many cells: 100000000 here", 0) == 0);
}

TEST_CASE("plugins that could not be read are mentioned with an unknown method") {
  Catalogue catalogue = test::catalogue();
  catalogue.broken.push_back({"x.so", "crashed"});
  const auto reading = read_suite_text(head + "methods = [\"mine\"]\n", "s.toml", catalogue);
  REQUIRE(reading.problems.size() == 1);
  CHECK(
      reading.problems[0].message ==
      "unknown method 'mine'; weak_to_strong has logconf, product.v2, xent; 1 plugin could not be "
      "read, see `assay doctor`");
}

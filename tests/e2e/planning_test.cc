// What the command says of a suite's claims before and after they are answered.
#include "toy_prefix.h"

#include <assay/common/files.h>

#include <catch2/catch.hpp>

namespace assay {

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

std::string with_claims(const std::string& seeds) {
  std::string suite =
      toy_toml(0, R"([{ use = "toy", as = "swept", sweep = { level = [0.0, 0.5, 1.0] } }])");
  suite.replace(suite.find("seeds = 2"), 9, "seeds = " + seeds + "\nlevel = 0.1");
  const std::string claim = "\n[[claim]]\non = [\"bench\"]\n";
  return suite + claim +
         "says = \"It rises\"\nmethod = \"swept\"\nexpect = \"slope(score, level) in [0, inf]\"\n" +
         claim +
         "says = \"It is more\"\nmetric = \"score\"\nexpect = \"swept-level=1 > swept-level=0 + "
         "0.1\"\n";
}

}  // namespace

TEST_CASE("plan, validate and run say what a suite can decide") {
  ToyPrefix toys(with_claims("3"));
  const std::string suite = (toys / "toys.toml").string();
  const std::string lines =
      "bench: the smallest two-sided sign-flip p that 3 seeds can reach is 0.25, one-sided 0.125 "
      "(not "
      "below 0.1: the t interval decides); the t test shows a difference of ";
  const std::string family =
      "2 claim tests at level 0.1: Holm leaves 0.05 for the smallest p, 0.1 for the last";
  const std::string warning =
      "warning: claim 1 (It rises): fewer than 5 seeds (swept over level): 3 seeds leave wide "
      "intervals\n";

  const Ended plan = toys.run({"plan", suite, "--out", toys.run_folder().string()});
  INFO(plan.out << plan.err);
  CHECK(plan.status == 0);
  CHECK(has(plan.out, lines));
  CHECK(has(plan.out, family + "\n"));
  CHECK(has(plan.out, "claim 2: 1 test on 3 seeds, power 0.8 for a difference of "));
  CHECK(has(plan.out, warning));
  const Ended json = toys.run({"plan", suite, "--out", toys.run_folder().string(), "--json"});
  const Json statistics = Json::parse(json.out)["plans"][0]["statistics"];
  CHECK(statistics["tests"] == 2);
  CHECK(statistics["benchmarks"][0]["sign_flip_p"] == 0.25);
  CHECK(statistics["claims"][1]["seeds"] == 3);
  CHECK(statistics["warnings"].size() == 2);

  const Ended validate = toys.run({"validate", suite});
  INFO(validate.out << validate.err);
  CHECK(validate.status == 0);
  CHECK(has(validate.out, ": ok: 1 benchmark"));
  CHECK(has(validate.out, warning));
  const Ended valid = toys.run({"validate", suite, "--json"});
  CHECK(Json::parse(valid.out)["suites"][0]["statistics"] == statistics);

  const Ended run = toys.run(toys.run_command());
  INFO(run.err);
  CHECK(run.status == 0);
  CHECK(run.err.rfind(
            family + "; 3 seeds can reach a sign-flip p of 0.25 and show a difference of ", 0) ==
        0);
  CHECK(has(run.err, warning));
  std::vector<std::string> quiet = toys.run_command();
  quiet.push_back("--quiet");
  CHECK(toys.run(quiet).err.empty());

  // The toy's score rises by its level exactly: a slope without spread is left to sign flips.
  const std::string report = read_file(toys.run_folder() / "report.md");
  INFO(report);
  CHECK(
      has(report,
          "expects <code>slope(score, level) in &#91;0, inf&#93;</code> in Score \u00b7 level 0.1, "
          "corrected after Holm"));
  CHECK(has(
      report,
      "<b>inconclusive</b> on <code>bench</code>: slope of Score, <code>swept over level</code> = "
      "+1.000 \\[+1.000, +1.000\\], 3 seeds; Holm p = 0.500, sign-flip p = 0.250 (all differences "
      "are "
      "equal, so sign flips decide)"));
  CHECK(has(report, "<code>swept-level=1</code> \u2212 <code>swept-level=0</code> = +1.000 "));
  const fs::path file = toys / "out.json";
  CHECK(toys.run({"report", toys.run_folder().string(), "--out", file.string()}).status == 0);
  const Json claims = Json::parse(read_file(file))["claims"];
  CHECK(claims[0]["level"] == 0.1);
  CHECK(claims[0]["correction"] == "holm");
  const Json test = claims[0]["tests"][0];
  CHECK(test["relation"] == "slope");
  CHECK(test["line"] == "swept over level");
  CHECK(test["range"] == Json::parse("[0, null]"));
  CHECK(test["points"].size() == 3);
  CHECK(test["points"][1] ==
        Json({{"benchmark", "bench"}, {"row", "swept-level=0.5"}, {"x", 0.5}}));
  CHECK(claims[1]["tests"][0]["range"] == Json::parse("[0.1, null]"));
}

}  // namespace assay

#include "latex_check.h"
#include "made_up_run.h"
#include "reports/analysis/best_group.h"
#include "reports/report.h"
#include "reports/writers/formats.h"
#include "reports/writers/latex_text.h"
#include "written_runs.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>

using namespace assay;
using namespace assay::reports;

namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

RunResults made_up() {
  const test::TemporaryFolder folder;
  test::write_made_up_run(folder.path() / "run");
  return collect_results(load_run(folder.path() / "run"));
}

Row row(const std::string& name, const std::vector<double>& values) {
  Row row;
  row.name = row.title = name;
  for (const double value : values) {
    SeedResult seed;
    seed.seed = row.seeds.size();
    seed.state = CellState::done;
    seed.metrics["accuracy"] = value;
    row.seeds.push_back(seed);
  }
  return row;
}

BenchmarkResults benchmark(std::vector<Row> rows, Metric::Better better = Metric::Better::higher) {
  BenchmarkResults benchmark;
  benchmark.id = "b";
  Metric metric;
  metric.id = metric.title = "accuracy";
  metric.better = better;
  metric.primary = true;
  benchmark.metrics = {metric};
  benchmark.rows = std::move(rows);
  for (std::size_t seed = 0; seed < benchmark.rows.front().seeds.size(); ++seed) {
    benchmark.seeds.push_back(seed);
  }
  return benchmark;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("LaTeX prints each special character as it was written") {
  CHECK(latex("\\ & % $ # _ { } ~ ^") ==
        "\\textbackslash{} \\& \\% \\$ \\# \\_ \\{ \\} \\textasciitilde{} \\textasciicircum{}");
  CHECK(latex("<a> | `b` \"c\"") ==
        "\\textless{}a\\textgreater{} \\textbar{} \\textasciigrave{}b\\textasciigrave{} "
        "{\\char34}c{\\char34}");
  CHECK(latex("0.5 \u00b1 0.1 \u2212 \u2191 \u2193 \u2192 \u2026 \u03b1 \u03c9 \u03bf") ==
        "0.5 $\\pm$ 0.1 $-$ $\\uparrow$ $\\downarrow$ $\\rightarrow$ \\ldots{} $\\alpha$ $\\omega$ "
        "$o$");
  CHECK(latex("a--b ''c'' ,,") == "a-{}-b '{}'c'{}' ,{},");
  CHECK(latex("[1] [2]") == "{[}1] [2]");
  CHECK(latex("*") == "{*}");
  CHECK(latex("\u00e9t\u00e9 \u0142 \u4e2d") == "\u00e9t\u00e9 \u0142 \u4e2d");
  CHECK(latex(Text{code("a_b"), plain(" & "), strong("c")}) == "\\texttt{a\\_b} \\& c");
}

TEST_CASE("LaTeX gets no control characters, line breaks or turned text") {
  CHECK(latex("a\nb\tc\x1b\u202e\xff") == "a b c\\textbackslash{}x1b\\textbackslash{}u202e{?}");
  CHECK(latex("%\n\\input{/etc/passwd}") == "\\% \\textbackslash{}input\\{/etc/passwd\\}");
}

TEST_CASE("the LaTeX report is well-formed, with a leaderboard, the benchmarks and the claims") {
  Report report = make_report(made_up());
  const test::LatexFacts facts = test::check_latex(write_latex(report));
  CHECK(facts.mistakes == Names{});
  CHECK(facts.tables == 4);
  // The numbers that analysis_test.cc works by hand: photos' xent .6682 +- 2.776 * .0081976 /
  // sqrt 5.
  const std::vector<Names> rows = facts.rows;
  CHECK(std::find(rows.begin(), rows.end(),
                  Names{"\\texttt{xent}", "0.668 $\\pm$ 0.010", "\\textbf{0.707} $\\pm$ 0.063",
                        "\\textbf{0.610}"}) != rows.end());
  CHECK(std::find(rows.begin(), rows.end(),
                  Names{"\\texttt{product}", "0.669 $\\pm$ 0.010 ($n=4$)", "--", "--"}) !=
        rows.end());
  CHECK(std::find(rows.begin(), rows.end(),
                  Names{"refuted", "\\emph{Few labels are worth less than the confidence loss}"}) !=
        rows.end());
  // What sees the truth is better than all and still not bold.
  CHECK(facts.bold == Names{"0.703", "0.699", "0.710", "0.707", "0.610", "0.700"});
}

TEST_CASE("the caption of the claims says by which rules they were tested") {
  RunResults results = made_up();
  const auto caption_says = [&](const std::string& text) {
    return write_latex(make_report(results))
               .find("what the results say of them, at level " + text) != std::string::npos;
  };
  CHECK(caption_says("0.05 after Holm's correction."));
  for (Claim& claim : results.claims) claim.rules = {.01, Correction::bonferroni};
  CHECK(caption_says("0.01 after Bonferroni's correction."));
  for (Claim& claim : results.claims) claim.rules = {.1, Correction::none};
  CHECK(caption_says("0.1, $p$-values not corrected."));
}

TEST_CASE("hostile titles, ids and messages do not break LaTeX") {
  RunResults results = made_up();
  const std::string hostile =
      "\\end{tabular}\\input{x} & % $ # _ { } ~ ^ [ * \" ` -- \\\\ \x07\n\n\u202e" +
      std::string(10'000, '{');
  results.title = results.name = results.started = hostile;
  results.families["weak_to_strong"]["title"] = hostile;
  for (BenchmarkResults& one : results.benchmarks) {
    one.id = "[" + hostile;
    for (Metric& metric : one.metrics) metric.title = metric.unit = hostile;
    for (Row& row : one.rows) row.title = "*" + hostile;
  }
  for (Claim& claim : results.claims) claim.says = claim.paper = hostile;
  const test::LatexFacts facts = test::check_latex(write_latex(make_report(std::move(results))));
  CHECK(facts.mistakes == Names{});
  CHECK(facts.tables == 4);
}

TEST_CASE("the other made-up runs are well-formed LaTeX") {
  for (const test::RunSpec& spec :
       {test::big_run(), test::failures_run(), test::hostile_run(), test::planned_run()}) {
    const test::TemporaryFolder folder;
    test::write_run(spec, folder.path() / "run");
    INFO(spec.name);
    CHECK(test::check_latex(report_text(folder.path() / "run", "tex")).mistakes == Names{});
  }
}

TEST_CASE("LaTeX says what it needs beyond pdfLaTeX") {
  RunResults results = made_up();
  CHECK(write_latex(make_report(results)).find("fontenc") == std::string::npos);
  results.title = "\u00e9t\u00e9";
  CHECK(write_latex(make_report(results)).find("% For accented letters") != std::string::npos);
  results.title = "\u4e2d\u6587";
  CHECK(write_latex(make_report(results)).find("compile with LuaLaTeX or XeLaTeX") !=
        std::string::npos);
}

TEST_CASE("many benchmarks are split over tables of at most four columns") {
  RunResults results = made_up();
  const BenchmarkResults photos = results.benchmarks.front();
  results.benchmarks.clear();
  results.claims.clear();
  for (int i = 0; i < 9; ++i) {
    results.benchmarks.push_back(photos);
    results.benchmarks.back().id = "photos-" + std::to_string(i);
  }
  const std::string text = write_latex(make_report(std::move(results)));
  const test::LatexFacts facts = test::check_latex(text);
  CHECK(facts.mistakes == Names{});
  CHECK(facts.tables == 5);  // the leaderboard and 3 x 3
  CHECK(text.find("(3 of 3)") != std::string::npos);
}

namespace {

std::vector<std::string> best_of(BenchmarkResults benchmark) {
  RunResults results;
  results.benchmarks.push_back(std::move(benchmark));
  return best_group(results, 0);
}

}  // namespace

TEST_CASE("the group of the best holds what Holm's tests do not tell apart from it") {
  // Differences to a: b .002 -.002 .001 -.001 0 (t = 0, p = 1); c .1 .11 .09 .1 .1 (p < .001).
  const Row a = row("a", {.90, .91, .89, .92, .90}), b = row("b", {.898, .912, .889, .921, .90}),
            c = row("c", {.80, .80, .80, .82, .80});
  CHECK(best_of(benchmark({a, b, c})) == Names{"a", "b"});
  CHECK(best_of(benchmark({c})) == Names{"c"});
  CHECK(best_of(benchmark({a, b, c}, Metric::Better::lower)) == Names{"c"});
  CHECK(best_of(benchmark({a, b, c}, Metric::Better::neither)) == Names{});
  CHECK(best_of(benchmark({row("none", {no_value, no_value})})) == Names{});

  Row seer = row("seer", {1, 1, 1, 1, 1});
  seer.apart = "sees the truth";
  Row reference = row("ceiling", {1, 1, 1, 1, 1});
  reference.reference = true;
  CHECK(best_of(benchmark({seer, a, c, reference})) == Names{"a"});

  // One seed, or differences without spread: no test, so nothing is told apart.
  CHECK(best_of(benchmark({row("a", {.9}), row("b", {.1})})) == Names{"a", "b"});
  CHECK(best_of(benchmark({row("a", {.9, .8, .7}), row("b", {.8, .7, .6})})) == Names{"a", "b"});
}

TEST_CASE("Holm's correction can keep in the group what a single test would not") {
  // Differences .010 +- t: mean .01, sd .0079 over 5: t = 2.83, p = .0474 < .05 alone; with a
  // second comparison of the same p Holm asks for .0237.
  const std::vector<double> a = {.90, .90, .90, .90, .90};
  const std::vector<double> b = {.90, .885, .88, .89, .895};
  CHECK(best_of(benchmark({row("a", a), row("b", b)})) == Names{"a"});
  CHECK(best_of(benchmark({row("a", a), row("b", b), row("c", b)})) == Names{"a", "b", "c"});
}

TEST_CASE("the checker of LaTeX finds what is wrong") {
  const auto wrong = [](const std::string& text) {
    return !test::check_latex(text).mistakes.empty();
  };
  const std::string table = "\\begin{table}[t]\n\\begin{tabular}{lr}\n";
  const std::string end = "\\end{tabular}\n\\end{table}\n";
  CHECK_FALSE(wrong("% comment {\n" + table + "a & b \\\\\n" + end));
  for (const char* body :
       {"a \\\\\n", "a & b & c \\\\\n", "a & b\n", "a & {b \\\\\n", "a & $b \\\\\n",
        "a & b_c \\\\\n", "a & 5% \\\\\n", "a & \\input{x} \\\\\n", "a & ^ \\\\\n",
        "a & b \\\\\n[1] & b \\\\\n", "a & \" \\\\\n"}) {
    INFO(body);
    CHECK(wrong(table + body + end));
  }
  CHECK(wrong(table + "a & b \\\\\n\\end{table}\n"));
  CHECK(wrong("}"));
  CHECK(wrong("\\begin{figure}\\end{figure}"));
}

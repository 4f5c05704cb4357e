// The first thing a reader sees: what to beware of, what the suite claimed, what beat the baseline.
#include "reports/model/number_text.h"
#include "reports/sections/sections.h"

#include <assay/common/text.h>

#include <algorithm>
#include <cmath>

namespace assay::reports {

namespace {

// More comparisons than this are folded below a line for each method.
constexpr std::size_t most_shown = 12;

Tone tone_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::supported:
      return Tone::good;
    case Verdict::refuted:
      return Tone::bad;
    case Verdict::inconclusive:
      break;
  }
  return Tone::open;
}

std::string seeds_used(const Estimate& difference) {
  const std::size_t all = difference.n + difference.dropped;
  if (difference.dropped == 0) return counted(all, "seed");
  return std::to_string(difference.n) + " of " + counted(all, "seed");
}

const BenchmarkResults* find_benchmark(const RunResults& results, const std::string& id) {
  const auto found = std::find_if(results.benchmarks.begin(), results.benchmarks.end(),
                                  [&](const BenchmarkResults& one) { return one.id == id; });
  return found == results.benchmarks.end() ? nullptr : &*found;
}

// What a test measured: "`logconf` − `xent`", "slope of log Accuracy over log `logconf over
// alpha`".
Text measured_text(const ClaimTest& test, const std::string& title) {
  if (!test.fits()) {
    if (test.relation == ClaimTest::Relation::level) return {code(test.left)};
    Text text{code(test.left), plain(" \u2212 "), code(test.right)};
    if (!test.right_benchmark.empty()) {
      text.insert(text.end(), {plain(" on "), code(test.right_benchmark)});
    }
    return text;
  }
  const std::string metric = (test.log_metric ? "log " : "") + title;
  const std::string of = test.relation == ClaimTest::Relation::slope
                             ? "slope of " + metric
                             : "threshold where " + title + " crosses " + number_text(test.level);
  return {plain(of + (test.log_axis ? " on a logarithmic axis, " : ", ")), code(test.line)};
}

// Slopes can be of any size: three digits that count, as far as a line has room for them.
int decimals_of_fit(double value) {
  int decimals = decimals_for(std::abs(value), false);
  if (decimals == three_digits) return decimals;
  while (decimals < 9 && value != 0 && std::abs(value) * std::pow(10, decimals) < 100) ++decimals;
  return decimals;
}

// A value with its interval, without the sign that differences have.
std::string unsigned_text(const Estimate& value, int decimals) {
  const std::string mean = number(value.mean, decimals);
  return value.interval ? mean + " " + interval_text(*value.interval, decimals, false) : mean;
}

// Of a logarithmic axis the thresholds are averaged as logarithms, and shown on the axis.
std::string fitted_text(const ClaimTest& test) {
  Estimate fitted = test.test.difference;
  const bool back = test.relation == ClaimTest::Relation::threshold && test.log_axis;
  if (back) {
    fitted.mean = std::exp(fitted.mean);
    if (fitted.interval) {
      fitted.interval = Interval{std::exp(fitted.interval->low), std::exp(fitted.interval->high)};
    }
  }
  const int decimals = decimals_of_fit(fitted.mean);
  if (test.relation == ClaimTest::Relation::slope) return difference_text(fitted, decimals);
  return unsigned_text(fitted, decimals);
}

// How surely: "; Holm p = 0.02, paired t p = 0.01, sign-flip p = 0.06".
std::string surety_text(const ClaimTest& test, Correction correction) {
  std::string text;
  if (correction == Correction::holm) text = p_text("Holm p", test.adjusted) + ", ";
  if (correction == Correction::bonferroni) text = p_text("Bonferroni p", test.adjusted) + ", ";
  if (test.no_spread)
    return "; " + text + sign_flip_text(test.sign_flip) + " (" + no_spread_text() + ")";
  text += p_text(test.fits() ? "p" : test.procedure + " p", test.p);
  if (test.fits()) text += " (" + test.procedure + ")";
  if (!std::isnan(test.sign_flip.p)) text += ", " + sign_flip_text(test.sign_flip);
  return "; " + text;
}

// One test of a claim: "supported on photos: logconf − xent = +0.031 [...] in Gain, 5 seeds; ...".
Text test_text(const RunResults& results, const ClaimTest& test, Correction correction) {
  Text text{strong(verdict_word(test.verdict))};
  const bool over_benchmarks =
      test.fits() && test.points.front().benchmark != test.points.back().benchmark;
  if (!over_benchmarks) text.insert(text.end(), {plain(" on "), code(test.benchmark)});
  text.push_back(plain(": "));
  const BenchmarkResults* benchmark = find_benchmark(results, test.benchmark);
  const Metric* metric = benchmark == nullptr ? nullptr : benchmark->metric(test.metric);
  const Text measured = measured_text(test, metric == nullptr ? test.metric : metric->title);
  text.insert(text.end(), measured.begin(), measured.end());
  if (metric == nullptr || (!test.test.testable() && (test.censored == 0 || !test.note.empty()))) {
    text.push_back(plain(": " + (test.note.empty() ? "the metric is not there" : test.note)));
    return text;
  }
  if (test.fits()) {
    // Thresholds that are known in part have no mean.
    if (test.censored == 0) text.push_back(plain(" = " + fitted_text(test)));
    if (test.by_value || !std::isnan(test.sign_flip.p)) {
      text.push_back(plain(", " + seeds_used(test.test.difference)));
    }
  } else {
    const int decimals = decimals_of(*benchmark, *metric);
    const Estimate& found = test.test.difference;
    const std::string shown = test.relation == ClaimTest::Relation::level
                                  ? unsigned_text(found, decimals)
                                  : difference_text(found, decimals);
    text.push_back(plain(" = " + shown + " in " + (test.log_metric ? "log " : "") + metric->title +
                         ", " + seeds_used(test.test.difference)));
  }
  if (!test.note.empty()) {
    text.push_back(plain("; " + test.note));
    return text;
  }
  if (test.by_value) {
    text.push_back(plain("; the same in every seed: decided by its value, no test"));
    return text;
  }
  text.push_back(muted(surety_text(test, correction)));
  const std::string hint =
      test.verdict == Verdict::inconclusive ? seeds_hint(test.seeds, test.many_seeds) : "";
  if (!hint.empty()) text.push_back(plain("; " + hint));
  return text;
}

// The metric's title where all of the claim's benchmarks call it so, else its id.
std::string metric_title(const RunResults& results, const Claim& claim) {
  std::string title;
  for (const std::string& id : claim.on) {
    const BenchmarkResults* benchmark = find_benchmark(results, id);
    const Metric* metric = benchmark == nullptr ? nullptr : benchmark->metric(claim.metric);
    if (metric == nullptr || (!title.empty() && title != metric->title)) return claim.metric;
    title = metric->title;
  }
  return title.empty() ? claim.metric : title;
}

Finding claim_finding(const RunResults& results, const ClaimResult& claim) {
  Finding finding;
  finding.tone = tone_of(claim.verdict);
  finding.word = verdict_word(claim.verdict);
  finding.statement = {strong(claim.claim.says)};
  Text expects{plain("expects "), code(claim.claim.expect),
               plain((claim.claim.log ? " in log " : " in ") + metric_title(results, claim.claim))};
  if (!claim.claim.paper.empty()) {
    expects.push_back(plain(" \u00b7 "));
    expects.push_back(paper_span(claim.claim.paper));
  }
  const ClaimRules &rules = claim.claim.rules, usual;
  if (rules.level != usual.level || rules.correction != usual.correction) {
    expects.push_back(plain(
        " \u00b7 level " + number_text(rules.level) + ", " +
        (rules.correction == Correction::none
             ? std::string("p-values not corrected")
             : "corrected after " +
                   std::string(rules.correction == Correction::holm ? "Holm" : "Bonferroni"))));
  }
  finding.details.push_back(std::move(expects));
  for (const ClaimTest& test : claim.tests) {
    finding.details.push_back(test_text(results, test, rules.correction));
  }
  return finding;
}

Finding comparison_finding(const RunResults& results, const Comparison& comparison) {
  const BenchmarkResults& benchmark = results.benchmarks[comparison.benchmark];
  const Metric* metric = benchmark.metric(comparison.metric);
  const Estimate& difference = comparison.test.difference;
  Finding finding;
  std::string relation = " against ";
  switch (comparison.outcome) {
    case Comparison::Outcome::better:
      finding.tone = Tone::good;
      finding.word = "better";
      relation = " is better than ";
      break;
    case Comparison::Outcome::worse:
      finding.tone = Tone::bad;
      finding.word = "worse";
      relation = " is worse than ";
      break;
    case Comparison::Outcome::undecided:
      finding.word = "undecided";
      break;
  }
  Text& text = finding.statement;
  text = {strong(comparison.method), plain(relation), strong(comparison.baseline), plain(" on "),
          code(benchmark.id),        plain(": ")};
  if (metric == nullptr || !comparison.test.testable()) {
    text.push_back(plain(difference.n == 0 ? "no seed has both values"
                                           : "one seed has both values: nothing can be tested"));
    return finding;
  }
  text.push_back(plain(metric->title + " " +
                       difference_text(difference, decimals_of(benchmark, *metric)) + ", "));
  text.push_back(plain(p_text("Holm p", comparison.adjusted) + ", " + seeds_used(difference)));
  text.push_back(muted(
      " (" +
      (comparison.test.no_spread() ? no_spread_text() : sign_flip_text(comparison.test.sign_flip)) +
      ")"));
  const std::string hint = comparison.outcome == Comparison::Outcome::undecided
                               ? seeds_hint(comparison.seeds, comparison.many_seeds)
                               : "";
  if (!hint.empty()) text.push_back(plain("; " + hint));
  return finding;
}

// One line for each method: on how many benchmarks it was better, worse, or not told apart.
Findings over_benchmarks(const FamilyStandings& family) {
  Findings findings;
  for (const Standing& standing : family.standings) {
    const std::size_t compared = standing.better + standing.worse + standing.undecided;
    if (compared == 0) continue;
    Finding finding;
    const bool mixed = standing.better > 0 && standing.worse > 0;
    finding.tone = mixed                 ? Tone::warning
                   : standing.better > 0 ? Tone::good
                   : standing.worse > 0  ? Tone::bad
                                         : Tone::open;
    finding.word = mixed                 ? "mixed"
                   : standing.better > 0 ? "better"
                   : standing.worse > 0  ? "worse"
                                         : "undecided";
    finding.statement = {
        strong(standing.name),
        plain(": better on " + std::to_string(standing.better) + ", worse on " +
              std::to_string(standing.worse) + ", undecided on " +
              std::to_string(standing.undecided) + " of " + counted(compared, "benchmark"))};
    if (standing.over_baseline) {
      const Estimate& difference = standing.over_baseline->estimate;
      finding.statement.push_back(
          plain("; " + family.metric.title + " " +
                difference_text(difference,
                                decimals_for(std::abs(difference.mean), family.metric.share)) +
                " over the baseline, averaged over them"));
    }
    findings.items.push_back(std::move(finding));
  }
  return findings;
}

void add_comparisons(Section& section, const RunResults& results, const Analysis& analysis) {
  if (analysis.comparisons.empty()) return;
  section.add(Heading{"Against the baseline", "against-the-baseline"});
  const bool assumed = std::any_of(
      analysis.comparisons.begin(), analysis.comparisons.end(), [&](const Comparison& comparison) {
        return results.benchmarks[comparison.benchmark].baseline_assumed;
      });
  if (assumed) {
    section.add(
        Paragraph{{muted("Where the suite names no baseline, the first method is taken.")}});
  }
  Findings all;
  for (const Comparison& comparison : analysis.comparisons) {
    all.items.push_back(comparison_finding(results, comparison));
  }
  if (all.items.size() <= most_shown) {
    section.add(std::move(all));
    return;
  }
  for (const FamilyStandings& family : analysis.families) {
    if (analysis.families.size() > 1) {
      section.add(Paragraph{{strong(standings_title(results, family))}});
    }
    section.add(over_benchmarks(family));
  }
  section.add(Details{"Each of the " + std::to_string(all.items.size()) + " comparisons",
                      blocks_of(std::move(all))});
}

}  // namespace

Section verdict_section(const RunResults& results, const Analysis& analysis) {
  Section section{"verdicts", "Verdicts", {}};
  if (!analysis.warnings.empty()) {
    Callout callout{"Read this first", {}};
    for (const std::string& warning : analysis.warnings) callout.items.push_back({plain(warning)});
    section.add(std::move(callout));
  }
  if (analysis.claims.empty()) {
    section.add(Paragraph{{muted("The suite states no claims.")}});
  } else {
    section.add(Heading{"The suite's claims", "claims"});
    Findings claims;
    for (const ClaimResult& claim : analysis.claims) {
      claims.items.push_back(claim_finding(results, claim));
    }
    section.add(std::move(claims));
  }
  add_comparisons(section, results, analysis);
  return section;
}

}  // namespace assay::reports

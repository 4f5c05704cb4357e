// How the numbers were made, in words a reader can check; the formulas are in docs/statistics.md.
#include "reports/sections/sections.h"

#include <algorithm>

namespace assay::reports {

namespace {

// Of the section on methods against each other; formulas as they are computed.
void add_pool_items(List& list, const Analysis& analysis) {
  const auto item = [&list](const char* name, const char* text) {
    list.items.push_back({strong(name), plain(text)});
  };
  const auto has_unit = [&analysis](Pool::Unit unit) {
    return std::any_of(analysis.pools.begin(), analysis.pools.end(), [unit](const Pool& pool) {
      return pool.usable() && pool.unit == unit;
    });
  };
  const bool benchmarks = has_unit(Pool::Unit::benchmarks);
  if (!benchmarks && !has_unit(Pool::Unit::seeds)) return;
  if (benchmarks) {
    item("Methods against each other, over benchmarks.",
         " For each pair the mean paired differences d of the benchmarks, zeros left out; |d| is ranked, "
         "W is the smaller of the rank sums of both signs, p = 2 P(W\u2032 \u2264 W) over all 2\u207f signs, "
         "exactly. Benchmarks are the sample here, so this speaks of other benchmarks of the kind. "
         "Mean ranks average the rank of each method\u2019s mean on each benchmark (1 = best). "
         "Friedman: \u03c7\u00b2 = 12M / (K(K+1)) \u00b7 (\u03a3R\u00b2 \u2212 K(K+1)\u00b2/4) for K methods and "
         "M benchmarks; Iman and Davenport: F = (M\u22121)\u03c7\u00b2 / (M(K\u22121) \u2212 \u03c7\u00b2).");
  }
  if (has_unit(Pool::Unit::seeds)) {
    item("Methods against each other, over seeds.",
         " The paired t test of each pair\u2019s difference, averaged over the benchmarks seed by seed: "
         "benchmarks are fixed, seeds random. Used where the test over benchmarks has too few of them to tell any "
         "pair apart after Holm.");
  }
  item("Groups and places.",
       " Methods in the table\u2019s order; a group is a longest run of neighbours of which no pair is "
       "told apart (Holm over all pairs of the family). A method\u2019s places are those that its "
       "groups span. Groups can hide that two methods are not told apart where one between them "
       "is; the matrix of pairs has all.");
  item("P(better).",
       " The share of pairs of runs, one of each method on the same benchmark, in which the first "
       "is better, ties counted half; the mean over benchmarks (Mann and Whitney\u2019s U / n\u00b2).");
  item("Interquartile mean and profiles.",
       " All runs of a method are sorted, a quarter is dropped at each end, the rest averaged. A "
       "profile is the share of runs beyond a value. Intervals: seeds are drawn with replacement "
       "within each benchmark, 20,000 times (2,000 for profiles), and the middle 95 % is taken; the draws are the same in every report. Below ten seeds "
       "such intervals cover less often than 95 %.");
}

}  // namespace

Section statistics_section(const RunResults& results, const Analysis& analysis) {
  Section section{"statistics", "How to read the numbers", {}};
  List list;
  const auto item = [&list](const char* name, const char* text) {
    list.items.push_back({strong(name), plain(text)});
  };
  item("What varies.",
       " Every interval and test is over seeds, unless it says that it is over benchmarks: would "
       "another training run change this? The benchmark and its test set are fixed, and nothing of "
       "this says whether a result would hold on other data.");
  item("mean \u00b1 half-width.",
       " The mean over seeds with its 95 % Student-t interval. One seed has no interval. A cell "
       "that failed "
       "is missing, not zero.");
  item("Differences.",
       " Rows are compared on the same seeds: the mean of the paired differences, its 95 % t "
       "interval, and "
       "the two-sided paired t test, which decides. Seeds that one of the two lacks are left out.");
  item("Sign-flip p.",
       " The share of all ways to flip the signs of the differences that give a sum at least as "
       "large: it "
       "assumes no distribution, and is printed beside. It cannot be smaller than 2 / 2\u207f: "
       "0.0625 with "
       "five seeds. Above 20 pairs it is estimated from 10,000 random flips. Beside a \u201cnear\u201d "
       "it is that of the differences to the end of the range that decides.");
  item("Holm p.",
       " The p-value corrected for how many tests were made: over all comparisons with a baseline "
       "in this "
       "report, and separately over all tests of the suite's claims (each part on each benchmark). "
       "Planned tests that could not be made count as p = 1. At or "
       "below 0.05 a test decides.");
  item("Claims.",
       " Supported: every part of the expectation is established on every benchmark. Refuted: the "
       "opposite of one part is. Else inconclusive. A difference within a range is supported when "
       "it is shown to lie inside, and refuted when it is shown to lie outside. A slope is the "
       "line of least squares of each seed along the axis, and the t test over the seeds\u2019 slopes; "
       "a threshold is where each seed first crosses the level, by linear interpolation. Level 0.05 "
       "and Holm, where the suite states no others.");
  item("Seeds that would decide.",
       " The smallest number of seeds at which a paired t test of the observed difference has "
       "power 0.8, at "
       "the level that Holm leaves. The spread is itself estimated from few seeds: read it as "
       "\u201cabout\u201d.");
  const bool ratios = std::any_of(
      results.benchmarks.begin(), results.benchmarks.end(), [](const BenchmarkResults& benchmark) {
        return std::any_of(benchmark.metrics.begin(), benchmark.metrics.end(),
                           [](const Metric& metric) { return metric.ratio.has_value(); });
      });
  if (ratios) {
    item("Ratios such as PGR.",
         " The ratio of the two means over seeds, with Fieller\u2019s 95 % interval for paired "
         "data; not the "
         "mean of the seeds\u2019 ratios, which a single small denominator can ruin. Not defined "
         "unless the "
         "denominator\u2019s mean exceeds two standard errors. An interval can be unbounded: then "
         "the "
         "denominator may be zero at level 0.05. Claims and comparisons on a ratio test its "
         "numerator, "
         "because the rows of a seed share the denominator.");
  }
  item("Leaderboard.",
       " The mean over benchmarks of the values, and of the paired differences; benchmarks are "
       "fixed, seeds random. A seed has one split, one set of first weights and one order in all "
       "benchmarks: where they share seeds, a seed\u2019s values are averaged over benchmarks "
       "first, and the t interval is over seeds; where only some are shared, over those. Without "
       "a shared seed variances add up, with degrees of freedom after Welch and Satterthwaite.");
  add_pool_items(list, analysis);
  section.add(std::move(list));
  return section;
}

}  // namespace assay::reports

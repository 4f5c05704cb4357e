// How the numbers were made, in words a reader can check; the formulas are in docs/statistics.md.
#include "reports/sections/sections.h"

#include <algorithm>

namespace assay::reports {

Section statistics_section(const RunResults& results) {
  Section section{"statistics", "How to read the numbers", {}};
  List list;
  const auto item = [&list](const char* name, const char* text) {
    list.items.push_back({strong(name), plain(text)});
  };
  item("What varies.",
       " Every interval and test is over seeds: would another training run change this? The "
       "benchmark and "
       "its test set are fixed. Nothing here says whether the result would hold on other data.");
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
       "report, and separately over all tests of the suite's claims (each link on each benchmark). "
       "Planned tests that could not be made count as p = 1. At or "
       "below 0.05 a test decides.");
  item("Claims.",
       " Supported: every link of the expectation is established on every benchmark. Refuted: the "
       "opposite "
       "of one link is. Else inconclusive. \u201cnear\u201d is supported when the 95 % interval of "
       "the "
       "difference lies inside the stated range, and refuted when it lies outside.");
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
  section.add(std::move(list));
  return section;
}

}  // namespace assay::reports

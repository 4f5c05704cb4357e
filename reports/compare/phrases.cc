#include "reports/compare/phrases.h"

#include "reports/model/number_text.h"

#include <assay/common/text.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace assay::reports {

namespace {

constexpr const char* arrow = " \u2192 ";

std::size_t gated(const RunComparison& comparison) {
  return static_cast<std::size_t>(std::count_if(comparison.rows.begin(), comparison.rows.end(),
                                                [](const auto& row) { return row.gated; }));
}

// Those that a row of the verdict is judged by: the margin for all metrics does not hold for one
// that has its own.
std::string margin_text(const RunComparison& comparison) {
  const Margins& margins = comparison.options.margins;
  std::set<std::string> own;
  bool others = false;
  for (const RowComparison& row : comparison.rows) {
    if (!row.gated) continue;
    const bool has_own = margins.of_metrics.count(row.metric.id) > 0;
    if (has_own) own.insert(row.metric.id);
    others = others || !has_own;
  }
  std::vector<std::string> parts;
  if (margins.absolute && others) parts.push_back(number_text(*margins.absolute));
  for (const std::string& metric : own) {
    parts.push_back(number_text(margins.of_metrics.at(metric)) + " of " + metric);
  }
  if (margins.relative) {
    parts.push_back(number_text(100 * *margins.relative) + " % of BASE's mean");
  }
  if (parts.empty()) return "the margin 0";
  return "the margin " + join(parts, " and ");
}

std::string is_or_are(std::size_t count) {
  return count == 1 ? " is " : " are ";
}

std::string verdict_sentence(const RunComparison& comparison) {
  const std::size_t all = gated(comparison);
  const std::string of_all = " of " + counted(all, "comparison");
  switch (comparison.verdict) {
    case CompareVerdict::regressed: {
      const std::size_t count = comparison.count(Change::regressed, true);
      return std::to_string(count) + of_all + is_or_are(count) + "worse by more than " +
             margin_text(comparison);
    }
    case CompareVerdict::nothing_measured:
      return "no method has a metric with a direction that both runs measured on a seed: there is "
             "nothing to judge";
    case CompareVerdict::incomplete:
      return "NEW has no result for some of what both runs plan, so that nothing can be said of it";
    case CompareVerdict::inconclusive: {
      const std::size_t count = comparison.count(Change::inconclusive, true);
      return "for " + std::to_string(count) + of_all +
             " these seeds cannot tell whether NEW is worse "
             "by more than " +
             margin_text(comparison);
    }
    case CompareVerdict::passed:
      break;
  }
  const bool identical =
      std::all_of(comparison.rows.begin(), comparison.rows.end(),
                  [](const RowComparison& row) { return row.identical || !row.gated; });
  if (identical) return counted(all, "comparison") + ": the same values in both runs";
  return "none" + of_all + " is worse by more than " + margin_text(comparison);
}

// Sentences that go with every verdict.
void add_cells(const RunComparison& comparison, std::vector<std::string>& sentences) {
  std::size_t broken = 0, neither = 0, fixed = 0;
  for (const RowComparison& row : comparison.rows) {
    broken += row.count(SeedChange::broken);
    neither += row.count(SeedChange::neither);
    fixed += row.count(SeedChange::fixed);
  }
  if (broken > 0) {
    sentences.push_back(counted(broken, "seed") + " measured in BASE, failed or missing in NEW");
  }
  if (neither > 0) {
    sentences.push_back(counted(neither, "seed") + " have a result in neither run");
  }
  if (fixed > 0) {
    sentences.push_back(counted(fixed, "seed") + " that BASE lacks have a result in NEW");
  }
}

std::size_t references_not_as_before(const RunComparison& comparison) {
  return static_cast<std::size_t>(
      std::count_if(comparison.rows.begin(), comparison.rows.end(), [](const RowComparison& row) {
        return row.reference && !row.gated &&
               (row.change == Change::regressed || row.change == Change::improved);
      }));
}

std::string p_note(const RowComparison& row) {
  const double p = row.test.p_regressed;
  if (!std::isfinite(row.test.interval.low) || row.identical || p > significance_level) return "";
  std::string text = p_text("p", p);
  if (std::isfinite(row.adjusted) && row.adjusted != p) {
    text += " (" + p_text("after Holm", row.adjusted) + ")";
  }
  return text;
}

std::string notes_text(const RowComparison& row) {
  std::vector<std::string> notes;
  const auto add = [&notes](const std::string& note) {
    if (!note.empty()) notes.push_back(note);
  };
  const auto add_count = [&](SeedChange change, const char* word) {
    if (const std::size_t count = row.count(change)) add(std::to_string(count) + " " + word);
  };
  if (row.identical) add("the same values");
  if (row.unpaired && row.base.n + row.now.n > 0) add("no shared seeds: unpaired");
  add(p_note(row));
  if (row.test.difference.no_variation() && !row.identical) {
    add("the same difference in every seed: sign flips decide");
  }
  if (row.seeds_to_decide) {
    add("about " + std::to_string(*row.seeds_to_decide) + " seeds would decide");
  }
  add_count(SeedChange::broken, "broken");
  add_count(SeedChange::neither, "in neither run");
  add_count(SeedChange::fixed, "fixed");
  if (!row.unpaired) {
    add_count(SeedChange::added, "new");
    add_count(SeedChange::gone, "gone");
  }
  if (row.metric.better == Metric::Better::lower) add("smaller is better");
  if (!row.stands_for.empty()) add("numerator of " + row.stands_for);
  if (row.reference) add(row.gated ? "reference" : "reference: not gated");
  return join(notes, "; ");
}

}  // namespace

std::vector<std::string> compare_headlines(const RunComparison& comparison) {
  std::vector<std::string> sentences{verdict_sentence(comparison)};
  add_cells(comparison, sentences);
  if (const std::size_t count = comparison.count(Change::inconclusive, true);
      count > 0 && comparison.verdict != CompareVerdict::inconclusive) {
    sentences.push_back(std::to_string(count) + " of " + counted(gated(comparison), "comparison") +
                        is_or_are(count) + "inconclusive");
  }
  if (const std::size_t count = references_not_as_before(comparison)) {
    sentences.push_back(counted(count, "reference row") +
                        " changed by more than the margin (not gated)");
  }
  const auto questions =
      std::count_if(comparison.differences.begin(), comparison.differences.end(),
                    [](const Difference& one) { return one.kind == Difference::Kind::question; });
  if (questions > 0) {
    sentences.push_back(
        "the runs do not measure the same thing: their settings, seeds or data differ");
  }
  const bool decided = comparison.verdict == CompareVerdict::passed ||
                       comparison.verdict == CompareVerdict::nothing_measured;
  if (!comparison.options.margins.any() && !decided) {
    sentences.push_back(
        "no margin was given, so that only values that are the same or certainly better pass: say "
        "with --margin X how much worse is still acceptable");
  }
  return sentences;
}

std::vector<std::string> compare_notes(const RunComparison& comparison) {
  std::vector<std::string> notes;
  for (const auto& [name, side] : {std::pair{"BASE", &comparison.base}, {"NEW", &comparison.now}}) {
    if (side->running) {
      notes.push_back(std::string(name) + " is not finished: another command works on it");
    }
    for (const std::string& problem : side->problems) {
      notes.push_back(std::string(name) + ": " + problem);
    }
  }
  return notes;
}

std::string side_text(const RunSide& side) {
  std::string text = side.folder + ": suite " + side.suite;
  if (!side.started.empty()) text += ", " + side.started;
  if (!side.commit.empty()) text += ", commit " + side.commit;
  text += ", " + std::to_string(side.done) + " done";
  if (side.failed > 0) text += ", " + std::to_string(side.failed) + " failed";
  if (side.missing > 0) text += ", " + std::to_string(side.missing) + " missing";
  return text;
}

std::string difference_text(const Difference& difference) {
  std::string text = difference.where.empty() ? "" : difference.where + ": ";
  text += difference.what;
  if (difference.base.empty() && difference.now.empty()) return text;
  const auto shown = [](const std::string& value) { return value.empty() ? "none" : value; };
  return text + ": " + shown(difference.base) + arrow + shown(difference.now);
}

int row_decimals(const RowComparison& row) {
  const double largest = std::max(std::abs(row.base.mean), std::abs(row.now.mean));
  const int usual = decimals_for(largest, row.metric.share);
  if (usual == three_digits) return usual;
  double scale = row.test.interval.half_width();
  if (!(scale > 0)) scale = std::abs(row.test.difference.mean);
  if (!(scale > 0) || !std::isfinite(scale)) return usual;
  // Not more than a double holds of the means.
  return std::clamp(1 - static_cast<int>(std::floor(std::log10(scale))), usual, 12);
}

RowNumbers row_numbers(const RowComparison& row) {
  RowNumbers numbers;
  numbers.notes = notes_text(row);
  if (row.unpaired) {
    numbers.pairs = std::to_string(row.base.n) + " and " + counted(row.now.n, "seed");
  } else {
    numbers.pairs = counted(row.base.n, "pair");
  }
  if (row.base.n == 0 || row.now.n == 0) return numbers;
  const int decimals = row_decimals(row);
  numbers.means = number(row.base.mean, decimals) + arrow + number(row.now.mean, decimals);
  numbers.difference = signed_number(row.sign() * row.test.difference.mean, decimals);
  if (std::isfinite(row.test.interval.low)) {
    const Interval& oriented = row.test.interval;
    const Interval interval = row.sign() > 0 ? oriented : Interval{-oriented.high, -oriented.low};
    numbers.interval = interval_text(interval, decimals, true);
  }
  return numbers;
}

std::string seed_text(const SeedComparison& seed, int decimals) {
  std::string text = "seed " + std::to_string(seed.seed) + ": ";
  if (seed.change == SeedChange::compared) {
    return text + number(seed.base, decimals) + arrow + number(seed.now, decimals) + " (" +
           signed_number(seed.now - seed.base, decimals) + ")";
  }
  text += change_word(seed.change);
  if (std::isfinite(seed.base)) text += ", " + number(seed.base, decimals) + " in BASE";
  if (std::isfinite(seed.now)) text += ", " + number(seed.now, decimals) + " in NEW";
  if (!seed.cause.empty()) text += " (" + seed.cause + ")";
  return text;
}

std::string one_sided_text(const OneSided& one) {
  std::string text = one.benchmark;
  if (!one.row.empty()) text += "/" + one.row;
  if (!one.metric.empty()) text += ": metric " + one.metric;
  return text + (one.added ? ": new, in NEW only" : ": gone, in BASE only");
}

bool is_news(const RowComparison& row) {
  return row.change != Change::unchanged && row.change != Change::not_worse;
}

}  // namespace assay::reports

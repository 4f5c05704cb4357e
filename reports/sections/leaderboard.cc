// Methods over all benchmarks of a family. No bare rank numbers, since neighbours are seldom told
// apart: the range of places that a method may hold, and letters for groups that are not told
// apart.
#include "reports/model/number_text.h"
#include "reports/sections/sections.h"

#include <assay/common/text.h>

#include <algorithm>
#include <cmath>

namespace assay::reports {

namespace {

// A to Z, then AA, AB, ...
std::string group_name(std::size_t index) {
  std::string name(1, static_cast<char>('A' + index % 26));
  return index < 26 ? name : group_name(index / 26 - 1) + name;
}

Cell standing_name(const Standing& standing) {
  Text text{standing.reference ? plain(standing.title) : strong(standing.name)};
  return Cell(std::move(text));
}

// "1\u20133" and the letters of the method's groups; a dash where it is not compared with the
// others.
void add_places(TableRow& row, const Standing& standing, const Pool& pool) {
  const PoolMethod* method = pool.find(standing.name);
  if (method == nullptr || standing.reference || !pool.usable()) {
    row.cells.emplace_back(muted("\u2014"));
    row.cells.emplace_back(muted("\u2014"));
    return;
  }
  const auto m = static_cast<std::size_t>(method - pool.methods.data());
  const auto [first, last] = pool.groups.rank_ranges[m];
  const std::string places = std::to_string(first);
  row.cells.emplace_back(first == last ? places : places + "\u2013" + std::to_string(last),
                         static_cast<double>(first + last) / 2);
  std::string letters;
  for (std::size_t g = 0; g < pool.groups.bars.size(); ++g) {
    const std::vector<std::size_t>& bar = pool.groups.bars[g];
    if (std::find(bar.begin(), bar.end(), m) == bar.end()) continue;
    letters += (letters.empty() ? "" : " ") + group_name(g);
  }
  row.cells.push_back(letters.empty() ? Cell(muted("alone")) : Cell(code(letters)));
}

TableRow standing_row(const Standing& standing, const Pool& pool, int decimals) {
  TableRow row;
  row.quiet = standing.reference;
  row.cells.push_back(standing_name(standing));
  add_places(row, standing, pool);
  row.cells.emplace_back(
      std::to_string(standing.benchmarks) + " of " + std::to_string(standing.planned),
      static_cast<double>(standing.benchmarks));
  row.cells.emplace_back(
      standing.benchmarks == 0 ? "no result" : estimate_text(standing.primary.estimate, decimals),
      standing.primary.estimate.mean);
  if (standing.benchmarks > 0) {
    row.cells.back().text.push_back(muted(seeds_note(standing.primary, standing.benchmarks)));
  }
  if (standing.reference) {
    row.cells.emplace_back(muted("\u2014"));
    row.cells.emplace_back(muted("\u2014"));
  } else if (!standing.over_baseline) {
    const bool compared = standing.better + standing.worse + standing.undecided > 0;
    row.cells.emplace_back(muted(compared ? "not comparable" : "baseline"));
    row.cells.emplace_back(muted(compared ? "not comparable" : "baseline"));
  } else {
    const OverBenchmarks& difference = *standing.over_baseline;
    row.cells.emplace_back(difference_text(difference.estimate, decimals),
                           difference.estimate.mean);
    row.cells.back().text.push_back(muted(seeds_note(difference, standing.benchmarks)));
    row.cells.emplace_back(
        std::to_string(standing.better) + " / " + std::to_string(standing.undecided) + " / " +
            std::to_string(standing.worse),
        static_cast<double>(standing.better) - static_cast<double>(standing.worse));
  }
  // A reference's cells only score what its stage has made.
  if (standing.reference) {
    row.cells.emplace_back(muted("\u2014"));
  } else {
    row.cells.emplace_back(duration_text(standing.seconds), standing.seconds);
  }
  return row;
}

// What the places and groups rest on.
std::string order_text(const Pool& pool) {
  if (!pool.usable()) return " The order is by the difference to the baseline.";
  const std::string missing = pool.complete
                                  ? ""
                                  : " Results are missing: order, places and groups rest on the " +
                                        counted(pool.ranked.size(), "benchmark") +
                                        " and the seeds that all methods have, the columns on each "
                                        "method\u2019s own.";
  const std::string test =
      pool.unit == Pool::Unit::benchmarks
          ? " The order is by mean rank. Methods that share a letter are not told apart by "
            "Wilcoxon\u2019s test over benchmarks (Holm over all pairs); places are the range that "
            "a "
            "method\u2019s groups span."
          : " The order is by the mean. Methods that share a letter are not told apart by the "
            "paired "
            "t test over seeds (Holm over all pairs); places are the range that a method\u2019s "
            "groups "
            "span.";
  return test + missing;
}

Table standings_table(const FamilyStandings& family, const Pool& pool) {
  Table table;
  table.sortable = true;
  table.caption = "Means over " + counted(family.benchmarks, "benchmark") + "." + order_text(pool);
  const bool partial = std::any_of(
      family.standings.begin(), family.standings.end(),
      [&](const Standing& standing) { return standing.benchmarks != family.benchmarks; });
  if (partial) {
    table.caption +=
        " Rows with results on fewer benchmarks are means over those: do not compare them "
        "across.";
  }
  table.columns = {
      {"Method", "", false},
      {"Place", "range of places that the method may hold", true},
      {"Group", "methods that share a letter are not told apart", false},
      {"Benchmarks", "with a result, of those planned", true},
      {title_with_arrow(family.metric),
       help_of(family.metric) + "; mean over benchmarks of the mean over seeds", true},
      {"Over the baseline", "mean over benchmarks of the paired difference, with its 95 % interval",
       true},
      {"Better / undecided / worse",
       "benchmarks on which the method beats the baseline, is not told apart, or loses (Holm)",
       true},
      {"Time per seed", "mean seconds of a cell", true}};
  const int decimals = decimals_of(family);
  std::string apart;
  bool references = false;
  for (const Standing& standing : family.standings) {
    if (standing.apart != apart && !standing.reference) {
      apart = standing.apart;
      table.rows.push_back({{}, "Ranked apart: " + apart, false});
    }
    if (standing.reference && !references) {
      references = true;
      table.rows.push_back({{}, "References, for comparison: not methods", false});
    }
    table.rows.push_back(standing_row(standing, pool, decimals));
  }
  return table;
}

}  // namespace

Section leaderboard_section(const RunResults& results, const Analysis& analysis) {
  Section section{"leaderboard", "Leaderboard", {}};
  std::size_t index = 0;
  for (const FamilyStandings& family : analysis.families) {
    ++index;
    if (analysis.families.size() > 1) {
      section.add(
          Heading{standings_title(results, family), "leaderboard-" + std::to_string(index)});
    }
    section.add(standings_table(family, analysis.pools[index - 1]));
  }
  return section;
}

}  // namespace assay::reports

// Every method against every other, over the benchmarks of a family: what is tested and how, the
// matrix of pairs, places.
#include "host/statistics/attainable.h"
#include "reports/model/number_text.h"
#include "reports/sections/sections.h"

#include <assay/common/text.h>
#include <fmt/format.h>

#include <cmath>

namespace assay::reports {

namespace {

// A wider matrix is folded: it would be read by nobody in the flow of the page.
constexpr std::size_t widest_matrix = 12;
constexpr std::size_t largest_matrix = 24;

std::string p_value(double p) {
  if (!std::isfinite(p)) return "none";
  return p < 0.001 ? "<\u00a0.001" : number(p, 3);
}

std::string counted_methods(const Pool& pool) {
  return counted(pool.methods.size(), "method") + " over " +
         counted(pool.benchmarks.size(), "benchmark");
}

std::string counted_pairs(const Pool& pool) {
  return counted(pool.comparisons, "pair");
}

Text test_text(const Pool& pool) {
  if (pool.unit == Pool::Unit::benchmarks) {
    return {
        strong("What is tested: "),
        plain(
            "would a difference hold on another benchmark of this kind? Each pair by "
            "Wilcoxon\u2019s exact signed ranks of the differences of the benchmarks\u2019 means, "
            "p after Holm over the " +
            counted_pairs(pool) + ". The smallest p that can come out here is " +
            p_value(pool.smallest_p) + ".")};
  }
  return {
      strong("What is tested: "),
      plain("would a difference hold for other training runs on the same " +
            std::string(pool.benchmarks.size() == 1 ? "benchmark" : "benchmarks") +
            "? Each pair by the paired t test of its difference" +
            (pool.benchmarks.size() == 1 ? "" : ", averaged over the benchmarks seed by seed") +
            ", p after Holm over the " + counted_pairs(pool) +
            ". A test over benchmarks, which would speak of other benchmarks of this kind, could "
            "not tell any pair apart here, whatever the differences (it needs " +
            counted(pairs_for_holm(pool.comparisons), "benchmark") + " for " + counted_pairs(pool) +
            "); so there is no critical-difference diagram.")};
}

Text friedman_text(const Pool& pool) {
  const RankTable& ranks = pool.ranks;
  return {
      strong("All methods at once: "),
      plain(fmt::format("Friedman \u03c7\u00b2 = {:.2f} (corrected for ties {:.2f}), {}; Iman and "
                        "Davenport F = {:.2f}, {}.",
                        ranks.chi2, ranks.chi2_corrected, p_text("p", ranks.p_corrected), ranks.f,
                        p_text("p", ranks.f_p)))};
}

List about(const Pool& pool) {
  List list;
  list.items.push_back(test_text(pool));
  if (pool.ranked.size() > 1 && pool.methods.size() > 2) {
    list.items.push_back(friedman_text(pool));
  }
  if (!pool.left_out.empty()) {
    list.items.push_back(
        {strong("Not compared here: "),
         plain(join(pool.left_out, ", ") + " (ranked apart, or not planned on every benchmark).")});
  }
  if (!pool.absent.empty()) {
    list.items.push_back({strong("Without any result: "),
                          plain(join(pool.absent, ", ") +
                                "; their pairs were planned and count for Holm as p = 1.")});
  }
  if (!pool.complete) {
    list.items.push_back(
        {strong("Results are missing: "),
         plain("each pair is compared on the benchmarks and seeds that both have; order, ranks and "
               "places rest on the " +
               counted(pool.ranked.size(), "benchmark") +
               " and the seeds that all methods have.")});
  }
  return list;
}

// Row against column.
Cell pair_cell(const Pool& pool, std::size_t i, std::size_t j) {
  const PoolPair* pair = pool.pair(i, j);
  if (pair == nullptr) return Cell(muted("\u2014"));
  if (pair->benchmarks == 0) return Cell(muted("no seed in common"));
  const double improvement = pair->a == i ? pair->improvement : 1 - pair->improvement;
  Cell cell(number(improvement, 2), improvement);
  cell.below = {plain("p " + p_value(pair->adjusted))};
  Heat heat;
  heat.step = static_cast<int>(std::lround(std::trunc(8.999 * (improvement - 0.5))));
  heat.decided = pair->told_apart;
  cell.heat = heat;
  return cell;
}

Table matrix(const Pool& pool) {
  Table table;
  table.caption =
      "Probability that a run of the row\u2019s method is better than one of the column\u2019s, "
      "and "
      "the Holm p of their difference. Hatched: not told apart.";
  table.columns.push_back({"Method", "", false});
  for (const std::size_t j : pool.order) table.columns.push_back({pool.methods[j].name, "", true});
  for (const std::size_t i : pool.order) {
    TableRow line;
    line.cells.push_back(Cell(strong(pool.methods[i].name)));
    for (const std::size_t j : pool.order) line.cells.push_back(pair_cell(pool, i, j));
    table.rows.push_back(std::move(line));
  }
  return table;
}

Cell difference_cell(const PoolPair& pair, const Metric& metric) {
  Cell cell(difference_text(pair.difference.estimate, metric.share ? 3 : 4),
            pair.difference.estimate.mean);
  cell.text.push_back(muted(seeds_note(pair.difference, pair.benchmarks)));
  return cell;
}

// The one that stands higher in the order first.
Table pair_table(const Pool& pool) {
  Table table;
  table.caption = "Differences in " + pool.metric.title +
                  " between pairs, averaged over benchmarks, with their 95 % interval over seeds";
  table.sortable = true;
  table.columns = {
      {"Pair", "", false},
      {"Difference", "first minus second", true},
      {"Better / equal / worse", "benchmarks, by the means", true},
      {"P(better)", "probability that a run of the first beats one of the second", true},
      {"p", "uncorrected", true},
      {"Holm p", "", true}};
  for (std::size_t i = 0; i < pool.order.size() * pool.order.size(); ++i) {
    const std::size_t higher = pool.order[i / pool.order.size()];
    const std::size_t lower = pool.order[i % pool.order.size()];
    if (i / pool.order.size() >= i % pool.order.size()) continue;
    const PoolPair& known = *pool.pair(higher, lower);
    const PoolPair pair = known.a == higher ? known : known.turned();
    table.rows.push_back(
        {{Cell({strong(pool.methods[pair.a].name), plain(" \u2212 "),
                strong(pool.methods[pair.b].name)}),
          difference_cell(pair, pool.metric),
          std::to_string(pair.wins) + " / " + std::to_string(pair.ties) + " / " +
              std::to_string(pair.losses),
          Cell(number(pair.improvement, 2), pair.improvement), Cell(p_value(pair.p), pair.p),
          Cell({plain(p_value(pair.adjusted))}, pair.told_apart ? Tone::good : Tone::none)},
         "",
         false});
    table.rows.back().cells.back().sort = pair.adjusted;
  }
  return table;
}

Table place_table(const Pool& pool) {
  Table table;
  table.caption =
      "On how many benchmarks each method holds which place by its mean; methods that share places "
      "count at the best of them";
  table.columns.push_back({"Method", "", false});
  for (std::size_t place = 1; place <= pool.methods.size(); ++place) {
    table.columns.push_back({std::to_string(place), "", true});
  }
  for (const std::size_t m : pool.order) {
    TableRow line;
    line.cells.push_back(Cell(strong(pool.methods[m].name)));
    for (const std::size_t count : pool.methods[m].places) {
      line.cells.push_back(count == 0 ? Cell(muted("\u00b7")) : Cell(std::to_string(count)));
    }
    table.rows.push_back(std::move(line));
  }
  return table;
}

void add_pool(Section& section, const RunResults& results, const Pool& pool,
              const std::string& id) {
  if (!pool.usable()) {
    section.add(Paragraph{{plain("Fewer than two methods have results on the same benchmarks.")}});
    return;
  }
  section.add(Paragraph{{plain(counted_methods(pool) + ", in " + pool.metric.title + ".")}});
  section.add(about(pool));
  for (Block& block : pool_plots(results, pool, id)) section.blocks.push_back(std::move(block));
  const std::size_t count = pool.methods.size();
  if (count <= widest_matrix) {
    section.add(matrix(pool));
  } else if (count <= largest_matrix) {
    section.add(Details{"Matrix of pairs", blocks_of(matrix(pool))});
  }
  section.add(Details{"Every pair in numbers", blocks_of(pair_table(pool))});
  if (pool.unit == Pool::Unit::benchmarks && count <= largest_matrix) {
    section.add(Details{"Places", blocks_of(place_table(pool))});
  }
}

}  // namespace

Section pair_section(const RunResults& results, const Analysis& analysis) {
  Section section{"pairs", "Methods against each other", {}};
  for (std::size_t i = 0; i < analysis.pools.size(); ++i) {
    const std::string id = std::to_string(i + 1);
    if (analysis.pools.size() > 1) {
      section.add(Heading{standings_title(results, analysis.families[i]), "pairs-" + id});
    }
    add_pool(section, results, analysis.pools[i], id);
  }
  return section;
}

}  // namespace assay::reports

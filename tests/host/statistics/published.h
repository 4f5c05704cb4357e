// Data of published examples, and what several tests do with them. Rows are tasks, columns methods.
#pragma once

#include "host/statistics/ranks.h"

#include <cstddef>
#include <vector>

namespace published {

using Table = std::vector<std::vector<double>>;

/// E1. Demsar (JMLR 2006), Table 6: AUC of C4.5, C4.5+m, C4.5+cf, C4.5+m+cf on 14 data sets. The
/// paper ranked figures that were not rounded: with `as_ranked` the tie of row 13 is broken as
/// there.
inline Table demsar(bool as_ranked = false) {
  Table table = {{.763, .768, .771, .798}, {.599, .591, .590, .569},
                 {.954, .971, .968, .967}, {.628, .661, .654, .657},
                 {.882, .888, .886, .898}, {.936, .931, .916, .931},
                 {.661, .668, .609, .685}, {.583, .583, .563, .625},
                 {.775, .838, .866, .875}, {1, 1, 1, 1},
                 {.940, .962, .965, .962}, {.619, .666, .614, .669},
                 {.972, .981, .975, .975}, {.957, .978, .946, .970}};
  if (as_ranked) table[12][2] += 1e-5;
  return table;
}

/// E2. Garcia and Herrera (JMLR 2008): accuracy of C4.5, 1-NN, naive Bayes, Kernel, CN2 on 30 data
/// sets (data_gh_2008 of b0rxa/scmamp).
inline Table garcia_herrera() {
  return {{.219, .202, .249, .165, .261}, {.803, .750, .813, .692, .798},
          {.859, .814, .845, .542, .816}, {.809, .774, .673, .275, .785},
          {.768, .790, .727, .872, .706}, {.759, .654, .734, .703, .714},
          {.693, .611, .572, .689, .572}, {.544, .531, .558, .439, .541},
          {.945, .954, .978, .541, .858}, {.725, .705, .739, .625, .717},
          {.674, .736, .721, .356, .704}, {.801, .357, .520, .309, .520},
          {.785, .770, .841, .659, .759}, {.710, .402, .728, .120, .674},
          {.691, .827, .667, .527, .638}, {.743, .739, .830, .549, .746},
          {.990, .482, .941, .857, .990}, {.867, .098, .915, .986, .784},
          {.821, .872, .815, .885, .778}, {.893, .824, .902, .739, .885},
          {.799, .655, .925, .517, .755}, {.845, .731, .693, .653, .704},
          {.741, .701, .591, .663, .619}, {.799, .994, .603, .269, .621},
          {.949, .955, .989, .770, .954}, {.555, .505, .569, .312, .556},
          {.928, .928, .945, .419, .897}, {.915, .857, .860, .700, .777},
          {.855, .796, .857, .607, .809}, {.906, .359, .895, .641, .918}};
}

/// Differences of two columns, task by task.
inline std::vector<double> differences(const Table& table, std::size_t a, std::size_t b) {
  std::vector<double> result;
  for (const std::vector<double>& row : table) result.push_back(row[a] - row[b]);
  return result;
}

/// Two methods of a table and their comparison.
struct Pair {
  std::size_t a, b;
  assay::SignedRank wilcoxon;
};

/// Wilcoxon's test of every pair of columns, in the order (0, 1), (0, 2), ..., (1, 2), ...
inline std::vector<Pair> all_pairs(const Table& table) {
  std::vector<Pair> pairs;
  for (std::size_t a = 0; a < table.front().size(); ++a) {
    for (std::size_t b = a + 1; b < table.front().size(); ++b) {
      pairs.push_back({a, b, assay::wilcoxon_signed_rank(differences(table, a, b))});
    }
  }
  return pairs;
}

/// The symmetric matrix that tie_groups takes: which pairs have an adjusted p of at most `level`.
inline std::vector<std::vector<bool>> rejections(const std::vector<Pair>& pairs,
                                                 const std::vector<double>& adjusted,
                                                 std::size_t methods, double level = .05) {
  std::vector<std::vector<bool>> rejected(methods, std::vector<bool>(methods, false));
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (!(adjusted[i] <= level)) continue;
    rejected[pairs[i].a][pairs[i].b] = rejected[pairs[i].b][pairs[i].a] = true;
  }
  return rejected;
}

}  // namespace published

#include "reports/analysis/best_group.h"

#include "reports/analysis/pool.h"

namespace assay::reports {

std::vector<std::string> best_group(const RunResults& results, std::size_t benchmark) {
  const Pool pool = make_pool(results, std::vector<std::size_t>{benchmark});
  std::vector<std::string> names;
  if (!pool.usable()) {
    // One method with results is the best of its benchmark.
    for (const PoolMethod& method : pool.methods) names.push_back(method.name);
    return names.size() == 1 ? names : std::vector<std::string>();
  }
  for (std::size_t m = 0; m < pool.methods.size(); ++m) {
    if (pool.groups.rank_ranges[m].first == 1) names.push_back(pool.methods[m].name);
  }
  return names;
}

}  // namespace assay::reports

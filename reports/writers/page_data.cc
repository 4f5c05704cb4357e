#include "reports/writers/page_data.h"

#include "reports/model/plain_text.h"
#include "reports/sections/sections.h"

#include <fmt/format.h>

#include <cmath>

namespace assay::reports {

namespace {

// As JSON, with nothing that could end the element or begin another.
std::string text(const std::string& value) {
  std::string out;
  for (const char c : Json(one_line(value)).dump(-1, ' ', false, Json::error_handler_t::replace)) {
    if (c == '<' || c == '>' || c == '&') {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out;
}

template <typename Items, typename Write>
std::string list(const Items& items, const Write& write) {
  std::string out = "[";
  for (const auto& item : items) out += (out.size() > 1 ? "," : "") + write(item);
  return out + "]";
}

std::string number_or_null(double value) {
  // All digits: the page must round as the report does.
  return std::isfinite(value) ? fmt::format("{}", value) : "null";
}

const char* word(Metric::Better better) {
  switch (better) {
    case Metric::Better::higher:
      return "higher";
    case Metric::Better::lower:
      return "lower";
    case Metric::Better::neither:
      break;
  }
  return "neither";
}

std::string row_json(const BenchmarkResults& benchmark, const Row& row) {
  std::string state;
  for (const SeedResult& seed : row.seeds) {
    state += seed.state == CellState::done ? 'd' : seed.state == CellState::failed ? 'f' : 'm';
  }
  return fmt::format(
      R"({{"name":{},"title":{},"reference":{},"apart":{},"state":"{}","values":{}}})",
      text(row.name), text(row.title), row.reference, text(row.apart), state,
      list(benchmark.metrics,
           [&](const Metric& metric) { return list(row.values(metric.id), number_or_null); }));
}

// Of a ratio: the indices of the metrics whose means it divides. A part that the family does not
// have leaves no number at all.
std::string ratio_json(const BenchmarkResults& benchmark, const Metric& metric) {
  if (!metric.ratio) return "";
  const auto index = [&](const std::string& id) {
    std::size_t at = 0;
    while (at < benchmark.metrics.size() && benchmark.metrics[at].id != id) ++at;
    return at;
  };
  return fmt::format(R"(,"ratio":[{},{}])", index(metric.ratio->numerator),
                     index(metric.ratio->denominator));
}

std::string benchmark_json(const BenchmarkResults& benchmark) {
  const Metric& compared = compared_metric(benchmark);
  std::size_t primary = 0;
  for (std::size_t m = 0; m < benchmark.metrics.size(); ++m) {
    if (benchmark.metrics[m].id == compared.id) primary = m;
  }
  const std::string metrics = list(benchmark.metrics, [&](const Metric& metric) {
    return fmt::format(R"({{"id":{},"title":{},"better":"{}","decimals":{}{}}})", text(metric.id),
                       text(metric.title), word(metric.better), decimals_of(benchmark, metric),
                       ratio_json(benchmark, metric));
  });
  return fmt::format(
      R"({{"id":{},"title":{},"family":{},"baseline":{},"seeds":{},"primary":{},"metrics":{},"rows":{}}})",
      text(benchmark.id), text(benchmark.title), text(benchmark.family), text(benchmark.baseline),
      list(benchmark.seeds, [](std::uint64_t seed) { return std::to_string(seed); }), primary,
      metrics, list(benchmark.rows, [&](const Row& row) { return row_json(benchmark, row); }));
}

}  // namespace

std::string page_data(const RunResults& results) {
  return R"({"benchmarks":)" + list(results.benchmarks, benchmark_json) + "}";
}

}  // namespace assay::reports

#include "support.h"

#include "sdk/internal/safetensors.h"

#include <cmath>

namespace assay::unlearning::test {

Json resolved(const Json& given) {
  return assay::test::resolved_settings("unlearning", given);
}

Benchmark::Benchmark(const Json& given, Seeds seeds)
    : FamilyBenchmark("unlearning", given, std::move(seeds)) {}

Tensor Benchmark::output(const std::string& stage, const std::string& name) const {
  return read_safetensors(folder(stage) / "outputs.safetensors").tensors.at(name);
}

std::vector<RowOutcome> Benchmark::method(const MethodEntry& entry, const Seeds& some) const {
  std::vector<CellRow> rows;
  for (const std::uint64_t seed : some.empty() ? seeds() : some) {
    rows.push_back({seed, {{"alpha", 0.5}}});
  }
  return method_rows(entry, std::move(rows));
}

Json tiny() {
  return find_family("unlearning").smoke_settings().at(0);
}

Json tiny_answers() {
  return find_family("unlearning").smoke_settings().at(1);
}

double metric(const RowOutcome& row, const char* name) {
  const Json& value = row.result.at("metrics").at(name);
  return value.is_null() ? NAN : value.get<double>();
}

}  // namespace assay::unlearning::test

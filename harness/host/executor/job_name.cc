#include "host/executor/job_name.h"

namespace assay {

namespace {

constexpr const char* between = "~";

}  // namespace

std::string cells_job_name(const std::string& benchmark, const std::string& method,
                           const Seeds& seeds, std::size_t values) {
  return path_name(benchmark) + between + path_name(method) + between + block_name(seeds) +
         (values > 1 ? ".x" + std::to_string(values) : "");
}

std::string alone_job_name(const std::string& benchmark, const std::string& method,
                           std::uint64_t seed) {
  return cells_job_name(benchmark, method, {seed}) + ".alone";
}

std::string stage_job_name(const std::string& benchmark, const std::string& stage,
                           const Seeds& seeds, const std::string& key) {
  return std::string("stage") + between + path_name(benchmark) + between + path_name(stage) +
         between + block_name(seeds) + between + key.substr(0, 12);
}

}  // namespace assay

#include "worker/one_shot.h"

#include "sdk/internal/family.h"
#include "worker/build_info.h"
#include "worker/describe.h"
#include "worker/failure.h"
#include "worker/smoke.h"

#include <assay/common/error.h>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <algorithm>
#include <chrono>

namespace assay {

namespace {

// The best of several products of the size that a cohort of small networks makes.
double sgemm_gflops() {
  constexpr std::int64_t n = 384;
  const at::InferenceMode no_gradients;
  const Tensor a = at::ones({n, n}), b = at::ones({n, n});
  Tensor c = at::empty({n, n});
  double best = 0;
  for (int i = 0; i < 12; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    at::mm_out(c, a, b);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    best = std::max(best, 2e-9 * static_cast<double>(n * n * n) / seconds.count());
  }
  return best;
}

}  // namespace

Verdict check_plugin(const std::string& file, bool smoke) {
  const LoadedPlugin& plugin = load_plugin(file);
  const Json described = describe_plugin(plugin);
  Verdict verdict{{{"methods", Json::array()}}, true};
  for (std::uint32_t i = 0; i < plugin.descriptor->method_count; ++i) {
    const MethodEntry& method = plugin.descriptor->methods[i];
    std::vector<std::string> breaches;
    try {
      breaches = smoke ? smoke_test(method) : find_family(method.family).check_conformance(method);
    } catch (...) {
      breaches = {"it failed while being checked: " + current_failure().message};
    }
    verdict.conforms = verdict.conforms && breaches.empty();
    verdict.document["methods"].push_back(
        {{"id", described["methods"][i]["id"]}, {"breaches", breaches}});
  }
  return verdict;
}

Json expand_all(const Json& requests) {
  if (!requests.is_array()) throw Error("--expand reads a JSON array of {\"family\", \"settings\"}");
  Json answers = Json::array();
  for (const Json& request : requests) {
    try {
      const Family& family = find_family(request.at("family").get<std::string>());
      answers.push_back({{"expansion", family.expand(request.at("settings"))}});
    } catch (...) {
      answers.push_back({{"error", current_failure().message}});
    }
  }
  return answers;
}

void describe_all(const std::vector<std::string>& files,
                  const std::function<void(const Json&)>& report) {
  for (const std::string& file : files) {
    try {
      report(describe_plugin(load_plugin(file)));
    } catch (...) {
      report({{"file", file}, {"error", current_failure().message}});
    }
  }
}

Json probe() {
  return {{"build", build_info()}, {"gflops", sgemm_gflops()}, {"threads", at::get_num_threads()}};
}

}  // namespace assay

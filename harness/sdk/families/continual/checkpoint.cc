#include "sdk/families/continual/checkpoint.h"

#include "sdk/internal/continual_state.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>
#include <assay/common/files.h>
#include <assay/common/hash.h>

#include <cmath>
#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace assay::continual {
namespace {

constexpr const char* file_name = "stream.safetensors";
constexpr const char* version = "1";

Json numbers_of(Run& run) {
  Json rows = Json::array();
  for (std::int64_t row = 0; row < run.rows(); ++row) {
    const Costs& costs = run.costs(row);
    Json curves = Json::object();
    for (const auto& [name, points] : run.curves(row)) curves[name] = points;
    rows.push_back({{"gradient_samples", costs.gradient_samples},
                    {"forward_samples", costs.forward_samples},
                    {"flops", costs.flops},
                    {"failure", run.failure(row)},
                    {"curves", curves}});
  }
  return rows;
}

/// What numbers_of() wrote of one row.
struct RowNumbers {
  Costs costs;
  std::string failure;
  std::map<std::string, Curve> curves;
};

std::vector<RowNumbers> read_numbers(const Json& rows, std::int64_t count) {
  std::vector<RowNumbers> all;
  for (std::int64_t row = 0; row < count; ++row) {
    const Json& saved = rows.at(static_cast<std::size_t>(row));
    RowNumbers numbers;
    numbers.costs.gradient_samples = saved.at("gradient_samples");
    numbers.costs.forward_samples = saved.at("forward_samples");
    numbers.costs.flops = saved.at("flops");
    numbers.failure = saved.at("failure").get<std::string>();
    for (const auto& [name, points] : saved.at("curves").items()) {
      for (const Json& point : points) {
        const double value = point.at(1).is_null() ? NAN : point.at(1).get<double>();
        numbers.curves[name].emplace_back(point.at(0), value);
      }
    }
    all.push_back(std::move(numbers));
  }
  return all;
}

void restore_numbers(const std::vector<RowNumbers>& rows, Run& run) {
  for (std::int64_t row = 0; row < run.rows(); ++row) {
    const RowNumbers& saved = rows[static_cast<std::size_t>(row)];
    run.costs(row) = saved.costs;
    if (!saved.failure.empty()) run.fail_row(row, saved.failure);
    const Tensor here = at::scalar_tensor(row, at::kLong).reshape(1);
    for (const auto& [name, points] : saved.curves) {
      for (const auto& [step, value] : points) {
        run.record(name, step, at::scalar_tensor(value, at::kDouble), here);
      }
    }
  }
}

/// Everything in a checkpoint.
struct Saved {
  Progress progress;
  TensorMap state;
  std::vector<RowNumbers> rows;
};

Saved read_checkpoint(const std::filesystem::path& path, const Problem& problem, const Run& run) {
  const std::string content = read_file(path);
  const std::size_t end = content.find('\n');
  if (end == std::string::npos || hash_bytes(content.substr(end + 1)) != content.substr(0, end)) {
    throw Error("its content is not what was written");
  }
  const SafeTensors file = parse_safetensors(content.substr(end + 1), path.string());
  const Json numbers = Json::parse(file.metadata.at("numbers"));
  if (file.metadata.at("version") != version || numbers.at("seeds") != run.seeds()) {
    throw Error("it is of another version or other seeds");
  }
  const auto tensor = [&](const std::string& name) { return tensor_of(file, name, path); };
  Saved saved;
  for (const auto& [name, value] : file.tensors) {
    if (name.starts_with("state.")) saved.state[name.substr(6)] = value;
  }
  Progress& progress = saved.progress;
  progress.learned = numbers.at("learned");
  progress.steps = numbers.at("steps");
  progress.stored_bytes = numbers.at("stored_bytes");
  progress.model = {problem.start.network, tensor("theta_KP").to(problem.start.theta_KP.device())};
  progress.answers = tensor("answer_IKN").unbind(0);
  progress.identities.assign(progress.answers.size(), Tensor());
  if (file.tensors.count("identity_IKN") != 0) {
    progress.identities = tensor("identity_IKN").unbind(0);
  }
  for (std::size_t i = 0; i < numbers.at("moments").size(); ++i) {
    const Json& moment = numbers.at("moments")[i];
    progress.moments.push_back({moment.at(0), moment.at(1), tensor("moment" + std::to_string(i))});
  }
  saved.rows = read_numbers(numbers.at("rows"), run.rows());
  return saved;
}

}  // namespace

void save_checkpoint(const std::filesystem::path& folder, Progress& progress, Method& method,
                     Run& run) {
  if (folder.empty()) return;
  TensorMap tensors;
  TensorMap state;
  SaveState save(state);
  method.state(save);
  for (const auto& [name, value] : state) tensors["state." + name] = value.contiguous().cpu();
  tensors["theta_KP"] = progress.model.theta_KP.cpu();
  tensors["answer_IKN"] = at::stack(progress.answers);
  if (progress.identities.front().defined()) {
    tensors["identity_IKN"] = at::stack(progress.identities);
  }
  Json moments = Json::array();
  for (std::size_t i = 0; i < progress.moments.size(); ++i) {
    moments.push_back({progress.moments[i].step, progress.moments[i].task});
    tensors["moment" + std::to_string(i)] = progress.moments[i].answer_KM;
  }
  const Json numbers = {{"learned", progress.learned},
                        {"steps", progress.steps},
                        {"stored_bytes", progress.stored_bytes},
                        {"seeds", run.seeds()},
                        {"moments", moments},
                        {"rows", numbers_of(run)}};
  const std::string body =
      to_safetensors(tensors, {{"version", version}, {"numbers", numbers.dump()}});
  make_folders(folder);
  write_file(folder / file_name, hash_bytes(body) + "\n" + body);
}

bool load_checkpoint(const std::filesystem::path& folder, Progress& progress, Method& method,
                     const Problem& problem, Run& run) {
  const std::filesystem::path path = folder / file_name;
  if (folder.empty() || !std::filesystem::exists(path)) return false;
  try {
    Saved saved = read_checkpoint(path, problem, run);
    // Nothing is taken over before all of it is known to be there.
    CheckState check(saved.state);
    method.state(check);
    LoadState load(saved.state, problem.start.theta_KP.device());
    method.state(load);
    progress = std::move(saved.progress);
    restore_numbers(saved.rows, run);
    std::fprintf(stderr, "the stream goes on behind task %lld\n",
                 static_cast<long long>(progress.learned));
    return true;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s is not used, the stream begins anew: %s\n", path.c_str(),
                 error.what());
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
    return false;
  }
}

}  // namespace assay::continual

// A worker without LibTorch for tests of everything around it: it speaks the protocol, computes
// numbers from hashes at once, and misbehaves as a method's parameters say.
//
// Family "toy": stages "base" and "top" (which reads base), reference "floor", metric "score".
// Method "toy" with the parameters
//   level  real, per_row   shifts the score
//   fault  "none", "segfault", "abort", "exit", "hang", "throw", "nan", "lose" (killed by SIGKILL),
//          "lose-once" (only while the file <run>/lost does not exist), "segfault-later" (from the
//          second time on, by the file <run>/later), "memory", "early" (dies before it says that it
//          has started), "early-twice" (by the files <run>/early-1 and -2), "garbled" (a "done" of
//          wrong types), "rowless" (rows that are numbers), "no-folder" (removes its output)
//   only   integer, the seed that misbehaves; -1: every seed
// The setting `slow_ms` is the time a job takes; `stage_fault` "nan" or "segfault" breaks stage "top".
#include <assay/common/error.h>
#include <assay/common/files.h>
#include <assay/common/hash.h>
#include <assay/common/parameters_json.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <iostream>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using assay::Json;

int events = -1;

void say(const Json& event) {
  const std::string line = event.dump() + "\n";
  if (::write(events, line.data(), line.size()) < 0) std::_Exit(1);
}

Json parameter(const char* key, const char* type, const Json& value) {
  return {{"key", key}, {"type", type}, {"default", value}, {"help", key}};
}

Json families() {
  Json family = {{"id", "toy"}, {"title", "Toy"}, {"summary", "Numbers from hashes"}};
  family["settings"] = {parameter("slow_ms", "integer", 0), parameter("stage_fault", "text", "none"),
                        parameter("rows", "integer", 8)};
  family["references"] = Json::array(
      {{{"id", "floor"}, {"title", "Floor"}, {"summary", "The base stage"}}});
  family["metrics"] = Json::array({{{"id", "score"}, {"title", "Score"}, {"direction", "max"},
                                    {"range", {0, 2}}, {"unit", ""}, {"meaning", "A hash"},
                                    {"primary", true}, {"aggregate", {{"kind", "mean"}}}}});
  family["tasks"] = Json::array();
  const char* version = std::getenv("FAKE_BUILD");
  return {{"build", {{"assay", "0"}, {"library_hash", version == nullptr ? "1" : version}}},
          {"families", Json::array({family})}};
}

Json plugin(const std::string& file) {
  Json level = parameter("level", "real", 0.0);
  level["per_row"] = true;
  const Json parameters = {level, parameter("fault", "text", "none"), parameter("only", "integer", -1)};
  Json methods = Json::array();
  for (const char* id : {"toy", "toy-single", "toy-needy"}) {
    methods.push_back({{"id", id}, {"family", "toy"}, {"summary", "A hash"}, {"paper", ""},
                       {"parameters", parameters}, {"needs", Json::array()},
                       {"single_row", std::string(id) == "toy-single"}});
  }
  methods[2]["needs"] = Json::array({"oracle"});
  return {{"file", file}, {"name", "toy"}, {"version", "1"}, {"abi", Json::object()},
          {"methods", methods}};
}

Json expansion(const Json& settings) {
  const Json base = {{"name", "base"}, {"title", "Base"}, {"settings", Json::object()},
                     {"inputs", Json::array()}, {"cost", 1.0}};
  const Json top = {{"name", "top"}, {"title", "Top"},
                    {"settings", {{"stage_fault", settings.value("stage_fault", "none")}}},
                    {"inputs", Json::array({"base"})}, {"cost", 1.0}};
  const Json floor = {{"id", "floor"}, {"inputs", Json::array({"base"})}};
  return {{"stages", Json::array({base, top})},
          {"references", Json::array({floor})},
          {"method", {{"inputs", Json::array({"base", "top"})}, {"cost", 2.0}}},
          {"capabilities", Json::array({"labels"})},
          {"parameters", 10},
          {"batch", 4},
          {"cohort", settings.value("rows", 8)},
          {"data", Json::array({"data-1"})}};
}

// A number in [0,1) that everything it depends on changes.
double number(const Json& about) {
  return static_cast<double>(std::stoull(assay::hash_bytes(about.dump()).substr(0, 12), nullptr, 16)) /
         static_cast<double>(1ull << 48);
}

// One float per row, as the only tensor.
void write_tensor(const assay::fs::path& file, const std::vector<float>& rows) {
  const Json header = {{"value", {{"dtype", "F32"}, {"shape", {rows.size(), 1}},
                                  {"data_offsets", {0, 4 * rows.size()}}}}};
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  std::string content;
  for (int i = 0; i < 8; ++i) content += static_cast<char>(text.size() >> 8 * i & 255);
  content += text;
  content.append(reinterpret_cast<const char*>(rows.data()), 4 * rows.size());
  assay::write_unpublished(file, content);
}

// Whether the file was not there; then it is.
bool mark(const assay::fs::path& file) {
  if (assay::fs::exists(file)) return false;
  assay::write_file(file, "");
  return true;
}

void misbehave(const std::string& fault, const assay::fs::path& output) {
  std::cerr << "about to: " << fault << std::endl;
  if (fault == "segfault") std::raise(SIGSEGV);
  if (fault == "abort") std::abort();
  if (fault == "exit") std::_Exit(7);
  if (fault == "hang") std::this_thread::sleep_for(std::chrono::hours(1));
  if (fault == "throw") throw assay::Error("the method is broken");
  if (fault == "lose") std::raise(SIGKILL);
  if (fault == "memory") {
    std::vector<std::string> hoard;
    try {
      for (;;) hoard.emplace_back(1 << 20, 'x');
    } catch (const std::bad_alloc&) {
      std::abort();
    }
  }
  if (fault == "no-folder") assay::fs::remove_all(output);
  const assay::fs::path run = output.parent_path().parent_path();
  if (fault == "lose-once" && mark(run / "lost")) std::raise(SIGKILL);
  if (fault == "segfault-later" && !mark(run / "later")) std::raise(SIGSEGV);
}

Json run_stage(const Json& job) {
  const std::string fault = job["settings"].value("stage_fault", "none");
  const bool broken = job["stage"] == "top" && fault != "none";
  if (broken && fault == "segfault") std::raise(SIGSEGV);
  Json rows = Json::array();
  std::vector<float> values;
  for (const Json& seed : job["seeds"]) {
    values.push_back(static_cast<float>(number({job["stage"], seed, job["seeds"]})));
    Json row = {{"seed", seed}, {"status", "done"}, {"result", Json::object()}};
    if (broken && seed == 1) {
      row = {{"seed", seed}, {"status", "failed"},
             {"error", {{"kind", "non_finite"}, {"phase", "train"}, {"message", "the loss is NaN"}}}};
    }
    rows.push_back(row);
  }
  write_tensor(assay::fs::path(job["output"].get<std::string>()) / "value.safetensors", values);
  return rows;
}

Json run_cells(const Json& job) {
  const assay::fs::path output = job["output"].get<std::string>();
  Json stage_rows = Json::array();
  for (const auto& [name, folder] : job["inputs"].items()) {
    const assay::fs::path file = assay::fs::path(folder.get<std::string>()) / "stage.json";
    const Json stage = Json::parse(assay::read_file(file));
    if (name == "top") stage_rows = stage["rows"];
  }
  say({{"type", "phase"}, {"id", job["id"]}, {"phase", "fit"}});
  Json rows = Json::array();
  std::vector<float> values;
  for (const Json& row : job["rows"]) {
    const Json parameters = row["parameters"];
    const std::string fault = parameters.value("fault", "none");
    const std::int64_t only = parameters.value("only", std::int64_t{-1});
    const bool guilty = only < 0 || row["seed"] == only;
    if (guilty) misbehave(fault, output);
    // What is trained together shows in the last digits, as in a real cohort.
    const double alone = number({row["seed"], job["method"], job["reference"]}) +
                         parameters.value("level", 0.0);
    const double score = alone + 1e-9 * number(job["rows"]);
    values.push_back(static_cast<float>(score));
    Json answer = {{"seed", row["seed"]}, {"status", "done"}};
    answer["result"] = {{"metrics", {{"score", score}}}, {"curves", Json::object()},
                        {"counts", {{"gradient_samples", 3}}}};
    if (guilty && fault == "nan") {
      answer = {{"seed", row["seed"]}, {"status", "failed"},
                {"error", {{"kind", "non_finite"}, {"phase", "fit"}, {"message", "the loss is NaN"}}}};
    }
    for (const Json& stage : stage_rows) {
      if (stage["seed"] != row["seed"] || stage["status"] == "done") continue;
      answer = {{"seed", row["seed"]}, {"status", "failed"},
                {"error", {{"kind", "stage"}, {"phase", "inputs"}, {"message", "top has no such row"}}}};
    }
    rows.push_back(answer);
  }
  if (assay::fs::exists(output)) write_tensor(output / "predictions.safetensors", values);
  return rows;
}

// The fault of a job with a guilty row that is about the job as a whole, or "".
std::string fault_of(const Json& job) {
  for (const Json& row : job.value("rows", Json::array())) {
    const Json& parameters = row["parameters"];
    const std::int64_t only = parameters.value("only", std::int64_t{-1});
    if (only < 0 || row["seed"] == only) return parameters.value("fault", "none");
  }
  return "";
}

void run_job(const Json& job) {
  const std::string log = job["log"];
  const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file >= 0) {
    ::dup2(file, 2);
    ::close(file);
  }
  rlimit limit{};
  ::getrlimit(RLIMIT_DATA, &limit);
  const std::uint64_t memory = job["memory_bytes"];
  limit.rlim_cur = memory > 0 ? memory : limit.rlim_max;
  ::setrlimit(RLIMIT_DATA, &limit);
  const std::string fault = fault_of(job);
  const assay::fs::path run = assay::fs::path(log).parent_path().parent_path();
  const bool twice = fault == "early-twice" && (mark(run / "early-1") || mark(run / "early-2"));
  if (fault == "early" || twice) std::raise(SIGSEGV);
  say({{"type", "started"}, {"id", job["id"]}});
  std::this_thread::sleep_for(std::chrono::milliseconds(job["settings"].value("slow_ms", 0)));
  say({{"type", "progress"}, {"id", job["id"]}, {"fraction", 0.5}});
  try {
    Json rows = job["kind"] == "stage" ? run_stage(job) : run_cells(job);
    if (fault == "rowless") rows = Json::parse("[1]");
    if (fault == "garbled") say({{"type", "done"}, {"id", job["id"]}, {"seconds", "many"}});
    say({{"type", "done"}, {"id", job["id"]}, {"rows", rows}, {"seconds", 0.25},
         {"cpu_seconds", 0.25}, {"peak_bytes", 1000}});
  } catch (const assay::Error& error) {
    const bool disk = std::string(error.what()).find("No space left") != std::string::npos;
    say({{"type", "failed"}, {"id", job["id"]}, {"seconds", 0.1},
         {"error", {{"kind", disk ? "disk" : "exception"}, {"phase", "fit"}, {"message", error.what()}}}});
  }
}

void serve() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  events = ::fcntl(1, F_DUPFD_CLOEXEC, 3);
  say({{"type", "ready"}, {"pid", ::getpid()}});
  for (std::string line; std::getline(std::cin, line);) run_job(Json::parse(line));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string call = argc > 1 ? argv[1] : "";
  if (call == "--serve") {
    serve();
  } else if (call == "--devices") {
    std::puts("[\"cpu\"]");
  } else if (call == "--families") {
    std::cout << families().dump() << "\n";
  } else if (call == "--describe" || call == "--describe-all") {
    for (int i = 2; i < argc; ++i) std::cout << plugin(argv[i]).dump() << "\n";
  } else if (call == "--expand") {
    Json answers = Json::array();
    for (const Json& request : Json::parse(std::cin)) {
      answers.push_back({{"expansion", expansion(request["settings"])}});
    }
    std::cout << answers.dump() << "\n";
  } else {
    return 1;
  }
  return 0;
}

#include "host/registry/worker_call.h"

#include "host/install/installation.h"

#include <assay/common/error.h>
#include <assay/common/hash.h>

#include <cstdlib>
#include <fstream>

namespace assay {

namespace fs = std::filesystem;

namespace {

const std::string loader_message = "error while loading shared libraries: ";

std::string without_trailing_newlines(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

// The last line of what a process said before it ended: the one that says why.
std::string last_line(const std::string& text) {
  const std::string trimmed = without_trailing_newlines(text);
  const auto from = trimmed.rfind('\n');
  return from == std::string::npos ? trimmed : trimmed.substr(from + 1);
}

// Identifies a large file without reading it.
std::string stamp(const fs::path& file) {
  std::error_code failure;
  const fs::path path = fs::canonical(file, failure);
  if (failure) return file.string() + " missing";
  return path.string() + " " + std::to_string(fs::file_size(path, failure)) + " " +
         std::to_string(fs::last_write_time(path, failure).time_since_epoch().count());
}

// Vector units of the processor: which kernels LibTorch chooses.
std::string processor_flags() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.rfind("flags", 0) == 0 || line.rfind("Features", 0) == 0) return line;
  }
  return "";
}

}  // namespace

const std::vector<std::string>& worker_environment() {
  static const std::vector<std::string> variables = {
      "OMP_NUM_THREADS=1", "MKL_NUM_THREADS=1",       "OPENBLAS_NUM_THREADS=1",
      "MKL_DYNAMIC=FALSE", "OMP_WAIT_POLICY=PASSIVE", "GOMP_SPINCOUNT=0",
      // A name alone is removed. Meant for the command:
      "ASSAY_FAILPOINT", "ASSAY_FAILPOINT_ENOSPC", "ASSAY_FAILPOINT_LOG", "ASSAY_FAILPOINT_WORKER",
      // They choose other kernels or precisions, so other bits, and are in no key:
      "MKL_CBWR", "MKL_ENABLE_INSTRUCTIONS", "MKL_DEBUG_CPU_TYPE", "ONEDNN_MAX_CPU_ISA",
      "DNNL_MAX_CPU_ISA", "ONEDNN_CPU_ISA_HINTS", "DNNL_CPU_ISA_HINTS",
      "ONEDNN_DEFAULT_FPMATH_MODE", "DNNL_DEFAULT_FPMATH_MODE", "OPENBLAS_CORETYPE",
      "ATEN_CPU_CAPABILITY", "GLIBC_TUNABLES",
  };
  return variables;
}

ProcessResult call_worker(const std::vector<std::string>& arguments, ProcessOptions options) {
  const fs::path worker = find_installation().worker;
  if (!fs::exists(worker)) {
    throw Error("the worker program " + worker.string() + " is missing: the installation is not "
                "complete. Build or install Assay again");
  }
  std::vector<std::string> argv = {worker.string()};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  options.environment.insert(options.environment.end(), worker_environment().begin(),
                             worker_environment().end());
  ProcessResult result = run_process(argv, options);
  if (const auto at = result.err.find(loader_message);
      result.exit_status == 127 && at != std::string::npos) {
    throw Error("the worker cannot start: " +
                last_line(result.err.substr(at + loader_message.size())) +
                ". `assay doctor` shows what is missing and how to mend it");
  }
  return result;
}

Json ask_worker(const std::vector<std::string>& arguments, ProcessOptions options) {
  const ProcessResult result = call_worker(arguments, options);
  const std::string call = "assay-worker " + arguments.at(0);
  if (!result.ok()) {
    const std::string text = without_trailing_newlines(result.err);
    throw Error(call + " failed (" + result.how_it_ended(options) + ")" +
                (text.empty() ? "" : ": " + text));
  }
  const Json answer = Json::parse(result.out, nullptr, /*allow_exceptions=*/false);
  if (answer.is_discarded()) throw Error(call + " did not print a JSON document");
  return answer;
}

std::string worker_fingerprint() {
  const Installation installation = find_installation();
  std::string parts;
  for (const fs::path& file : {installation.worker, installation.library}) {
    parts += fs::exists(file) ? hash_file(file) : "missing";
  }
  parts += stamp(installation.torch / "libtorch_cpu.so") + processor_flags();
  const char* data = std::getenv("ASSAY_DATA");  // where the data sets are
  parts += std::string("\n") + (data == nullptr ? "" : data);
  return hash_bytes(parts);
}

}  // namespace assay

#include "worker/limits.h"

#include <malloc.h>
#include <sys/resource.h>
#include <algorithm>
#include <chrono>
#include <fstream>
#include <string>

namespace assay {

namespace {

// A line "VmData:   123 kB" of /proc/self/status, in bytes; 0 when it is not there.
std::uint64_t status_bytes(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind(key + ":", 0) == 0) return std::stoull(line.substr(key.size() + 1)) * 1024;
  }
  return 0;
}

double wall_now() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

rusage used_by(int whom) {
  rusage usage{};
  ::getrusage(whom, &usage);
  return usage;
}

// The process and the ones that it has waited for.
double cpu_now() {
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  double sum = 0;
  for (const int whom : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    const rusage usage = used_by(whom);
    sum += seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }
  return sum;
}

std::uint64_t largest_child() {
  return static_cast<std::uint64_t>(used_by(RUSAGE_CHILDREN).ru_maxrss) * 1024;
}

}  // namespace

void volunteer_for_oom_killer() {
  std::ofstream("/proc/self/oom_score_adj") << 800;
}

void limit_memory(std::uint64_t bytes) {
  rlimit limit{};
  ::getrlimit(RLIMIT_DATA, &limit);
  // The soft limit only, so that the next job can have another.
  limit.rlim_cur = limit.rlim_max;
  if (bytes > 0) {
    ::malloc_trim(0);  // what earlier jobs have freed is not the job's to use beyond its limit
    limit.rlim_cur = std::min<rlim_t>(status_bytes("VmData") + bytes, limit.rlim_max);
  }
  ::setrlimit(RLIMIT_DATA, &limit);
}

Usage::Usage()
    : wall_begin_(wall_now()), cpu_begin_(cpu_now()), largest_child_begin_(largest_child()) {
  std::ofstream("/proc/self/clear_refs") << 5;  // the peak so far was an earlier job's
}

double Usage::seconds() const {
  return wall_now() - wall_begin_;
}
double Usage::cpu_seconds() const {
  return cpu_now() - cpu_begin_;
}
std::uint64_t Usage::peak_bytes() const {
  // The kernel keeps the largest child ever: one of an earlier job is not this job's.
  const std::uint64_t child = largest_child();
  return std::max(status_bytes("VmHWM"), child > largest_child_begin_ ? child : 0);
}

}  // namespace assay

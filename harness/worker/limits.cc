#include "worker/limits.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <malloc.h>
#include <string>
#include <sys/resource.h>

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

double cpu_now() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

void volunteer_for_oom_killer() { std::ofstream("/proc/self/oom_score_adj") << 800; }

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

Usage::Usage() : wall_begin_(wall_now()), cpu_begin_(cpu_now()) {
  std::ofstream("/proc/self/clear_refs") << 5;  // the peak so far was an earlier job's
}

double Usage::seconds() const { return wall_now() - wall_begin_; }
double Usage::cpu_seconds() const { return cpu_now() - cpu_begin_; }
std::uint64_t Usage::peak_bytes() const { return status_bytes("VmHWM"); }

}  // namespace assay

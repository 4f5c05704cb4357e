#include "host/executor/progress.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/ioctl.h>
#include <unistd.h>

namespace assay {

namespace {

using Clock = std::chrono::steady_clock;
constexpr int bar_width = 24;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::size_t terminal_width() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 20) return 80;
  return size.ws_col;
}

std::string bar(double fraction) {
  const int full = static_cast<int>(std::clamp(fraction, 0.0, 1.0) * bar_width + 0.5);
  return "[" + std::string(static_cast<std::size_t>(full), '#') +
         std::string(static_cast<std::size_t>(bar_width - full), '.') + "]";
}

}  // namespace

std::string duration_text(double seconds) {
  char text[48];
  if (seconds < 60) {
    std::snprintf(text, sizeof text, "%.1f s", seconds);
  } else if (seconds < 3600) {
    std::snprintf(text, sizeof text, "%d min %d s", static_cast<int>(seconds) / 60,
                  static_cast<int>(seconds) % 60);
  } else {
    std::snprintf(text, sizeof text, "%d h %d min", static_cast<int>(seconds / 3600),
                  static_cast<int>(seconds / 60) % 60);
  }
  return text;
}

Progress::Style Progress::style(bool quiet) {
  if (quiet) return Style::quiet;
  const char* terminal = std::getenv("TERM");
  const char* no_color = std::getenv("NO_COLOR");
  const bool plain = (no_color != nullptr && *no_color != '\0') || terminal == nullptr ||
                     std::strcmp(terminal, "dumb") == 0;
  return ::isatty(STDERR_FILENO) == 1 && !plain ? Style::bars : Style::lines;
}

Progress::Progress(Style style) : style_(style), begun_(Clock::now()) {}

Progress::~Progress() { erase(); }

void Progress::add(double cost) {
  ++jobs_;
  cost_ += cost;
}

void Progress::started(const std::string& id, const std::string& label, double cost) {
  running_[id] = {label, cost, 0, Clock::now()};
}

void Progress::fraction(const std::string& id, double fraction) {
  const auto found = running_.find(id);
  if (found != running_.end()) found->second.fraction = std::clamp(fraction, 0.0, 1.0);
}

void Progress::finished(const std::string& id, const std::string& label, double cost,
                        const std::string& how) {
  running_.erase(id);
  ++finished_;
  finished_cost_ += cost;
  if (style_ == Style::quiet) return;
  const std::string total = std::to_string(jobs_);
  std::string count = std::to_string(finished_);
  count.insert(0, total.size() - std::min(total.size(), count.size()), ' ');
  print("[" + count + "/" + total + "] " + label + ": " + how);
}

void Progress::note(const std::string& sentence) { print("assay: " + sentence); }

void Progress::print(const std::string& line) {
  erase();
  std::fprintf(stderr, "%s\n", line.c_str());
  redraw();
}

// Finished and part-finished cost against the time so far: right as soon as the relative costs are.
std::string Progress::time_left() const {
  double done = finished_cost_;
  for (const auto& [id, job] : running_) done += job.fraction * job.cost;
  const double elapsed = seconds_since(begun_);
  if (done <= 0 || elapsed < 1 || cost_ <= 0) return "";
  return duration_text(elapsed * (cost_ - done) / done) + " left";
}

void Progress::erase() {
  if (style_ != Style::bars || drawn_ == 0) return;
  // Up, and clear to the end of the screen.
  std::fprintf(stderr, "\033[%zuA\033[J", drawn_);
  drawn_ = 0;
}

void Progress::tick() {
  if (seconds_since(drawn_at_) >= 0.1) redraw();
}

void Progress::redraw() {
  if (style_ != Style::bars || jobs_ == 0) return;
  erase();
  drawn_at_ = Clock::now();
  const std::size_t width = terminal_width() - 1;
  const auto draw = [this, width](std::string line) {
    if (line.size() > width) line.resize(width);  // a wrapped line would break the counting
    std::fprintf(stderr, "%s\n", line.c_str());
    ++drawn_;
  };
  for (const auto& [id, job] : running_) {
    draw("  " + bar(job.fraction) + " " + job.label + "  " + duration_text(seconds_since(job.since)));
  }
  double done = finished_cost_;
  for (const auto& [id, job] : running_) done += job.fraction * job.cost;
  draw("  " + bar(cost_ > 0 ? done / cost_ : 0) + " " + std::to_string(finished_) + " of " +
       std::to_string(jobs_) + " jobs  " + time_left());
  std::fflush(stderr);
}

}  // namespace assay

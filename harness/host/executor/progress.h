// Progress on standard error: on a terminal, a line a running job with a bar, and one for the whole
// with the time left; elsewhere one line for each finished job.
#pragma once

#include <chrono>
#include <map>
#include <string>

namespace assay {

class Progress {
 public:
  enum class Style { quiet, lines, bars };

  /// bars on a terminal that can move its cursor, lines elsewhere; quiet when asked for.
  static Style style(bool quiet);

  explicit Progress(Style style);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// A job more to do; `cost` is relative.
  void add(double cost);
  void started(const std::string& id, const std::string& label, double cost);
  void fraction(const std::string& id, double fraction);
  /// `how`: "done in 3.2 s", "failed: ...". The job counts as finished.
  void finished(const std::string& id, const std::string& label, double cost, const std::string& how);
  /// A sentence of its own, in every style (also quiet: it is about something that went wrong).
  void note(const std::string& sentence);
  /// Draws anew, ten times a second at most.
  void tick();

 private:
  struct Running {
    std::string label;
    double cost = 0;
    double fraction = 0;
    std::chrono::steady_clock::time_point since;
  };

  void erase();
  void redraw();
  void print(const std::string& line);
  std::string time_left() const;

  Style style_;
  std::map<std::string, Running> running_;
  std::size_t jobs_ = 0, finished_ = 0;
  double cost_ = 0, finished_cost_ = 0;
  std::size_t drawn_ = 0;  ///< lines on the screen
  std::chrono::steady_clock::time_point begun_, drawn_at_;
};

/// "3.2 s", "4 min 10 s", "2 h 5 min".
std::string duration_text(double seconds);

}  // namespace assay

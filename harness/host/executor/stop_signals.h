// SIGINT, SIGTERM and SIGHUP as a request to stop. The second one kills the command at once.
#pragma once

namespace assay {

/// Catches the signals while it lives. One at a time.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  bool asked() const noexcept;
  /// Becomes readable when a stop is asked for: for poll().
  int descriptor() const noexcept;
};

}  // namespace assay

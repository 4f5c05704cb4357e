// The two descriptors on which the worker talks to its command, out of reach of plugin code.
#pragma once

#include <assay/common/parameters_json.h>

#include <mutex>
#include <optional>
#include <string>

namespace assay {

/// Moves descriptor `number` to a high, close-on-exec one and returns that.
int hide_descriptor(int number);

/// /dev/null as standard input; what is written to standard output goes to standard error.
void detach_standard_streams();

/// Sends standard output and error to `file`, appended. Throws Error naming the file.
void redirect_output(const std::string& file);

/// JSON documents, one a line, from `in` and to `out`. send() may be called by several threads.
class Channel {
 public:
  Channel(int in, int out) : in_(in), out_(out) {}

  /// The next line; nothing at end of file.
  std::optional<std::string> receive();
  /// Ends the process when nobody reads any more.
  void send(const Json& document);

  /// Starts a thread that ends the process as soon as the other side has closed `in`: while a job
  /// runs nobody else would notice.
  void watch_for_hangup();

 private:
  int in_, out_;
  std::string received_;
  std::mutex sending_;
};

}  // namespace assay

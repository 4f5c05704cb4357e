#include "worker/serve.h"

#include "worker/channel.h"
#include "worker/crash_trace.h"
#include "worker/job.h"
#include "worker/limits.h"

#include <cstdio>
#include <signal.h>
#include <unistd.h>

namespace assay {

int serve() {
  // Before anything else that could load code or start a thread: from here on nobody but the channel
  // knows the two pipes.
  Channel channel(hide_descriptor(STDIN_FILENO), hide_descriptor(STDOUT_FILENO));
  detach_standard_streams();
  ::signal(SIGPIPE, SIG_IGN);
  trace_crashes();
  volunteer_for_oom_killer();
  channel.watch_for_hangup();

  channel.send({{"type", "ready"}, {"pid", ::getpid()}});
  while (const auto line = channel.receive()) {
    const Json request = Json::parse(*line, nullptr, /*allow_exceptions=*/false);
    if (!request.is_object() || request.value("type", "") != "job") {
      std::fprintf(stderr, "assay-worker: not a request: %.200s\n", line->c_str());
      return 1;
    }
    run_job(request, [&](const Json& event) { channel.send(event); });
  }
  return 0;
}

}  // namespace assay

// `assay-worker --serve`: the job loop.
#pragma once

namespace assay {

/// Serves until the request pipe ends; returns the exit status.
int serve();

}  // namespace assay

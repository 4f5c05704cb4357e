// Debate as a help for a weak supervisor (Lang, Huang & Li, AAAI 2025): digits drawn with strokes,
// of which the student sees the picture, and the supervisor a coarse one and a few revealed pixels.
// All arms (`evidence`) of a seed have the same pictures, the same labels and the same judge.
#pragma once

#include "sdk/families/weak_to_strong/task.h"

namespace assay::weak_to_strong {

TaskInfo debated_glyphs();

}  // namespace assay::weak_to_strong

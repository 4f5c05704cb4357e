// A move of somebody else's code, made in a process of its own: what ends that process, or never
// ends, loses games and not the cell.
#pragma once

#include "sdk/families/debate/meter.h"
#include "sdk/families/debate/protocol.h"

namespace assay::debate {

/// The process of a move has died, or was ended when its time was up.
class ProcessLost : public Error {
 public:
  ProcessLost(const std::string& message, bool time) : Error(message), time(time) {}
  bool time;
};

/// player.choose(turn, run) in a copy of this process, which ends with the move; on the CPU. The
/// calls that it made are added to `meter`, the turn's own, and costs, curves and failed rows to
/// `run`; nothing else that it changes is seen here. What choose() throws is thrown again: an
/// OutOfBudget as it was, all else as an Error with the same text. Throws ProcessLost; a
/// little after `seconds` on the wall (0: no limit) the process is killed.
Moves choose_in_own_process(const Player& player, const Turn& turn, Meter& meter, double seconds,
                            Run& run);

}  // namespace assay::debate

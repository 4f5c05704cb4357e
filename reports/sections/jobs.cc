// What the workers did when: a timeline of the last command that had work, and a line a command.
#include "reports/model/number_text.h"
#include "reports/sections/sections.h"

#include <algorithm>

namespace assay::reports {

namespace {

constexpr std::size_t most_listed = 300;

std::string job_text(const LoggedJob& job) {
  return job.benchmark + " \u00b7 " + (job.stage ? "stage " : "") + job.name + " \u00b7 seeds " +
         seeds_text(job.seeds);
}

std::size_t count(const LoggedCommand& command, LoggedJob::End end) {
  return static_cast<std::size_t>(
      std::count_if(command.jobs.begin(), command.jobs.end(),
                    [end](const LoggedJob& job) { return job.end == end; }));
}

struct Use {
  double wall = 0, busy = 0, cpu = 0;
};

Use use_of(const LoggedCommand& command) {
  Use use;
  for (const LoggedJob& job : command.jobs) {
    use.wall = std::max(use.wall, job.begun + job.seconds);
    use.busy += job.seconds;
    use.cpu += job.cpu_seconds;
  }
  return use;
}

TimelinePlot timeline(const LoggedCommand& command) {
  TimelinePlot plot;
  plot.id = "timeline";
  plot.title = "What the workers did when";
  plot.description =
      "One line for each worker. Thin and grey: stages that cells share; blue: cells; red with a "
      "cross: jobs that failed. "
      "Stages found in the cache took no time and are counted in the table below.";
  if (!command.run.empty()) {
    plot.title += ": " + command.run + ", " + command.started;
    plot.description += " The command is the last one of all runs that had work.";
  }
  for (const LoggedJob& job : command.jobs) {
    if (job.end == LoggedJob::End::cached) continue;
    TimelineBar bar;
    bar.lane = job.worker;
    bar.from = job.begun;
    bar.to = job.begun + job.seconds;
    bar.kind = job.end == LoggedJob::End::failed ? TimelineBar::Kind::failed
               : job.stage                       ? TimelineBar::Kind::stage
                                                 : TimelineBar::Kind::cells;
    bar.label = job_text(job) + " \u00b7 " + duration_text(job.seconds) +
                (job.end == LoggedJob::End::failed ? " \u00b7 failed" : "");
    plot.lanes = std::max(plot.lanes, job.worker + 1);
    plot.bars.push_back(std::move(bar));
  }
  return plot;
}

Table command_table(const std::vector<LoggedCommand>& commands) {
  Table table;
  table.caption = "Commands that had work to do, newest first";
  table.columns = {
      {"Started", "", false},
      {"Workers", "", true},
      {"Jobs", "", true},
      {"Failed", "", true},
      {"Stages from the cache", "", true},
      {"Took", "wall-clock time of its jobs", true},
      {"Workers busy", "share of the workers\u2019 time in which they had a job", true},
      {"CPU time", "", true}};
  const bool merged = std::any_of(commands.begin(), commands.end(),
                                  [](const LoggedCommand& one) { return !one.run.empty(); });
  if (merged) table.columns.insert(table.columns.begin() + 1, {"Run", "", false});
  for (std::size_t i = commands.size(); i-- > 0;) {
    const LoggedCommand& command = commands[i];
    const Use use = use_of(command);
    const std::size_t failed = count(command, LoggedJob::End::failed);
    const double available = use.wall * static_cast<double>(command.workers);
    table.rows.push_back(
        {{command.started, std::to_string(command.workers),
          std::to_string(count(command, LoggedJob::End::done) + failed), std::to_string(failed),
          std::to_string(count(command, LoggedJob::End::cached)), duration_text(use.wall),
          available > 0 ? number(100 * use.busy / available, 0) + " %" : std::string("\u2014"),
          duration_text(use.cpu)},
         "",
         false});
    std::vector<Cell>& cells = table.rows.back().cells;
    if (merged) cells.insert(cells.begin() + 1, command.run);
  }
  return table;
}

Table job_table(const LoggedCommand& command) {
  Table table;
  table.sortable = true;
  table.columns = {{"Job", "", false},
                   {"End", "", false},
                   {"Worker", "", true},
                   {"Began", "seconds since the command began its jobs", true},
                   {"Took", "", true}};
  if (command.jobs.size() > most_listed) {
    table.caption = "The first " + std::to_string(most_listed) + " of " +
                    std::to_string(command.jobs.size()) + " jobs; jobs.jsonl has all";
  }
  for (std::size_t i = 0; i < command.jobs.size() && i < most_listed; ++i) {
    const LoggedJob& job = command.jobs[i];
    const bool ran = job.end != LoggedJob::End::cached;
    Cell end = job.end == LoggedJob::End::failed ? Cell({plain("failed")}, Tone::warning)
                                                 : Cell(ran ? "done" : "from the cache");
    table.rows.push_back(
        {{job_text(job), std::move(end),
          ran ? Cell(std::to_string(job.worker + 1)) : Cell(muted("\u2014")),
          ran ? Cell(number(job.begun, 2), job.begun) : Cell(muted("\u2014")),
          ran ? Cell(duration_text(job.seconds), job.seconds) : Cell(muted("\u2014"))},
         "",
         false});
  }
  return table;
}

}  // namespace

Section job_section(const RunResults& results) {
  Section section{"jobs", "Jobs", {}};
  const LoggedCommand* last = nullptr;
  for (const LoggedCommand& command : results.jobs) {
    if (count(command, LoggedJob::End::cached) < command.jobs.size()) last = &command;
  }
  if (last == nullptr) {
    section.add(Paragraph{{muted("The run has no record of its jobs.")}});
    return section;
  }
  section.add(timeline(*last));
  section.add(command_table(results.jobs));
  section.add(Details{"Jobs of the last command", blocks_of(job_table(*last))});
  return section;
}

}  // namespace assay::reports

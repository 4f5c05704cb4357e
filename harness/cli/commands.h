// The subcommands of `assay`: each file adds one to the parser and, when chosen, sets the action.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace assay::cli {

/// What to do after parsing; returns the exit status.
using Action = std::function<int()>;

void add_run(CLI::App& app, Action& action);         // run.cc
void add_plan(CLI::App& app, Action& action);        // plan.cc
void add_validate(CLI::App& app, Action& action);    // validate.cc
void add_list(CLI::App& app, Action& action);        // list.cc
void add_describe(CLI::App& app, Action& action);    // describe.cc
void add_report(CLI::App& app, Action& action);      // report.cc
void add_compare(CLI::App& app, Action& action);     // compare.cc
void add_status(CLI::App& app, Action& action);      // status.cc
void add_logs(CLI::App& app, Action& action);        // logs.cc
void add_verify(CLI::App& app, Action& action);      // verify.cc
void add_cache(CLI::App& app, Action& action);       // cache.cc
void add_new_plugin(CLI::App& app, Action& action);  // new_plugin.cc
void add_doctor(CLI::App& app, Action& action);      // doctor.cc

}  // namespace assay::cli

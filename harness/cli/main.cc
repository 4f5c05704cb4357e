#include "cli/commands.h"

#include <assay/common/error.h>
#include <assay/common/text.h>
#include <assay/version.h>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

namespace {

// CLI11 would only say that a subcommand is required.
void check_command(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return;
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  for (const std::string& name : names) {
    if (name == argv[1]) return;
  }
  const std::string near = assay::did_you_mean(argv[1], names);
  throw assay::Error("there is no command '" + std::string(argv[1]) + "'" + near +
                         (near.empty() ? ": the commands are " + assay::join(names, ", ") : ""),
                     assay::ExitStatus::wrong_use);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Assay: a benchmark harness for methods that train models with imperfect supervision"};
  app.name("assay");
  app.set_version_flag("--version", "assay " ASSAY_VERSION);
  app.require_subcommand(1);
  app.footer("Start with:  assay run suites/quickstart.toml\nExit status: 0 done, 1 some cells failed "
             "or a regression, 2 wrong use or an invalid suite, 3 inconclusive, 4 missing cells, "
             "130 interrupted");

  assay::cli::Action action;
  assay::cli::add_run(app, action);
  assay::cli::add_plan(app, action);
  assay::cli::add_validate(app, action);
  assay::cli::add_list(app, action);
  assay::cli::add_describe(app, action);
  assay::cli::add_report(app, action);
  assay::cli::add_compare(app, action);
  assay::cli::add_status(app, action);
  assay::cli::add_logs(app, action);
  assay::cli::add_verify(app, action);
  assay::cli::add_cache(app, action);
  assay::cli::add_new_plugin(app, action);
  assay::cli::add_doctor(app, action);

  try {
    check_command(app, argc, argv);
    app.parse(argc, argv);
    return action ? action() : 0;
  } catch (const CLI::Success& done) {  // --help, --version
    return app.exit(done);
  } catch (const CLI::ParseError& error) {
    app.exit(error);
    return static_cast<int>(assay::ExitStatus::wrong_use);
  } catch (const assay::Error& error) {
    std::fprintf(stderr, "assay: %s\n", error.what());
    return static_cast<int>(error.status());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "assay: unexpected error: %s\n", error.what());
    return 1;
  }
}

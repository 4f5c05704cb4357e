#include "cli/commands.h"

#include <assay/common/error.h>
#include <assay/version.h>

#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
  CLI::App app{"Assay: a benchmark harness for methods that train models with imperfect supervision"};
  app.name("assay");
  app.set_version_flag("--version", "assay " ASSAY_VERSION);
  app.require_subcommand(1);
  app.footer("Start with:  assay run suites/quickstart.toml\nExit status: 0 done, 1 some cells failed, "
             "2 wrong use or an invalid suite, 3 inconclusive, 4 missing cells, 130 interrupted");

  assay::cli::Action action;
  assay::cli::add_run(app, action);
  assay::cli::add_plan(app, action);
  assay::cli::add_validate(app, action);
  assay::cli::add_list(app, action);
  assay::cli::add_describe(app, action);
  assay::cli::add_report(app, action);
  assay::cli::add_status(app, action);
  assay::cli::add_logs(app, action);
  assay::cli::add_verify(app, action);
  assay::cli::add_cache(app, action);
  assay::cli::add_new_plugin(app, action);
  assay::cli::add_doctor(app, action);

  try {
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

// Short English texts, a few lines each: five files of the Unix program "fortune", read from
// Debian's packages fortunes and fortunes-min (licence: BSD, see their copyright file).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace assay::fortunes_data {

/// $ASSAY_DATA/fortunes, else /usr/share/games/fortunes.
std::filesystem::path folder();

/// What stands between lines of a single "%" in such a file; texts with a byte outside of printable
/// ASCII, tab and newline are left out, and so are empty ones.
std::vector<std::string> texts_of(const std::string& file);

/// The texts of all files, in the files' order, each once; kept for the process's next job. This
/// and the functions below throw Error when a file is missing or has no texts.
const std::vector<std::string>& texts();

/// Content hashes of the files, and their paths: for cache keys.
std::vector<std::string> data_versions();
std::vector<std::string> data_files();

}  // namespace assay::fortunes_data

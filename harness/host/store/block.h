// Names of blocks and the folders of cells.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

using Seeds = std::vector<std::uint64_t>;

/// The folder name of a block: "0-4" for consecutive seeds, "3" for one, else joined with "_"; longer
/// than 40 characters: "<first>_<last>_<hash>".
std::string block_name(const Seeds& seeds);

/// `text` as one component of a path: characters other than letters, digits and ._=+,@- (and a
/// leading dot) become %XX, so that different texts stay different.
std::string path_name(std::string_view text);

/// cells/<benchmark>/<method>/<block> below a run's folder.
std::filesystem::path block_folder(const std::string& benchmark, const std::string& method,
                                   const Seeds& block);

/// Now, UTC: "2026-01-31T12:34:56Z".
std::string iso_time();

/// This machine's name.
std::string host_name();

}  // namespace assay

// Content hashes: XXH3, 128 bits, as 32 lower-case hex digits.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace assay {

std::string hash_bytes(std::string_view bytes);

/// Hash of a file's content. Throws Error naming the file when it cannot be read.
std::string hash_file(const std::filesystem::path& path);

}  // namespace assay

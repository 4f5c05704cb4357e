// The LibTorch that an installation is linked to by one symbolic link (lib/assay/torch).
#pragma once

#include <filesystem>
#include <string>

namespace assay {

/// The folder with libtorch_cpu.so and libc10.so in `folder`, which may be that folder, a wheel's
/// `torch` folder, an unpacked LibTorch archive, or a virtual environment that has the wheel. Throws
/// Error listing where it looked.
std::filesystem::path find_libtorch(const std::filesystem::path& folder);

/// The version with its build, e.g. "2.13.0+cpu", from the files beside the library folder; "" when
/// they do not tell.
std::string libtorch_version(const std::filesystem::path& libraries);

/// Points `link` to the LibTorch in `folder` by one rename, so that it is never missing. Throws Error
/// when that is not `version`, the one Assay was built with.
void relink_libtorch(const std::filesystem::path& link, const std::filesystem::path& folder,
                     const std::string& version);

}  // namespace assay

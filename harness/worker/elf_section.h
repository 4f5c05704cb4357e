// Reads one section of an ELF file without loading it. Nothing in the file is trusted.
#pragma once

#include <string_view>

namespace assay {

/// The content of section `name` of the 64-bit ELF shared library `file` (its bytes); a view into
/// `file`. Throws Error saying what the file is instead: not an ELF file, built for another machine,
/// cut short, damaged, or without the section.
std::string_view elf_section(std::string_view file, std::string_view name);

}  // namespace assay

#include "worker/elf_section.h"

#include <assay/common/error.h>

#include <cstdint>
#include <cstring>
#include <elf.h>
#include <string>

namespace assay {

namespace {

#if defined(__x86_64__)
constexpr Elf64_Half own_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr Elf64_Half own_machine = EM_AARCH64;
#else
#error "name this machine's ELF number here"
#endif

// `size` bytes at `offset`. Both come from the file, so their sum may overflow: it is never formed.
std::string_view bytes_at(std::string_view file, std::uint64_t offset, std::uint64_t size,
                          const char* what) {
  if (offset > file.size() || size > file.size() - offset) {
    throw Error(std::string("it is cut short or damaged: its ") + what + " lies outside the file (" +
                std::to_string(file.size()) + " bytes)");
  }
  return file.substr(offset, size);
}

// Copied out: nothing in the file needs to be aligned.
template <class T>
T read_at(std::string_view file, std::uint64_t offset, const char* what) {
  T value;
  std::memcpy(&value, bytes_at(file, offset, sizeof(T), what).data(), sizeof(T));
  return value;
}

Elf64_Ehdr read_header(std::string_view file) {
  if (file.size() < SELFMAG || std::memcmp(file.data(), ELFMAG, SELFMAG) != 0) {
    throw Error("it is not an ELF file");
  }
  const auto header = read_at<Elf64_Ehdr>(file, 0, "header");
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB ||
      header.e_machine != own_machine) {
    throw Error("it was built for another kind of machine");
  }
  if (header.e_type != ET_DYN) throw Error("it is an ELF file, but not a shared library");
  if (header.e_shoff != 0 && header.e_shentsize != sizeof(Elf64_Shdr)) {
    throw Error("it is damaged: its section headers have an unknown size");
  }
  return header;
}

std::string_view name_at(std::string_view names, std::uint64_t offset) {
  if (offset >= names.size()) return {};
  const std::string_view rest = names.substr(offset);
  const std::size_t end = rest.find('\0');
  return end == std::string_view::npos ? std::string_view() : rest.substr(0, end);
}

}  // namespace

std::string_view elf_section(std::string_view file, std::string_view name) {
  const Elf64_Ehdr header = read_header(file);
  const auto section = [&](std::uint64_t index) {
    const std::string_view table =
        bytes_at(file, header.e_shoff, (index + 1) * sizeof(Elf64_Shdr), "section table");
    return read_at<Elf64_Shdr>(table, index * sizeof(Elf64_Shdr), "section table");
  };
  if (header.e_shoff != 0) {
    // Files with very many sections keep both numbers in the unused first header.
    const std::uint64_t count = header.e_shnum != 0 ? header.e_shnum : section(0).sh_size;
    const std::uint64_t names_index =
        header.e_shstrndx != SHN_XINDEX ? header.e_shstrndx : section(0).sh_link;
    if (count > file.size() / sizeof(Elf64_Shdr) || names_index >= count) {
      throw Error("it is cut short or damaged: its section table does not fit");
    }
    const Elf64_Shdr names_header = section(names_index);
    const std::string_view names =
        bytes_at(file, names_header.sh_offset, names_header.sh_size, "table of section names");
    for (std::uint64_t i = 1; i < count; ++i) {
      const Elf64_Shdr candidate = section(i);
      if (name_at(names, candidate.sh_name) != name) continue;
      if (candidate.sh_type != SHT_PROGBITS) break;
      return bytes_at(file, candidate.sh_offset, candidate.sh_size, "content");
    }
  }
  throw Error("it has no section " + std::string(name));
}

}  // namespace assay

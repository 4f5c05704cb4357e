#include "worker/elf_section.h"

#include "paths.h"

#include <assay/common/error.h>
#include <assay/common/files.h>

#include <catch2/catch.hpp>
#include <elf.h>
#include <random>

using namespace assay;

namespace {

std::string a_plugin() { return read_file(good_plugin("xent")); }

// The reader may find the section or throw Error; anything else fails the test, and a read outside
// the bytes fails it under the asan preset.
bool survives(const std::string& file) {
  // On the heap, exactly as long as it is: the sanitizer sees the first byte too far.
  const std::vector<char> exact(file.begin(), file.end());
  try {
    const std::string_view bytes(exact.data(), exact.size());
    const std::string_view found = elf_section(bytes, ".assay_abi");
    return found.data() >= bytes.data() &&
           found.data() + found.size() <= bytes.data() + bytes.size();
  } catch (const Error& error) {
    return std::string(error.what()).size() > 10;
  }
}

Elf64_Ehdr& header(std::string& file) { return *reinterpret_cast<Elf64_Ehdr*>(file.data()); }

}  // namespace

TEST_CASE("a section is found by its name") {
  const std::string file = a_plugin();
  CHECK(elf_section(file, ".assay_abi").substr(4, 4) == "AASY");
  CHECK(elf_section(file, ".comment").find("GCC") != std::string_view::npos);
  CHECK_THROWS_WITH(elf_section(file, ".assay"), "it has no section .assay");
  // It has a size but no bytes in the file.
  CHECK_THROWS_WITH(elf_section(file, ".bss"), "it has no section .bss");
}

TEST_CASE("what is no library of this machine is named") {
  CHECK_THROWS_WITH(elf_section("", ".assay_abi"), "it is not an ELF file");
  CHECK_THROWS_WITH(elf_section("#!/bin/sh\n", ".assay_abi"), "it is not an ELF file");
  CHECK_THROWS_WITH(elf_section(std::string(ELFMAG, 4), ".assay_abi"),
                    "it is cut short or damaged: its header lies outside the file (4 bytes)");
  std::string file = a_plugin();
  header(file).e_machine = EM_S390;
  CHECK_THROWS_WITH(elf_section(file, ".assay_abi"), "it was built for another kind of machine");
  file = a_plugin();
  header(file).e_ident[EI_CLASS] = ELFCLASS32;
  CHECK_THROWS_WITH(elf_section(file, ".assay_abi"), "it was built for another kind of machine");
  file = a_plugin();
  header(file).e_type = ET_REL;
  CHECK_THROWS_WITH(elf_section(file, ".assay_abi"), "it is an ELF file, but not a shared library");
}

TEST_CASE("tables that lie outside the file are errors") {
  std::string file = a_plugin();
  header(file).e_shoff = file.size() - 10;
  CHECK_THROWS_WITH(elf_section(file, ".assay_abi"),
                    "it is cut short or damaged: its section table lies outside the file (" +
                        std::to_string(file.size()) + " bytes)");
  file = a_plugin();
  header(file).e_shoff = ~std::uint64_t{0} - 7;
  CHECK_THROWS_AS(elf_section(file, ".assay_abi"), Error);
  file = a_plugin();
  header(file).e_shstrndx = 0xfff0;
  CHECK_THROWS_WITH(elf_section(file, ".assay_abi"),
                    "it is cut short or damaged: its section table does not fit");
  file = a_plugin();
  header(file).e_shoff = 0;
  CHECK_THROWS_WITH(elf_section(file, ".assay_abi"), "it has no section .assay_abi");
}

TEST_CASE("a file cut short anywhere is an error or still complete") {
  const std::string file = a_plugin();
  const std::size_t step = std::max<std::size_t>(1, file.size() / 500);
  for (std::size_t length = 0; length < file.size(); length += length < 200 ? 1 : step) {
    INFO(length);
    CHECK_THROWS_AS(elf_section(file.substr(0, length), ".assay_abi"), Error);
  }
}

TEST_CASE("damaged headers and tables never lead outside the file") {
  const std::string original = a_plugin();
  const std::size_t table = header(const_cast<std::string&>(original)).e_shoff;
  std::mt19937_64 random(1);
  for (int i = 0; i < 4000; ++i) {
    std::string file = original.substr(0, i % 8 == 0 ? random() % original.size() : original.size());
    for (int changes = 0; changes < 1 + i % 5; ++changes) {
      const std::size_t at = i % 2 == 0 ? random() % sizeof(Elf64_Ehdr)
                                        : table + random() % (original.size() - table);
      if (at >= file.size()) continue;
      // Extreme values find overflows that random bytes seldom do.
      const char extreme[] = {'\0', '\x01', '\x7f', '\x80', '\xff'};
      file[at] = i % 3 == 0 ? static_cast<char>(random()) : extreme[random() % 5];
    }
    INFO(i);
    REQUIRE(survives(file));
  }
}

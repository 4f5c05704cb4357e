// IDX files (the format of MNIST and its relatives), gzip-compressed or plain.
#pragma once

#include <assay/tensor.h>

#include <filesystem>

namespace assay {

/// Reads an IDX file of unsigned bytes: uint8 [n] or [n, rows, columns]. Header: two zero bytes, type
/// 0x08, number of dimensions, then each dimension as a big-endian 32-bit number. Throws Error naming
/// the file and what is wrong: cannot be opened, not IDX, another type or number of dimensions than
/// `dimensions`, too short, longer than its header says, damaged gzip data.
Tensor read_idx(const std::filesystem::path& path, int dimensions);

}  // namespace assay

// A memory of samples that a stream has shown.
#pragma once

#include <assay/continual.h>

#include <cstdint>
#include <vector>

namespace assay::continual {

enum class BufferPolicy {
  reservoir,  ///< every sample of the stream so far is kept with the same probability: the n-th takes
              ///< the place of number j ~ U{0..n-1} if j < size (Vitter 1985, algorithm R)
  balanced,   ///< greedy balance (Prabhu et al. 2020, GDumb): when full, a sample of a class with
              ///< fewer than size / classes members replaces one of the largest class, at random
  ring,       ///< the last size / groups samples of each group (a task, a class)
};

/// Keeps up to `size` samples a row: inputs, labels, allowed outputs where they differ between tasks
/// (scenario task), and the network's outputs when asked for. A row's random choices are keyed by
/// its seed and by how many samples, or draws, it has had: they are the same in company and alone.
class Buffer {
 public:
  Buffer(BufferPolicy policy, std::int64_t size, bool keeps_logits = false);

  /// Once, before the stream, and before state() loads. A ring has `groups` of them. Throws Error for
  /// a ring that has fewer places than groups, and for classes where labels are numbers.
  void begin(const Problem& problem, const Run& run, std::int64_t groups = 1);

  /// Offers the stream's part of the batch to the active rows, in order: samples of weight 0 are no
  /// samples. With logits only once the forward pass was made.
  void insert(const Batch& batch, std::int64_t group = 0);

  /// `count` different samples a row at random: places of weight 0 where a row has fewer. What is
  /// allowed is what was when the sample came (scenario task), or what is now. Empty while all rows
  /// are.
  Samples draw(const Batch& batch, std::int64_t count);
  /// Independent draws: a sample may come several times.
  Samples draw_with_replacement(const Batch& batch, std::int64_t count);
  /// A ring's group, all places of it, of the active rows.
  Samples group(const Batch& batch, std::int64_t group) const;
  /// All places of all rows, [K, size, ...]; allowed_AMC is undefined but in the scenario task.
  Samples all() const;

  std::int64_t size() const { return size_; }
  /// How many samples the row has.
  std::int64_t filled(std::int64_t row) const;
  void state(State& state);

 private:
  void open(const Batch& batch);
  std::int64_t place_of(std::int64_t row, std::int64_t group, std::int64_t label,
                        std::vector<std::int64_t>& class_counts);
  std::int64_t victim(std::int64_t row, double uniform,
                      const std::vector<std::int64_t>& class_counts) const;
  std::int64_t nth_filled(std::int64_t row, std::int64_t n) const;
  double uniform(std::int64_t row, std::int64_t count);
  Samples drawn(const Batch& batch, std::int64_t count, bool replace);
  Samples at_places(const Batch& batch, const Tensor& place_AM, const Tensor& weight_AM) const;

  BufferPolicy policy_;
  std::int64_t size_, groups_ = 1, classes_ = 0;
  bool keeps_logits_, keeps_allowed_ = false;
  std::vector<Streams> choices_, draws_;  // one a row: rows count for themselves

  Tensor seen_KG_;   // samples offered, by group; on the CPU, as the labels are
  Tensor drawn_K_;   // draws made
  Tensor label_KM_;
  Tensor x_, allowed_KMC_, logits_KMC_;

  struct Block {  // of a row's choices that were made last
    std::int64_t number = -1;
    Tensor uniform;
  };
  std::vector<Block> blocks_;
};

}  // namespace assay::continual

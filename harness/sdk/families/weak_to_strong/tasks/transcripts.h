// Transcripts of debates about pictures: which pixels two sides have revealed, before a supervisor
// is asked what a picture shows. Who judges the sides' moves, and which answers they argue for,
// follows from the true labels of the supervisor's own items alone, and for none of those from its
// own label: of two judges, each has learned from the labelled pictures with even or with odd
// numbers, and is asked about pictures with numbers of the other kind.
#pragma once

#include "sdk/families/debate/judge.h"

#include <assay/train.h>

#include <cstdint>
#include <memory>

namespace assay::weak_to_strong {

/// What is revealed of a picture: nothing; random pixels; by one side alone, which argues for one
/// of the two likeliest answers; by two sides in turn, which argue for one of them each.
enum class Evidence { none, random, consultancy, debate };

/// N pictures of every row. A place is a pixel or, after all pixels, a cell of the coarse picture,
/// which lies open from the beginning.
struct Pictures {
  Tensor pixel_KNV;
  Tensor cell_KNU;

  /// Pixels that may be revealed, bool: those that are not empty.
  Tensor legal_KNV() const { return pixel_KNV.gt(0); }
};

/// Pictures as judges and supervisors see them: two planes of places, which are revealed, and what
/// is there; [K, N, 2, V + U]. `shown_KNV`: bool.
Tensor seen(const Pictures& pictures, const Tensor& shown_KNV);

/// Marks places [K, N, T], -1 where there is none: bool [K, N, `places`].
Tensor marked(const Tensor& place_KNT, std::int64_t places);

/// As many random pixels as `count`, bool [K, N, V]. `draw` keys what is drawn.
Tensor random_pixels(const Pictures& pictures, std::int64_t count,
                     const std::vector<std::uint64_t>& seeds, std::int64_t draw);

/// Trains both judges on labelled pictures (int64 [K, N]), of which each step shows others of their
/// pixels: `count` random ones or, of one in four, none. Returns their parameters [K, 2, P]: judge
/// h speaks of pictures whose number, counted from zero, leaves h when divided by two.
Tensor train_judges(const std::shared_ptr<const Network>& network, const Pictures& pictures,
                    const Tensor& label_KN, std::int64_t count, const Recipe& recipe, Run& run);

/// A judge by its parameters [K, P], about pictures of which it knows the coarse ones.
std::unique_ptr<debate::Judge> picture_judge(const std::shared_ptr<const Network>& network,
                                             const Tensor& theta_KP, const Tensor& cell_KNU);

/// What became of N debates in every row.
struct Transcripts {
  Tensor answer_KN2;   ///< what was argued for: by the side that began, by the other one
  Tensor place_KNT;    ///< what was revealed, in order
  Tensor verdict_KNC;  ///< the judge's probabilities of the two answers, others 0
};

struct Debating {
  Evidence evidence = Evidence::debate;  ///< consultancy or debate
  std::int64_t turns = 0;
  std::int64_t calls = 0;  ///< judge calls of a side, each move
};

/// Holds the debates. Sides argue for the two answers that the judge finds likeliest before
/// anything is revealed; which side argues for which is drawn. They move as the debate family's
/// opponent "search" does. `draw` keys all that is drawn.
Transcripts hold_debates(const std::shared_ptr<const Network>& network, const Tensor& theta_KHP,
                         const Pictures& pictures, const Debating& how, std::int64_t draw,
                         Run& run);

}  // namespace assay::weak_to_strong

// Gradients over whole parts, products with the Hessian, conjugate gradients: what Newton steps and
// influence functions are made of. Everything is a matrix [K, P], row by row.
#pragma once

#include <assay/unlearning.h>

#include <cstdint>
#include <functional>
#include <vector>

namespace assay::unlearning {

/// Each sample's loss, [K, B], from logits [K, B, C] and labels [K, B].
using PartLoss = std::function<Tensor(const Tensor& logits_KBC, const Tensor& label_KB)>;

/// -log p(label): what the model was trained on.
PartLoss negative_log_likelihood(Likelihood kind);

/// The gradient of the mean loss over a part's items, [K, P]. Counts them as gradient samples.
Tensor mean_gradient(const Model& model, const Part& part, const PartLoss& loss, Run& run);

/// H v for the Hessian H of the mean loss over a part's items, [K, P], by differentiating twice
/// (Pearlmutter 1994). Counts nothing: it costs two gradients of every item, and who calls it knows
/// for which rows.
Tensor hessian_product(const Model& model, const Part& part, const PartLoss& loss,
                       const Tensor& v_KP);

struct Solution {
  Tensor x_KP;
  std::vector<std::int64_t> products_K;  ///< products with A that each row took
};

/// Solves A x = b in every row by conjugate gradients (Hestenes and Stiefel 1952), A symmetric,
/// given by its products. A row stops when its residual is `tolerance` times |b|, after `most`
/// products, or at a direction of negative curvature (Steihaug 1983): the rows do not wait for one
/// another's numbers. A row whose first direction has none but negative curvature gives x = b.
Solution conjugate_gradients(const std::function<Tensor(const Tensor& v_KP)>& product,
                             const Tensor& b_KP, double tolerance, std::int64_t most);

/// How newton_step() solves and steps.
struct NewtonSettings {
  Tensor damping_K1;         ///< added to the Hessian's diagonal
  Tensor scale_K1;           ///< the largest share of a step that is made
  double tolerance = 1e-12;  ///< of the residual, relative
  std::int64_t most = 0;     ///< products with the Hessian; 0: as many as there are parameters
};

/// One step theta - scale H^-1 g of Newton's method on the retained objective
///   L(theta) = mean over retain of -log p(label) + ridge / 2 |theta|^2,
/// exact where L is quadratic and scale is 1. A row whose objective would rise halves its step
/// until it does not, ten times at most, and stays where it is after that. Computed in float64
/// whatever the model's type. Counts the retain items once for the gradient and twice for every
/// product with the Hessian as gradient samples, and for each step tried as forward samples.
Model newton_step(const Problem& problem, const Model& model, const NewtonSettings& settings,
                  Run& run);

}  // namespace assay::unlearning

// Gradients that may not make remembered samples worse.
#pragma once

#include <assay/continual.h>

#include <vector>

namespace assay::continual {

/// Gradient of each active row's mean -log p(label) over samples, at theta: [A, P]; zero where all
/// weights are. Counts gradient samples. Throws Error when shapes do not fit.
Tensor gradient_on(const Network& network, const Batch& batch, const Tensor& theta_AP,
                   const Samples& samples, Run& run);

/// A-GEM (Chaudhry et al. 2019, arXiv:1812.00420, equation 11): where g . r < 0,
/// g <- g - (g . r / |r|^2) r; the other rows stay.
void project_off(const Tensor& reference_AP, Tensor& gradient_AP);

/// GEM (Lopez-Paz and Ranzato 2017, arXiv:1706.08840, equations 8 to 11): where g . G_t < 0 for
/// some task t, g <- g + G' v with v of gem_dual(); the other rows stay. memory_ATP holds the
/// gradients of the tasks' memories, margin_A1 each row's margin.
void project_onto_cone(const Tensor& memory_ATP, const Tensor& margin_A1, Tensor& gradient_AP);

/// The v >= margin that minimises v' Q v / 2 + q' v, Q (n x n, row after row) positive semidefinite:
/// an active-set method that ends at the minimum (Lawson and Hanson 1974, chapter 23, on v - margin).
std::vector<double> gem_dual(const std::vector<double>& q_matrix, const std::vector<double>& q,
                             double margin);

}  // namespace assay::continual

// Metrics of predictions, one value per row, float64 [K]. Rows are averaged over their own items:
// probability_KNC and label_KN are padded to the largest row; label -1 marks padding.
#pragma once

#include <assay/tensor.h>

namespace assay::metrics {

Tensor accuracy(const Tensor& probability_KNC, const Tensor& label_KN);
/// Share of items on which two predictions have the same argmax (padding by label_KN = -1).
Tensor agreement(const Tensor& probability_KNC, const Tensor& other_KNC, const Tensor& label_KN);
/// Agreement on the items where `other` is wrong; NaN where it never is.
Tensor agreement_where_wrong(const Tensor& probability_KNC, const Tensor& other_KNC,
                             const Tensor& label_KN);
/// Share of the items where `other` is wrong that are right here; NaN where it never is.
Tensor error_correction(const Tensor& probability_KNC, const Tensor& other_KNC,
                        const Tensor& label_KN);
/// Area under the ROC curve: two classes, score of class 1; more: macro average one against the
/// rest. Ties count half (Mann-Whitney). NaN where a class is absent.
Tensor auroc(const Tensor& probability_KNC, const Tensor& label_KN);
/// Expected calibration error of the top class, equal-width bins (Guo et al. 2017).
Tensor expected_calibration_error(const Tensor& probability_KNC, const Tensor& label_KN,
                                  int bins = 15);
/// Brier score: mean over items of sum over classes of squared error (Brier 1950).
Tensor brier(const Tensor& probability_KNC, const Tensor& label_KN);

}  // namespace assay::metrics

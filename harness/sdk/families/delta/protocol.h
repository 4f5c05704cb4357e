// The protocol's common pieces: the student as it starts, pairs as they are given out.
#pragma once

#include "sdk/families/delta/settings.h"

namespace assay::delta {

/// The student of every method; a row whose stages failed gets zeros, so that the cohort's other
/// rows keep their company and with it their bits.
Model starting_model(const Task& task, const Place& place);

/// The pairs of a split on the place's device: reversed where the settings say so and, of the
/// training set, each turned round by chance. `how` are the benchmark's.
Pairs given_pairs(const Task& task, const PairSettings& how, PairSplit split, const Place& place);

/// What is wrong with a method's answer, "" if nothing: model_breach()'s, or a network of another
/// size than the student's.
std::string answer_breach(const Model& answer, const Model& student);

/// What a method sees.
Problem make_problem(const Settings& settings, const Task& task, const Place& place);

}  // namespace assay::delta

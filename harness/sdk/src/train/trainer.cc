#include "sdk/internal/trainer.h"

#include "sdk/internal/recipe.h"

#include <assay/common/error.h>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <algorithm>
#include <cmath>
#include <sstream>

namespace assay {
namespace {

constexpr std::size_t flush_every = 16;

Tensor index_of(const std::vector<std::int64_t>& rows, at::Device device) {
  return at::tensor(at::ArrayRef<std::int64_t>(rows), at::kLong).to(device);
}

// Checks what train() was given, before anything is made from it.
const Model& checked(const Model& start, const Dataset& data, const Recipe& recipe,
                     const Run& run) {
  if (!start.network || !start.theta_KP.defined()) {
    throw Error("train: the model to start from is empty");
  }
  const std::int64_t rows = start.rows();
  if (data.rows() != rows || run.rows() != rows) {
    throw Error("train: the model has " + std::to_string(rows) + " rows, the training set " +
                std::to_string(data.rows()) + ", and the run " + std::to_string(run.rows()));
  }
  check_recipe(recipe, rows);
  return start;
}

// The rows that can be trained, by their places in the cohort.
std::vector<std::int64_t> first_rows(const Dataset& data, Run& run) {
  std::vector<std::int64_t> rows;
  for (std::int64_t row = 0; row < data.rows(); ++row) {
    if (data.count(row) == 0) run.fail_row(row, "it has no samples to train on");
    if (!run.failed(row)) rows.push_back(row);
  }
  return rows;
}

// How many epochs each row has been trained for in this run, by its curve.
std::vector<std::int64_t> epochs_before(const Run& run) {
  std::vector<std::int64_t> epochs;
  for (std::int64_t row = 0; row < run.rows(); ++row) {
    const auto& curves = run.curves(row);
    const auto loss = curves.find("loss");
    const bool recorded = loss != curves.end() && !loss->second.empty();
    epochs.push_back(recorded ? loss->second.back().first : 0);
  }
  return epochs;
}

std::vector<double> peak_learning_rates(const Recipe& recipe, std::int64_t rows) {
  if (!recipe.lr_K1.defined())
    return std::vector<double>(static_cast<std::size_t>(rows), recipe.lr);
  const Tensor lr_K = recipe.lr_K1.detach().to(at::kCPU, at::kDouble).reshape(-1).contiguous();
  const double* lr = lr_K.const_data_ptr<double>();
  return std::vector<double>(lr, lr + rows);
}

}  // namespace

Trainer::Trainer(const Model& start, const Dataset& data, const Recipe& recipe, Run& run,
                 const Objective& objective, const Hooks& hooks)
    : start_(checked(start, data, recipe, run)),
      data_(data),
      recipe_(recipe),
      run_(run),
      objective_(objective),
      hooks_(hooks),
      epoch_offset_K_(epochs_before(run)),
      batches_(data, Streams(run.seeds(), "assay.batches"), recipe.batch, recipe.epochs,
               epoch_offset_K_, recipe.steps),
      peak_lr_K_(peak_learning_rates(recipe, start.rows())),
      rows_(first_rows(data, run)),
      rows_A_(index_of(rows_, start.theta_KP.device())),
      theta_AP_(start.theta_KP.detach().index_select(0, rows_A_)),
      result_KP_(start.theta_KP.detach().clone(at::MemoryFormat::Contiguous)),
      batch_maker_(data, theta_AP_.options()),
      optimizer_(recipe, theta_AP_),
      direct_(start.network->direct_pass(theta_AP_)),
      loss_sum_K_(static_cast<std::size_t>(start.rows()), 0.0),
      loss_samples_K_(loss_sum_K_) {
  for (std::int64_t row = 0; row < start.rows(); ++row) {
    longest_ = std::max(longest_, batches_.total_steps(row));
  }
}

Model Trainer::train() {
  for (std::int64_t at = 0; at < longest_ && !rows_.empty(); ++at) {
    step(at);
    if (must_flush(at)) {
      flush(at);
      run_.progress(static_cast<double>(at + 1) / static_cast<double>(longest_));
    }
  }
  run_.progress(1);
  return {start_.network, result_KP_};
}

void Trainer::step(std::int64_t step) {
  // What was appended to the last batch will be appended to this one too.
  Batch batch = batch_maker_.make(batches_, rows_, rows_A_, step, appended_);
  if (hooks_.prepare) prepare(batch);
  if (direct_ && !direct_->fits(batch.x.size(1))) direct_.reset();
  Tensor gradient_AP;
  {
    const at::AutoGradMode record(true);
    gradient_AP = direct_ ? direct_gradient(batch) : recorded_gradient(batch);
  }
  const at::NoGradGuard no_record;
  if (recipe_.clip > 0) clip(gradient_AP);
  if (hooks_.after_backward) {
    hooks_.after_backward(batch, theta_AP_, gradient_AP);
    if (gradient_AP.sizes() != theta_AP_.sizes()) {
      throw Error("train: after_backward changed the gradient's shape");
    }
    gradient_AP = gradient_AP.to(theta_AP_.scalar_type()).contiguous();
  }
  optimizer_.step(theta_AP_, gradient_AP, learning_rates(step));
  if (hooks_.after_step) {
    const std::vector<std::int64_t> shape = theta_AP_.sizes().vec();
    hooks_.after_step(batch, theta_AP_);
    if (theta_AP_.sizes() != at::IntArrayRef(shape)) {
      throw Error("train: after_step changed the shape of the parameters");
    }
    theta_AP_ = theta_AP_.detach().contiguous();
  }
}

void Trainer::prepare(Batch& batch) {
  const at::NoGradGuard no_record;
  const std::vector<std::int64_t> shape = batch.x.sizes().vec();
  hooks_.prepare(batch);
  std::vector<std::int64_t> now = batch.x.sizes().vec();
  // What lies behind in time has no part in what lies before.
  const bool cut = start_.network->causal() && now.size() == shape.size() && now.size() > 2 &&
                   now.back() >= 1 && now.back() < shape.back();
  const auto same_from = now.end() - (cut ? 1 : 0);
  const bool fits = now.size() == shape.size() && now[0] == shape[0] && now[1] >= shape[1] &&
                    std::equal(now.begin() + 2, same_from, shape.begin() + 2) &&
                    batch.weight_AB.sizes() == batch.x.sizes().slice(0, 2) &&
                    batch.share_AB.sizes() == batch.x.sizes().slice(0, 2);
  if (!fits) {
    std::ostringstream text;
    text << "train: the hook `prepare` may append samples to x, weight_AB and share_AB alike, but "
            "made "
         << "them " << batch.x.sizes() << ", " << batch.weight_AB.sizes() << " and "
         << batch.share_AB.sizes() << " of inputs " << at::IntArrayRef(shape);
    throw Error(text.str());
  }
  batch.x = batch.x.to(theta_AP_.scalar_type());
  appended_ = now[1] - shape[1];
}

// Autograd through the whole network: the plain path.
Tensor Trainer::recorded_gradient(Batch& batch) {
  const Tensor leaf_AP = theta_AP_.detach().requires_grad_(true);
  const ParameterView parameters(start_.network->layout(), leaf_AP);
  Outputs outputs = start_.network->forward(
      parameters, batch.x,
      {.training = true, .want_features = hooks_.want_features, .step = batch.step});
  batch.logits_KBC = outputs.logits_KBC;
  batch.features_KBD = outputs.features_KBD;
  return gradient_by(batch, {leaf_AP})[0].contiguous();
}

// Autograd through the objective alone, which sees logits and features and nothing else of the
// network.
Tensor Trainer::direct_gradient(Batch& batch) {
  batch.x = batch.x.contiguous();
  Outputs outputs = direct_->forward(theta_AP_, batch.x, hooks_.want_features, /*keep=*/true);
  // The objective gets copies: it may work on its own in place, which a leaf forbids.
  std::vector<Tensor> leaves{outputs.logits_KBC.requires_grad_(true)};
  batch.logits_KBC = outputs.logits_KBC.clone();
  batch.features_KBD = outputs.features_KBD;
  if (hooks_.want_features && !direct_->features_are_inputs()) {
    leaves.push_back(outputs.features_KBD.requires_grad_(true));
    batch.features_KBD = outputs.features_KBD.clone();
  }
  std::vector<Tensor> derivative = gradient_by(batch, leaves);
  for (Tensor& part : derivative) {
    if (part.defined()) part = part.contiguous();
  }
  derivative.resize(2);
  // A hook may have kept what it was given, or a view of it.
  if (!direct_gradient_AP_.defined() || direct_gradient_AP_.sizes() != theta_AP_.sizes() ||
      direct_gradient_AP_.use_count() > 1 || direct_gradient_AP_.storage().use_count() > 1) {
    direct_gradient_AP_ = at::empty_like(theta_AP_);
  }
  direct_->backward(theta_AP_, batch.x, derivative[0], derivative[1], direct_gradient_AP_);
  return direct_gradient_AP_;
}

// The derivatives of the sum of the rows' losses: a weight of one for every row. Rows do not mix.
std::vector<Tensor> Trainer::gradient_by(const Batch& batch, const std::vector<Tensor>& leaves) {
  const Tensor loss_A = loss_of(batch);
  std::vector<Tensor> derivative =
      torch::autograd::grad({loss_A}, leaves, {at::ones_like(loss_A)}, /*retain_graph=*/false,
                            /*create_graph=*/false, /*allow_unused=*/true);
  if (std::none_of(derivative.begin(), derivative.end(),
                   [](auto& part) { return part.defined(); })) {
    throw Error("train: the objective's loss does not depend on the batch's logits or features");
  }
  pending_.push_back(loss_A.detach());
  pending_appended_.push_back(appended_);
  return derivative;
}

Tensor Trainer::loss_of(const Batch& batch) const {
  Tensor loss_A = objective_(batch);
  const auto active = static_cast<std::int64_t>(rows_.size());
  std::ostringstream text;
  if (!loss_A.defined()) {
    text << "nothing";
  } else if (loss_A.dim() != 1 || loss_A.size(0) != active ||
             !at::isFloatingType(loss_A.scalar_type())) {
    text << "a tensor " << loss_A.sizes() << " of " << loss_A.scalar_type();
  } else if (!loss_A.requires_grad()) {
    text << "values without a gradient: compute the loss from the batch's logits";
  } else {
    return loss_A;
  }
  throw Error("train: the objective must return one loss for each active row, a floating-point " +
              std::string("tensor [") + std::to_string(active) + "], but returned " + text.str());
}

void Trainer::clip(Tensor& gradient_AP) const {
  const Tensor norm_A1 = gradient_AP.norm(2, 1, /*keepdim=*/true);
  gradient_AP.mul_((recipe_.clip / (norm_A1 + 1e-6)).clamp_max_(1));  // as torch's clip_grad_norm_
}

std::vector<double> Trainer::learning_rates(std::int64_t step) const {
  std::vector<double> lr_A;
  for (const std::int64_t row : rows_) {
    lr_A.push_back(
        peak_lr_K_[static_cast<std::size_t>(row)] *
        schedule_factor(recipe_.schedule, recipe_.warmup, step, batches_.total_steps(row)));
  }
  return lr_A;
}

bool Trainer::must_flush(std::int64_t step) const {
  return pending_.size() >= flush_every || std::any_of(rows_.begin(), rows_.end(), [&](auto row) {
           return batches_.ends_epoch(row, step);
         });
}

// Reads the losses of the steps up to `step`, marks rows that failed, closes epochs, and takes rows
// that have failed or ended out.
void Trainer::flush(std::int64_t step) {
  const Tensor loss_SA = at::stack(pending_).to(at::kCPU, at::kDouble).contiguous();
  const double* loss = loss_SA.const_data_ptr<double>();
  const std::int64_t first = step + 1 - static_cast<std::int64_t>(pending_.size());
  for (std::int64_t at = first; at <= step; ++at) {
    for (const std::int64_t row : rows_) {
      const double value = *loss++;
      if (run_.failed(row)) continue;
      if (!std::isfinite(value)) {
        run_.fail_row(row, "loss became non-finite at epoch " +
                               std::to_string(at / batches_.epoch_steps(row) + 1) + " (step " +
                               std::to_string(at + 1) + ")");
        continue;
      }
      const std::int64_t samples = batches_.samples(row, at);
      loss_sum_K_[static_cast<std::size_t>(row)] += value * static_cast<double>(samples);
      Costs& costs = run_.costs(row);
      loss_samples_K_[static_cast<std::size_t>(row)] += static_cast<double>(samples);
      const std::int64_t trained =
          samples + pending_appended_[static_cast<std::size_t>(at - first)];
      costs.gradient_samples += trained;
      costs.flops += 3 * start_.network->forward_flops() * static_cast<double>(trained);
    }
  }
  pending_.clear();
  pending_appended_.clear();
  finish_epochs(step);
  drop_rows(step);
}

void Trainer::finish_epochs(std::int64_t step) {
  for (const std::int64_t row : rows_) {
    if (run_.failed(row) || !batches_.ends_epoch(row, step)) continue;
    const auto at = static_cast<std::size_t>(row);
    const std::int64_t epoch = step / batches_.epoch_steps(row) + 1 + epoch_offset_K_[at];
    const double mean = loss_sum_K_[at] / loss_samples_K_[at];
    run_.record("loss", epoch, at::scalar_tensor(mean, at::kDouble),
                at::scalar_tensor(row, at::kLong).reshape(1));
    loss_sum_K_[at] = loss_samples_K_[at] = 0;
  }
}

void Trainer::drop_rows(std::int64_t step) {
  std::vector<std::int64_t> kept;
  for (std::size_t place = 0; place < rows_.size(); ++place) {
    const std::int64_t row = rows_[place];
    const bool ended = step + 1 >= batches_.total_steps(row);
    if (ended && !run_.failed(row)) {
      // A gradient that is not finite shows in the next loss; after the last step there is none.
      const Tensor theta_P = theta_AP_.select(0, static_cast<std::int64_t>(place));
      if (at::isfinite(theta_P).all().item<bool>()) {
        result_KP_.select(0, row).copy_(theta_P);
      } else {
        run_.fail_row(row, "parameters became non-finite at the last step (step " +
                               std::to_string(step + 1) + ")");
      }
    }
    if (!ended && !run_.failed(row)) kept.push_back(static_cast<std::int64_t>(place));
  }
  if (kept.size() < rows_.size()) select_active(kept);
}

void Trainer::select_active(const std::vector<std::int64_t>& kept) {
  std::vector<std::int64_t> rows;
  for (const std::int64_t place : kept) rows.push_back(rows_[static_cast<std::size_t>(place)]);
  rows_ = std::move(rows);
  rows_A_ = index_of(rows_, theta_AP_.device());
  theta_AP_ = theta_AP_.index_select(0, index_of(kept, theta_AP_.device()));
  optimizer_.keep_rows(kept);
}

Model train(const Model& start, const Dataset& data, const Recipe& recipe, Run& run,
            const Objective& objective, const Hooks& hooks) {
  return Trainer(start, data, recipe, run, objective, hooks).train();
}

}  // namespace assay

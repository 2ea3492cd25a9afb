// libwinnow-torch.so: the operators of LibTorch that Winnow uses, behind the C interface of CWinnowTorch.h.
//
// One source for LibTorch 2.11 to 2.13, on a CPU and on CUDA: ATen's own functions alone.

#include "../Sources/CWinnowTorch/CWinnowTorch.h"

#include <malloc.h>

#include <exception>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>
#include <torch/headeronly/version.h>

struct wtorch_tensor {
  at::Tensor value;
};

namespace {

thread_local std::string last_error;

/// Runs `body`; what it throws becomes the status and the text.
template <typename Body>
int guarded(Body &&body) {
  try {
    body();
    return 0;
  } catch (const c10::Error &error) {
    last_error = error.what_without_backtrace();
  } catch (const std::exception &error) {
    last_error = error.what();
  } catch (...) {
    last_error = "unknown failure";
  }
  return 1;
}

/// Runs `body`, which gives a tensor, and hands that out.
template <typename Body>
int making(wtorch_tensor **out, Body &&body) {
  return guarded([&] { *out = new wtorch_tensor{body()}; });
}

std::vector<at::Tensor> list(wtorch_tensor *const *tensors, size_t count) {
  std::vector<at::Tensor> result;
  result.reserve(count);
  for (size_t index = 0; index < count; index++) result.push_back(tensors[index]->value);
  return result;
}

/// The gradients of the tensors that have one, and those tensors themselves.
std::pair<std::vector<at::Tensor>, std::vector<at::Tensor>> with_gradients(
    wtorch_tensor *const *tensors, size_t count) {
  std::pair<std::vector<at::Tensor>, std::vector<at::Tensor>> result;
  for (size_t index = 0; index < count; index++) {
    const auto &gradient = tensors[index]->value.grad();
    if (!gradient.defined()) continue;
    result.first.push_back(tensors[index]->value);
    result.second.push_back(gradient);
  }
  return result;
}

std::optional<at::Tensor> optional(const wtorch_tensor *tensor) {
  return tensor ? std::optional<at::Tensor>(tensor->value) : std::nullopt;
}

at::ScalarType scalar_type(wtorch_type type) {
  switch (type) {
  case WTORCH_BFLOAT16: return at::kBFloat16;
  case WTORCH_INT64: return at::kLong;
  case WTORCH_UINT8: return at::kByte;
  case WTORCH_FLOAT32: break;
  }
  return at::kFloat;
}

at::IntArrayRef pair(const int64_t (&numbers)[2]) { return at::IntArrayRef(numbers, 2); }

const char *error_text() { return last_error.c_str(); }

bool has_cuda() {
  bool answer = false;
  return guarded([&] { answer = at::hasCUDA(); }) == 0 && answer;
}

int set_threads(int32_t count) {
  return guarded([&] { at::set_num_threads(count); });
}

void set_gradients(bool wanted) { c10::GradMode::set_enabled(wanted); }

// --- Tensors

void release(wtorch_tensor *tensor) { delete tensor; }

int make(
    wtorch_type type, const int64_t *shape, size_t rank, const void *bytes, wtorch_device device, wtorch_tensor **out) {
  return making(out, [&] {
    auto view = at::from_blob(const_cast<void *>(bytes), at::IntArrayRef(shape, rank), at::dtype(scalar_type(type)));
    return device == WTORCH_CUDA ? view.to(at::kCUDA) : view.clone();
  });
}

int rank(wtorch_tensor *tensor, size_t *out) {
  return guarded([&] { *out = static_cast<size_t>(tensor->value.dim()); });
}

int shape(wtorch_tensor *tensor, int64_t *out) {
  return guarded([&] {
    for (int64_t size : tensor->value.sizes()) *out++ = size;
  });
}

int read(wtorch_tensor *tensor, float *out, size_t count) {
  return guarded([&] {
    TORCH_CHECK(static_cast<size_t>(tensor->value.numel()) == count, "there are not ", count, " numbers to read");
    auto target = at::from_blob(out, tensor->value.sizes(), at::dtype(at::kFloat));
    target.copy_(tensor->value.detach());
  });
}

int clone(wtorch_tensor *tensor, wtorch_tensor **out) {
  return making(out, [&] { return tensor->value.detach().clone(); });
}

int assign_in_place(wtorch_tensor *target, wtorch_tensor *source) {
  return guarded([&] {
    c10::NoGradGuard guard;
    target->value.copy_(source->value);
  });
}

int cast(wtorch_tensor *tensor, wtorch_type type, wtorch_tensor **out) {
  return making(out, [&] { return tensor->value.to(scalar_type(type)); });
}

int channels_last(wtorch_tensor *tensor, wtorch_tensor **out) {
  return making(out, [&] { return tensor->value.contiguous(at::MemoryFormat::ChannelsLast); });
}

int want_gradient_in_place(wtorch_tensor *tensor) {
  return guarded([&] { tensor->value.requires_grad_(true); });
}

int normalise_pixels(
    wtorch_tensor *pixels, const float *mean, const float *deviation, wtorch_type type, wtorch_tensor **out) {
  return making(out, [&] {
    auto options = at::dtype(at::kFloat).device(pixels->value.device());
    auto row = [&](const float *numbers) {
      return at::from_blob(const_cast<float *>(numbers), {1, 1, 1, 3}, at::dtype(at::kFloat)).clone().to(options.device());
    };
    auto value = pixels->value.to(options.dtype()).div_(255).sub_(row(mean)).div_(row(deviation));
    // The bytes lie pixel by pixel, so this is a view with the channels innermost.
    return value.permute({0, 3, 1, 2}).to(scalar_type(type));
  });
}

// --- Operators

int conv(
    wtorch_tensor *input, wtorch_tensor *weight, wtorch_tensor *bias, const wtorch_window *window, int64_t groups,
    wtorch_tensor **out) {
  return making(out, [&] {
    return at::conv2d(
        input->value, weight->value, optional(bias), pair(window->stride), pair(window->pads), pair(window->dilation),
        groups);
  });
}

int batch_norm(
    wtorch_tensor *input, wtorch_tensor *weight, wtorch_tensor *bias, wtorch_tensor *mean, wtorch_tensor *variance,
    bool training, double momentum, double epsilon, wtorch_tensor **out) {
  return making(out, [&] {
    return at::batch_norm(
        input->value, weight->value, bias->value, mean->value, variance->value, training, momentum, epsilon, true);
  });
}

int layer_norm(
    wtorch_tensor *input, wtorch_tensor *weight, wtorch_tensor *bias, double epsilon, wtorch_tensor **out) {
  return making(out, [&] {
    return at::layer_norm(input->value, weight->value.sizes(), weight->value, optional(bias), epsilon);
  });
}

at::Tensor applied(wtorch_unary op, const at::Tensor &input) {
  switch (op) {
  case WTORCH_RELU: return at::relu(input);
  case WTORCH_SIGMOID: return at::sigmoid(input);
  case WTORCH_HARDSWISH: return at::hardswish(input);
  case WTORCH_HARDSIGMOID: return at::hardsigmoid(input);
  case WTORCH_GELU: return at::gelu(input);
  case WTORCH_GELU_TANH: return at::gelu(input, "tanh");
  case WTORCH_SILU: return at::silu(input);
  case WTORCH_TANH: return at::tanh(input);
  case WTORCH_ERF: return at::erf(input);
  case WTORCH_SQRT: return at::sqrt(input);
  case WTORCH_EXP: return at::exp(input);
  case WTORCH_LOG: return at::log(input);
  case WTORCH_NEGATE: return at::neg(input);
  case WTORCH_ABS: return at::abs(input);
  }
  TORCH_CHECK(false, "unknown operator ", static_cast<int>(op));
}

int unary(wtorch_unary op, wtorch_tensor *input, bool in_place, wtorch_tensor **out) {
  return making(out, [&] {
    if (!in_place) return applied(op, input->value);
    switch (op) {
    case WTORCH_RELU: return input->value.relu_();
    case WTORCH_HARDSWISH: return at::hardswish_(input->value);
    case WTORCH_SILU: return at::silu_(input->value);
    default: return applied(op, input->value);
    }
  });
}

int clip(wtorch_tensor *input, double low, double high, bool in_place, wtorch_tensor **out) {
  return making(out, [&] {
    return in_place ? at::hardtanh_(input->value, low, high) : at::hardtanh(input->value, low, high);
  });
}

int binary(wtorch_binary op, wtorch_tensor *left, wtorch_tensor *right, wtorch_tensor **out) {
  return making(out, [&]() -> at::Tensor {
    switch (op) {
    case WTORCH_ADD: return at::add(left->value, right->value);
    case WTORCH_SUBTRACT: return at::sub(left->value, right->value);
    case WTORCH_MULTIPLY: return at::mul(left->value, right->value);
    case WTORCH_DIVIDE: return at::div(left->value, right->value);
    case WTORCH_POWER: return at::pow(left->value, right->value);
    }
    TORCH_CHECK(false, "unknown operator ", static_cast<int>(op));
  });
}

int max_pool(wtorch_tensor *input, const wtorch_window *window, bool rounds_up, wtorch_tensor **out) {
  return making(out, [&] {
    return at::max_pool2d(
        input->value, pair(window->kernel), pair(window->stride), pair(window->pads), pair(window->dilation), rounds_up);
  });
}

int average_pool(
    wtorch_tensor *input, const wtorch_window *window, bool rounds_up, bool counts_pads, wtorch_tensor **out) {
  return making(out, [&] {
    return at::avg_pool2d(
        input->value, pair(window->kernel), pair(window->stride), pair(window->pads), rounds_up, counts_pads);
  });
}

int mean(wtorch_tensor *input, const int64_t *axes, size_t count, bool keeps, wtorch_tensor **out) {
  return making(out, [&] { return at::mean(input->value, at::IntArrayRef(axes, count), keeps); });
}

int concat(wtorch_tensor *const *inputs, size_t count, int64_t axis, wtorch_tensor **out) {
  return making(out, [&] { return at::cat(list(inputs, count), axis); });
}

int reshape(wtorch_tensor *input, const int64_t *shape, size_t rank, wtorch_tensor **out) {
  return making(out, [&] { return at::reshape(input->value, at::IntArrayRef(shape, rank)); });
}

int transpose(wtorch_tensor *input, const int64_t *order, size_t rank, wtorch_tensor **out) {
  return making(out, [&] { return at::permute(input->value, at::IntArrayRef(order, rank)); });
}

int linear(wtorch_tensor *input, wtorch_tensor *weight, wtorch_tensor *bias, wtorch_tensor **out) {
  return making(out, [&] { return at::linear(input->value, weight->value, optional(bias)); });
}

int matmul(wtorch_tensor *left, wtorch_tensor *right, wtorch_tensor **out) {
  return making(out, [&] { return at::matmul(left->value, right->value); });
}

int softmax(wtorch_tensor *input, int64_t axis, wtorch_tensor **out) {
  return making(out, [&] { return at::softmax(input->value, axis); });
}

int dropout(wtorch_tensor *input, wtorch_tensor *draws, double keep, wtorch_tensor **out) {
  return making(out, [&] {
    auto mask = draws->value.lt(keep).to(input->value.dtype()).div_(keep);
    return input->value * mask;
  });
}

// --- Learning

int cross_entropy(wtorch_tensor *logits, wtorch_tensor *targets, wtorch_tensor *weights, wtorch_tensor **out) {
  return making(out, [&] {
    return at::cross_entropy_loss(logits->value, targets->value, optional(weights), at::Reduction::Mean);
  });
}

int backward(wtorch_tensor *loss) {
  return guarded([&] { loss->value.backward(); });
}

int clear_gradients(wtorch_tensor *const *parameters, size_t count) {
  return guarded([&] {
    for (size_t index = 0; index < count; index++) parameters[index]->value.mutable_grad().reset();
  });
}

int clip_gradients(wtorch_tensor *const *parameters, size_t count, double limit) {
  return guarded([&] {
    c10::NoGradGuard guard;
    auto gradients = with_gradients(parameters, count).second;
    if (gradients.empty()) return;
    auto norm = at::stack(at::_foreach_norm(gradients)).norm();
    auto scale = at::clamp_max(limit / (norm + 1e-6), 1.0);
    at::_foreach_mul_(gradients, scale);
  });
}

int adamw_in_place(
    wtorch_tensor *const *parameters, wtorch_tensor *const *means, wtorch_tensor *const *squares,
    wtorch_tensor *const *steps, size_t count, const wtorch_adamw *settings) {
  return guarded([&] {
    c10::NoGradGuard guard;
    auto [targets, gradients] = with_gradients(parameters, count);
    TORCH_CHECK(targets.size() == count, "a parameter has no gradient");
    auto counted = list(steps, count);
    at::_foreach_add_(counted, 1);
    at::_fused_adamw_(
        targets, gradients, list(means, count), list(squares, count), {}, counted, settings->rate, settings->beta1,
        settings->beta2, settings->decay, settings->epsilon, false, false);
  });
}

int blend_in_place(wtorch_tensor *const *targets, wtorch_tensor *const *sources, size_t count, double share) {
  return guarded([&] {
    c10::NoGradGuard guard;
    at::_foreach_lerp_(list(targets, count), list(sources, count), share);
  });
}

const wtorch_interface interface = {
    WTORCH_INTERFACE, TORCH_VERSION,
    error_text, has_cuda, set_threads, set_gradients,
    release, make, rank, shape, read, clone, assign_in_place, cast, channels_last, want_gradient_in_place,
    normalise_pixels,
    conv, batch_norm, layer_norm, unary, clip, binary, max_pool, average_pool, mean, concat, reshape, transpose,
    linear, matmul, softmax, dropout,
    cross_entropy, backward, clear_gradients, clip_gradients, adamw_in_place, blend_in_place,
};

}  // namespace

extern "C" __attribute__((visibility("default"))) const wtorch_interface *wtorch_get_interface(uint32_t wanted) {
  if (wanted != WTORCH_INTERFACE) return nullptr;
  // glibc gives each large tensor back to the kernel and asks for it anew with every step; kept instead, training
  // runs up to twice as fast.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 64 << 20);
  return &interface;
}

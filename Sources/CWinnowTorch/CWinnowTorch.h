/// The C interface to LibTorch: what the shared library libwinnow-torch.so (torch/winnow_torch.cpp) offers.
///
/// The library is loaded at run time, by its only symbol, so that nothing else depends on LibTorch: a build for another
/// version of it, or for CUDA, is another libwinnow-torch.so.
///
/// Every call returns 0, or 1 and leaves a text in the calling thread's `last_error`; no C++ exception leaves the
/// library. An `out` is written on success alone and is the caller's to release. Tensors are not changed but where a
/// name says so.
#ifndef CWINNOW_TORCH_H
#define CWINNOW_TORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __clang__
#pragma clang assume_nonnull begin
#else
#define _Nonnull
#define _Nullable
#endif

/// Counts up with every change below.
#define WTORCH_INTERFACE 1

/// A tensor. Several may share numbers, as in LibTorch itself.
typedef struct wtorch_tensor wtorch_tensor;
typedef struct wtorch_tensor *_Nonnull wtorch_tensor_ref;
typedef struct wtorch_tensor *_Nullable wtorch_tensor_optional;
typedef struct wtorch_tensor *_Nullable *_Nonnull wtorch_tensor_out;

typedef enum { WTORCH_FLOAT32 = 0, WTORCH_BFLOAT16 = 1, WTORCH_INT64 = 2, WTORCH_UINT8 = 3 } wtorch_type;

typedef enum { WTORCH_CPU = 0, WTORCH_CUDA = 1 } wtorch_device;

typedef enum {
  WTORCH_RELU,
  WTORCH_SIGMOID,
  WTORCH_HARDSWISH,
  /// x / 6 + 1/2 between 0 and 1, PyTorch's.
  WTORCH_HARDSIGMOID,
  WTORCH_GELU,
  WTORCH_GELU_TANH,
  WTORCH_SILU,
  WTORCH_TANH,
  WTORCH_ERF,
  WTORCH_SQRT,
  WTORCH_EXP,
  WTORCH_LOG,
  WTORCH_NEGATE,
  WTORCH_ABS,
} wtorch_unary;

typedef enum { WTORCH_ADD, WTORCH_SUBTRACT, WTORCH_MULTIPLY, WTORCH_DIVIDE, WTORCH_POWER } wtorch_binary;

/// Height and width, in pixels.
typedef struct {
  int64_t kernel[2], stride[2], pads[2], dilation[2];
} wtorch_window;

/// AdamW's settings for one step of a group of parameters.
typedef struct {
  double rate, beta1, beta2, epsilon, decay;
} wtorch_adamw;

typedef struct {
  uint32_t interface;
  /// LibTorch's version that this was built with.
  const char *_Nonnull version;

  /// Of this thread, until its next call.
  const char *_Nonnull (*last_error)(void);
  /// Whether there is a card that it can compute on.
  bool (*has_cuda)(void);
  /// Threads that one operation is spread over. Before the first tensor.
  int (*set_threads)(int32_t count);
  /// Whether what follows in this thread can be differentiated.
  void (*set_gradients)(bool wanted);

  // Tensors.

  void (*release)(wtorch_tensor_optional tensor);
  /// Copies `bytes`, row-major.
  int (*make)(
      wtorch_type type, const int64_t *shape, size_t rank, const void *bytes, wtorch_device device,
      wtorch_tensor_out out);
  int (*rank)(wtorch_tensor_ref tensor, size_t *out);
  /// `out` has as many places as the tensor has dimensions.
  int (*shape)(wtorch_tensor_ref tensor, int64_t *out);
  /// Copies the numbers out as float32, row-major; `count` has to be how many there are.
  int (*read)(wtorch_tensor_ref tensor, float *out, size_t count);
  /// A copy that shares nothing.
  int (*clone)(wtorch_tensor_ref tensor, wtorch_tensor_out out);
  /// Overwrites the numbers with another's.
  int (*assign_in_place)(wtorch_tensor_ref target, wtorch_tensor_ref source);
  int (*cast)(wtorch_tensor_ref tensor, wtorch_type type, wtorch_tensor_out out);
  /// The same numbers with the channels innermost, for `[N, C, H, W]`.
  int (*channels_last)(wtorch_tensor_ref tensor, wtorch_tensor_out out);
  /// Makes it one that gradients are wanted of.
  int (*want_gradient_in_place)(wtorch_tensor_ref tensor);
  /// From `[N, side, side, 3]` of bytes to `[N, 3, side, side]`: `(value / 255 - mean) / deviation`, channels last.
  int (*normalise_pixels)(
      wtorch_tensor_ref pixels, const float *mean, const float *deviation, wtorch_type type, wtorch_tensor_out out);

  // Operators, as ONNX names them.

  /// `pads` of the window are the same at both ends.
  int (*conv)(
      wtorch_tensor_ref input, wtorch_tensor_ref weight, wtorch_tensor_optional bias, const wtorch_window *window,
      int64_t groups, wtorch_tensor_out out);
  /// With `training` the batch's own statistics, and `mean` and `variance` move to them by `momentum`.
  int (*batch_norm)(
      wtorch_tensor_ref input, wtorch_tensor_ref weight, wtorch_tensor_ref bias, wtorch_tensor_ref mean,
      wtorch_tensor_ref variance, bool training, double momentum, double epsilon, wtorch_tensor_out out);
  /// Over the last dimensions, as many as `weight` has.
  int (*layer_norm)(
      wtorch_tensor_ref input, wtorch_tensor_ref weight, wtorch_tensor_optional bias, double epsilon,
      wtorch_tensor_out out);
  /// `in_place` overwrites the input, which no other reader may want.
  int (*unary)(wtorch_unary op, wtorch_tensor_ref input, bool in_place, wtorch_tensor_out out);
  int (*clip)(wtorch_tensor_ref input, double low, double high, bool in_place, wtorch_tensor_out out);
  int (*binary)(wtorch_binary op, wtorch_tensor_ref left, wtorch_tensor_ref right, wtorch_tensor_out out);
  int (*max_pool)(wtorch_tensor_ref input, const wtorch_window *window, bool rounds_up, wtorch_tensor_out out);
  int (*average_pool)(
      wtorch_tensor_ref input, const wtorch_window *window, bool rounds_up, bool counts_pads, wtorch_tensor_out out);
  int (*mean)(wtorch_tensor_ref input, const int64_t *axes, size_t count, bool keeps, wtorch_tensor_out out);
  int (*concat)(const wtorch_tensor_ref *inputs, size_t count, int64_t axis, wtorch_tensor_out out);
  int (*reshape)(wtorch_tensor_ref input, const int64_t *shape, size_t rank, wtorch_tensor_out out);
  int (*transpose)(wtorch_tensor_ref input, const int64_t *order, size_t rank, wtorch_tensor_out out);
  /// `input` times `weight`, `[out, in]`, transposed, plus `bias`.
  int (*linear)(
      wtorch_tensor_ref input, wtorch_tensor_ref weight, wtorch_tensor_optional bias, wtorch_tensor_out out);
  int (*matmul)(wtorch_tensor_ref left, wtorch_tensor_ref right, wtorch_tensor_out out);
  int (*softmax)(wtorch_tensor_ref input, int64_t axis, wtorch_tensor_out out);
  /// Each number stays with the probability `keep`, scaled to the same mean; drawn from `draws`, `[...]` of 0 to 1.
  int (*dropout)(wtorch_tensor_ref input, wtorch_tensor_ref draws, double keep, wtorch_tensor_out out);

  // Learning.

  /// Mean over the batch of the cross entropy of `logits`, `[N, classes]`, with `targets`: `[N, classes]` of
  /// probabilities. `weights`, `[classes]`, weigh the classes.
  int (*cross_entropy)(
      wtorch_tensor_ref logits, wtorch_tensor_ref targets, wtorch_tensor_optional weights, wtorch_tensor_out out);
  /// Adds to the gradients of all that `loss` was made of.
  int (*backward)(wtorch_tensor_ref loss);
  /// Forgets the gradients.
  int (*clear_gradients)(const wtorch_tensor_ref *parameters, size_t count);
  /// Scales the gradients down so that their common norm is at most `limit`.
  int (*clip_gradients)(const wtorch_tensor_ref *parameters, size_t count, double limit);
  /// One step of AdamW with the gradients there are; `steps` hold a float32 each and are counted up.
  int (*adamw_in_place)(
      const wtorch_tensor_ref *parameters, const wtorch_tensor_ref *means, const wtorch_tensor_ref *squares,
      const wtorch_tensor_ref *steps, size_t count, const wtorch_adamw *settings);
  /// Moves each target by `share` of the way to its source.
  int (*blend_in_place)(
      const wtorch_tensor_ref *targets, const wtorch_tensor_ref *sources, size_t count, double share);
} wtorch_interface;

/// The name of the library's only symbol.
#define WTORCH_SYMBOL "wtorch_get_interface"

/// Nil where the library is of another `WTORCH_INTERFACE`.
typedef const wtorch_interface *_Nullable (*wtorch_get_interface_function)(uint32_t interface);

#ifdef __clang__
#pragma clang assume_nonnull end
#endif

#endif

/*
 * OpenVINO's C interface, unpacked into .deps/ by scripts/setup.sh.
 *
 * The variadic functions, which Swift cannot call, have a twin each since
 * OpenVINO 2026.4 that takes an array of ov_property_t: use
 * ov_core_set_properties for ov_core_set_property, and
 * ov_core_compile_model_props for ov_core_compile_model. Property keys are
 * written as strings ("INFERENCE_PRECISION_HINT"): the ov_property_key_*
 * globals are mutable variables, which Swift 6 does not let us read.
 */
#include <openvino/c/openvino.h>

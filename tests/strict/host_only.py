"""Tests that are about the host, and are left out when all others run on the stand-in (`pytest --stand-in`).

A name is a test; `name[a|b` are those of its cases that begin with a or b (`_` for a space); a path is all in it.
"""

HOST_ONLY = {
    "NumPy arrays are given to raw arrays of the device, or NumPy is asked about them": """
        test_an_output_that_shares_memory_shares_the_count_of_changes
        test_a_numpy_array_a_list_or_a_number_may_stand_on_either_side
        test_the_kind_of_mistake_is_named test_views_share_the_count_and_copies_do_not
        test_a_numpy_array_in_a_recorded_operation_is_copied_if_it_is_needed
        test_detach_stops_gradients_and_shares_memory test_a_gradient_is_written_into_a_buffer_of_any_layout
        test_all_lie_in_one_buffer_and_keep_lying_there test_items_of_a_one_dimensional_tensor_are_numbers
        test_memory_that_is_not_in_order test_side_by_side_as_apart
        test_a_block_that_is_not_as_pure_as_it_says_is_right_all_the_same[NumPy's_array|an_attribute's_values
        test_operators_with_anything_on_either_side[[_0.5 test_powers_products_and_signs test_methods_are_numpys[dot
        test_a_float_keeps_its_dtype_beside_numbers_and_whole_numbers[array( test_two_floats_give_the_wider
        test_an_array_that_is_read_only_is_refused test_a_read_only_array_of_a_pair_is_refused
        test_an_array_of_numpy_without_axes_keeps_its_digits_too
        test_conversions_to_numpy test_copyto_and_moving test_results_are_not_views_of_their_input
        test_a_numpy_function_gives_numpys_values_and_is_recorded[concatenate|stack|einsum|tensordot|matmul|dot|linalg.det
        test_a_numpy_function_gives_numpys_values_and_is_recorded[outer|a_numpy_array|a_numpy_matrix
        test_what_has_no_gradient_to_lose_is_computed_while_recording[isclose|searchsorted
        test_a_position_may_be_counted_up_once_it_has_been_used[<lambda>2|<lambda>3|<lambda>6
        test_out_takes_what_numpy_lets_an_array_of_its_dtype_take
        test_what_would_lose_a_gradient_says_so_by_name_with_the_nearest_that_has_one[copysign|logaddexp2|convolve
        test_numpy_functions_that_change_in_place_are_counted_or_refused[putmask|place
        test_a_numpy_array_that_is_changed_by_a_recorded_one_would_lose_its_gradient
        test_a_view_of_a_numpy_array_is_a_copy_since_its_changes_could_not_be_seen
        test_options_that_operations_lack_are_numpys_for_constants_and_named_where_a_gradient_would_be_lost
        test_a_tensor_is_not_torn_apart_into_an_object_array tests/test_matplotlib.py""",
    "it names the CPU, or counts on what is current there": """
        test_parameters_load_into_any_state_of_a_network test_a_dictionary_passes_on_to_all_members
        test_a_script_for_mxnet_trains_saves_and_resumes_bit_for_bit
        test_memory_is_flat_over_10000_training_steps
        test_a_program_prints_what_mxnet_prints[save_params_and
        test_results_may_be_tensors_and_their_dtype_and_memory_count_all_the_same
        test_attributes test_astype_and_repr test_repr_lines_up_and_names_another_device
        test_a_function_has_an_example_that_runs_as_it_stands
        test_recorded_loss_and_accuracy_are_those_of_the_net
        test_a_failed_with_leaves_everything_as_it_was test_a_gpu_too_many_is_counted
        test_the_example_is_worked_by_hand[sgld test_ftrl_erases_a_network_and_the_cure_trains_it
        test_arrays_of_two_devices_are_told_where_they_are test_contexts_of_two_threads_do_not_mix
        test_two_threads_share_a_network test_first_calls_and_exchanges_in_several_threads_at_once
        test_a_context_makes_its_gpu_current_and_puts_back_what_was test_work_on_any_gpu_leaves_cuda_where_it_was
        test_an_array_of_a_gpu_is_fetched_only_when_asked""",
    "values are looked at on a CPU only, such as labels and indices: on a GPU that would be waiting": """
        test_labels_are_looked_at_in_a_pure_block_too
        test_a_constant_that_must_be_a_whole_number_is_to_be_given_as_one
        test_ftrl_that_erases_a_network_warns_once_and_says_what_to_do
        test_a_nan_from_a_device_is_refused_because_it_would_stay_in_the_residual_and_never_be_sent
        test_nothing_of_any_key_is_pushed_if_one_holds_a_nan[device
        test_labels_that_are_no_whole_numbers_are_said test_embedding_gives_rows_and_their_gradients_add_up
        test_labels_outside_the_classes_are_clipped_as_in_gluon_with_a_warning
        test_ctc_refuses_labels_that_are_no_class_and_lengths_beyond_the_arrays
        test_shapes_that_do_not_fit_are_named[<lambda>-A_label_is|<lambda>-indices_go_from
        test_one_error_has_one_traceback[a_singular test_a_length_is_a_whole_number
        test_no_sequence_is_longer_than_the_inputs""",
    "on a CPU alone sums are cut into blocks: a GPU adds with many threads, then in a tree": """
        test_sums_of_200000_rows_keep_the_digits_of_float32 test_statistics_of_200000_rows_keep_the_digits_of_float32
        test_gradients_over_200000_rows_keep_the_digits_of_float32 test_sums_as_products_with_ones_are_the_sums
        test_products_by_vectors_of_200000_terms_keep_the_digits_of_float32
        test_the_kernel_of_one_channel_has_the_gradient_of_all_its_places
        test_a_sum_of_a_million_products_keeps_its_digits
        test_a_program_prints_what_mxnet_prints[float32_sums""",
    "in a plain rule NumPy's arrays refuse what is not elementwise; on a GPU it is given CuPy's own": """
        test_a_mistake_is_answered_with_what_to_do[plain-|numpy-MixesShapes|numpy-WidensTheShape
        test_a_right_rule_gives_the_numbers_of_its_formula[plain-
        test_it_keeps_what_a_list_was_given_and_changes_it_no_more test_an_array_shows_itself_as_numpy_would
        test_what_changes_from_call_to_call_may_change test_a_trainer_gives_it_each_parameter_in_its_own_shape
        test_it_refuses_only_while_a_rule_runs_and_nested_rules_keep_apart
        test_everything_can_be_looked_at test_a_copy_counts_as_the_array test_looking_changes_nothing
        test_a_table_in_place_of_a_number_is_run_as_python
        test_what_a_graph_could_not_follow_is_run_as_python_once_a_step[a_global|a_list-|a_class
        test_two_steps_are_compared_on_some_of_the_elements test_what_is_not_a_number_equals_itself
        test_whole_numbers_in_a_rule_neither_wrap_around_nor_lack_powers[plain""",
    "the program of a CPU is shown: that of a GPU has other calls": """
        test_the_text_is_what_one_would_write_by_hand test_the_program_shown_is_what_hybridize_makes""",
    "on a GPU a network's graphs have arrays of their own": "test_arrays_are_given_back_and_inputs_let_go",
    "the real CuPy is looked at, which would find the stand-in under its name": """
        test_nvidias_compiler_loads_vectors_and_keeps_all_in_registers test_nvidias_compiler_keeps_all_in_registers
        test_the_generator_draws_what_minigrad_asks_it_for test_the_stand_in_lacks_what_cupy_lacks""",
}


def reason(path, name):
    """Why a test is left out, or None."""
    test, _, case = name.replace(" ", "_").partition("[")
    for why, entries in HOST_ONLY.items():
        for entry in entries.split():
            wanted, _, cases = entry.partition("[")
            if path.startswith(entry) if "/" in wanted else test == wanted and case.startswith(tuple(cases.split("|"))):
                return why
    return None

"""Tests that are about the host, and are left out when all others run on the stand-in (`pytest --stand-in`)."""

HOST_ONLY = {
    "NumPy arrays are given to raw arrays of the device, or NumPy is asked about them": """
        test_an_output_that_shares_memory_shares_the_count_of_changes
        test_a_numpy_array_a_list_or_a_number_may_stand_on_either_side
        test_the_kind_of_mistake_is_named test_views_share_the_count_and_copies_do_not
        test_a_numpy_array_in_a_recorded_operation_is_copied_if_it_is_needed
        test_detach_stops_gradients_and_shares_memory test_a_gradient_is_written_into_a_buffer_of_any_layout
        test_all_lie_in_one_buffer_and_keep_lying_there test_items_of_a_one_dimensional_tensor_are_numbers
        test_memory_that_is_not_in_order test_side_by_side_as_apart""",
    "it names the CPU, or counts on threads that start there": """
        test_parameters_load_into_any_state_of_a_network test_a_dictionary_passes_on_to_all_members
        test_a_script_for_mxnet_trains_saves_and_resumes_bit_for_bit
        test_memory_is_flat_over_10000_training_steps test_time_is_linear_in_the_length""",
    "labels and indices are looked at on a CPU only: on a GPU that would be waiting": """
        test_labels_that_are_no_whole_numbers_are_said test_embedding_gives_rows_and_their_gradients_add_up
        test_labels_outside_the_classes_are_clipped_as_in_gluon_with_a_warning""",
}


def reason(name):
    """Why a test is left out, or None."""
    return next((why for why, names in HOST_ONLY.items() if name in names.split()), None)

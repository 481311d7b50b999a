"""The models of `recs.models`: the one place that reads and writes that table."""

from alsolike.models.registry import (
    Model,
    ServingOptions,
    add_model,
    build_vector_index,
    change_serving,
    drop_leftovers,
    drop_model,
    ensure_average_model,
    find_model,
    has_vectors,
    hold_model,
    hold_names,
    let_serve,
    list_models,
    model_names,
    serving_options,
)

__all__ = [
    "Model",
    "ServingOptions",
    "add_model",
    "build_vector_index",
    "change_serving",
    "drop_leftovers",
    "drop_model",
    "ensure_average_model",
    "find_model",
    "has_vectors",
    "hold_model",
    "hold_names",
    "let_serve",
    "list_models",
    "model_names",
    "serving_options",
]
